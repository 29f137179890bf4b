"""Portable custom interactions: what travels to the frame, what is refused, what their answers may be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import html as markup

from items.model import Form
from items.responses import Shapes
from items.scorer import Scorer
from tests.items.custom_kinds import COUNTER, CUSTOM, CUSTOM_MEDIA, custom
from tests.items.given import SVG, a_form, an_item, codes, declared, refusals_of

MEDIA = CUSTOM_MEDIA | {"authored-picture.svg": SVG}


def _given(form: Form) -> dict[str, Any]:
    """What the frame is handed."""
    root: Any = markup.fromstring(form.content.items[0].html)
    (element,) = root.xpath("//*[@data-interaction='custom']")
    given: dict[str, Any] = json.loads(element.get("data-given"))
    return given


def test_modules_travel_as_media_with_all_that_they_ask_for(tmp_path: Path) -> None:
    """By opaque names, each name that a module uses mapped to a module; nothing is left to be fetched."""
    form = a_form(tmp_path, CUSTOM, media=MEDIA)
    given = _given(form)
    by_name = {module["name"]: module for module in given["modules"]}
    assert {name: module["kind"] for name, module in by_name.items()} == {
        "counter": "script",
        "modules/lib/steps.js": "script",
        "text!modules/lib/help.txt": "text",
    }
    assert by_name["counter"]["needs"] == {
        "./lib/steps": "modules/lib/steps.js",
        "text!./lib/help.txt": "text!modules/lib/help.txt",
    }
    types = {media.id: media.type for media in form.content.media}
    assert {types[module["media"]] for module in given["modules"]} == {"text/javascript", "text/plain"}
    assert set(form.content.items[0].media) == set(types)
    assert given["properties"] == {"step-size": "2", "stepSize": "2"}


def test_the_author_s_markup_is_handed_to_the_frame_and_never_to_the_page(tmp_path: Path) -> None:
    """Its names and classes are whole, since modules look for them; its pictures are media of the form."""
    written = '<div class="counter" id="own"><canvas/><img src="authored-picture.svg" alt=""/></div>'
    form = a_form(tmp_path, custom(markup=written), media=MEDIA)
    assert '<div class="counter" id="own">' in _given(form)["markup"]
    assert 'data-media="m' in _given(form)["markup"]
    root: Any = markup.fromstring(form.content.items[0].html)
    assert root.xpath("//canvas | //img | //*[@id='own']") == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("https://cdn.example.org/counter.js", "external_resource"),
        ("//cdn.example.org/counter.js", "external_resource"),
        ("modules/none.js", "missing_file"),
        ("../../../etc/passwd", "missing_file"),
        ("http://[", "missing_file"),
        ("modules/asks.js", "missing_file"),
        ("modules/away.js", "external_resource"),
        ("modules/bytes.js", "unsupported_media"),
    ],
)
def test_modules_that_are_not_in_the_package_are_refused(tmp_path: Path, path: str, code: str) -> None:
    """A computer in a school reaches no other host, so its author learns it before the day."""
    module = f'<qti-interaction-module id="counter" primary-path="{path}"/>'
    item = custom(modules=f"<qti-interaction-modules>{module}</qti-interaction-modules>")
    media = MEDIA | {
        "modules/asks.js": b"define(['jquery'], function () {})",
        "modules/away.js": b"define(['https://cdn.example.org/jquery.js'], function () {})",
        "modules/bytes.js": b"\xff\xfe\0",
    }
    assert set(codes(refusals_of(tmp_path, item, media=media))) == {code}


def test_a_fallback_in_the_package_stands_for_a_module_elsewhere(tmp_path: Path) -> None:
    """Packages name a CDN first and carry a copy: the copy is what pupils get."""
    modules = (
        '<qti-interaction-modules><qti-interaction-module id="counter" fallback-path="modules/counter.js"'
        ' primary-path="https://cdn.example.org/c.js"/></qti-interaction-modules>'
    )
    form = a_form(tmp_path, custom(modules=modules), media=MEDIA)
    assert "cdn.example.org" not in form.content.items[0].html


def test_an_author_is_told_of_right_answers_in_properties_and_of_hosts_in_code(tmp_path: Path) -> None:
    """Neither stops the test; both are his to know."""
    loud = {
        "modules/counter.js": COUNTER.replace("'.shown'", "'.shown' || 'https://tracker.example/x'").encode()
    }
    form = a_form(tmp_path, custom('module="counter" data-target="6"'), media=MEDIA | loud)
    told = " ".join(problem.message for problem in form.remarks)
    assert "The property target holds a right answer" in told
    assert "tracker.example" in told


@pytest.mark.parametrize("name", ["iframe", "object", "embed", "form"])
def test_what_would_do_nothing_in_the_frame_is_left_out(tmp_path: Path, name: str) -> None:
    """And its author is told."""
    form = a_form(tmp_path, custom(markup=f"<div><{name} data='x'/>texte</div>"), media=MEDIA)
    assert f"<{name}" not in _given(form)["markup"]
    assert any(name in problem.message for problem in form.remarks)


def _shape(cardinality: str, base_type: str) -> Shapes:
    head = {"kind": "custom", "cardinality": cardinality, "base_type": base_type, "max": 0, "custom": 50}
    return Shapes({"items": {"i1": {"r1": head}}})


FIELD = {"base_type": "integer", "value": "3"}


@pytest.mark.parametrize(
    ("cardinality", "base_type", "value", "problem"),
    [
        ("single", "integer", "-12", None),
        ("single", "integer", "1.5", "wrong_base_type"),
        ("single", "integer", 3, "not_a_string"),
        ("single", "integer", ["3"], "wrong_cardinality"),
        ("single", "float", "1.5e3", None),
        ("single", "float", "nan", "wrong_base_type"),
        ("single", "boolean", "true", None),
        ("single", "boolean", "yes", "wrong_base_type"),
        ("single", "point", "10 -20.5", None),
        ("single", "point", "10", "wrong_base_type"),
        ("single", "pair", "A B", None),
        ("single", "string", "é" * 50, None),
        ("single", "string", "é" * 51, "too_long"),
        ("multiple", "identifier", ["A", "A"], None),
        ("multiple", "identifier", "A", "wrong_cardinality"),
        ("ordered", "string", ["x" * 30, "x" * 30], "too_long"),
        ("ordered", "integer", ["1"] * 1001, "too_many"),
        ("record", "", {"a": FIELD}, None),
        ("record", "", {"a": FIELD | {"more": 1}}, "wrong_cardinality"),
        ("record", "", {"a": FIELD | {"base_type": "file"}}, "wrong_base_type"),
        ("record", "", {"a": FIELD | {"base_type": []}}, "wrong_base_type"),
        ("record", "", {"": FIELD}, "wrong_cardinality"),
        ("record", "", {f"f{n}": FIELD for n in range(101)}, "too_many"),
        ("record", "", "3", "wrong_cardinality"),
    ],
)
def test_a_module_s_answer_is_judged_like_any_pupil_s(
    cardinality: str, base_type: str, value: object, problem: str | None
) -> None:
    """It runs in a browser that nobody trusts: of the declared type, short, and few."""
    assert _shape(cardinality, base_type).check("i1", {"r1": value}) == problem


def test_a_module_s_answer_is_scored(tmp_path: Path) -> None:
    """By the rules of the item, as any other."""
    form = a_form(tmp_path, CUSTOM, media=MEDIA)
    scorer = Scorer(form.key)
    assert scorer.score("i1", {"r1": "6"})["SCORE"] == 1
    assert scorer.score("i1", {"r1": "7"})["SCORE"] == 0
    assert scorer.max_score("i1") == 1


def test_a_record_is_scored_by_its_fields(tmp_path: Path) -> None:
    """Those whose type the declaration tells; what is no value of it is NULL and never an error."""
    body = """<qti-portable-custom-interaction response-identifier="RESPONSE" module="counter">
      <qti-interaction-modules primary-configuration="modules/resolution.json"/><qti-interaction-markup/>
      </qti-portable-custom-interaction>"""
    declaration = """<qti-response-declaration identifier="RESPONSE" cardinality="record">
      <qti-correct-response><qti-value field-identifier="points" base-type="float">4</qti-value>
      </qti-correct-response></qti-response-declaration>"""
    rules = """<qti-response-processing><qti-set-outcome-value identifier="SCORE">
      <qti-field-value field-identifier="points"><qti-variable identifier="RESPONSE"/></qti-field-value>
      </qti-set-outcome-value>
      </qti-response-processing>"""
    template = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"
    item = an_item(body, declaration).replace(f'<qti-response-processing template="{template}"/>', rules)
    scorer = Scorer(a_form(tmp_path, item, media=MEDIA).key)
    given = {"points": {"base_type": "float", "value": "2.5"}, "path": {"base_type": "string", "value": "x"}}
    assert scorer.score("i1", {"r1": given})["SCORE"] == 2.5
    ill: list[Any] = [{"points": 3}, {"points": {"base_type": [], "value": "2"}}, {}, [], "x", 7]
    for broken in ill:
        assert scorer.score("i1", {"r1": broken})["SCORE"] in (0, None)


def test_a_custom_interaction_without_a_response_or_a_module_is_refused(tmp_path: Path) -> None:
    """Its author corrects the item."""
    assert codes(refusals_of(tmp_path, custom("data-x='1'"), media=MEDIA)) == ["missing_file"]
    other = custom().replace(declared(("6",), base_type="integer"), declared((), base_type="file"))
    assert "wrong_declaration" in codes(refusals_of(tmp_path, other, media=MEDIA))

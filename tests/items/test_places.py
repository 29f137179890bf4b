"""What joins, orders a part or works on a picture, from QTI to a score; nothing of the key on the way."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import integers
from lxml import html as markup

from items.bases import LONGEST_WHOLE, from_ten, to_ten
from items.compile import compile_form
from items.model import Form
from items.package import read_package
from items.responses import Shapes
from items.scorer import Scorer
from items.scoring.run import correct_responses
from tests.items.given import SVG, a_form, an_item, codes, declared, refusals_of
from tests.items.kinds import EVERY_KIND

FORM = Path(__file__).parent.parent / "forms" / "places"
PICTURE = {"authored-picture.svg": SVG}


@cache
def places() -> Form:
    return compile_form(read_package(FORM), seed=b"places")


def in_opaque(value: Any, known: dict[str, Any]) -> Any:
    """An authored value as a pupil's browser sends it."""
    names = {authored: name for name, authored in known["choices"].items()}
    if isinstance(value, list):
        return [in_opaque(one, known) for one in value]
    if known.get("base") == 2:
        return f"{int(value):b}"
    return " ".join(names.get(part, part) for part in value.split()) if names else value


@pytest.mark.parametrize("item", places().item_ids)
def test_the_declared_answer_is_well_shaped_and_earns_the_most(item: str) -> None:
    """Through opaque names, the check of the server and the scorer: no point is lost on the way."""
    form = places()
    entry, scorer = form.key["items"][item], Scorer(form.key)
    declared_values = correct_responses(entry["program"])
    response = {
        name: in_opaque(declared_values[known["authored"]], known)
        for name, known in entry["responses"].items()
        if declared_values[known["authored"]] is not None
    }
    assert response
    assert Shapes(form.schema).check(item, response) is None
    assert scorer.opaque(item, declared_values) == dict.fromkeys(entry["responses"]) | response
    assert scorer.max_score(item)
    assert scorer.score(item, response)["SCORE"] == scorer.max_score(item)
    assert scorer.responses_in_authored(item, response) == {
        known["authored"]: declared_values[known["authored"]] for known in entry["responses"].values()
    }


def test_a_pair_scores_whichever_end_came_first(tmp_path: Path) -> None:
    """A pupil who joins B to A has joined A to B."""
    form = a_form_of(tmp_path, "associate")
    names = opaque_names(form)
    pairs = [f"{names['miaow']} {names['cat']}", f"{names['dog']} {names['bark']}"]
    assert Shapes(form.schema).check("i1", {"r1": pairs}) is None
    assert Scorer(form.key).score("i1", {"r1": pairs})["SCORE"] == 1


def a_form_of(folder: Path, kind: str, old: str = "", new: str = "") -> Form:
    """A form of one item of a kind, with something replaced in it."""
    item = EVERY_KIND[kind]
    assert old in item
    return a_form(folder, item.replace(old, new) if old else item, media=PICTURE)


def opaque_names(form: Form) -> dict[str, str]:
    choices = form.key["items"]["i1"]["responses"]["r1"]["choices"]
    return {authored.removeprefix("authored-"): name for name, authored in choices.items()}


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("associate", ["cat dog"], None),
        ("associate", ["dog cat", "bark miaow"], None),
        ("associate", ["cat dog", "dog cat"], "repeated"),
        ("associate", ["cat dog", "dog bark"], "too_many"),
        ("associate", ["cat cat"], "unknown_choice"),
        ("associate", ["cat"], "unknown_choice"),
        ("associate", "cat dog", "wrong_cardinality"),
        ("graphic-associate", ["right wrong", "wrong last"], None),
        ("graphic-associate", ["right wrong", "wrong last", "right last"], "too_many"),
        ("graphic-order", ["last", "right"], None),
        ("graphic-order", ["last"], None),
        ("graphic-order", ["last", "right", "wrong", "right-too"], "too_many"),
        ("graphic-order", ["last", "last"], "repeated"),
        ("graphic-gap-match", ["well right", "tree wrong", "tree last"], None),
        ("graphic-gap-match", ["well right", "well last"], "too_many"),
        ("graphic-gap-match", ["well right", "tree right"], "too_many"),
        ("graphic-gap-match", ["right well"], "unknown_choice"),
    ],
)
def test_what_is_joined_or_ordered_keeps_its_limits(
    tmp_path: Path, kind: str, value: Any, problem: str | None
) -> None:
    """Pairs have no direction, places only so much room, and nothing goes with itself."""
    form = a_form_of(tmp_path, kind)
    names = opaque_names(form)

    def opaque(text: str) -> str:
        return " ".join(names[part] for part in text.split())

    named = opaque(value) if isinstance(value, str) else [opaque(text) for text in value]
    assert Shapes(form.schema).check("i1", {"r1": named}) == problem


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("80 94", None),
        ("0 300", None),
        ("400 0.5", None),
        ("401 0", "out_of_bounds"),
        ("0 301", "out_of_bounds"),
        ("-1 0", "not_a_point"),
        ("80,94", "not_a_point"),
        ("80", "not_a_point"),
        ("80 94 1", "not_a_point"),
        ("1e2 5", "not_a_point"),
        ("٣ ٤", "not_a_point"),
        ("80 94\n", "not_a_point"),
        ("", "not_a_point"),
        (8, "not_a_string"),
        (["80 94"], "wrong_cardinality"),
    ],
)
def test_a_point_lies_on_its_picture(tmp_path: Path, value: object, problem: str | None) -> None:
    """In the picture's own units, right and down from its corner."""
    assert Shapes(a_form_of(tmp_path, "select-point").schema).check("i1", {"r1": value}) == problem


def test_points_are_no_more_than_allowed(tmp_path: Path) -> None:
    """The author's limit, or one of ours where there is none."""
    points = [f"{number} 5" for number in range(101)]
    few = Shapes(a_form_of(tmp_path, "position-object").schema)
    assert few.check("i1", {"r1": points[:3]}) is None
    assert few.check("i1", {"r1": points[:4]}) == "too_many"
    many = Shapes(a_form_of(tmp_path, "position-object", 'max-choices="3"', 'max-choices="0"').schema)
    assert many.check("i1", {"r1": points[:100]}) is None
    assert many.check("i1", {"r1": points}) == "too_many"


def test_points_are_scored_where_they_lie(tmp_path: Path) -> None:
    """In the circle or beside it, whatever the fragment's names."""
    scorer = Scorer(a_form_of(tmp_path, "select-point").key)
    scores = [scorer.score("i1", {"r1": point})["SCORE"] for point in ("123 234", "123 251", "123 252")]
    assert scores == [1, 1, -7.25]


@pytest.mark.parametrize(
    ("more", "limits"),
    [
        ("", None),
        ('max-choices="3" min-choices="3"', None),
        ('min-choices="1"', ("1", "3")),
        ('min-choices="2" max-choices="2"', ("2", "2")),
        ('max-choices="2"', ("1", "2")),
    ],
)
def test_ordering_a_part_says_how_many(tmp_path: Path, more: str, limits: tuple[str, str] | None) -> None:
    """All are put in order unless the author asks for a part; who gives a maximum alone means it."""
    form = a_form_of(tmp_path, "order", 'shuffle="true"', f'shuffle="true" {more}')
    root: Any = markup.fromstring(form.content.items[0].html)
    (element,) = root.xpath("//*[@data-interaction='order']")
    found = element.get("data-min"), element.get("data-max")
    assert found == (limits or (None, None))
    assert form.schema["items"]["i1"]["r1"]["max"] == int(limits[1] if limits else 3)


def test_options_that_are_no_short_words_are_shown_whole(tmp_path: Path) -> None:
    """A native list shows plain words only; formulas, pictures and long texts get radio buttons to unfold."""
    short = a_form_of(tmp_path, "inline-choice").content.items[0].html
    long = a_form_of(tmp_path, "inline-choice", ">a<", f">{'a ' * 30}<").content.items[0].html
    picture = '><img src="authored-picture.svg" alt="un rond"/><'
    pictured = a_form_of(tmp_path, "inline-choice", ">a<", picture).content.items[0].html
    assert "<select" in short
    assert [html.count('type="radio"') for html in (short, long, pictured)] == [0, 2, 2]
    gap = a_form_of(tmp_path, "gap-match", ">soleil<", picture).content.items[0].html
    assert gap.count('<span class="qti-gap" data-gap=') == 2
    assert "<select" not in gap


def test_a_match_of_which_only_a_part_may_be_answered_can_be_taken_back(tmp_path: Path) -> None:
    """A radio button cannot be unticked, so there are check boxes, and a limit that the page explains."""
    form = a_form_of(tmp_path, "match", 'max-associations="0"', 'max-associations="1"')
    assert 'type="checkbox"' in form.content.items[0].html
    assert 'type="radio"' in a_form_of(tmp_path, "match").content.items[0].html


@pytest.mark.parametrize(("typed", "score"), [("110", 1), (" 110 ", 1), ("6", 0), ("", 0), ("1_1_0", 0)])
def test_a_number_to_another_base_is_read_in_it(tmp_path: Path, typed: str, score: int) -> None:
    """Six to base two is 110; what has no meaning in base two is no number, and no other number either."""
    field = '<qti-text-entry-interaction response-identifier="RESPONSE" base="2"/>'
    form = a_form(tmp_path, an_item(f"<p>{field}</p>", declared(("6",), base_type="integer")))
    assert Scorer(form.key).score("i1", {"r1": typed})["SCORE"] == score


@given(number=integers(), base=integers(2, 36))
def test_a_number_comes_back_from_any_base(number: int, base: int) -> None:
    """As a pupil types it and as its author wrote it are the same number."""
    typed = from_ten(str(number), base)
    assert to_ten(typed, base) == (str(number) if len(typed) <= LONGEST_WHOLE else f"{typed} (base {base})")


def test_formatted_essays_are_plain_and_their_author_is_told(tmp_path: Path) -> None:
    """Nothing that is asked is lost: pupils write the same words, without bold or lists."""
    form = a_form_of(tmp_path, "extended-text", "expected-lines", 'format="xhtml" expected-lines')
    assert ["xhtml" in str(remark) for remark in form.remarks] == [True]
    exact = a_form_of(tmp_path, "extended-text", "expected-lines", 'format="preformatted" expected-lines')
    assert '<textarea class="qti-preformatted"' in exact.content.items[0].html


def test_only_classes_of_the_shared_vocabulary_come_out(tmp_path: Path) -> None:
    """`qti-` before a word makes it no word of the vocabulary, and ours cannot be borrowed."""
    body = '<p class="qti-align-center qti-correct qti-item qti-labels-decimal2 qti-input-width-0">x</p>'
    html = a_form(tmp_path, an_item(body)).content.items[0].html
    assert re.findall(r'class="([^"]*)"', html) == ["qti-item", "qti-align-center"]
    assert "data-vocabulary" in html
    assert "data-vocabulary" not in a_form(tmp_path, an_item("<p>x</p>")).content.items[0].html


REFUSED = [
    ("select-point", 'max-choices="1"', 'max-choices="2"', "wrong_declaration"),
    ("select-point", "<img ", "<em ", "wrong_content"),
    ("position-object", "3 4", "3,4,5", "bad_attribute"),
    ("position-object", "qti-position-object-stage", "div", "wrong_content"),
    ("position-object", "<qti-position-object-interaction ", "<qti-position-object-x ", "broken_xml"),
    ("graphic-order", 'min-choices="2"', 'min-choices="5"', "bad_attribute"),
    ("graphic-associate", 'shape="poly"', 'shape="star"', "bad_attribute"),
    ("graphic-gap-match", ">le puits<", "><", "wrong_content"),
    ("associate", 'min-associations="1"', 'min-associations="3"', "bad_attribute"),
    ("associate", "qti-simple-associable-choice", "qti-other", "no_choices"),
]


@pytest.mark.parametrize(("kind", "old", "new", "code"), REFUSED)
def test_what_could_not_be_answered_is_refused(
    tmp_path: Path, kind: str, old: str, new: str, code: str
) -> None:
    """With its reason, at import and not before a pupil."""
    assert old in EVERY_KIND[kind]
    assert code in codes(refusals_of(tmp_path, EVERY_KIND[kind].replace(old, new), media=PICTURE))

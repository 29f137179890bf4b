"""What a pupil sees of an item that moves: values, parts and feedback in their time, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from items.compile import compile_form
from items.model import Form, encode
from items.ordering import order_for
from items.package import read_package
from items.scorer import Scorer
from items.seal import seal, unseal
from tests.items.given import (
    SVG,
    a_form,
    a_package_of,
    a_reference,
    a_section,
    a_test,
    an_item,
    codes,
    refusals,
    refusals_of,
)
from tests.items.given import declared as given_response
from tests.items.scoring_items import default, f, op, outcome, rules, variable, w
from tests.items.test_itemsession import FORM, form

KEY = bytes(32)
TEMPLATE = """<qti-template-declaration identifier="{}" cardinality="{}" base-type="{}" {}
    >{}</qti-template-declaration>"""
OUTCOME = '<qti-outcome-declaration identifier="FEEDBACK" cardinality="{}" base-type="identifier"/>'


def varying(
    name: str, value: str, base_type: str = "integer", *, cardinality: str = "single", more: str = ""
) -> str:
    """A template variable with a value."""
    values = "".join(f"<qti-value>{one}</qti-value>" for one in value.split())
    default = f"<qti-default-value>{values}</qti-default-value>"
    return TEMPLATE.format(name, cardinality, base_type, more, default)


def public(form: Form) -> str:
    """All that pupils may fetch or are sent before they begin."""
    _, frames = unseal(seal(form.content, key=KEY, content_id=KEY[:16]), key=KEY)
    parts = [encode(form.content.to_json()), encode(form.schema)]
    parts += [json.dumps(order_for(form.content.structure, b"s")).encode()]
    parts += [encode(frame.header) + frame.data for frame in frames]
    return b"\n".join(parts).decode(errors="replace")


def first_view(tmp_path: Path, body: str, declarations: str, **more: str) -> tuple[str, dict[str, Any]]:
    """Fragment and first view of an item."""
    made = a_form(tmp_path, an_item(body, declarations, **more))
    scorer = Scorer(made.key)
    return made.content.items[0].html, scorer.view("i1", scorer.play("i1", [], b"seed"))


def test_nothing_of_feedback_rules_or_template_values_is_public() -> None:
    """Not in the fragment, the shapes, the orders, the header or the pictures: it all lies in the key."""
    text = public(form())
    secret = (
        "PRODUIT",
        "TRESOR",
        "PIEGE",
        "SCENE",
        "vide",
        "Bravo",
        "bonne ville",
        "juste avant juin",
        "or était",
        "solution.svg",
    )
    assert [word for word in secret if word in text] == []
    assert form().content.media == ()
    assert set(form().schema["dynamic"]) == {"i1", "i2", "i3", "i4", "i6"}


def test_a_view_holds_what_is_visible_and_nothing_else() -> None:
    """The product of the variant, the hidden trap and the treasure are in no view before their time."""
    scorer = Scorer(form().key)
    for number in range(40):
        seed = b"%d" % number
        product = scorer.view("i1", scorer.play("i1", [], seed))
        assert set(product) == {"printed"}
        assert product["printed"]["v1"] == product["printed"]["v3"]
        choices = scorer.view("i2", scorer.play("i2", [], seed))
        assert len(choices["printed"]) == 4  # the question and three of four choices
        assert len([name for name in choices["shown"] if len(name) == 4]) == 3
        chests = scorer.view("i3", scorer.play("i3", [], seed))
        assert set(chests) == {"feedback", "attempts", "left", "over"}
        assert set(chests["feedback"]) == {"f1"}


def test_where_one_choice_comes_and_goes_all_are_marked() -> None:
    """Else the right one would be the one without a mark."""
    html = form().content.items[1].html
    names = re.findall(r'<li data-choice="(\w+)" data-template="(\w+)"', html)
    assert len(names) == 4
    assert all(choice == gate for choice, gate in names)


def test_feedback_in_a_choice_leaves_no_trace_in_the_fragment() -> None:
    """An author may explain the right choice alone."""
    html = form().content.items[3].html
    entries = re.findall(r'<span class="qti-choice">(.*?)</span>', html)
    assert sorted(entries) == ["Avignon", "Lyon", "Mâcon"]
    assert "data-feedback" not in html


def test_feedback_comes_with_its_choice_after_the_attempt() -> None:
    """Inline beside the choice, modal below; another attempt takes it away."""
    scorer = Scorer(form().key)
    names = {
        authored: name for name, authored in form().key["items"]["i4"]["responses"]["r1"]["choices"].items()
    }
    session = scorer.play("i4", [{"r1": names["macon"]}], b"s")
    view = scorer.view("i4", session)
    assert list(view["choices"].values()) == [names["macon"]]
    assert "modal" not in view
    assert (view["attempts"], view["left"], view["over"]) == (1, 1, False)
    scorer.attempt("i4", session, {"r1": names["lyon"]})
    view = scorer.view("i4", session)
    assert list(view["choices"].values()) == [names["lyon"]]
    assert [view["feedback"][name] for name in view["modal"]] == ["<p>Bravo, tu connais tes fleuves !</p>"]
    assert (view["attempts"], view["left"], view["over"]) == (2, 0, True)


def test_pictures_of_feedback_travel_with_it() -> None:
    """A picture of the solution in the sealed form would tell it."""
    gates = form().key["items"]["i3"]["dynamic"]["gates"]
    assert gates["f3"]["media"] == ["m1.svg"]
    assert form().key["items"]["i3"]["dynamic"]["media"]["m1.svg"]["type"] == "image/svg+xml"


def test_a_picture_that_the_question_shows_too_stays_public(tmp_path: Path) -> None:
    """It is there already."""
    body = """<p><img src="a.svg" alt="a"/></p>
      <qti-feedback-block outcome-identifier="FEEDBACK" identifier="x"><img src="a.svg" alt="a"/>
      </qti-feedback-block>"""
    made = a_form(
        tmp_path,
        an_item(body, OUTCOME.format("single"), attributes='adaptive="true"'),
        media={"a.svg": SVG},
        test=individual(),
    )
    assert [medium.id for medium in made.content.media] == ["m1.svg"]


def individual(control: str = "", more: str = "") -> str:
    """A test whose answers may be checked one by one."""
    section = a_section(
        a_reference("item1").replace("/>", f">{more}</qti-assessment-item-ref>"), inside=control
    )
    return a_test(section).replace("simultaneous", "individual")


FEEDBACK_ITEM = an_item(
    """<qti-choice-interaction response-identifier="RESPONSE"><qti-simple-choice identifier="right">a
    <qti-feedback-inline outcome-identifier="FEEDBACK" identifier="right">well done</qti-feedback-inline>
    </qti-simple-choice></qti-choice-interaction>""",
    given_response() + OUTCOME.format("single"),
)
CONTROL = "<qti-item-session-control {}/>"


@pytest.mark.parametrize(
    ("test", "attempts"),
    [
        (individual(more=CONTROL.format('max-attempts="3" show-feedback="true"')), 3),
        (individual(control=CONTROL.format('max-attempts="0" show-feedback="true"')), 0),
        (
            individual(
                control=CONTROL.format('max-attempts="3" show-feedback="true"'),
                more=CONTROL.format('max-attempts="2"'),
            ),
            2,
        ),
        (individual(more=CONTROL.format('show-feedback="true"')), 1),
        (individual(more=CONTROL.format('max-attempts="3"')), None),
        (individual(), None),
        (individual(more=CONTROL.format('show-feedback="true"')).replace("individual", "simultaneous"), None),
    ],
)
def test_item_session_control_says_whether_an_item_may_be_checked(
    tmp_path: Path, test: str, attempts: int | None
) -> None:
    """The nearest word counts; without feedback to show, or submitted with all, there is no button."""
    made = a_form(tmp_path, FEEDBACK_ITEM, test=test)
    html = made.content.items[0].html
    assert ("data-attempts" in html) is (attempts is not None)
    assert Scorer(made.key).offers_attempts("i1") is (attempts is not None)
    if attempts is None:
        assert "feedback would give the answer away" in " ".join(remark.message for remark in made.remarks)
        assert "well done" not in json.dumps(made.key)
    else:
        assert f'data-attempts="{attempts}"' in html
    assert "well done" not in public(made)


def test_an_adaptive_item_in_simultaneous_submission_is_remarked_on(tmp_path: Path) -> None:
    """It can be answered once; its author learns why there is no more."""
    made = a_form(tmp_path, an_item(attributes='adaptive="true"'))
    assert any("simultaneous" in remark.message for remark in made.remarks)


# --- printed values and parts that come and go -------------------------------------------------------------


def test_letters_of_a_formula_become_numbers(tmp_path: Path) -> None:
    """Those declared as math variables; others stay letters."""
    body = """<p><math xmlns="http://www.w3.org/1998/Math/MathML"><mi>a</mi><mi>x</mi><mi>b</mi></math></p>"""
    html, view = first_view(
        tmp_path, body, varying("a", "-3", more='math-variable="true"') + varying("b", "4")
    )
    assert '<math><mn data-printed="v1"></mn><mi>x</mi><mi>b</mi></math>' in html
    assert view == {"printed": {"v1": "-3"}}


def test_options_of_a_list_are_printed_whole(tmp_path: Path) -> None:
    """An option holds text alone, so its whole text is one printed value; feedback has no place in it."""
    body = """<p><qti-inline-choice-interaction response-identifier="RESPONSE">
      <qti-inline-choice identifier="right">il y a
        <qti-printed-variable identifier="N"/> mots<qti-feedback-inline
        outcome-identifier="FEEDBACK" identifier="right">très juste</qti-feedback-inline></qti-inline-choice>
      <qti-inline-choice identifier="wrong">rien<qti-feedback-inline
        outcome-identifier="FEEDBACK" identifier="wrong">non, hélas</qti-feedback-inline></qti-inline-choice>
    </qti-inline-choice-interaction></p>"""
    html, view = first_view(tmp_path, body, given_response() + varying("N", "3") + OUTCOME.format("single"))
    assert re.search(r'<option value="\w{4}" data-printed="v1"></option>', html)
    assert re.search(r'<option value="\w{4}">rien</option>', html)
    assert "juste" not in html
    assert view == {"printed": {"v1": "il y a 3 mots"}}


def test_what_is_printed_in_hidden_parts_is_not_told(tmp_path: Path) -> None:
    """A part in a part is as hidden as the outer one."""
    body = """<qti-template-block template-identifier="WHICH" identifier="one" show-hide="{}"><p>
        <qti-template-inline template-identifier="WHICH" identifier="one" show-hide="show"
          ><qti-printed-variable identifier="N"/></qti-template-inline></p></qti-template-block>"""
    variables = varying("WHICH", "one", "identifier") + varying("N", "3")
    html, view = first_view(tmp_path, body.format("show"), variables)
    assert re.search('<div data-template="t1"><p> <span data-template="t2"><span data-printed="v1">', html)
    assert view == {"printed": {"v1": "3"}, "shown": ["t1", "t2"]}
    assert first_view(tmp_path, body.format("hide"), variables)[1] == {}


def test_a_template_may_show_several_parts(tmp_path: Path) -> None:
    """A container shows what it holds."""
    body = "".join(
        f'<qti-template-block template-identifier="WHICH" identifier="{name}"><p>x</p></qti-template-block>'
        for name in ("one", "two", "three")
    )
    many = varying("WHICH", "one three", "identifier", cardinality="multiple")
    assert first_view(tmp_path, body, many)[1] == {"shown": ["t1", "t3"]}


MATCH_ITEM = an_item(
    """<qti-match-interaction response-identifier="RESPONSE" max-associations="0">
      <qti-simple-match-set>
        <qti-simple-associable-choice identifier="a" match-max="1" template-identifier="WHICH"
          >a</qti-simple-associable-choice>
        <qti-simple-associable-choice identifier="b" match-max="1" template-identifier="WHICH"
          >b</qti-simple-associable-choice>
      </qti-simple-match-set>
      <qti-simple-match-set>
        <qti-simple-associable-choice identifier="c" match-max="1">c</qti-simple-associable-choice>
        <qti-simple-associable-choice identifier="d" match-max="1">d</qti-simple-associable-choice>
      </qti-simple-match-set></qti-match-interaction>""",
    given_response(("a c",), cardinality="multiple", base_type="directedPair")
    + varying("WHICH", "a", "identifier"),
)


def test_rows_of_a_table_come_and_go(tmp_path: Path) -> None:
    """Each row says which gate it hangs on."""
    made = a_form(tmp_path, MATCH_ITEM)
    assert (
        len(
            re.findall(
                r'<tr data-choice="(\w+)" data-match-max="1" data-template="\1">', made.content.items[0].html
            )
        )
        == 2
    )
    scorer = Scorer(made.key)
    assert len(scorer.view("i1", scorer.play("i1", [], b""))["shown"]) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<p><qti-printed-variable identifier="NOBODY"/></p>', "unknown_variable"),
        ('<p><qti-printed-variable identifier="N" format="%n"/></p>', "bad_attribute"),
        ('<p><qti-printed-variable identifier="N" base="99"/></p>', "bad_attribute"),
        ('<qti-template-block template-identifier="SCORE" identifier="x"/>', "unknown_variable"),
        ('<qti-template-inline identifier="x"/>', "unknown_variable"),
    ],
)
def test_mistakes_in_moving_parts_are_told(tmp_path: Path, body: str, code: str) -> None:
    """With file and line."""
    assert codes(refusals_of(tmp_path, an_item(body, varying("N", "1")))) == [code]


def test_feedback_must_name_an_outcome(tmp_path: Path) -> None:
    """Else it would never come."""
    item = FEEDBACK_ITEM.replace('outcome-identifier="FEEDBACK"', 'outcome-identifier="NOBODY"')
    test = individual(more=CONTROL.format('show-feedback="true"'))
    assert codes(refusals(tmp_path, a_package_of({"item1": item}, test=test))) == ["unknown_variable"]


def test_the_same_package_and_seed_give_the_same_form() -> None:
    """Moving parts included, byte for byte."""
    assert compile_form(read_package(FORM), seed=b"attempts").form == form().form


def test_feedback_and_text_may_hang_on_what_every_item_has(tmp_path: Path) -> None:
    """completionStatus and numAttempts need no declaration."""
    body = """<p>Essai <qti-printed-variable identifier="numAttempts"/></p>
      <qti-feedback-block outcome-identifier="completionStatus" identifier="completed"
      >fini</qti-feedback-block>"""
    end = op("set-outcome-value", w("completed"), identifier="completionStatus")
    item = an_item(body, attributes='adaptive="true"', rest=rules(end))
    made = a_form(tmp_path, item, test=individual())
    scorer = Scorer(made.key)
    session = scorer.play("i1", [], b"")
    before = {"printed": {"v1": "0"}, "attempts": 0, "left": None, "over": False}
    assert scorer.view("i1", session) == before
    scorer.attempt("i1", session, {})
    after = {"printed": {"v1": "1"}, "feedback": {"f1": "fini"}, "attempts": 1, "left": None, "over": True}
    assert scorer.view("i1", session) == after


def ticking(identifier: str, *choices: str) -> str:
    """A question in a part that comes when the stage has this name."""
    listed = "".join(f'<qti-simple-choice identifier="{name}">{name}</qti-simple-choice>' for name in choices)
    asked = f'<qti-choice-interaction response-identifier="RESPONSE">{listed}</qti-choice-interaction>'
    return f'<qti-feedback-block outcome-identifier="STAGE" identifier="{identifier}">{asked}' + (
        "</qti-feedback-block>"
    )


def test_parts_that_take_turns_may_ask_for_the_same_response(tmp_path: Path) -> None:
    """First with a way out, then without: each has its own controls, and what was given counts."""
    stage = outcome("STAGE", "identifier", inside=default("one"))
    further = op(
        "response-condition",
        op(
            "response-if",
            op("match", variable("RESPONSE"), w("unsure")),
            op("set-outcome-value", w("two"), identifier="STAGE"),
        ),
        op(
            "response-else-if",
            op("match", variable("RESPONSE"), op("correct", identifier="RESPONSE")),
            op("set-outcome-value", f(1), identifier="SCORE"),
            op("set-outcome-value", w("completed"), identifier="completionStatus"),
        ),
    )
    body = ticking("one", "right", "wrong", "unsure") + ticking("two", "right", "wrong")
    item = an_item(body, given_response() + stage, attributes='adaptive="true"', rest=rules(further))
    item = re.sub("<qti-response-processing template=[^>]*>", "", item)
    made = a_form(tmp_path, item, test=individual())
    responses = made.key["items"]["i1"]["responses"]
    assert [known["authored"] for known in responses.values()] == ["RESPONSE", "RESPONSE"]
    names = [{one: name for name, one in known["choices"].items()} for known in responses.values()]
    scorer = Scorer(made.key)
    attempts = [{"r1": names[0]["unsure"]}, {"r2": names[1]["right"]}]
    assert set(scorer.view("i1", scorer.play("i1", attempts[:1], b""))["feedback"]) == {"f2"}
    settled = scorer.settle("i1", attempts, None)
    assert (settled.outcomes["SCORE"], settled.attempts) == (1.0, 2)


def test_the_same_response_twice_on_one_page_is_refused(tmp_path: Path) -> None:
    """Two questions that are there at once cannot share an answer."""
    twice = ticking("one", "right") + ticking("two", "right")
    plain = re.sub("</?qti-feedback-block[^>]*>", "", twice)
    assert codes(refusals_of(tmp_path, an_item(plain, given_response()))) == ["duplicate_response"]

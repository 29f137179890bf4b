"""Variants that the test has a say in, and tests that see each pupil's own variant and all attempts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from items.model import Form
from items.problems import Refused
from items.scorer import Scorer
from items.testscorer import Given, TestScorer
from tests.items.courses import a_part, a_test_of, an_outcome, setting
from tests.items.given import (
    a_choice_item,
    a_form,
    a_reference,
    a_section,
    a_test,
    an_item,
    declared,
)

DICE = '<qti-random-integer min="2" max="99"/>'
DRAWN = """<qti-template-processing><qti-set-correct-response identifier="RESPONSE">
  <qti-variable identifier="N"/></qti-set-correct-response></qti-template-processing>"""
NUMBER = """<qti-template-declaration identifier="N" cardinality="single" base-type="integer">
  <qti-default-value><qti-value>1</qti-value></qti-default-value></qti-template-declaration>"""


def _number_item(**more: Any) -> str:
    """Right is what the template N holds."""
    body = '<p><qti-printed-variable identifier="N"/> <qti-text-entry-interaction \
response-identifier="RESPONSE"/></p>'
    return an_item(body, declared((), base_type="integer") + NUMBER, rest=DRAWN, **more)


def _referring(expression: str) -> str:
    default = f'<qti-template-default template-identifier="N">{expression}</qti-template-default>'
    return a_reference("item1").replace("/>", f">{default}</qti-assessment-item-ref>")


def _form(folder: Path, expression: str) -> Form:
    return a_form(folder, _number_item(), test=a_test(a_section(_referring(expression))))


def test_a_test_gives_the_template_of_an_item_its_default(tmp_path: Path) -> None:
    scorer = Scorer(_form(tmp_path, '<qti-base-value base-type="integer">7</qti-base-value>').key)
    assert scorer.variant("i1", b"seed") == {"N": 7}
    assert scorer.score("i1", {"r1": "7"}, b"seed")["SCORE"] == 1.0
    assert scorer.score("i1", {"r1": "1"}, b"seed")["SCORE"] == 0.0


def test_a_default_that_is_drawn_is_the_same_in_the_whole_sitting(tmp_path: Path) -> None:
    scorer = Scorer(_form(tmp_path, DICE).key)
    values = {scorer.variant("i1", bytes([seed]))["N"] for seed in range(20)}
    assert len(values) > 3
    assert min(values) >= 2
    assert scorer.variant("i1", b"one") == scorer.variant("i1", b"one")


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ('<qti-variable identifier="item1.SCORE"/>', "unsupported_template_default"),
        ('<qti-base-value base-type="string">x</qti-base-value>', "wrong_type"),
        ("", "wrong_count"),
    ],
)
def test_a_default_that_cannot_be_had_is_refused_where_it_stands(
    tmp_path: Path, expression: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        _form(tmp_path, expression)
    assert [(problem.file, problem.code) for problem in refused.value.problems] == [("test.xml", code)]


def test_a_default_for_no_template_of_the_item_is_refused(tmp_path: Path) -> None:
    test = a_test(a_section(_referring(DICE)))
    with pytest.raises(Refused) as refused:
        a_form(tmp_path, a_choice_item(), test=test)
    assert [problem.code for problem in refused.value.problems] == ["unknown_variable"]


COUNTS = {
    "RIGHT": "<qti-number-correct/>",
    "TRIES": '<qti-variable identifier="ref-item1.numAttempts"/>',
}
RULES = "".join(setting(name, expression) for name, expression in COUNTS.items())


def _judged(folder: Path, item: str) -> tuple[Scorer, TestScorer]:
    outcomes = "".join(an_outcome(name, "integer") for name in COUNTS)
    test = a_test_of(a_part(a_section(a_reference("item1"))), outcomes=outcomes, rules=RULES)
    key = a_form(folder, item, test=test).key
    return Scorer(key), TestScorer(key)


def test_the_rules_of_a_test_judge_the_pupils_own_variant(tmp_path: Path) -> None:
    """The right answer is that of the sitting's seed, not that of no seed."""
    drawn = DRAWN.replace(
        "<qti-set-correct",
        f'<qti-set-template-value identifier="N">{DICE}</qti-set-template-value><qti-set-correct',
    )
    scorer, judge = _judged(tmp_path, _number_item().replace(DRAWN, drawn))
    mine, other = (str(scorer.variant("i1", seed)["N"]) for seed in (b"mine", b"other"))
    assert mine != other
    assert judge.outcomes(["i1"], {"i1": Given({"r1": mine})}, b"mine")["RIGHT"] == 1
    assert judge.outcomes(["i1"], {"i1": Given({"r1": mine})}, b"other")["RIGHT"] == 0


ADAPTIVE = """<qti-response-processing><qti-response-condition>
  <qti-response-if><qti-gte><qti-variable identifier="numAttempts"/>
    <qti-base-value base-type="integer">3</qti-base-value></qti-gte>
    <qti-set-outcome-value identifier="completionStatus"><qti-base-value base-type="identifier">completed
    </qti-base-value></qti-set-outcome-value></qti-response-if></qti-response-condition></qti-response-processing>"""


def test_the_rules_of_a_test_see_every_attempt(tmp_path: Path) -> None:
    """Three attempts are three; what stood there at the end is one more where one is left."""
    item = an_item(
        '<p><qti-text-entry-interaction response-identifier="ANSWER"/></p>',
        declared((), identifier="ANSWER", base_type="string"),
        attributes='xml:lang="fr" adaptive="true"',
        rest=ADAPTIVE,
    )
    _, judge = _judged(tmp_path, item)
    tries = [{"r1": "un"}, {"r1": "deux"}]
    assert judge.outcomes(["i1"], {})["TRIES"] == 0
    assert judge.outcomes(["i1"], {"i1": Given(None, attempts=tries)})["TRIES"] == 2
    assert judge.outcomes(["i1"], {"i1": Given({"r1": "trois"}, attempts=tries)})["TRIES"] == 3
    assert judge.outcomes(["i1"], {"i1": Given({"r1": "quatre"}, attempts=[*tries, *tries])})["TRIES"] == 3
    known = Given({"r1": "deux"}, outcomes={"SCORE": 0.0}, made=2)
    assert judge.outcomes(["i1"], {"i1": known})["TRIES"] == 2


def test_a_section_drawn_twice_has_two_sets_of_answers(tmp_path: Path) -> None:
    """Its items are items of their own, told apart by the number of the drawing."""
    inner = a_section(a_reference("item1"), a_reference("item2"), identifier="inner")
    selection = '<qti-selection select="2" with-replacement="true"/>'
    test = a_test_of(a_part(a_section(inside=selection + inner, identifier="outer")))
    form = a_form(tmp_path, a_choice_item(), a_choice_item(identifier="item-2"), test=test)
    names = [form.key["items"][item]["authored"] for item in form.item_ids]
    assert names == ["ref-item1.1", "ref-item2.1", "ref-item1.2", "ref-item2.2"]


def test_sections_drawn_again_and_again_are_bounded(tmp_path: Path) -> None:
    """A thousand of a thousand of a thousand is refused before it is made; so is as much of nothing."""
    nested, empty = a_section(a_reference("item1"), identifier="s0"), ""
    for level in range(1, 7):
        many = '<qti-selection select="999" with-replacement="true"/>'
        nested = a_section(inside=many + nested, identifier=f"s{level}")
        empty = a_section(inside=many + empty, identifier=f"e{level}")
    with pytest.raises(Refused) as refused:
        a_form(tmp_path, a_choice_item(), test=a_test_of(a_part(nested)))
    assert "too_many_items" in {problem.code for problem in refused.value.problems}
    with pytest.raises(Refused):
        a_form(tmp_path, a_choice_item(), test=a_test_of(a_part(empty)))

"""Response rules, templates and lookup tables do in a program what they say in XML."""

from __future__ import annotations

from typing import Any

import pytest

from items.scoring.compile import compile_item
from tests.items.scoring_items import (
    NULL,
    SCORE,
    b,
    codes,
    correct,
    default,
    element,
    f,
    i,
    mapping,
    op,
    outcome,
    outcomes,
    response,
    rules,
    set_value,
    template,
    variable,
    w,
)


def branch(name: str, condition: str, score: float) -> str:
    return op(name, condition, set_value("SCORE", f(score)))


def is_choice(value: str) -> str:
    return op("match", variable("RESPONSE"), w(value))


CHAIN = rules(
    op(
        "response-condition",
        branch("response-if", is_choice("A"), 3),
        branch("response-else-if", is_choice("B"), 2),
        branch("response-else-if", is_choice("B"), 9),
        op("response-else", set_value("SCORE", f(1))),
    )
)


@pytest.mark.parametrize(("given", "score"), [("A", 3.0), ("B", 2.0), ("C", 1.0), (None, 1.0)])
def test_the_first_true_branch_runs_alone(given: str | None, score: float) -> None:
    """NULL is not true: no answer falls through to the else."""
    assert outcomes(response(), SCORE, CHAIN, RESPONSE=given)["SCORE"] == score


def test_a_condition_without_else_may_do_nothing() -> None:
    """The outcome keeps what it had."""
    only = rules(op("response-condition", branch("response-if", is_choice("A"), 3)))
    assert outcomes(response(), outcome(inside=default(7)), only, RESPONSE="B")["SCORE"] == 7.0


def test_conditions_nest() -> None:
    """A branch holds rules, conditions among them."""
    inner = op("response-condition", branch("response-if", b(True), 5))
    assert outcomes(SCORE, rules(op("response-condition", op("response-if", b(True), inner))))["SCORE"] == 5.0


def test_rules_see_what_rules_before_them_set() -> None:
    """They run in the author's order."""
    twice = op("product", variable("SCORE"), f(2))
    assert outcomes(SCORE, rules(set_value("SCORE", f(3)), set_value("SCORE", twice)))["SCORE"] == 6.0


def test_exit_response_ends_everything() -> None:
    """From however deep."""
    leave = op("response-condition", op("response-if", is_choice("A"), "<qti-exit-response/>"))
    nested = op("response-condition", op("response-if", b(True), leave, set_value("SCORE", f(1))))
    processing = rules(set_value("SCORE", f(9)), nested, set_value("SCORE", f(2)))
    assert outcomes(response(), SCORE, processing, RESPONSE="A")["SCORE"] == 9.0
    assert outcomes(response(), SCORE, processing, RESPONSE="B")["SCORE"] == 2.0


def test_a_fragment_is_the_rules_in_it() -> None:
    """It groups them and changes nothing."""
    fragment = op("response-processing-fragment", set_value("SCORE", f(4)))
    assert outcomes(SCORE, rules(fragment))["SCORE"] == 4.0


MATCH_TABLE = op(
    "match-table",
    '<qti-match-table-entry source-value="1" target-value="low"/>'
    '<qti-match-table-entry source-value="2" target-value="high"/>',
    default_value="none",
)
STEPS = op(
    "interpolation-table",
    '<qti-interpolation-table-entry source-value="8" target-value="A"/>'
    '<qti-interpolation-table-entry source-value="5" include-boundary="false" target-value="B"/>'
    '<qti-interpolation-table-entry source-value="5" target-value="C"/>'
    '<qti-interpolation-table-entry source-value="-INF" target-value="D"/>',
)


@pytest.mark.parametrize(
    ("table", "number", "expected"),
    [
        (MATCH_TABLE, i(1), "low"),
        (MATCH_TABLE, f(2.0), "high"),
        (MATCH_TABLE, i(3), "none"),
        (MATCH_TABLE, NULL, "none"),
        (STEPS, f(9), "A"),
        (STEPS, f(8), "A"),
        (STEPS, f(7.9), "B"),
        (STEPS, i(5), "C"),
        (STEPS, f(-1e300), "D"),
        (STEPS, NULL, None),
    ],
)
def test_a_lookup_table_turns_a_number_into_a_value(table: str, number: str, expected: str | None) -> None:
    """By equality, or by the first step that is reached; else the table's default."""
    level = outcome("LEVEL", "identifier", inside=table)
    assert outcomes(level, rules(op("lookup-outcome-value", number, identifier="LEVEL")))["LEVEL"] == expected


@pytest.mark.parametrize(
    "address",
    [
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct",
        "http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct",
        "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct.xml",
        "http://www.imsglobal.org/question/qti_v2p0/rptemplates/match_correct",
        "match_correct",
    ],
)
def test_a_template_is_known_by_the_last_part_of_its_address(address: str) -> None:
    """Every version of QTI has its own address for the same rules."""
    declared = response(correct=("A",))
    assert outcomes(declared, SCORE, template(address), RESPONSE="A")["SCORE"] == 1.0
    assert outcomes(declared, SCORE, template(address), RESPONSE="B")["SCORE"] == 0.0
    assert outcomes(declared, SCORE, template(address))["SCORE"] == 0.0


def test_map_response_and_map_response_point_score_by_their_tables() -> None:
    """No answer is 0, whatever the default of the table."""
    mapped = response(inside=mapping(("A", 2), default_value=-1))
    found = [
        outcomes(mapped, SCORE, template("map_response"), RESPONSE=given)["SCORE"]
        for given in ("A", "B", None)
    ]
    assert found == [2.0, -1.0, 0.0]
    entry = '<qti-area-map-entry shape="circle" coords="5,5,2" mapped-value="1"/>'
    point = response(base_type="point", inside=op("area-mapping", entry, default_value=-1))
    found = [
        outcomes(point, SCORE, template("map_response_point.xml"), RESPONSE=given)["SCORE"]
        for given in ("5 6", "9 9", None)
    ]
    assert found == [1.0, -1.0, 0.0]


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("CC2_match", "A", {"SCORE": 1.0, "FEEDBACK": "correct", "FEEDBACKBASIC": None}),
        ("CC2_match", "B", {"SCORE": 0.0, "FEEDBACK": "incorrect", "FEEDBACKBASIC": None}),
        ("CC2_match_basic", "A", {"SCORE": 4.0, "FEEDBACK": None, "FEEDBACKBASIC": "correct"}),
        ("CC2_match_basic", None, {"SCORE": 0.0, "FEEDBACK": None, "FEEDBACKBASIC": "incorrect"}),
        ("CC2_map_response", "A", {"SCORE": 4.0, "FEEDBACK": "correct", "FEEDBACKBASIC": None}),
        ("CC2_map_response", "B", {"SCORE": 1.0, "FEEDBACK": "incorrect", "FEEDBACKBASIC": None}),
    ],
)
def test_the_templates_of_common_cartridge_also_set_feedback(
    name: str, given: str | None, expected: dict[str, Any]
) -> None:
    """Where the item declares it."""
    declared = response(correct=("A",), inside=mapping(("A", 4), ("B", 1)))
    feedback = outcome("FEEDBACK", "identifier") + outcome("FEEDBACKBASIC", "identifier")
    most = outcome("MAXSCORE", inside=default(4))
    found = outcomes(declared, SCORE, most, feedback, template(f"{name}.xml"), RESPONSE=given)
    assert found == expected | {"MAXSCORE": 4.0}


def test_a_template_declares_the_score_that_an_item_forgot() -> None:
    """The template says what SCORE is."""
    assert outcomes(response(correct=("A",)), template("match_correct"), RESPONSE="A") == {"SCORE": 1.0}


def test_rules_beside_an_unknown_template_are_used() -> None:
    """QTI gives them for those who do not know the template."""
    processing = op("response-processing", set_value("SCORE", f(6)), template="https://example.org/own.xml")
    assert outcomes(SCORE, processing)["SCORE"] == 6.0


def test_a_template_without_its_material_is_refused() -> None:
    """Nobody could ever be right."""
    assert codes(response(), SCORE, template("match_correct")) == ["no_correct_response"]
    assert codes(response(), SCORE, template("map_response")) == ["no_mapping"]
    assert codes(response("OTHER", correct=("A",)), SCORE, template("match_correct")) == ["unknown_variable"]
    assert codes(response(), SCORE, template("own_template")) == ["unknown_template"]
    assert codes(response(correct=("A",)), SCORE, template("CC2_match_basic")) == ["unknown_variable"]
    text = outcome("SCORE", "string")
    assert codes(response(correct=("A",)), text, template("match_correct")) == ["wrong_type"]


ESSAY = op("item-body", '<qti-extended-text-interaction response-identifier="RESPONSE"/>')


@pytest.mark.parametrize(
    ("parts", "needs_marking"),
    [
        ((response(base_type="string"), SCORE), True),
        ((response(base_type="string"), SCORE, ESSAY, template("match_correct")), True),
        ((response(base_type="string"), ESSAY), True),
        ((response(), outcome(external_scored="human")), True),
        ((response(), outcome(external_scored="human"), CHAIN), True),
        ((response(), SCORE, CHAIN), False),
        ((response(),), False),
        ((SCORE,), False),
        ((response(), SCORE, outcome("OTHER"), rules(set_value("OTHER", f(1)))), True),
    ],
)
def test_what_no_rule_scores_is_marked_by_people(parts: tuple[str, ...], needs_marking: bool) -> None:
    """Free work and items whose author says so; a questionnaire without SCORE is nobody's work."""
    assert compile_item(element(*parts), "item.xml")["needs_marking"] is needs_marking


def test_the_score_of_work_that_waits_for_marking_is_null() -> None:
    """Not 0, which would be a mark; a score that the rules propose stands."""
    assert outcomes(response(), SCORE, RESPONSE="A")["SCORE"] is None
    human = outcome(external_scored="human")
    blank = rules(op("response-condition", branch("response-if", op("is-null", variable("RESPONSE")), 0)))
    assert outcomes(response(), human, blank, RESPONSE="A")["SCORE"] is None
    assert outcomes(response(), human, blank)["SCORE"] == 0.0


def test_template_variables_keep_their_default() -> None:
    """Without template processing they are constants."""
    declared = (
        '<qti-template-declaration identifier="FIVE" cardinality="single" base-type="integer">'
        f"{default(5)}</qti-template-declaration>"
    )
    assert outcomes(declared, SCORE, rules(set_value("SCORE", variable("FIVE"))))["SCORE"] == 5.0


def test_comments_and_instructions_say_nothing() -> None:
    """Authoring tools leave them anywhere."""
    noisy = response(correct=("A<!-- the right one -->",))
    processing = rules("<!-- rules -->", "<?tool keep?>", set_value("SCORE", op("sum", "<!-- 1 -->", f(1))))
    assert outcomes(noisy, SCORE, processing)["SCORE"] == 1.0
    expression = op("match", variable("RESPONSE"), correct("RESPONSE"))
    seen = outcome("SEEN", "boolean")
    assert outcomes(noisy, seen, rules(set_value("SEEN", expression)), RESPONSE="A")["SEEN"] is True

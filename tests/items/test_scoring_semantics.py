"""The decisions of items/scoring/README.md, one by one, where the specification leaves room."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from tests.items.scoring_items import (
    NULL,
    SCORE,
    base,
    correct,
    default,
    f,
    i,
    mapping,
    multiple,
    op,
    outcome,
    outcomes,
    response,
    rules,
    s,
    set_value,
    template,
    value_of,
    variable,
    w,
)

MATCH = template("match_correct")
IS_NULL = op("is-null", variable("RESPONSE"))
THIN, NARROW, FIXED = "\u2009", "\u202f", "\u00a0"


def score_of(declaration: str, given: Any, processing: str = MATCH) -> Any:
    return outcomes(declaration, SCORE, processing, RESPONSE=given)["SCORE"]


@pytest.mark.parametrize("given", [None, "", "   ", "\n"])
def test_an_empty_answer_is_no_answer(given: str | None) -> None:
    """Missing, empty and blank text are all NULL."""
    assert value_of(IS_NULL, response(base_type="string"), RESPONSE=given) is True


@pytest.mark.parametrize("given", [None, [], [""]])
def test_an_empty_container_is_no_answer(given: list[str] | None) -> None:
    """A pupil who unticks the last box is where they were before the first."""
    assert value_of(IS_NULL, response(cardinality="multiple"), RESPONSE=given) is True


def test_a_missing_response_is_null() -> None:
    """Nobody has to send what was not touched."""
    assert value_of(IS_NULL, response()) is True


@pytest.mark.parametrize("given", [7, 7.5, True, {"a": 1}, ["A", "B"], [7], [["A"]]])
def test_a_response_of_the_wrong_shape_is_null(given: object) -> None:
    """What the checks at the door should have stopped scores nothing and breaks nothing."""
    assert value_of(IS_NULL, response(), RESPONSE=given) is True


def test_one_value_in_a_list_is_that_value() -> None:
    """And one value for a container is a container of one."""
    assert value_of(variable("RESPONSE"), response(), RESPONSE=["A"]) == "A"
    assert value_of(variable("RESPONSE"), response(cardinality="multiple"), RESPONSE="A") == ["A"]


def test_order_counts_in_ordered_and_not_in_multiple_containers() -> None:
    """Repetition counts in both."""
    several = response(cardinality="multiple", correct=("A", "B"))
    in_order = response(cardinality="ordered", correct=("A", "B"))
    assert [score_of(several, given) for given in (["B", "A"], ["A", "B", "B"])] == [1.0, 0.0]
    assert [score_of(in_order, given) for given in (["A", "B"], ["B", "A"])] == [1.0, 0.0]


def test_an_ordered_answer_with_an_unreadable_member_is_null() -> None:
    """Leaving the member out would move those behind it into the right places."""
    declared = response(base_type="integer", cardinality="ordered", correct=(1, 2))
    assert score_of(declared, ["1", "x", "2"]) == 0.0
    assert value_of(IS_NULL, declared, RESPONSE=["1", "x", "2"]) is True


def test_a_pair_has_no_order_and_a_directed_pair_has_one() -> None:
    """A B and B A are one pair; white space between the two is no part of it."""
    assert score_of(response(base_type="pair", correct=("B A",)), "A  B") == 1.0
    assert score_of(response(base_type="directedPair", correct=("A B",)), "A  B") == 1.0
    assert score_of(response(base_type="directedPair", correct=("A B",)), "B A") == 0.0


def test_a_mapping_counts_each_distinct_value_once() -> None:
    """Known values by their entry, unknown ones by the default, repetitions never."""
    declared = response(cardinality="multiple", inside=mapping(("A", 2), ("B", 1), default_value=-1))
    processing = template("map_response")
    assert score_of(declared, ["A", "A", "B"], processing) == 3.0
    assert score_of(declared, ["A", "X", "X", "Y"], processing) == 0.0


def test_a_mapping_keeps_its_bounds() -> None:
    """The sum is bounded, not each part."""
    bounds = mapping(("A", 2), ("B", 2), default_value=-2, lower_bound=0, upper_bound=3)
    declared = response(cardinality="multiple", inside=bounds)
    processing = template("map_response")
    assert score_of(declared, ["A", "B"], processing) == 3.0
    assert score_of(declared, ["X", "Y"], processing) == 0.0
    assert score_of(declared, ["A", "B", "X"], processing) == 2.0


def test_no_answer_maps_to_zero_even_where_wrong_answers_cost() -> None:
    """Who chose nothing gains and loses nothing, unless the author mapped the empty answer."""
    costly = response(inside=mapping(("A", 1), default_value=-1))
    assert value_of(op("map-response", identifier="RESPONSE"), costly) == 0.0
    mapped = response(base_type="string", inside=mapping(("A", 1), ("", -0.5)))
    assert value_of(op("map-response", identifier="RESPONSE"), mapped) == -0.5


def test_map_keys_mind_case_unless_told_otherwise() -> None:
    """case-sensitive is true where it is not written, and is for text only."""
    entries = (
        '<qti-map-entry map-key="Paris" mapped-value="1"/>'
        '<qti-map-entry map-key="Élysée" mapped-value="2" case-sensitive="false"/>'
    )
    declared = response(base_type="string", inside=op("mapping", entries))
    processing = template("map_response")
    found = [score_of(declared, given, processing) for given in ("Paris", "paris", "élysÉE")]
    assert found == [1.0, 0.0, 2.0]


def test_values_that_differ_by_case_alone_share_a_case_blind_entry() -> None:
    """The entry counts once."""
    entry = '<qti-map-entry map-key="oui" mapped-value="1" case-sensitive="false"/>'
    declared = response(base_type="string", cardinality="multiple", inside=op("mapping", entry))
    assert score_of(declared, ["oui", "OUI"], template("map_response")) == 1.0


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("12", 12.0),
        (" 12 ", 12.0),
        ("+12", 12.0),
        ("-12", -12.0),
        ("\u221212", -12.0),
        ("0,5", 0.5),
        ("0.5", 0.5),
        (",5", 0.5),
        ("5,", 5.0),
        ("1e3", 1000.0),
        ("1 234", 1234.0),
        (f"1{THIN}234,5", 1234.5),
        (f"1{NARROW}234{NARROW}567", 1234567.0),
        (f"12{FIXED}000", 12000.0),
        ("007", 7.0),
        ("1,234", 1.234),
        ("1,234.5", None),
        ("1,2,3", None),
        ("1 2", None),
        ("12 34", None),
        ("1 2345", None),
        ("1/2", None),
        ("12 cm", None),
        ("douze", None),
        ("1_000", None),
        ("\u0661\u0662", None),
        ("inf", None),
        ("NaN", None),
        ("1e999", None),
        ("0x10", None),
        ("1" * 65, None),
    ],
)
def test_a_number_is_read_as_people_type_it(given: str, expected: float | None) -> None:
    """Decimal comma, gaps between thousands, signs; what is no number is NULL."""
    assert value_of(variable("RESPONSE"), response(base_type="float"), RESPONSE=given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("7", 7), ("7,0", 7), ("7.0", 7), ("1 000", 1000), ("7,5", None), ("9" * 17, None)],
)
def test_a_whole_number_may_be_typed_with_zeros_behind_the_comma(given: str, expected: int | None) -> None:
    """7,0 is 7; 7,5 is no whole number, and none is rounded into one."""
    assert value_of(variable("RESPONSE"), response(base_type="integer"), RESPONSE=given) == expected


def test_text_is_compared_exactly_but_for_its_edges_and_its_accents_encoding() -> None:
    """A device that composes é from two characters, or adds a space, makes no answer wrong."""
    declared = response(base_type="string", correct=("été 2026",))
    decomposed = unicodedata.normalize("NFD", " été 2026\t")
    assert score_of(declared, decomposed) == 1.0
    assert [score_of(declared, given) for given in ("Été 2026", "ete 2026", "été  2026")] == [0.0] * 3


def test_the_key_is_normalised_as_the_answer_is() -> None:
    """A key with a composed accent equals an answer with a decomposed one, in text and in tables."""
    key = unicodedata.normalize("NFD", "forêt")
    declared = response(base_type="string", correct=(key,), inside=mapping((key, 1)))
    assert score_of(declared, "forêt") == 1.0
    assert score_of(declared, "forêt", template("map_response")) == 1.0


@pytest.mark.parametrize("mode", ["absolute", "relative"])
def test_equality_with_a_tolerance_is_null_on_null(mode: str) -> None:
    """No answer is neither near nor far."""
    expression = op("equal", variable("RESPONSE"), f(10), tolerance_mode=mode, tolerance="1")
    assert value_of(expression, response(base_type="float")) is None


@pytest.mark.parametrize("given", ["0,7", "0,9"])
def test_a_value_on_the_edge_of_a_tolerance_is_inside(given: str) -> None:
    """Also where binary arithmetic puts it a hair outside: 0.8 - 0.1 is 0.7."""
    expression = op("equal", f(0.8), variable("RESPONSE"), tolerance_mode="absolute", tolerance="0.1")
    assert value_of(expression, response(base_type="float"), RESPONSE=given) is True
    shut = {"include_lower_bound": "false", "include_upper_bound": "false"}
    expression = op("equal", f(0.8), variable("RESPONSE"), tolerance_mode="absolute", tolerance="0.1", **shut)
    assert value_of(expression, response(base_type="float"), RESPONSE=given) is False


def test_a_tolerance_may_be_a_variable() -> None:
    """Named plainly or in braces; without a value the result is NULL."""
    declared = outcome("NEAR", inside=default(2))
    for name in ("NEAR", "{NEAR}"):
        expression = op("equal", f(10), f(12), tolerance_mode="absolute", tolerance=name)
        assert value_of(expression, declared) is True
    given = response("SLACK", "float")
    expression = op("equal", f(10), f(12), tolerance_mode="absolute", tolerance="SLACK")
    assert value_of(expression, given) is None


def test_figures_may_be_a_variable_that_holds_no_sensible_number() -> None:
    """No significant figures at all is NULL; no decimal places is a whole number."""
    slack = response("SLACK", "integer")
    for mode, expected in (("significantFigures", None), ("decimalPlaces", 13.0)):
        expression = op("round-to", f(12.6), rounding_mode=mode, figures="SLACK")
        assert value_of(expression, slack, SLACK="0") == expected
        assert value_of(expression, slack, SLACK="-1") is None
        assert value_of(expression, slack) is None


def test_an_outcome_begins_with_its_default_and_a_number_with_zero() -> None:
    """What is no number and has no default begins with NULL."""
    found = outcomes(
        outcome("SCORE"),
        outcome("COUNT", "integer"),
        outcome("MARK", "integer", inside=default(3)),
        outcome("WORD", "string"),
        outcome("LIST", "integer", "multiple"),
        outcome("SEEN", "boolean"),
        rules(set_value("SCORE", f(1))),
    )
    assert found == {"SCORE": 1.0, "COUNT": 0, "MARK": 3, "WORD": None, "LIST": None, "SEEN": None}


def test_an_integer_given_to_a_float_outcome_is_a_float() -> None:
    """The outcome has the type that it was declared with."""
    assert repr(outcomes(SCORE, rules(set_value("SCORE", i(2))))["SCORE"]) == "2.0"


def test_a_float_given_to_an_integer_outcome_is_an_integer_only_if_it_is_whole() -> None:
    """A fraction becomes NULL, which somebody sees, and not a lesser score, which nobody does."""
    whole = op("divide", i(6), i(3))
    half = op("divide", i(1), i(2))
    assert repr(outcomes(outcome("SCORE", "integer"), rules(set_value("SCORE", whole)))["SCORE"]) == "2"
    assert outcomes(outcome("SCORE", "integer"), rules(set_value("SCORE", half)))["SCORE"] is None


def test_a_single_value_given_to_a_container_outcome_is_its_only_member() -> None:
    """And multiple and ordered containers stand for one another."""
    declared = outcome("LIST", "identifier", "multiple")
    assert outcomes(declared, rules(set_value("LIST", w("A"))))["LIST"] == ["A"]
    assert outcomes(declared, rules(set_value("LIST", op("ordered", w("A"), w("B")))))["LIST"] == ["A", "B"]


def test_outcomes_start_afresh_in_every_run() -> None:
    """A score never depends on who was scored before."""
    from items.scoring.run import load
    from tests.items.scoring_items import program

    step = set_value("SCORE", op("sum", variable("SCORE"), f(1)))
    loaded = load(program(SCORE, rules(step)))
    assert [loaded.score({})["SCORE"] for _ in range(3)] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "expression",
    [
        op("power", f(10), f(308.9)),
        op("product", f(1e200), f(1e200)),
        op("sum", f(1e308), f(1e308)),
        op("product", i(2**52), i(4)),
        op("divide", f(1), f(0)),
        op("math-operator", f(800), name="sinh"),
    ],
)
def test_what_no_number_can_hold_is_null(expression: str) -> None:
    """No infinity and no NaN leaves the scorer; whole numbers stay exact in a browser."""
    assert value_of(expression) is None


def test_points_and_records_leave_as_they_came() -> None:
    """A point is two numbers in a text; a record is an object with its fields."""
    points = response(base_type="point", cardinality="multiple")
    assert value_of(variable("RESPONSE"), points, RESPONSE=["80 94", "1.5 2"]) == ["80 94", "1.5 2"]
    declared = '<qti-outcome-declaration identifier="PARTS" cardinality="record"/>'
    typed = response(base_type="", cardinality="record")
    seen = rules(set_value("PARTS", variable("RESPONSE")))
    found = outcomes(typed, declared, seen, RESPONSE="douze")
    assert found["PARTS"] == {"stringValue": "douze", "floatValue": None}
    assert outcomes(typed, declared, seen, RESPONSE=" ")["PARTS"] is None


def test_a_record_may_have_a_default() -> None:
    """Field by field, each with its type; a field nobody knows is NULL."""
    fields = '<qti-value field-identifier="floatValue" base-type="float">2.5</qti-value>'
    typed = response(base_type="", cardinality="record", inside=op("default-value", fields))
    assert value_of(op("field-value", variable("RESPONSE"), field_identifier="floatValue"), typed) == 2.5
    assert value_of(op("field-value", variable("RESPONSE"), field_identifier="unit"), typed) is None


def test_an_answer_with_more_members_than_any_interaction_gives_is_null() -> None:
    """A thousand choices are more than a page shows."""
    declared = response(cardinality="multiple")
    assert value_of(IS_NULL, declared, RESPONSE=["A"] * 1000) is False
    assert value_of(IS_NULL, declared, RESPONSE=["A"] * 1001) is True
    thousand = op("repeat", i(1), number_repeats=1000)
    assert value_of(op("sum", multiple(thousand, i(1)))) is None
    assert value_of(op("repeat", thousand, number_repeats=2)) is None


def test_a_mapping_whose_numbers_outgrow_every_float_is_null() -> None:
    """An author's slip, and no reason to stop."""
    declared = response(cardinality="multiple", inside=mapping(("A", 1e308), ("B", 1e308)))
    assert score_of(declared, ["A", "B"], template("map_response")) is None


def test_any_n_waits_for_its_numbers() -> None:
    """Without a value for min or max nothing can be said."""
    slack = response("SLACK", "integer")
    assert value_of(op("any-n", op("is-null", NULL), min="SLACK", max=1), slack) is None
    assert value_of(op("any-n", op("is-null", NULL), min="SLACK", max=1), slack, SLACK="1") is True


def test_an_ellipse_without_extent_holds_nothing() -> None:
    """Not even its centre: nothing was drawn."""
    expression = op("inside", base("point", "5 5"), shape="ellipse", coords="5,5,0,3")
    assert value_of(expression) is False


def test_text_of_any_textual_type_compares_with_any_other() -> None:
    """identifier, string and uri differ in what may be written, not in what is equal."""
    assert value_of(op("match", w("A"), s("A"))) is True
    assert value_of(op("member", s("A"), multiple(w("A"), base("uri", "B")))) is True


def test_null_fits_every_place() -> None:
    """An outcome can be set to nothing."""
    found = outcomes(outcome("WORD", "identifier", inside=default("A")), rules(set_value("WORD", NULL)))
    assert found["WORD"] is None


def test_the_correct_response_may_be_set_as_an_outcome() -> None:
    """As items do that show the solution."""
    declared = response(cardinality="multiple", correct=("A", "B"))
    solution = outcome("SOLUTION", "identifier", "multiple")
    assert outcomes(declared, solution, rules(set_value("SOLUTION", correct("RESPONSE"))))["SOLUTION"] == [
        "A",
        "B",
    ]

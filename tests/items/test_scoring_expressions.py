"""Each expression of QTI 3 gives what the specification says, NULL included."""

from __future__ import annotations

import math
from typing import Any

import pytest

from items.scoring.expressions import _LEAVES as LEAVES
from items.scoring.operators import OPERATORS, REFUSED
from items.scoring.testing import LEAVES as OF_TESTS
from tests.items.scoring_items import (
    NULL,
    b,
    base,
    codes,
    correct,
    default,
    f,
    i,
    mapping,
    multiple,
    op,
    ordered,
    outcome,
    problems,
    response,
    rules,
    s,
    set_value,
    value_of,
    variable,
    w,
)
from tests.items.test_outcomes import COUNTS
from tests.items.test_scoring_arithmetic import CASES as NUMBERS

N = NULL

CASES: dict[str, list[tuple[str, Any]]] = {
    "base-value": [(i(3), 3), (f(0.5), 0.5), (b(True), True), (s("a b"), "a b"), (w("A"), "A")],
    "null": [(op("is-null", N), True)],
    "math-constant": [(op("math-constant", name="pi"), math.pi), (op("math-constant", name="e"), math.e)],
    "random": [(op("random", multiple(i(4), i(4))), 4), (op("random", ordered(N)), None)],
    "random-integer": [
        (op("random-integer", min=5, max=5), 5),
        (op("random-integer", min=-3, max=0, step=7), -3),
        (op("random-integer", min=2, max=1), None),
    ],
    "random-float": [
        (op("random-float", min=0.5, max=0.5), 0.5),
        (op("random-float", min=1, max=0), None),
    ],
    "not": [(op("not", b(True)), False), (op("not", b(False)), True), (op("not", N), None)],
    "and": [
        (op("and", b(True), b(True)), True),
        (op("and", b(True), b(False)), False),
        (op("and", b(True), N), None),
        (op("and", N, b(False)), False),
    ],
    "or": [
        (op("or", b(False), b(True)), True),
        (op("or", b(False), b(False)), False),
        (op("or", b(False), N), None),
        (op("or", N, b(True)), True),
    ],
    "any-n": [
        (op("any-n", b(True), b(True), b(False), min=1, max=2), True),
        (op("any-n", b(True), b(True), b(True), min=1, max=2), False),
        (op("any-n", b(False), b(False), b(True), min=2, max=3), False),
        (op("any-n", b(True), b(True), N, min=1, max=2), None),
        (op("any-n", b(True), N, b(False), min=1, max=2), True),
        (op("any-n", b(True), N, b(False), min=2, max=2), None),
        (op("any-n", b(False), N, b(False), min=2, max=3), False),
    ],
    "is-null": [
        (op("is-null", i(0)), False),
        (op("is-null", s("")), True),
        (op("is-null", s("  ")), True),
        (op("is-null", multiple()), True),
        (op("is-null", multiple(N)), True),
        (op("is-null", b(False)), False),
    ],
    "match": [
        (op("match", w("A"), w("A")), True),
        (op("match", w("A"), w("a")), False),
        (op("match", N, w("A")), None),
        (op("match", i(1), f(1.0)), True),
        (op("match", multiple(w("A"), w("B")), multiple(w("B"), w("A"))), True),
        (op("match", multiple(w("A"), w("A"), w("B")), multiple(w("B"), w("B"), w("A"))), False),
        (op("match", multiple(w("A")), multiple(w("A"), w("B"))), False),
        (op("match", ordered(w("A"), w("B")), ordered(w("B"), w("A"))), False),
        (op("match", base("pair", "A B"), base("pair", "B A")), True),
        (op("match", base("directedPair", "A B"), base("directedPair", "B A")), False),
        (op("match", base("point", "1 2"), base("point", "1 2")), True),
    ],
    "multiple": [
        (multiple(w("A"), N, w("B")), ["A", "B"]),
        (multiple(multiple(w("A")), w("A")), ["A", "A"]),
        (multiple(N), None),
    ],
    "ordered": [(ordered(w("B"), ordered(w("A"))), ["B", "A"]), (ordered(N, N), None)],
    "repeat": [
        (op("repeat", i(1), i(2), number_repeats=2), [1, 2, 1, 2]),
        (op("repeat", N, i(2), number_repeats=2), [2, 2]),
        (op("repeat", i(2), number_repeats=0), None),
        (op("repeat", N, number_repeats=2), None),
    ],
    "container-size": [
        (op("container-size", multiple(w("A"), w("A"))), 2),
        (op("container-size", N), 0),
    ],
    "index": [
        (op("index", ordered(w("A"), w("B")), n=2), "B"),
        (op("index", ordered(w("A"), w("B")), n=3), None),
        (op("index", ordered(), n=1), None),
    ],
    "member": [
        (op("member", w("A"), multiple(w("A"), w("B"))), True),
        (op("member", w("C"), ordered(w("A"), w("B"))), False),
        (op("member", N, multiple(w("A"))), None),
        (op("member", w("A"), N), None),
    ],
    "delete": [
        (op("delete", w("A"), multiple(w("A"), w("B"), w("A"))), ["B"]),
        (op("delete", w("A"), ordered(w("B"), w("A"), w("C"))), ["B", "C"]),
        (op("delete", w("A"), multiple(w("A"))), None),
        (op("delete", N, multiple(w("A"))), None),
    ],
    "contains": [
        (op("contains", multiple(w("A"), w("B"), w("B")), multiple(w("B"), w("A"))), True),
        (op("contains", multiple(w("A"), w("B")), multiple(w("B"), w("B"))), False),
        (op("contains", ordered(w("A"), w("B"), w("C")), ordered(w("B"), w("C"))), True),
        (op("contains", ordered(w("A"), w("B"), w("C")), ordered(w("A"), w("C"))), False),
        (op("contains", multiple(w("A")), N), None),
    ],
    "inside": [
        (op("inside", base("point", "5 5"), shape="rect", coords="0,0,10,10"), True),
        (op("inside", base("point", "10 10"), shape="rect", coords="0,0,10,10"), True),
        (op("inside", base("point", "11 5"), shape="rect", coords="0,0,10,10"), False),
        (op("inside", base("point", "3 4"), shape="circle", coords="0,0,5"), True),
        (op("inside", base("point", "4 4"), shape="circle", coords="0,0,5"), False),
        (op("inside", base("point", "9 0"), shape="ellipse", coords="0,0,10,5"), True),
        (op("inside", base("point", "10 0"), shape="ellipse", coords="0,0,10,5"), True),
        (op("inside", base("point", "0 9"), shape="ellipse", coords="0,0,10,5"), False),
        (op("inside", base("point", "2 1"), shape="poly", coords="0,0,4,0,4,4"), True),
        (op("inside", base("point", "1 2"), shape="poly", coords="0,0,4,0,4,4"), False),
        (op("inside", base("point", "2 2"), shape="poly", coords="0,0,4,0,4,4,0,0"), True),
        (op("inside", base("point", "999 999"), shape="default", coords=""), True),
        (
            op(
                "inside", multiple(base("point", "9 9"), base("point", "1 1")), shape="rect", coords="0,0,2,2"
            ),
            True,
        ),
        (op("inside", N, shape="default"), None),
    ],
    "string-match": [
        (op("string-match", s("Été"), s("été"), case_sensitive="true"), False),
        (op("string-match", s("Été"), s("été"), case_sensitive="false"), True),
        (op("string-match", s("York city"), s("city"), case_sensitive="true", substring="true"), True),
        (op("string-match", s("city"), s("York city"), case_sensitive="true", substring="true"), False),
        (op("string-match", s("a"), N, case_sensitive="true"), None),
    ],
    "substring": [
        (op("substring", s("bc"), s("abcd"), case_sensitive="true"), True),
        (op("substring", s("BC"), s("abcd"), case_sensitive="true"), False),
        (op("substring", s("BC"), s("abcd"), case_sensitive="false"), True),
        (op("substring", s("abcd"), s("bc"), case_sensitive="true"), False),
        (op("substring", N, s("abcd"), case_sensitive="true"), None),
    ],
    "pattern-match": [
        (op("pattern-match", s("2026"), pattern="[0-9]{4}"), True),
        (op("pattern-match", s("x2026"), pattern="[0-9]{4}"), False),
        (op("pattern-match", N, pattern=".*"), None),
    ],
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [pytest.param(*case, id=f"{name}-{n}") for name, cases in CASES.items() for n, case in enumerate(cases)],
)
def test_an_expression_gives_what_the_specification_says(expression: str, expected: Any) -> None:
    """Value and NULL, one line a rule."""
    found = value_of(expression)
    if isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-12)
    else:
        assert found == expected
        assert type(found) is type(expected)


def test_every_operator_has_its_cases() -> None:
    """An operator that is added without a test fails here."""
    elsewhere = {"field-value"}  # needs a response of its own, see below
    assert set(OPERATORS) - set(CASES) - set(NUMBERS) == elsewhere


def test_every_expression_without_operands_has_its_cases() -> None:
    """Those of items stand above or in a test of their own below; those of tests in `test_outcomes`."""
    below = {"variable", "correct", "default", "map-response", "map-response-point"}
    assert set(LEAVES) - set(CASES) == below
    counts = {f"number-{what}" for what in COUNTS}
    sums = {"test-variables", "outcome-minimum", "outcome-maximum"}
    assert set(OF_TESTS) == counts | sums | {"item-variable"}  # which is how `variable` names an item's
    # Refused in items are the expressions of tests, and one that is a program of somebody's.
    assert set(REFUSED) - set(OF_TESTS) == {"custom-operator"}


def test_variables_give_their_value_their_default_and_their_correct_response() -> None:
    """Three ways to name a declared value."""
    declared = response(correct=("B",), inside=default("A"))
    assert value_of(variable("RESPONSE"), declared, RESPONSE="C") == "C"
    assert value_of(variable("RESPONSE"), declared) == "A"
    assert value_of(op("default", identifier="RESPONSE"), declared, RESPONSE="C") == "A"
    assert value_of(correct("RESPONSE"), declared, RESPONSE="C") == "B"


def test_the_default_of_an_outcome_can_be_asked_for() -> None:
    """Also after the outcome has been changed."""
    passed = outcome("MARK", "integer", inside=default(5))
    assert value_of(op("default", identifier="MARK"), passed) == 5


def test_every_item_knows_its_attempt_and_its_duration() -> None:
    """The variables that QTI declares for everybody."""
    assert value_of(variable("numAttempts")) == 1
    assert value_of(variable("completionStatus")) == "unknown"
    assert value_of(op("duration-lt", variable("duration"), base("duration", 60)), duration="12.5") is True


def test_a_number_typed_into_a_record_has_its_parts() -> None:
    """How the number was written is in the record beside the number."""
    declared = response(base_type="", cardinality="record")
    expected = {
        "stringValue": "12,50",
        "floatValue": 12.5,
        "integerValue": None,
        "leftDigits": 2,
        "rightDigits": 2,
        "ndp": 2,
        "nsf": 4,
        "exponent": None,
    }
    for field, value in expected.items():
        expression = op("field-value", variable("RESPONSE"), field_identifier=field)
        assert value_of(expression, declared, RESPONSE="12,50") == value, field
    exponent = op("field-value", variable("RESPONSE"), field_identifier="exponent")
    assert value_of(exponent, declared, RESPONSE="1.5e3") == 3


def test_a_mapped_response_is_a_number() -> None:
    """Single values by their entry, the rest by the default."""
    declared = response(inside=mapping(("A", 1), ("B", 0.5), default_value=-1))
    expression = op("map-response", identifier="RESPONSE")
    found = [value_of(expression, declared, RESPONSE=given) for given in ("A", "B", "C", None)]
    assert found == [1.0, 0.5, -1.0, 0.0]


def test_a_mapped_point_takes_the_first_area_it_lies_in() -> None:
    """Areas are tried in the author's order, and each counts once however many points it holds."""
    areas = op(
        "area-mapping",
        '<qti-area-map-entry shape="circle" coords="0,0,10" mapped-value="2"/>'
        '<qti-area-map-entry shape="rect" coords="0,0,20,20" mapped-value="1"/>',
        default_value=-1,
    )
    one = response(base_type="point", inside=areas)
    many = response(base_type="point", cardinality="multiple", inside=areas)
    expression = op("map-response-point", identifier="RESPONSE")
    assert value_of(expression, one, RESPONSE="3 3") == 2.0
    assert value_of(expression, one, RESPONSE="15 15") == 1.0
    assert value_of(expression, one, RESPONSE="50 50") == -1.0
    assert value_of(expression, one) == 0.0
    assert value_of(expression, many, RESPONSE=["3 3", "4 4", "15 15", "50 50", "60 60"]) == 1.0


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_every_operator_is_refused_without_operands(name: str) -> None:
    """Containers may be empty, everything else needs something to work on."""
    if name in ("multiple", "ordered"):
        assert value_of(op("is-null", op(name))) is True
        return
    found = codes(response(), outcome("RESULT"), rules(set_value("RESULT", op(name))))
    assert ("missing_attribute" if name.startswith("random-") else "wrong_count") in found


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_expressions_of_other_processing_are_refused_by_name(name: str) -> None:
    """An author learns which expression it is and what to do instead."""
    found = problems(outcome("RESULT"), rules(set_value("RESULT", op(name))))
    assert found[0].code in ("not_in_response_processing", "unsupported_custom_operator")
    assert f"qti-{name}" in found[0].message

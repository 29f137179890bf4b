"""What holds for every response and every program, however odd."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from items.problems import Refused
from items.scoring.compile import compile_item
from items.scoring.operators import OPERATORS
from items.scoring.run import load
from items.scoring.values import BASE_TYPES, read_typed_number, read_typed_whole
from tests.items.scoring_items import (
    SCORE,
    b,
    base,
    element,
    f,
    i,
    mapping,
    multiple,
    op,
    ordered,
    outcome,
    program,
    response,
    rules,
    s,
    set_value,
    steady,
    template,
    value_of,
    variable,
    w,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["A", "B", "A B", "B A", "1", "0,5", "1 000", "80 94", "true", "1e308", "-0"]),
)
GIVEN = st.none() | TEXTS | st.lists(TEXTS, max_size=5) | JSON

NUMBERS = st.one_of(
    st.integers(-(2**53), 2**53).map(i),
    st.floats(allow_nan=False, allow_infinity=False).map(f),
    st.just("<qti-null/>"),
    st.just(variable("NUMBER")),
)


def _computed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    names = ["sum", "product", "min", "max", "subtract", "divide", "power"]
    return st.one_of(
        st.tuples(st.sampled_from(names), two).map(lambda drawn: op(drawn[0], *drawn[1])),
        inner.map(lambda number: op("round", number)),
        inner.map(lambda number: op("truncate", number)),
        st.tuples(inner, st.integers(1, 20)).map(lambda drawn: op("round-to", drawn[0], figures=drawn[1])),
        st.tuples(inner, st.sampled_from(["sin", "ln", "exp", "floor", "sech", "acot", "toDegrees"])).map(
            lambda drawn: op("math-operator", drawn[0], name=drawn[1])
        ),
        two.map(lambda drawn: op("stats-operator", multiple(*drawn), name="sampleSD")),
        two.map(lambda drawn: op("sum", op("repeat", *drawn, number_repeats=3))),
    )


@steady
@given(expression=st.recursive(NUMBERS, _computed, max_leaves=12), typed=TEXTS)
def test_arithmetic_gives_a_number_that_json_holds_or_null(expression: str, typed: str) -> None:
    """No infinity, no NaN, no error, whatever is computed from whatever is typed."""
    found = value_of(expression, response("NUMBER", "float"), NUMBER=typed)
    assert found is None or isinstance(found, int | float)
    if isinstance(found, int):
        assert abs(found) <= 2**53


@steady
@given(
    given=GIVEN,
    base_type=st.sampled_from(sorted(BASE_TYPES)),
    cardinality=st.sampled_from(["single", "multiple", "ordered"]),
)
def test_no_response_breaks_a_run(given: Any, base_type: str, cardinality: str) -> None:
    """Whatever arrives, there is a score, and it can be written as JSON."""
    declared = response(base_type=base_type, cardinality=cardinality)
    seen = outcome("SEEN", base_type, cardinality)
    is_null = op("is-null", variable("RESPONSE"))
    condition = op("response-condition", op("response-if", is_null, set_value("SCORE", f(1))))
    compiled = program(declared, SCORE, seen, rules(set_value("SEEN", variable("RESPONSE")), condition))
    found = load(compiled).score({"RESPONSE": given})
    json.dumps(found, allow_nan=False)
    assert (found["SCORE"] == 1.0) is (found["SEEN"] is None)


NEEDED: dict[str, dict[str, object]] = {
    "any-n": {"min": 1, "max": "WHOLE"},
    "equal": {"tolerance-mode": "relative", "tolerance": "5 SIZE"},
    "equal-rounded": {"figures": "WHOLE"},
    "round-to": {"figures": 2},
    "math-operator": {"name": "ceil"},
    "stats-operator": {"name": "popSD"},
    "repeat": {"number-repeats": "WHOLE"},
    "index": {"n": "WHOLE"},
    "field-value": {"field-identifier": "floatValue"},
    "inside": {"shape": "rect", "coords": "0,0,9,9"},
    "pattern-match": {"pattern": "[0-9]+|A.*"},
}
RESPONSES = {
    "WORD": response("WORD"),
    "WHOLE": response("WHOLE", "integer"),
    "SIZE": response("SIZE", "float"),
    "SPOT": response("SPOT", "point"),
    "ENTRY": response("ENTRY", "", "record"),
    "WORDS": response("WORDS", "identifier", "multiple"),
    "SIZES": response("SIZES", "float", "ordered"),
}
LEAVES = st.sampled_from([*map(variable, RESPONSES), "<qti-null/>", b(True), i(2), f(0.5), s("A"), w("A")])


def _any_operator(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def written(name: str, operands: list[str]) -> str:
        least = max(len(OPERATORS[name].takes), 1)
        return op(name, *(operands * least)[:least], **NEEDED.get(name, {}))

    return st.builds(written, st.sampled_from(sorted(OPERATORS)), st.lists(inner, min_size=1, max_size=2))


@settings(steady, max_examples=300)
@given(
    expression=st.recursive(LEAVES, _any_operator, max_leaves=6),
    given=st.lists(GIVEN, min_size=7, max_size=7),
)
def test_what_the_import_accepts_no_response_can_break(expression: str, given: list[Any]) -> None:
    """Types are checked at import, so that a run never meets one that it cannot work with."""
    try:
        found = value_of(expression, *RESPONSES.values(), **dict(zip(RESPONSES, given, strict=True)))
    except Refused:
        return
    json.dumps(found, allow_nan=False)


@steady
@given(given=GIVEN)
def test_no_response_breaks_a_mapping(given: Any) -> None:
    """And its score stays within the bounds."""
    table = mapping(("A", 2), ("B", 1), ("A B", 5), default_value=-1, lower_bound=-2, upper_bound=4)
    for cardinality in ("single", "multiple", "ordered"):
        declared = response(base_type="string", cardinality=cardinality, inside=table)
        found = load(program(declared, SCORE, template("map_response"))).score({"RESPONSE": given})
        assert -2 <= found["SCORE"] <= 4


@steady
@given(members=st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=6), data=st.data())
def test_a_multiple_container_equals_each_of_its_arrangements(
    members: list[str], data: st.DataObject
) -> None:
    """A multiple container equals each of its arrangements."""
    moved = data.draw(st.permutations(members))
    words, others = [w(name) for name in members], [w(name) for name in moved]
    assert value_of(op("match", multiple(*words), multiple(*others))) is True
    assert value_of(op("match", ordered(*words), ordered(*others))) is (members == moved)
    assert value_of(op("contains", multiple(*words), multiple(*others[1:]))) is (True if others[1:] else None)


TRUTH = st.sampled_from([b(True), b(False), "<qti-null/>"])


@steady
@given(operands=st.lists(TRUTH, min_size=1, max_size=5))
def test_and_or_and_any_n_agree(operands: list[str]) -> None:
    """De Morgan holds with NULL, and `any-n` of all, or of one, is `and`, or `or`."""
    several = len(operands)
    negated = [op("not", operand) for operand in operands]
    both, either = value_of(op("and", *operands)), value_of(op("or", *operands))
    assert both == value_of(op("not", op("or", *negated)))
    assert both == value_of(op("any-n", *operands, min=several, max=several))
    assert either == value_of(op("any-n", *operands, min=1, max=several))


@steady
@given(number=st.integers(-(10**12), 10**12))
def test_a_whole_number_is_read_back_however_it_is_grouped(number: int) -> None:
    """With gaps of any kind between the thousands, and a decimal comma with zeros."""
    for gap in (" ", "\u00a0", "\u2009", "\u202f", ""):
        written = f"{number:,}".replace(",", gap)
        assert read_typed_whole(written) == number
        assert read_typed_whole(f" {written},00 ") == number
        assert read_typed_number(written.replace("-", "\u2212")) == number


@steady
@given(
    number=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=3)
)
def test_a_decimal_number_reads_the_same_with_comma_and_with_point(number: Decimal) -> None:
    """Which one is typed depends on the keyboard and not on the pupil's answer."""
    written = format(number, "f")
    assert read_typed_number(written) == read_typed_number(written.replace(".", ",")) == float(written)


@steady
@given(text=st.text(max_size=40))
def test_reading_a_number_gives_a_number_or_null(text: str) -> None:
    """Never an error."""
    for read in (read_typed_number, read_typed_whole):
        found = read(text)
        assert found is None or found == found + 0


@steady
@given(text=st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20))
def test_an_answer_typed_as_the_key_is_right(text: str) -> None:
    """Whatever the key holds, unless it is blank."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not text.strip():
        return
    item = element(response(base_type="string", correct=(escaped,)), SCORE, template("match_correct"))
    assert load(compile_item(item, "item.xml")).score({"RESPONSE": text})["SCORE"] == 1.0
    assert value_of(op("match", variable("R"), s(escaped)), response("R", "string"), R=text) is True


CORNER = st.tuples(st.integers(0, 100), st.integers(0, 100))


@steady
@given(
    corners=st.tuples(CORNER, CORNER),
    place=st.tuples(st.integers(-10, 110), st.integers(-10, 110)),
)
def test_a_rectangle_and_the_polygon_of_its_corners_hold_the_same_points(
    corners: tuple[tuple[int, int], tuple[int, int]], place: tuple[int, int]
) -> None:
    """Edges included, whichever way the corners are named."""
    (left, top), (right, bottom) = corners
    point = base("point", f"{place[0]} {place[1]}")
    rect = op("inside", point, shape="rect", coords=f"{left},{top},{right},{bottom}")
    outline = f"{left},{top},{right},{top},{right},{bottom},{left},{bottom}"
    assert value_of(rect) is value_of(op("inside", point, shape="poly", coords=outline))

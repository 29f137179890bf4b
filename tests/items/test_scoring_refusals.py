"""An item that cannot be scored as written is refused, with the line and what to do."""

from __future__ import annotations

import orjson
import pytest
from lxml import etree

from items.problems import Refused
from items.scoring.compile import MOST_ELEMENTS, compile_item
from items.scoring.expressions import MOST_DEPTH
from items.scoring.rules import MOST_RULE_DEPTH
from items.scoring.run import score
from tests.items.scoring_items import (
    SCORE,
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
    program,
    response,
    rules,
    s,
    set_value,
    template,
    variable,
    w,
)

WORD = outcome("WORD", "identifier")
WHOLE = outcome("WHOLE", "integer")
RECORD = response(base_type="", cardinality="record")
FIELD = op("field-value", variable("RESPONSE"), field_identifier="stringValue")
LIST = outcome("LIST", "integer", "multiple")


def table(entry: str) -> str:
    return outcome("LEVEL", "identifier", inside=op("match-table", f"<qti-match-table-entry {entry}/>"))


LEVEL = table('source-value="1" target-value="A"')


def scored(expression: str) -> str:
    return rules(set_value("SCORE", expression))


def when(condition: str) -> str:
    return rules(op("response-condition", op("response-if", condition, set_value("SCORE", f(1)))))


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("unknown_variable", (SCORE, scored(variable("NOBODY")))),
        ("unknown_variable", (rules(set_value("NOBODY", f(1))),)),
        ("wrong_variable", (response(), rules(set_value("RESPONSE", w("A"))))),
        ("wrong_variable", (SCORE, scored(correct("SCORE")))),
        ("wrong_variable", (SCORE, scored(op("map-response", identifier="SCORE")))),
        ("no_correct_response", (response(), SCORE, when(op("is-null", correct("RESPONSE"))))),
        ("no_mapping", (response(), SCORE, scored(op("map-response", identifier="RESPONSE")))),
        ("no_mapping", (response(), SCORE, scored(op("map-response-point", identifier="RESPONSE")))),
        ("wrong_type", (LEVEL, rules(op("lookup-outcome-value", w("A"), identifier="LEVEL")))),
        ("bad_number", (table('source-value="1.5" target-value="A"'),)),
        ("missing_attribute", (table('source-value="1"'),)),
        ("missing_attribute", (table('target-value="A"'),)),
        ("wrong_type", (SCORE, when(op("is-null", op("repeat", w("A"), f(1), number_repeats=2))))),
        ("wrong_type", (RECORD, SCORE, scored(FIELD))),
        ("wrong_type", (RECORD, SCORE, scored(variable("RESPONSE")))),
        ("wrong_type", (RECORD, LIST, rules(set_value("LIST", variable("RESPONSE"))))),
        ("missing_attribute", (response(base_type="", cardinality="record", correct=(1,)), SCORE)),
        ("no_table", (WORD, rules(op("lookup-outcome-value", f(1), identifier="WORD")))),
        ("bad_number", (SCORE, scored(f("0,5")))),
        ("bad_number", (SCORE, scored(base("integer", "BAD")))),
        ("bad_number", (SCORE, scored(base("integer", "1.5")))),
        ("bad_number", (SCORE, scored(base("float", "INF")))),
        ("bad_number", (response(base_type="float", correct=("1/2",)), SCORE)),
        ("bad_number", (response(inside=mapping(("A", "much"))), SCORE)),
        ("bad_number", (SCORE, scored(op("round-to", f(1), figures=-1)))),
        ("bad_number", (SCORE, scored(op("round-to", f(1), figures="1 2")))),
        ("bad_number", (SCORE, scored(op("index", ordered(f(1)), n=0)))),
        ("bad_number", (SCORE, when(op("equal", f(1), f(1), tolerance_mode="absolute", tolerance="1 2 3")))),
        ("bad_value", (SCORE, when(op("is-null", base("pair", "A"))))),
        ("bad_value", (SCORE, when(op("is-null", base("point", "1 x"))))),
        ("bad_value", (SCORE, when(base("boolean", "yes")))),
        ("bad_attribute", (SCORE, scored(base("number", 1)))),
        ("bad_attribute", (SCORE, when(op("equal", f(1), f(1), tolerance_mode="about")))),
        ("bad_attribute", (SCORE, scored(op("math-operator", f(1), name="cosine")))),
        ("bad_attribute", (SCORE, when(op("substring", s("a"), s("b"), case_sensitive="perhaps")))),
        ("bad_attribute", (outcome("SCORE", cardinality="some"),)),
        ("bad_attribute", (outcome("SCORE", base_type="number"),)),
        ("missing_attribute", (SCORE, scored(op("variable")))),
        ("missing_attribute", (SCORE, scored(op("round-to", f(1))))),
        ("missing_attribute", (SCORE, when(op("any-n", b(True), min=1)))),
        ("missing_attribute", (SCORE, when(op("equal", f(1), f(1), tolerance_mode="absolute")))),
        ("missing_attribute", (SCORE, when(op("pattern-match", s("a"))))),
        ("missing_attribute", (response(inside=op("mapping", '<qti-map-entry mapped-value="1"/>')), SCORE)),
        ("wrong_count", (SCORE, scored(op("subtract", f(1))))),
        ("wrong_count", (SCORE, when(op("not", b(True), b(True))))),
        ("wrong_count", (SCORE, scored(op("math-operator", f(1), name="atan2")))),
        ("wrong_count", (SCORE, scored(op("math-operator", f(1), f(1), name="sin")))),
        ("wrong_count", (SCORE, rules(op("set-outcome-value", identifier="SCORE")))),
        ("wrong_count", (SCORE, rules(op("response-condition")))),
        ("wrong_count", (SCORE, rules(op("response-condition", op("response-if"))))),
        ("wrong_type", (SCORE, scored(w("A")))),
        ("wrong_type", (SCORE, scored(multiple(f(1))))),
        ("wrong_type", (WORD, rules(set_value("WORD", f(1))))),
        ("wrong_type", (WHOLE, rules(set_value("WHOLE", f(0.5))))),
        ("wrong_type", (SCORE, scored(op("sum", f(1), w("A"))))),
        ("wrong_type", (SCORE, scored(op("integer-divide", f(1), i(2))))),
        ("wrong_type", (SCORE, when(f(1)))),
        ("wrong_type", (SCORE, when(op("match", w("A"), f(1))))),
        ("wrong_type", (SCORE, when(op("match", w("A"), multiple(w("A")))))),
        ("wrong_type", (SCORE, when(op("match", ordered(w("A")), multiple(w("A")))))),
        ("wrong_type", (SCORE, when(op("member", f(1), multiple(w("A")))))),
        ("wrong_type", (SCORE, when(op("is-null", multiple(w("A"), f(1)))))),
        ("wrong_type", (SCORE, when(op("gt", multiple(f(1)), f(1))))),
        ("wrong_type", (SCORE, when(op("is-null", op("index", multiple(f(1)), n=1))))),
        ("wrong_type", (SCORE, WORD, scored(op("round-to", f(1), figures="WORD")))),
        ("wrong_type", (response(base_type="file", inside=mapping(("A", 1))), SCORE)),
        ("wrong_type", (response(inside=op("area-mapping", "<qti-area-map-entry/>")), SCORE)),
        ("bad_coords", (SCORE, when(op("inside", base("point", "1 1"), shape="rect", coords="1,2,3")))),
        ("bad_coords", (SCORE, when(op("inside", base("point", "1 1"), shape="circle", coords="1,2,50%")))),
        ("bad_coords", (SCORE, when(op("inside", base("point", "1 1"), shape="poly", coords="1,2,3,4")))),
        ("bad_bounds", (response(inside=mapping(("A", 1), lower_bound=2, upper_bound=1)), SCORE)),
        ("empty_table", (response(inside=mapping()), SCORE)),
        ("too_large", (SCORE, when(op("is-null", op("repeat", f(1), number_repeats=1001))))),
        ("too_many_values", (response(correct=("A", "B")), SCORE)),
        ("unexpected_element", (response(inside=op("correct-response", "<qti-key>A</qti-key>")), SCORE)),
        ("unexpected_element", (response(inside=op("mapping", "<qti-entry/>")), SCORE)),
        ("unexpected_element", (SCORE, scored(op("null", f(1))))),
        ("unexpected_element", (SCORE, rules(op("response-condition", op("response-else"))))),
        ("unknown_expression", (SCORE, scored(op("average", f(1))))),
        ("unknown_rule", (SCORE, rules(op("set-template-value", f(1), identifier="SCORE")))),
        ("duplicate_identifier", (response("SCORE"), SCORE)),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_by_its_code(code: str, parts: tuple[str, ...]) -> None:
    """One mistake, one code; the message says what to do."""
    assert code in codes(*parts)


def test_a_mapping_with_fractions_does_not_fit_an_integer_score() -> None:
    """Half a point would be lost in silence."""
    declared = response(inside=mapping(("A", 0.5)))
    mapped = scored(op("map-response", identifier="RESPONSE"))
    assert codes(declared, outcome("SCORE", "integer"), mapped) == ["wrong_type"]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines() -> None:
    """An author corrects an item in one round."""
    item = etree.fromstring(
        f"""<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="x">
        {SCORE}
        <qti-response-processing>
            {set_value("SCORE", variable("ONE"))}
            {set_value("SCORE", f("much"))}
            {op("custom-operator", **{"class": "vendor.Maxima"})}
        </qti-response-processing></qti-assessment-item>"""
    )
    with pytest.raises(Refused) as refused:
        compile_item(item, "items/one.xml")
    found = [(problem.file, problem.line, problem.code) for problem in refused.value.problems]
    assert found == [
        ("items/one.xml", 4, "unknown_variable"),
        ("items/one.xml", 5, "bad_number"),
        ("items/one.xml", 6, "unknown_rule"),
    ]


def test_a_vendors_operator_is_named() -> None:
    """So that the author finds it."""
    vendor = '<qti-custom-operator class="org.example.Maxima"/>'
    found = problems(SCORE, scored(vendor))
    assert found[0].code == "unsupported_custom_operator"
    assert "org.example.Maxima" in found[0].message


def test_nesting_is_bounded() -> None:
    """A bomb of brackets is a problem and not a crash."""
    deep = f(1)
    for _ in range(MOST_DEPTH + 2):
        deep = op("sum", deep)
    assert codes(SCORE, scored(deep)) == ["too_deep"]
    assert codes(SCORE, rules(conditions(MOST_RULE_DEPTH + 1, set_value("SCORE", f(1))))) == ["too_deep"]


def conditions(depth: int, rule: str) -> str:
    for _ in range(depth):
        rule = op("response-condition", op("response-if", b(True), rule))
    return rule


def test_the_deepest_program_can_be_written_and_run() -> None:
    """What is just not refused must not break what comes after: the key is written as JSON."""
    deep = f(1)
    for _ in range(MOST_DEPTH):
        deep = op("sum", deep)
    deepest = program(SCORE, rules(conditions(MOST_RULE_DEPTH, set_value("SCORE", deep))))
    key = {"items": {"i1": {"program": deepest}}}
    assert orjson.loads(orjson.dumps(key)) == key
    assert score(deepest, {})["SCORE"] == 1.0


def test_the_size_of_the_rules_is_bounded() -> None:
    """Whoever imports a package waits for it."""
    assert codes(SCORE, rules(*["<qti-exit-response/>"] * MOST_ELEMENTS)) == ["too_large"]


CHOICES = op(
    "item-body",
    op(
        "choice-interaction",
        '<qti-simple-choice identifier="A"/><qti-simple-choice identifier="B"/>',
        response_identifier="RESPONSE",
    ),
)


def test_a_right_answer_must_be_among_the_choices() -> None:
    """A slip in the key would mark every pupil wrong."""
    assert codes(response(correct=("C",)), SCORE, CHOICES, template("match_correct")) == ["unknown_choice"]
    found = program(response(correct=("B",)), SCORE, CHOICES, template("match_correct"))
    assert found["responses"]["RESPONSE"]["correct"] == "B"


def test_a_right_pair_must_join_things_that_are_there() -> None:
    """A row and a column, a word and a gap."""
    parts = '<qti-simple-associable-choice identifier="A"/><qti-simple-associable-choice identifier="B C"/>'
    body = op("item-body", op("match-interaction", parts, response_identifier="RESPONSE"))
    good = response(base_type="directedPair", correct=("A A",))
    assert program(good, SCORE, body, template("match_correct"))["rules"]
    bad = response(base_type="directedPair", correct=("A Z",))
    assert codes(bad, SCORE, body, template("match_correct")) == ["unknown_choice"]
    spaced = response(correct=("B C",))
    assert program(spaced, SCORE, body, template("match_correct"))["rules"]


def test_an_outcome_may_have_an_empty_default() -> None:
    """Authoring tools write the frame and leave it empty."""
    assert compile_item(
        etree.fromstring(f"<qti-assessment-item>{outcome(inside=default())}</qti-assessment-item>"),
        "item.xml",
    )["outcomes"] == {"SCORE": {"cardinality": "single", "base_type": "float"}}

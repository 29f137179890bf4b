"""Template processing: the same seed draws the same variant, and no rule draws without end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items.scoring import lots
from items.scoring.lots import Lots, OutOfWork
from items.scoring.maximum import max_score
from items.scoring.run import Program, correct_responses, load, score
from items.scoring.variants import Variant
from tests.items.scoring_items import (
    SCORE,
    b,
    codes,
    correct,
    default,
    i,
    multiple,
    op,
    ordered,
    outcome,
    problems,
    program,
    response,
    rules,
    set_value,
    steady,
    template,
    variable,
    w,
)

MATCH = template("match_correct")
DICE = op("random-integer", min=1, max=6)


def holds(identifier: str, base_type: str = "integer", cardinality: str = "single", inside: str = "") -> str:
    """A template declaration."""
    head = {"identifier": identifier, "cardinality": cardinality, "base_type": base_type}
    return op("template-declaration", inside, **head)


def draw(*written: str) -> str:
    return op("template-processing", *written)


def assign(identifier: str, expression: str) -> str:
    return op("set-template-value", expression, identifier=identifier)


def constraint(expression: str) -> str:
    return op("template-constraint", expression)


def drawn(seed: object, *parts: str) -> dict[str, Any]:
    """The template variables of one variant."""
    loaded = load(program(*parts, SCORE))
    return dict(loaded.variant(str(seed).encode()).values)


def variants(*parts: str, count: int = 60) -> list[dict[str, Any]]:
    loaded = load(program(*parts, SCORE))
    return [dict(loaded.variant(b"%d" % seed).values) for seed in range(count)]


def test_a_variant_comes_from_its_seed_alone() -> None:
    """Drawn again, on another day, by another process: the same; and this very one, for ever."""
    parts = (holds("A"), holds("B", "float"), draw(assign("A", DICE), assign("B", op("random-float", max=1))))
    assert drawn("s", *parts) == drawn("s", *parts) == {"A": 1, "B": 0.5435868902512783}
    assert len({str(one) for one in variants(*parts)}) > 50


def test_every_number_of_a_range_is_drawn_and_no_other() -> None:
    """From min to max by steps, both ends included; min is 0 and the step 1 where nobody says."""
    found = variants(holds("A"), draw(assign("A", op("random-integer", min=3, max=9, step=2))))
    assert {one["A"] for one in found} == {3, 5, 7, 9}
    assert {one["A"] for one in variants(holds("A"), draw(assign("A", op("random-integer", max=2))))} == {
        0,
        1,
        2,
    }


def test_the_ends_of_a_range_may_be_variables() -> None:
    """QTI lets a template variable stand where a number may."""
    parts = (
        holds("LOW"),
        holds("A"),
        draw(assign("LOW", i(4)), assign("A", op("random-integer", min="LOW", max=5))),
    )
    assert {one["A"] for one in variants(*parts)} == {4, 5}


@steady
@given(low=st.floats(-1e9, 1e9), width=st.floats(0, 1e9), seed=st.binary(max_size=8))
def test_a_random_float_stays_within_its_range(low: float, width: float, seed: bytes) -> None:
    """Whatever the seed."""
    declared = (
        holds("A", "float"),
        draw(assign("A", op("random-float", min=repr(low), max=repr(low + width)))),
    )
    found = load(program(*declared, SCORE)).variant(seed).values["A"]
    assert low <= found <= low + width


def test_random_takes_any_member_and_repetition_draws_again() -> None:
    """A container of three dice is three throws, not one throw three times."""
    parts = (
        holds("ONE", "identifier"),
        holds("DICE", cardinality="ordered"),
        draw(
            assign("ONE", op("random", multiple(w("A"), w("B"), w("C")))),
            assign("DICE", op("repeat", DICE, number_repeats=3)),
        ),
    )
    found = variants(*parts)
    assert {one["ONE"] for one in found} == {"A", "B", "C"}
    assert all(len(one["DICE"]) == 3 for one in found)
    assert any(len(set(one["DICE"])) == 3 for one in found)


def test_a_constraint_has_everything_drawn_again_until_it_holds() -> None:
    """Two numbers that must differ, do."""
    differ = constraint(op("not", op("match", variable("A"), variable("B"))))
    found = variants(holds("A"), holds("B"), draw(assign("A", DICE), assign("B", DICE), differ))
    assert all(one["A"] != one["B"] for one in found)


def test_what_a_constraint_does_not_know_is_not_true() -> None:
    """NULL draws again, like false."""
    unknown = constraint(op("gt", variable("NOTHING"), i(3)))
    assert codes(holds("NOTHING"), draw(unknown), SCORE) == ["endless_constraint"]


def test_after_a_hundred_tries_the_declared_defaults_serve_and_the_rules_go_on() -> None:
    """QTI's own figure; a constraint that holds for few seeds keeps nobody waiting."""
    parts = (
        holds("A", inside=default(7)),
        holds("B"),
        draw(
            assign("A", op("random-integer", min=1, max=400)),
            constraint(op("lt", variable("A"), i(2))),
            assign("B", i(5)),
        ),
    )
    loaded = load(program(*parts, SCORE))
    found = [loaded.variant(b"%d" % seed) for seed in range(40)]
    given_up = [one.values for one in found if one.gave_up]
    assert given_up
    assert all(values == {"A": 7, "B": 5} for values in given_up)
    assert any(one.values == {"A": 1, "B": 5} for one in found if not one.gave_up)


def test_an_endless_constraint_is_refused_with_what_to_do() -> None:
    """At import, where its author can still mend it."""
    found = problems(holds("A"), draw(assign("A", DICE), constraint(op("gt", variable("A"), i(6)))), SCORE)
    assert [problem.code for problem in found] == ["endless_constraint"]
    assert "100 tries" in found[0].message
    assert found[0].line


def test_repetition_in_repetition_is_bounded() -> None:
    """Sixty times ten to the power of sixty draws end with the purse."""
    nested = op("random-integer", min=5, max=1)  # NULL: left out, so that no container grows too large
    for _ in range(40):
        nested = op("repeat", nested, number_repeats=10)
    assert codes(holds("A", cardinality="ordered"), draw(assign("A", nested)), SCORE) == [
        "endless_constraint"
    ]


def test_a_purse_ends() -> None:
    """The bound itself."""
    purse = Lots(b"", "x")
    purse.spend(lots.PURSE)
    with pytest.raises(OutOfWork):
        purse.below(2)


def test_too_many_rules_are_refused() -> None:
    """A thousand elements are four times the largest item seen."""
    many = [assign("A", DICE)] * 600
    assert codes(holds("A"), draw(*many), SCORE) == ["too_large"]


def test_conditions_choose_and_an_exit_ends() -> None:
    """If, else-if, else; what stands after the exit is not done."""

    def chosen(value: int) -> dict[str, Any]:
        test = op(
            "template-condition",
            op("template-if", op("match", variable("A"), i(1)), assign("B", i(10))),
            op("template-else-if", op("match", variable("A"), i(2)), assign("B", i(20)), op("exit-template")),
            op("template-else", assign("B", i(30))),
        )
        return drawn("s", holds("A"), holds("B"), draw(assign("A", i(value)), test, assign("A", i(0))))

    assert chosen(1) == {"A": 0, "B": 10}
    assert chosen(2) == {"A": 2, "B": 20}
    assert chosen(3) == {"A": 0, "B": 30}


RIGHT = (
    response(base_type="integer"),
    holds("A"),
    draw(
        assign("A", DICE),
        op("set-correct-response", op("product", variable("A"), i(2)), identifier="RESPONSE"),
    ),
    SCORE,
    MATCH,
)


def test_the_right_answer_of_a_variant_earns_the_point_and_that_of_another_does_not() -> None:
    """`set-correct-response` reaches the rules, the declared maximum and `--correct`."""
    compiled = program(*RIGHT)
    loaded = load(compiled)
    for seed in range(20):
        variant = loaded.variant(b"%d" % seed)
        right = str(2 * variant.values["A"])
        assert correct_responses(compiled, variant) == {"RESPONSE": right}
        assert loaded.score({"RESPONSE": right}, variant) == {"SCORE": 1.0}
        assert loaded.score({"RESPONSE": str(int(right) + 1)}, variant) == {"SCORE": 0.0}
        assert max_score(compiled, loaded, variant) == 1.0


@pytest.mark.parametrize(
    ("base_type", "cardinality", "expression", "text"),
    [
        ("float", "single", op("divide", i(1), i(8)), "0.125"),
        ("boolean", "single", b(True), "true"),
        ("identifier", "multiple", multiple(w("A"), w("B")), ["A", "B"]),
        ("integer", "ordered", ordered(i(2), i(1)), ["2", "1"]),
        ("point", "single", '<qti-base-value base-type="point">3 4</qti-base-value>', "3 4"),
        ("directedPair", "single", '<qti-base-value base-type="directedPair">B A</qti-base-value>', "B A"),
    ],
)
def test_a_right_answer_of_any_type_can_be_given_as_a_response(
    base_type: str, cardinality: str, expression: str, text: Any
) -> None:
    """What template processing sets is shown as a pupil would have written it, and then is right."""
    compiled = program(
        response(base_type=base_type, cardinality=cardinality),
        draw(op("set-correct-response", expression, identifier="RESPONSE")),
        SCORE,
        MATCH,
    )
    loaded = load(compiled)
    variant = loaded.variant(b"s")
    assert correct_responses(compiled, variant) == {"RESPONSE": text}
    assert loaded.score({"RESPONSE": text}, variant)["SCORE"] == 1.0


def test_a_score_may_depend_on_the_variant_and_so_does_its_maximum() -> None:
    """Points that the rules take from a template variable."""
    reward = op(
        "response-condition",
        op(
            "response-if",
            op("match", variable("RESPONSE"), correct("RESPONSE")),
            set_value("SCORE", variable("A")),
        ),
    )
    compiled = program(*RIGHT[:-1], rules(reward))
    loaded = load(compiled)
    for seed in range(10):
        variant = loaded.variant(b"%d" % seed)
        assert max_score(compiled, loaded, variant) == variant.values["A"]


def test_defaults_set_by_a_template_are_those_of_the_run() -> None:
    """Of an outcome its first value, of a response what counts when nothing is given."""
    parts = (
        response(base_type="integer"),
        outcome("BONUS", "integer"),
        draw(
            op("set-default-value", i(4), identifier="BONUS"),
            op("set-default-value", i(3), identifier="RESPONSE"),
        ),
        SCORE,
        rules(
            set_value(
                "SCORE", op("sum", variable("RESPONSE"), variable("BONUS"), op("default", identifier="BONUS"))
            )
        ),
    )
    loaded = load(program(*parts))
    variant = loaded.variant(b"s")
    assert loaded.score({}, variant) == {"BONUS": 4, "SCORE": 11.0}
    assert loaded.score({"RESPONSE": "1"}, variant) == {"BONUS": 4, "SCORE": 9.0}


def test_a_template_variable_without_a_rule_has_its_default() -> None:
    """Declared, never set: a constant of the item."""
    parts = (holds("A", inside=default(6)), SCORE, rules(set_value("SCORE", variable("A"))))
    assert score(program(*parts), {}) == {"SCORE": 6.0}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (op("set-outcome-value", i(1), identifier="SCORE"), "unknown_rule"),
        (assign("SCORE", i(1)), "wrong_variable"),
        (assign("NOBODY", i(1)), "unknown_variable"),
        (assign("A", w("x")), "wrong_type"),
        (assign("A", i(1) + i(2)), "wrong_count"),
        (op("set-correct-response", i(1), identifier="A"), "wrong_variable"),
        (constraint(i(1)), "wrong_type"),
        (constraint(b(True) + b(True)), "wrong_count"),
        (op("template-condition", op("template-if", b(True), constraint(b(True)))), "unexpected_element"),
        (op("template-condition", op("template-else", assign("A", i(1)))), "unexpected_element"),
        (op("template-condition"), "wrong_count"),
        (assign("A", op("random-integer", min=1)), "missing_attribute"),
        (assign("A", op("random", variable("A"))), "wrong_type"),
        (assign("A", op("custom-operator", **{"class": "vendor.Maxima"})), "unsupported_custom_operator"),
    ],
)
def test_mistakes_in_template_rules_are_told(written: str, code: str) -> None:
    """With the line and what to do, before any pupil meets them."""
    assert code in codes(holds("A"), response(base_type="integer"), draw(written), SCORE)


def test_rules_nested_too_deep_are_refused() -> None:
    """Before Python gives up."""
    nested = assign("A", i(1))
    for _ in range(40):
        nested = op("template-condition", op("template-if", b(True), nested))
    assert "too_deep" in codes(holds("A"), draw(nested), SCORE)


def test_rules_that_draw_in_scoring_are_played_the_same_again() -> None:
    """The lot comes from the seed and the number of the attempt, so a score can be computed again."""
    loaded = load(program(SCORE, rules(set_value("SCORE", op("random-integer", min=0, max=1000)))))
    assert isinstance(loaded, Program)
    scores = [loaded.score({}, Variant(b"seed"))["SCORE"] for _ in range(3)]
    assert len(set(scores)) == 1
    assert loaded.score({"numAttempts": "2"}, Variant(b"seed"))["SCORE"] != scores[0]
    assert loaded.score({}, Variant(b"other"))["SCORE"] != scores[0]


@steady
@given(seed=st.binary(max_size=40))
def test_any_seed_gives_one_variant_within_its_constraint(seed: bytes) -> None:
    """The property behind replay: no seed fails, and none gives two things."""
    apart = constraint(op("gt", op("subtract", variable("B"), variable("A")), i(1)))
    loaded = load(program(holds("A"), holds("B"), draw(assign("A", DICE), assign("B", DICE), apart), SCORE))
    first, again = loaded.variant(seed), loaded.variant(seed)
    assert first == again
    assert not first.gave_up
    assert first.values["B"] - first.values["A"] > 1


def test_an_item_without_template_processing_has_no_variant() -> None:
    """And costs nothing."""
    loaded = load(program(response(correct=("A",)), SCORE, MATCH))
    assert loaded.cloner is None
    assert loaded.variant(b"s").values == {}

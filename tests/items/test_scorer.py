"""The scorer finds its way from what a pupil sees to what the author wrote, and gives nothing away."""

from __future__ import annotations

from typing import Any

import pytest

from items.scorer import Scorer
from items.scoring.maximum import max_score
from tests.items.scoring_items import (
    SCORE,
    default,
    f,
    mapping,
    op,
    outcome,
    program,
    response,
    rules,
    set_value,
    template,
    variable,
)

MATCH = template("match_correct")
MAP = template("map_response")


def entry(*parts: str, choices: dict[str, str] | None = None) -> dict[str, Any]:
    """What a form's key holds of an item with one response."""
    return {
        "authored": "item-on-fractions",
        "title": "Fractions",
        "domain": "Numbers",
        "program": program(*parts),
        "responses": {"r1": {"authored": "RESPONSE", "choices": choices or {}}},
    }


def scorer(*parts: str, choices: dict[str, str] | None = None) -> Scorer:
    return Scorer({"items": {"i1": entry(*parts, choices=choices)}})


CHOICES = {"bcdf": "RIGHT", "ghjk": "WRONG"}


@pytest.mark.parametrize(
    ("given", "score"),
    [("bcdf", 1.0), ("ghjk", 0.0), ("RIGHT", 0.0), ("zzzz", 0.0), (None, 0.0), (["bcdf"], 1.0), (7, 0.0)],
)
def test_an_opaque_choice_scores_and_an_authored_one_does_not(given: Any, score: float) -> None:
    """Who guesses an author's identifier has guessed nothing."""
    one = scorer(response(correct=("RIGHT",)), SCORE, MATCH, choices=CHOICES)
    assert one.score("i1", {"r1": given})["SCORE"] == score


def test_both_ends_of_a_pair_are_translated() -> None:
    """Choice and gap, row and column."""
    declared = response(base_type="directedPair", cardinality="multiple", correct=("A X", "B Y"))
    names = {"bcdf": "A", "ghjk": "B", "lmnp": "X", "qrst": "Y"}
    one = scorer(declared, SCORE, MATCH, choices=names)
    assert one.score("i1", {"r1": ["ghjk qrst", "bcdf lmnp"]})["SCORE"] == 1.0
    assert one.score("i1", {"r1": ["A X", "B Y"]})["SCORE"] == 0.0
    assert one.score("i1", {"r1": ["lmnp bcdf", "ghjk qrst"]})["SCORE"] == 0.0


def test_an_authored_identifier_may_hold_anything() -> None:
    """Also a space, as one exporter writes pairs."""
    one = scorer(response(correct=("A1 B1",)), SCORE, MATCH, choices={"bcdf": "A1 B1"})
    assert one.score("i1", {"r1": "bcdf"})["SCORE"] == 1.0


def test_text_and_numbers_stay_as_typed() -> None:
    """Only choices have opaque names."""
    one = scorer(response(base_type="float", correct=("0.5",)), SCORE, MATCH)
    assert one.score("i1", {"r1": "0,5"})["SCORE"] == 1.0


@pytest.mark.parametrize("answer", [None, {}, {"r1": None}, {"r9": "bcdf"}])
def test_a_missing_response_is_no_answer(answer: dict[str, Any] | None) -> None:
    """An item that was never opened scores as one left blank."""
    one = scorer(response(correct=("RIGHT",)), SCORE, MATCH, choices=CHOICES)
    assert one.score("i1", answer)["SCORE"] == 0.0


def test_results_can_show_an_answer_in_the_authors_words() -> None:
    """Exports and teachers read the author's identifiers; unknown ones are left out."""
    several = response(cardinality="multiple", correct=("RIGHT",))
    one = scorer(several, SCORE, MATCH, choices=CHOICES)
    assert one.responses_in_authored("i1", {"r1": ["ghjk", "bcdf", "zzzz"]}) == {
        "RESPONSE": ["WRONG", "RIGHT"]
    }
    assert one.responses_in_authored("i1", None) == {"RESPONSE": None}
    assert (one.authored("i1"), one.title("i1"), one.domain("i1")) == (
        "item-on-fractions",
        "Fractions",
        "Numbers",
    )


def test_an_item_that_people_mark_has_no_score_yet() -> None:
    """NULL, and the flag that says why."""
    essay = scorer(response(base_type="string"), outcome(normal_maximum="4"))
    assert essay.score("i1", {"r1": "Il était une fois"}) == {"SCORE": None}
    assert essay.needs_marking("i1")
    assert essay.max_score("i1") == 4.0
    assert not scorer(response(correct=("RIGHT",)), SCORE, MATCH).needs_marking("i1")


MOST = outcome("MAXSCORE", inside=default(3))
SEVERAL = response(
    cardinality="multiple", correct=("A",), inside=mapping(("A", 2), ("B", 1), ("C", -1), upper_bound=2.5)
)
OWN = rules(set_value("SCORE", op("product", op("map-response", identifier="RESPONSE"), f(0.5))))
AREAS = op(
    "area-mapping",
    '<qti-area-map-entry shape="rect" coords="0,0,10,10" mapped-value="1"/>'
    '<qti-area-map-entry shape="circle" coords="50,50,5" mapped-value="2"/>'
    '<qti-area-map-entry shape="poly" coords="90,90,99,90,99,99" mapped-value="-1"/>',
)
POINTS = response(base_type="point", cardinality="multiple", inside=AREAS)
THIRDS = mapping(("A", 0.333333333), ("B", 0.333333333), ("C", 0.333333333))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((response(correct=("A",)), SCORE, MATCH), 1.0),
        ((response(correct=("A",)), outcome(normal_maximum="5"), MATCH), 1.0),
        ((SEVERAL, SCORE, MAP), 2.5),
        ((SEVERAL, SCORE, OWN), 1.25),
        ((response(inside=mapping(("A", 2), ("B", 3))), SCORE, MAP), 3.0),
        ((response(base_type="point", inside=AREAS), SCORE, template("map_response_point")), 2.0),
        ((POINTS, SCORE, template("map_response_point")), 3.0),
        ((response(cardinality="multiple", inside=THIRDS), outcome(normal_maximum="1"), MAP), 1.0),
        ((response(), outcome(normal_maximum="5"), rules(set_value("SCORE", f(2)))), 5.0),
        ((response(), SCORE, MOST, rules(set_value("SCORE", f(0)))), 3.0),
        ((response(), SCORE, rules(set_value("SCORE", f(0)))), None),
        ((response(base_type="string"), SCORE, MOST), 3.0),
        ((response(base_type="string"), SCORE), None),
    ],
)  # fmt: skip
def test_the_maximum_is_what_can_be_reached_else_what_is_declared(
    parts: tuple[str, ...], expected: float | None
) -> None:
    """The rule of `items.scoring.maximum`, case by case."""
    assert max_score(program(*parts)) == expected


def test_a_record_answer_is_scored_from_its_declared_number() -> None:
    """The right answer of a number entry is declared field by field and typed as one text."""
    fields = '<qti-value field-identifier="floatValue" base-type="float">2.5</qti-value>'
    declared = response(base_type="", cardinality="record", inside=op("correct-response", fields))
    typed = op("field-value", variable("RESPONSE"), field_identifier="floatValue")
    right = op("equal", typed, f(2.5), tolerance_mode="exact")
    processing = rules(op("response-condition", op("response-if", right, set_value("SCORE", f(4)))))
    one = scorer(declared, SCORE, processing)
    assert one.max_score("i1") == 4.0
    assert one.score("i1", {"r1": "2,50"})["SCORE"] == 4.0

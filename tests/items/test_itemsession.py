"""Attempts: what an adaptive item keeps, when an item is over, and which response counts in the end."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items.compile import compile_form
from items.model import Form
from items.package import read_package
from items.scorer import Scorer
from items.scoring.itemsession import MOST_ATTEMPTS, ItemSession
from items.scoring.maximum import max_score
from items.scoring.run import load
from tests.items.scoring_items import (
    SCORE,
    i,
    op,
    program,
    response,
    rules,
    set_value,
    steady,
    template,
    variable,
    w,
)

FORM = Path(__file__).parents[1] / "forms" / "attempts"
MATCH = template("match_correct")
CHEST, TRIES = "i3", "i4"


@cache
def form() -> Form:
    return compile_form(read_package(FORM), seed=b"attempts")


def opaque(item: str, authored: str) -> str:
    """The drawn name of a choice."""
    responses = form().key["items"][item]["responses"].values()
    names: dict[str, str] = {
        identifier: name for known in responses for name, identifier in known["choices"].items()
    }
    return names[authored]


def counting(most: int = 0, *, adaptive: bool = False, over_at: int = 0) -> ItemSession:
    """An item whose SCORE grows by the number of the attempt."""
    rule = set_value("SCORE", op("sum", variable("SCORE"), variable("numAttempts")))
    end = op(
        "response-condition",
        op(
            "response-if",
            op("match", variable("numAttempts"), i(over_at)),
            set_value("completionStatus", w("completed")),
        ),
    )
    compiled = program(
        response(correct=("A",)), SCORE, rules(rule, end), adaptive="true" if adaptive else "false"
    )
    loaded = load(compiled)
    return ItemSession(loaded, loaded.variant(b"s"), most)


def scores(session: ItemSession, *given: str) -> list[Any]:
    return [session.attempt({"RESPONSE": one}) and session.outcomes["SCORE"] for one in given]


def test_an_adaptive_item_keeps_its_outcomes_from_attempt_to_attempt() -> None:
    """1, then 1 + 2, then 1 + 2 + 3."""
    assert scores(counting(adaptive=True), "A", "B", "A") == [1.0, 3.0, 6.0]


def test_any_other_item_starts_afresh() -> None:
    """Only the number of the attempt grows."""
    assert scores(counting(), "A", "B", "A") == [1.0, 2.0, 3.0]


def test_attempts_end_where_the_author_says() -> None:
    """What comes after the last one changes nothing."""
    session = counting(2)
    assert [session.left] + [session.attempt({"RESPONSE": "A"}) and session.left for _ in range(2)] == [
        2,
        1,
        0,
    ]
    assert session.is_over
    assert not session.attempt({"RESPONSE": "B"})
    assert session.outcomes["SCORE"] == 2.0


def test_an_adaptive_item_ends_when_its_rules_say_completed() -> None:
    """QTI: max-attempts is for items that are not adaptive."""
    session = counting(1, adaptive=True, over_at=3)
    assert scores(session, "A", "A", "A", "A") == [1.0, 3.0, 6.0, False]
    assert session.is_completed


def test_attempts_without_end_end() -> None:
    """An item that is never completed takes fifty."""
    session = counting(adaptive=True)
    assert sum(session.attempt({"RESPONSE": "A"}) for _ in range(MOST_ATTEMPTS + 9)) == MOST_ATTEMPTS


def test_what_stands_there_at_hand_in_is_one_more_attempt() -> None:
    """If it is new, if it says something, and if an attempt is left."""
    session = counting(2)
    assert not session.hand_in({"RESPONSE": None})
    assert session.attempt({"RESPONSE": "A"})
    assert not session.hand_in({"RESPONSE": "A"})
    assert session.hand_in({"RESPONSE": "B"})
    assert not session.hand_in({"RESPONSE": "C"})
    assert session.count == 2


def test_the_most_an_adaptive_item_gives_is_seen_by_going_through_it() -> None:
    """Right in every step, as far as the item leads."""
    compiled = program(
        response(correct=("A",)),
        SCORE,
        rules(
            set_value("SCORE", op("sum", variable("SCORE"), i(1))),
            op(
                "response-condition",
                op(
                    "response-if",
                    op("match", variable("numAttempts"), i(3)),
                    set_value("completionStatus", w("completed")),
                ),
            ),
        ),
        adaptive="true",
    )
    assert max_score(compiled) == 3.0


# --- the three chests: a treasure hidden by lot, a chest opened by lot, a second choice ---------------------


def chests(seed: bytes, *choices: str) -> tuple[dict[str, Any], Scorer]:
    """The view after choosing a chest and then what to do."""
    scorer = Scorer(form().key)
    attempts = [{"r1": opaque(CHEST, choices[0]), "r2": None}]
    attempts += [attempts[0] | {"r2": opaque(CHEST, choice)} for choice in choices[1:]]
    return scorer.view(CHEST, scorer.play(CHEST, attempts, seed)), scorer


def test_the_captain_opens_an_empty_chest_that_was_not_chosen() -> None:
    """Drawn by the rules of the first attempt; the same whenever it is played again."""
    opened = set()
    for number in range(60):
        view, _ = chests(b"%d" % number, "rouge")
        assert view == chests(b"%d" % number, "rouge")[0]
        assert set(view["feedback"]) == {"f2"}
        (printed,) = view["printed"].values()
        treasure = next(iter(chests(b"%d" % number, "rouge", "garder")[0]["printed"].values()))
        assert printed not in ("rouge", treasure)
        opened.add(printed)
    assert opened == {"vert", "bleu"}


def test_the_end_of_a_course_is_told_and_scored() -> None:
    """Who changes gets the points; who keeps learns why not; nobody goes on after that."""
    scorer = Scorer(form().key)
    for choice, score, feedback in (("changer", 2.0, "f3"), ("garder", 0.0, "f4")):
        view, _ = chests(b"s", "vert", choice)
        assert view["over"] is True
        assert set(view["feedback"]) == {feedback}
        first = {"r1": opaque(CHEST, "vert"), "r2": None}
        second = first | {"r2": opaque(CHEST, choice)}
        settled = scorer.settle(CHEST, [first, second], None, b"s")
        assert (settled.outcomes["SCORE"], settled.attempts, settled.response) == (score, 2, second)
        assert settled.outcomes["completionStatus"] == "completed"


def test_a_pupil_without_network_is_scored_for_what_he_left() -> None:
    """One unchecked answer is one attempt: as far as it leads."""
    scorer = Scorer(form().key)
    left = {"r1": opaque(CHEST, "vert"), "r2": None}
    settled = scorer.settle(CHEST, [], left, b"s")
    assert settled.outcomes["SCENE"] == "ouvert"
    assert settled.attempts == 1
    untouched = scorer.settle(CHEST, [], None, b"s")
    assert (untouched.outcomes["SCORE"], untouched.attempts) == (0.0, 0)


def test_an_answer_changed_after_the_last_attempt_does_not_count() -> None:
    """Its feedback has been seen."""
    scorer = Scorer(form().key)
    wrong, right = ({"r1": opaque(TRIES, name)} for name in ("macon", "lyon"))
    assert scorer.settle(TRIES, [wrong], right).outcomes["SCORE"] == 1.0
    assert scorer.settle(TRIES, [wrong, wrong | {}], right).outcomes["SCORE"] == 0.0
    assert scorer.settle(TRIES, [right, wrong, right], right).outcomes["SCORE"] == 0.0
    assert scorer.settle(TRIES, [wrong], dict(wrong)).attempts == 1
    settled = scorer.settle(TRIES, [wrong, wrong], right)
    assert settled.response == wrong


def test_attempts_at_an_item_that_offers_none_are_answers_like_others() -> None:
    """Whoever calls his answers attempts gains and loses nothing."""
    scorer = Scorer(form().key)
    wrong, right = {"r1": "Lyon"}, {"r1": "Paris"}
    assert not scorer.offers_attempts("i5")
    assert scorer.settle("i5", [wrong, right], None).outcomes["SCORE"] == 1.0
    assert scorer.settle("i5", [right], wrong).outcomes["SCORE"] == 0.0
    assert scorer.settle("i5", [], None).outcomes["SCORE"] == 0.0


@steady
@given(
    picks=st.lists(st.sampled_from(["rouge", "vert", "bleu", "garder", "changer"]), max_size=6),
    seed=st.binary(max_size=9),
)
def test_any_course_replayed_ends_the_same(picks: list[str], seed: bytes) -> None:
    """Attempt by attempt or all at once: rescoring gives what the pupil was shown."""
    scorer = Scorer(form().key)
    attempts = [
        {"r1": opaque(CHEST, pick) if pick in ("rouge", "vert", "bleu") else None}
        | {"r2": opaque(CHEST, pick) if pick in ("garder", "changer") else None}
        for pick in picks
    ]
    session = scorer.play(CHEST, [], seed)
    for attempt in attempts:
        scorer.attempt(CHEST, session, attempt)
    whole = scorer.play(CHEST, attempts, seed)
    assert session.variables == whole.variables
    assert scorer.view(CHEST, session) == scorer.view(CHEST, whole)
    assert scorer.settle(CHEST, attempts, None, seed).outcomes == whole.outcomes


@steady
@given(seed=st.binary(max_size=40))
def test_for_any_seed_a_view_prints_what_is_visible_and_nothing_else(seed: bytes) -> None:
    """The number, its double, and the one trap that this pupil meets; never the other trap."""
    scorer = Scorer(form().key)
    drawn, view = scorer.variant("i2", seed), scorer.view("i2", scorer.play("i2", [], seed))
    met = {"carre": "CARRE", "plus": "DEUX"}[drawn["PIEGE"]]
    assert sorted(view["printed"].values()) == sorted(str(drawn[name]) for name in ("N", "N", "DOUBLE", met))
    assert set(view) == {"printed", "shown"}


@pytest.mark.parametrize("item", ["i1", "i2"])
def test_right_answers_of_any_variant_earn_the_maximum(item: str) -> None:
    """Through opaque names, for many sittings."""
    scorer = Scorer(form().key)
    for number in range(30):
        seed = b"sitting %d" % number
        printed = scorer.view(item, scorer.play(item, [], seed))["printed"]
        if item == "i1":
            answer = {"r1": str(int(printed["v1"]) * int(printed["v2"]))}
        else:
            answer = {"r1": opaque(item, "double")}
        assert scorer.settle(item, [], answer, seed).outcomes["SCORE"] == 1.0
        assert scorer.max_score(item, seed) == 1.0


def test_a_trace_ends_where_the_attempt_ended() -> None:
    """Of a variant, after earlier attempts, with the very lots that the pupil met."""
    scorer = Scorer(form().key)
    first = {"r1": opaque(CHEST, "vert"), "r2": None}
    second = first | {"r2": opaque(CHEST, "changer")}
    for number in range(20):
        seed = b"%d" % number
        opened = scorer.settle(CHEST, [first], None, seed).outcomes
        assert scorer.trace(CHEST, first, seed).outcomes == opened
        ended = scorer.settle(CHEST, [first, second], None, seed).outcomes
        assert scorer.trace(CHEST, second, seed, [first]).outcomes == ended
        right = scorer.correct("i1", seed)
        answer = {"r1": right["RESPONSE"]}
        assert scorer.trace("i1", answer, seed).outcomes == scorer.score("i1", answer, seed)

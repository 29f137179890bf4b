"""Which answer counts: the latest that came, or was given, in time."""

from __future__ import annotations

import itertools
from typing import Any

import orjson
import pytest

from engine.counting import Answer, OpenBatch, Rule, held_answers

DEADLINE_MS = 1_000_000
GRACE_MS = 10_000
STRICT = Rule(DEADLINE_MS, GRACE_MS)


def batch(
    n: int,
    answers: dict[str, tuple[Any, int]],
    *,
    epoch: int = 1,
    received_ms: int = DEADLINE_MS - 1,
    late: str = "",
) -> OpenBatch:
    """A batch of answers {item: (response, age)}."""
    entries = [
        {"item": item, "response": response, "elapsed_ms": 7, "age_ms": age}
        for item, (response, age) in answers.items()
    ]
    return OpenBatch(epoch, n, received_ms, late, orjson.dumps({"n": n, "answers": entries}))


def counted(batches: list[OpenBatch], rule: Rule = STRICT) -> dict[str, Any]:
    """Per item the response that counts."""
    held = held_answers(batches, rule)
    return {item: answers.counted.response for item, answers in held.items() if answers.counted}


def test_the_latest_answer_to_an_item_counts() -> None:
    """A pupil who changes his mind is scored for what he said last; items he left alone stay."""
    batches = [batch(1, {"i1": ("a", 0), "i2": ("b", 0)}), batch(2, {"i1": ("c", 0)})]

    assert counted(batches) == {"i1": "c", "i2": "b"}


def test_a_later_seat_wins_over_a_higher_number() -> None:
    """What the old computer still sends never overwrites what the pupil answers at the new one."""
    batches = [batch(9, {"i1": ("old seat", 0)}, epoch=1), batch(2, {"i1": ("new seat", 0)}, epoch=2)]

    assert counted(batches) == {"i1": "new seat"}


def test_the_order_and_the_repeats_of_batches_change_nothing() -> None:
    """Any copy, in any order, any number of times, gives the same state (P1)."""
    batches = [
        batch(1, {"i1": ("a", 0), "i2": ("b", 0)}),
        batch(2, {"i1": ("c", 0)}, epoch=2),
        batch(3, {"i2": ("d", 60_000)}, received_ms=DEADLINE_MS + 30_000, late="self_attested"),
    ]
    expected = held_answers(batches, STRICT)

    for order in itertools.permutations([*batches, *batches[:2]]):
        assert held_answers(order, STRICT) == expected


def test_a_withdrawn_answer_is_no_answer() -> None:
    """Null is what the pupil said last."""
    assert counted([batch(1, {"i1": ("a", 0)}), batch(2, {"i1": (None, 0)})]) == {"i1": None}


@pytest.mark.parametrize(
    ("age_ms", "corroborated", "self_attested", "late", "counts"),
    [
        (60_001, True, True, "self_attested", True),
        (60_001, True, False, "self_attested", False),
        (60_000, True, True, "self_attested", True),
        (59_999, True, True, "after", False),
    ],
)
def test_a_late_answer_is_judged_by_its_age(
    age_ms: int, corroborated: bool, self_attested: bool, late: str, counts: bool
) -> None:
    """The device says how long ago it was given; the delivery says whether its word is enough."""
    rule = Rule(DEADLINE_MS, GRACE_MS, corroborated, self_attested)
    late_batch = batch(2, {"i1": ("b", age_ms)}, received_ms=DEADLINE_MS + 60_000, late="after")

    held = held_answers([batch(1, {"i1": ("a", 0)}), late_batch], rule)["i1"]

    answer = held.counted if counts else held.uncounted
    assert answer == Answer("i1", "b", 1, 2, DEADLINE_MS + 60_000, 7, late, counts)
    assert held.counted is not None
    assert held.counted.response == ("b" if counts else "a")


def test_each_answer_of_a_late_batch_is_judged_alone() -> None:
    """A batch is called late by its newest answer; the older ones in it may well have been in time."""
    rule = Rule(DEADLINE_MS, GRACE_MS, True, True)
    late = batch(1, {"i1": ("a", 90_000), "i2": ("b", 10)}, received_ms=DEADLINE_MS + 60_000, late="after")

    assert counted([late], rule) == {"i1": "a"}


@pytest.mark.parametrize(
    ("outage", "late"),
    [
        ((DEADLINE_MS - 5_000, DEADLINE_MS + 20_000), "corroborated"),
        ((DEADLINE_MS + GRACE_MS, DEADLINE_MS + 20_000), "corroborated"),
        ((DEADLINE_MS + GRACE_MS + 1, DEADLINE_MS + 20_000), "self_attested"),
        ((DEADLINE_MS - 900_000, DEADLINE_MS - 30_001), "self_attested"),
    ],
)
def test_an_outage_of_ours_speaks_for_the_pupil(outage: tuple[int, int], late: str) -> None:
    """Answered before the deadline, and between then and the end of the grace we took nothing."""
    rule = STRICT._replace(outages=[outage])

    assert rule.lateness(received_ms=DEADLINE_MS + 60_000, age_ms=90_000) == late
    assert rule.counts(late) is (late == "corroborated")


def test_what_counts_takes_the_place_of_what_came_too_late() -> None:
    """An answer that does not count is shown only while nothing newer counts."""
    too_late = batch(1, {"i1": ("a", 0)}, received_ms=DEADLINE_MS + 60_000, late="after")
    extended = batch(2, {"i1": ("b", 0)})

    held = held_answers([too_late, extended], STRICT)["i1"]

    assert (held.counted and held.counted.response, held.uncounted) == ("b", None)


def test_an_empty_full_batch_holds_nothing() -> None:
    """A pupil who took a new seat and has answered nothing yet."""
    assert held_answers([batch(1, {})], STRICT) == {}


def test_attempts_are_told_apart_from_answers_and_copies() -> None:
    """In their order, those that came in time, each once; what counts is still the newest of all."""
    entries = [
        {"item": "i1", "response": response, "elapsed_ms": 7, "age_ms": 0, "attempt": attempt}
        for response, attempt in (("a", True), ("b", False), ("c", True), ("d", True), ("e", False))
    ]
    batches = [
        OpenBatch(1, n, DEADLINE_MS - 1, "", orjson.dumps({"n": n, "answers": [entry]}))
        for n, entry in enumerate(entries, 1)
    ]
    late = batches[3]._replace(late="after", received_ms=DEADLINE_MS + GRACE_MS + 1)
    held = held_answers([*batches[:3], late, *batches[:3], batches[4]], STRICT)["i1"]
    assert [answer.response for answer in held.attempts] == ["a", "c"]
    assert held.counted is not None
    assert held.counted.response == "e"
    assert not held.counted.is_attempt

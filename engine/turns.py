"""Which answers came in their turn: on the session's way, before their item was left, within its time.

Judged from the archive alone, over the batches in the order (epoch, n): any copy of them gives the same.

    off_route     the item is not in this session's test: not drawn, or another way was taken
    out_of_turn   an earlier batch shows that the item, or its part, had been left for good
    after ...     a part's, section's or item's own time was over: classed as at the end of the test

A part is left when something later was answered or looked at; so is each item of a linear part. A time
begins with the session, or with the step that the server signed, or else when the device says so, and never
later than the first answer shows. Pauses and extensions that came after move the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from engine.courses import Signed
from items.ordering import Place
from items.routing import Way

OFF_ROUTE, OUT_OF_TURN = "off_route", "out_of_turn"
SEVERITY = ("", "corroborated", "self_attested", "after")


class Lateness(Protocol):
    """How an answer is classed that came after a deadline (`engine.counting.Rule`)."""

    def by(self, deadline_ms: int, received_ms: int, age_ms: int) -> str: ...


class Batch(NamedTuple):
    """A batch as far as turns need it."""

    received_ms: int
    body: Mapping[str, Any]


class Times(NamedTuple):
    """When the session began, what its deadline was from when on, and its pupil's share of time."""

    started_ms: int
    deadlines: Sequence[tuple[int, int]] = ()
    """(moment, deadline from then on), by moment."""
    factor_permille: int = 1000

    def moved_since(self, moment_ms: int) -> int:
        """By how much the deadline moved after a moment: pauses, extensions, credits."""
        if not self.deadlines:
            return 0
        then = next((end for at, end in reversed(self.deadlines) if at <= moment_ms), self.deadlines[0][1])
        return max(0, self.deadlines[-1][1] - then)


class Turns:
    """The turns of one session."""

    def __init__(
        self,
        way: Way,
        steps: Sequence[Signed],
        parts: Mapping[str, Mapping[str, Any]],
        limits: Mapping[str, Mapping[str, Any]],
        times: Times,
        batches: Sequence[Batch],
    ) -> None:
        self._places = {place.item: number for number, place in enumerate(way.places)}
        self._way = way.places
        self._ranks = _ranks(way.places, parts)
        self._times = times
        self._reached = -1
        timed = {name: one for name, one in limits.items() if one.get("max_ms") and not one.get("late")}
        self._limits = timed
        self._entered = self._entries(steps, batches) if timed else {}

    def judge(self, batch: Batch, entry: Mapping[str, Any], rule: Lateness) -> str:
        """The class of one answer; "" when it came in its turn."""
        number = self._places.get(entry["item"])
        if number is None:
            return OFF_ROUTE
        if self._ranks[number] < self._reached:
            return OUT_OF_TURN
        age_ms = true_age(batch, entry)
        ends = (self._end(node) for node in self._way[number].path)
        classes = [rule.by(end, batch.received_ms, age_ms) for end in ends if end is not None]
        return max(classes, key=SEVERITY.index, default="")

    def pass_by(self, batch: Batch) -> None:
        """What a batch shows to have been reached; called when its answers have been judged."""
        for item in (*(entry["item"] for entry in batch.body["answers"]), batch.body.get("at")):
            number = self._places.get(item) if isinstance(item, str) else None
            if number is not None:
                self._reached = max(self._reached, self._ranks[number])

    def has_left(self, item: str) -> bool:
        """Whether what was passed by shows that the item was left for good: no more answers to it count."""
        number = self._places.get(item)
        return number is not None and self._ranks[number] < self._reached

    @property
    def passed(self) -> frozenset[str]:
        """The items up to the furthest that was reached."""
        return frozenset(
            place.item for place, rank in zip(self._way, self._ranks, strict=True) if rank <= self._reached
        )

    def _end(self, node: str) -> int | None:
        limits, entered_ms = self._limits.get(node), self._entered.get(node)
        if limits is None or entered_ms is None:
            return None
        length_ms: int = round(limits["max_ms"] * self._times.factor_permille / 1000)
        return entered_ms + length_ms + self._times.moved_since(entered_ms)

    def _entries(self, steps: Sequence[Signed], batches: Sequence[Batch]) -> dict[str, int]:
        """When each timed stretch was entered, at the latest."""
        found: dict[str, int] = {}
        for node, moment_ms in self._evidence(steps, batches):
            moment_ms = max(self._times.started_ms, moment_ms)
            if node in self._limits:
                found[node] = min(found.get(node, moment_ms), moment_ms)
        return found

    def _evidence(self, steps: Sequence[Signed], batches: Sequence[Batch]) -> Iterable[tuple[str, int]]:
        """Moments by which a part, section or item had been entered."""
        for place in self._way[:1]:
            yield from ((node, self._times.started_ms) for node in place.path)
        for signed in steps:
            yield from ((node, signed.at_ms) for node in self._newly_entered(signed))
        for batch in batches:
            yield from ((node, at) for node, (at, _) in moments(batch.body.get("entered")).items())
            for entry in batch.body["answers"]:
                given_ms = batch.received_ms - true_age(batch, entry)
                yield from ((node, given_ms) for node in self._path(entry["item"]))

    def _path(self, item: str) -> tuple[str, ...]:
        number = self._places.get(item)
        return () if number is None else self._way[number].path

    def _newly_entered(self, signed: Signed) -> Iterable[str]:
        known = self._path(signed.step.after)
        return [node for node in self._path(signed.step.to) if node not in known]


def _ranks(places: Sequence[Place], parts: Mapping[str, Mapping[str, Any]]) -> list[int]:
    """A number for each place that grows where nobody goes back: at each part, each item of a linear one."""
    ranks: list[int] = []
    rank, before = 0, ""
    for place in places:
        if before and (place.part != before or parts[place.part].get("linear")):
            rank += 1
        ranks.append(rank)
        before = place.part
    return ranks


def true_age(batch: Batch, entry: Mapping[str, Any]) -> int:
    """How long before it came an answer was given, as its device says.

    The bytes of a batch never change, so one that waited for the network tells ages that are too small;
    devices whose test has times of its parts write down when they froze it.
    """
    age_ms, frozen_ms = int(entry.get("age_ms", 0)), batch.body.get("frozen_ms")
    waited_ms = batch.received_ms - frozen_ms if type(frozen_ms) is int else 0
    return age_ms + max(0, waited_ms)


def moments(entered: object) -> dict[str, tuple[int, int]]:
    """`entered` of a batch: by part, section or item when it was entered, and the test's deadline then."""
    if not isinstance(entered, dict):
        return {}
    return {node: (pair[0], pair[1]) for node, pair in entered.items() if _is_pair(pair)}


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(type(moment) is int for moment in pair)

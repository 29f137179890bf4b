"""The flat opening: each pupil who waits for the bell gets a moment of his own soon after it.

The moment is `fraction(session) * spread`: the same for one session on every call and every worker, even over
all of them. The spread is the delivery's own, or as long as the measured capacity needs for all who wait.
The clock of a pupil begins with his own start, so nobody pays for it.

A pupil may meet several workers, one at log-in and another when he asks for his slot, and counts once:
workers tell one another no count, but the least of the session ids that they saw, which can be merged. As ids
are even, how many there are follows from how densely the least of them lie (k minimum values).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SPREAD_MAX_MS = 120_000
"""Longer nobody is kept waiting; beyond it admission decides."""
SPREAD_MIN_MS = 1_000
HEADROOM = 1.25
LEAST_MAX = 512
"""Ids that are kept and told: fewer are counted exactly, more with an error of 4 % or so."""
RANGE = 2**32
MARGIN = 1.1
"""Two standard errors of the count, and more: a crowd is rather overestimated."""


def number_of(sid: bytes) -> int:
    """0 to 2^32: session ids are drawn by chance, so their last bytes are even."""
    return int.from_bytes(sid[-4:], "big")


def fraction(sid: bytes) -> float:
    """0 to 1."""
    return number_of(sid) / RANGE


def counted(seen: Iterable[Iterable[int]]) -> int:
    """How many different numbers lie behind the least ones that each worker has seen."""
    least = sorted(set().union(*seen))
    if len(least) < LEAST_MAX:
        return len(least)
    return round((LEAST_MAX - 1) * RANGE / least[LEAST_MAX - 1] * MARGIN)


class Opening:
    """Who waits for which bell, as this worker knows it."""

    def __init__(self) -> None:
        self._least: dict[str, list[int]] = {}
        self._all: Mapping[str, int] = {}
        self.starts_per_s = 0.0
        """Of all workers together."""

    def waits(self, record: Mapping[str, Any], sid: bytes, now_ms: int) -> None:
        """A session that is ready has logged in, or asked again."""
        if now_ms >= record["opens_at_ms"]:
            return
        least, number = self._least.setdefault(record["id"], []), number_of(sid)
        if len(least) == LEAST_MAX and number > least[-1]:
            return
        place = bisect_left(least, number)
        if place == len(least) or least[place] != number:
            least.insert(place, number)
            del least[LEAST_MAX:]

    def told(self) -> Mapping[str, Sequence[int]]:
        """For the other workers: by delivery, the least numbers seen at this one."""
        return self._least

    def hear(self, others: Sequence[Mapping[str, Sequence[int]]]) -> None:
        """What all other workers told."""
        seen = [self._least, *others]
        names = set[str]().union(*seen)
        self._all = {name: counted(told.get(name, ()) for told in seen) for name in names}

    def forget(self, deliveries: Mapping[str, Mapping[str, Any]], now_ms: int) -> None:
        """Bells that have rung a while ago, and deliveries that are gone."""
        for name in list(self._least):
            record = deliveries.get(name)
            if record is None or now_ms > record["opens_at_ms"] + SPREAD_MAX_MS:
                del self._least[name]

    def spread_ms(self, record: Mapping[str, Any]) -> int:
        """How long after the bell the last of those who wait starts."""
        given = record.get("spread_ms")
        if given is not None:
            return int(given)
        waiting = self._all.get(record["id"], 0)
        if not waiting or not self.starts_per_s:
            return 0
        needed_ms = round(1000 * HEADROOM * waiting / self.starts_per_s)
        return min(SPREAD_MAX_MS, needed_ms) if needed_ms >= SPREAD_MIN_MS else 0

    def slot_ms(self, record: Mapping[str, Any], sid: bytes) -> int:
        """How long after the bell this session starts."""
        return int(fraction(sid) * self.spread_ms(record))

"""The flat opening: each pupil who waits for the bell gets a moment of his own soon after it.

The moment is `fraction(session) * spread`: the same for one session on every call and every worker, even over
all of them. The spread is the delivery's own, or as long as the measured capacity needs for all who wait.
The clock of a pupil begins with his own start, so nobody pays for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SPREAD_MAX_MS = 120_000
"""Longer nobody is kept waiting; beyond it admission decides."""
SPREAD_MIN_MS = 1_000
HEADROOM = 1.25
WAITING_MAX = 200_000
"""Pupils whose waiting a worker counts, for each delivery."""


def fraction(sid: bytes) -> float:
    """0 to 1: session ids are drawn by chance, so their last bytes are even."""
    return int.from_bytes(sid[-4:], "big") / 2**32


class Opening:
    """Who waits for which bell, as this worker knows it; `others` is what the other workers told."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[bytes]] = {}
        self.others: Mapping[str, int] = {}
        self.starts_per_s = 0.0
        """Of all workers together."""

    def waits(self, record: Mapping[str, Any], sid: bytes, now_ms: int) -> None:
        """A session that is ready has logged in, or asked again."""
        if now_ms >= record["opens_at_ms"]:
            return
        known = self._waiting.setdefault(record["id"], set())
        if len(known) < WAITING_MAX:
            known.add(sid)

    def counts(self) -> dict[str, int]:
        """How many wait for each delivery, at this worker."""
        return {delivery: len(known) for delivery, known in self._waiting.items()}

    def forget(self, deliveries: Mapping[str, Mapping[str, Any]], now_ms: int) -> None:
        """Bells that have rung a while ago, and deliveries that are gone."""
        for name in list(self._waiting):
            record = deliveries.get(name)
            if record is None or now_ms > record["opens_at_ms"] + SPREAD_MAX_MS:
                del self._waiting[name]

    def spread_ms(self, record: Mapping[str, Any]) -> int:
        """How long after the bell the last of those who wait starts."""
        given = record.get("spread_ms")
        if given is not None:
            return int(given)
        waiting = len(self._waiting.get(record["id"], ())) + self.others.get(record["id"], 0)
        if not waiting or not self.starts_per_s:
            return 0
        needed_ms = round(1000 * HEADROOM * waiting / self.starts_per_s)
        return min(SPREAD_MAX_MS, needed_ms) if needed_ms >= SPREAD_MIN_MS else 0

    def slot_ms(self, record: Mapping[str, Any], sid: bytes) -> int:
        """How long after the bell this session starts."""
        return int(fraction(sid) * self.spread_ms(record))

"""What a call waits for, measured without a clock on each call: one look every twenty milliseconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

LOOK_S = 0.02


class Queue(Protocol):
    """A writer, seen from outside."""

    taken: int
    """Operations that have left its queue so far."""

    def __len__(self) -> int: ...


class Sojourn:
    """How long operations wait in a queue: now and then the last one is marked, and seen to leave."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._mark = 0
        self._marked_s = self._looked_s = 0.0

    def look(self, now_s: float) -> float:
        """How long the marked one has waited at least; 0 when the queue is empty, or was a moment ago."""
        queue = self._queue
        waited_s = 0.0
        if self._mark:
            gone = queue.taken >= self._mark
            waited_s = (self._looked_s if gone else now_s) - self._marked_s
            if gone:
                self._mark = 0
        if not self._mark and len(queue):
            self._mark, self._marked_s = queue.taken + len(queue), now_s
        self._looked_s = now_s
        return waited_s


async def look_often(see: Callable[[float, float], None]) -> None:
    """Call `see(how late the loop is, now)` for ever; times in seconds of a monotonic clock.

    A call that arrives waits for one turn of the loop: as long as this timer is late.
    """
    while True:
        asked_s = time.perf_counter()
        await asyncio.sleep(LOOK_S)
        now_s = time.perf_counter()
        see(max(0.0, now_s - asked_s - LOOK_S), now_s)

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
        self._marked_s = self._looked_s = self._last_s = 0.0

    def look(self, now_s: float) -> float:
        """How long the last one waited that was seen to leave, or the marked one by now; 0 if none does."""
        queue = self._queue
        if self._mark and queue.taken >= self._mark:
            self._last_s = self._looked_s - self._marked_s  # it was still there when we looked
            self._mark = 0
        if not len(queue):
            self._last_s, self._mark = 0.0, 0
        elif not self._mark:
            self._mark, self._marked_s = queue.taken + len(queue), now_s
        self._looked_s = now_s
        return max(self._last_s, now_s - self._marked_s if self._mark else 0.0)


async def look_often(see: Callable[[float, float], None]) -> None:
    """Call `see(how late the loop is, now)` for ever; times in seconds of a monotonic clock.

    A call that arrives waits for one turn of the loop: as long as this timer is late.
    """
    while True:
        asked_s = time.perf_counter()
        await asyncio.sleep(LOOK_S)
        now_s = time.perf_counter()
        see(max(0.0, now_s - asked_s - LOOK_S), now_s)

"""The gate of one worker: what a request meets before anything of it is read.

While nothing is tight a call costs one look at `is_tight`. Past its limit a call is answered with prepared
bytes: 503, nothing but a jittered `Retry-After` that grows with the share that is refused, so that those who
come back cost little. Log-in alone says more: a place in the waiting room.
"""

from __future__ import annotations

import hmac
import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from engine.admission.control import Control
from engine.admission.opening import Opening
from engine.admission.places import Places, Turn
from engine.admission.ranks import LOGIN_PATH, Rank, rank_of
from engine.errors import Problem
from engine.settings import Settings

PLACE_HEADER = b"passation-place"
RETRY_LOW_S, RETRY_HIGH_S, RETRY_MAX_S = 2, 10, 60
"""Between low and high while few are refused; the more are, the longer, up to the last."""
RETRY_ANSWERS_MAX_S = 20
"""Answers and hand-ins wait no longer: half a minute after a crowd has gone all of them are in."""
FLUSH_MAX_MS = 30_000
Headers = Sequence[tuple[bytes, bytes]]


class Refusal(NamedTuple):
    """A call that is turned away: after how long it may come again, and what to tell it."""

    retry_s: int
    turn: Turn | None = None


class Gate:
    """Lets calls in by rank; `secret` is common to all workers, `clock` gives milliseconds since 1970."""

    def __init__(self, settings: Settings, secret: bytes, clock: Callable[[], int]) -> None:
        self._clock = clock
        target_s = settings.delay_target_ms / 1000
        self._flush_ms = settings.flush_after_ms
        stretch_max = max(1.0, FLUSH_MAX_MS / settings.flush_after_ms)
        self.control = Control(target_s, stretch_max)
        self.places = Places(hmac.digest(secret, b"passation/1|place", "sha256"))
        self.opening = Opening()
        self.is_tight = False
        """Whether `turned_away` need be asked at all."""
        self.flush_after_ms = settings.flush_after_ms
        self.workers = 1
        """Those that share the crowd, this one included."""
        self._under_way = [0] * len(Rank)
        self._most = {Rank.PAGES: settings.pages_pending_max, Rank.EXPORTS: settings.exports_pending_max}
        self._core_share = min(1.0, (os.cpu_count() or 1) / settings.workers)
        self._seen_s = 0.0

    def starts_per_s(self) -> float:
        """Starts a second beside all else: they may take half of this worker's share of the cores."""
        return self.control.starts_per_s(0.5 * self._core_share)

    def turned_away(self, path: bytes, headers: Headers) -> Refusal | None:
        """What a call of `path` past its limit is told; None: come in. Counts the call."""
        rank = rank_of(path)
        if rank is None:
            return None
        if path == LOGIN_PATH:
            return self._turned_from_log_in(headers)
        return None if self.control.admit(rank) else Refusal(self.retry_s(rank))

    def look(self, answers_s: float, others_s: float, now_s: float, *, cpu_s: float, served: float) -> None:
        """Take over a sample of how long answers, and all others, wait; see `Control.observe`."""
        # What is not an answer may wait longer in its own queue: answers do not stand behind it.
        self.control.observe(max(answers_s, others_s / 4), now_s, cpu_s=cpu_s, served=served)
        limit = self.control.limits[Rank.LOGIN]
        self.places.advance(
            now_s - self._seen_s if self._seen_s else 0.0, limit, self.control.admitted[Rank.LOGIN]
        )
        self._seen_s = now_s
        self.is_tight = self.control.is_tight or not self.places.is_empty
        self.flush_after_ms = int(self._flush_ms * self.control.stretch)

    def retry_s(self, rank: Rank) -> int:
        """Seconds until a refused call may come again: spread, and longer the more are refused."""
        seconds = RETRY_LOW_S + random.random() * (RETRY_HIGH_S - RETRY_LOW_S)
        most_s = RETRY_MAX_S if rank > Rank.SUBMIT else RETRY_ANSWERS_MAX_S
        return min(most_s, int(seconds / max(0.05, 1 - self.control.refusing[rank])))

    @contextmanager
    def under_way(self, path: bytes) -> Iterator[None]:
        """A call in work; Problem `overloaded` where its rank has as many under way as it may have."""
        rank = rank_of(path)
        most = self._most.get(rank) if rank is not None else None
        if rank is None or most is None:
            yield
            return
        if self._under_way[rank] >= most:
            raise Problem("overloaded")
        self._under_way[rank] += 1
        try:
            yield
        finally:
            self._under_way[rank] -= 1

    def _turned_from_log_in(self, headers: Headers) -> Refusal | None:
        now_ms = self._clock()
        place = next((value for name, value in headers if name == PLACE_HEADER), b"")
        if self.places.is_called(place, now_ms) and self.control.admit(Rank.LOGIN):
            return None
        turn = self.places.turn(place, now_ms, random.random())
        turn = turn._replace(number=1 + (turn.number - 1) * self.workers)
        return Refusal(-(-turn.back_ms // 1000), turn)

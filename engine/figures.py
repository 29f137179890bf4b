"""How this worker does, once a second in Redis for all the others: what the console and Prometheus show.

Nothing here is done for each answer: writers count what they take, the gate what it refuses, and a commit is
timed once for its whole group. `Meter.commit` puts two looks at the clock around each call to Redis.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar

import orjson

from engine.admission.ranks import Rank
from engine.services import Services
from sessions.store import Store

BOUNDS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Upper bounds of the histogram of latencies; one bucket more for what is slower."""
RECENT = 10
"""Seconds that `recent` looks back."""
FRESH_MS, GONE_MS = 5_000, 60_000
Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Figures(NamedTuple):
    """What one worker says of itself; the first three lines only grow."""

    name: str
    at_ms: int
    started_ms: int
    answers: int = 0
    logins: int = 0
    others: int = 0
    seconds: float = 0.0
    """Sum of the latencies in `buckets`."""
    buckets: tuple[int, ...] = (0,) * (len(BOUNDS_S) + 1)
    """Answers by their time in the server, from the queue to the disk."""
    recent: tuple[int, ...] = (0,) * (len(BOUNDS_S) + 1)
    answers_per_s: float = 0.0
    logins_per_s: float = 0.0
    wait_s: float = 0.0
    admitted: tuple[float, ...] = (0.0,) * len(Rank)
    refusing: tuple[float, ...] = (0.0,) * len(Rank)
    is_tight: bool = False
    wrong_per_s: float = 0.0
    """Codes that open nothing."""


class Meter:
    """Measures one worker."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._started_ms = clock()
        self._name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(2)}"
        self._buckets = [0] * (len(BOUNDS_S) + 1)
        self._seconds = 0.0
        self._past: deque[tuple[int, int, int, int, tuple[int, ...]]] = deque(maxlen=RECENT + 1)
        self.wait_s = 0.0
        """How long an answer waits now before its commit begins."""

    def commit(
        self, commit: Callable[[Sequence[Asked]], Awaitable[Sequence[Told]]]
    ) -> Callable[[Sequence[Asked]], Awaitable[Sequence[Told]]]:
        """`commit`, timed: every operation of a group has waited as long as the queue is, and then for it."""

        async def timed(operations: Sequence[Asked]) -> Sequence[Told]:
            began_s = time.perf_counter()
            told = await commit(operations)
            took_s = time.perf_counter() - began_s + self.wait_s
            self._buckets[bisect_left(BOUNDS_S, took_s)] += len(operations)
            self._seconds += took_s * len(operations)
            return told

        return timed

    def figures(self, services: Services) -> Figures:
        """How this worker does now; rates since about ten seconds ago."""
        now_ms, buckets = self._clock(), tuple(self._buckets)
        answers, logins = services.answers.taken, services.codes.taken
        wrong = services.guessing.wrong_total
        self._past.append((now_ms, answers, logins, wrong, buckets))
        then_ms, then_answers, then_logins, then_wrong, then_buckets = self._past[0]
        passed_s = max(0.001, (now_ms - then_ms) / 1000)
        control = services.gate.control
        return Figures(
            name=self._name,
            at_ms=now_ms,
            started_ms=self._started_ms,
            answers=answers,
            logins=logins,
            others=services.others.taken,
            seconds=self._seconds,
            buckets=buckets,
            recent=tuple(now - then for now, then in zip(buckets, then_buckets, strict=True)),
            answers_per_s=(answers - then_answers) / passed_s,
            logins_per_s=(logins - then_logins) / passed_s,
            wait_s=self.wait_s,
            admitted=tuple(control.admitted),
            refusing=tuple(control.refusing),
            is_tight=control.is_tight,
            wrong_per_s=(wrong - then_wrong) / passed_s,
        )

    async def tell(self, services: Services, store: Store) -> None:
        """Say it to the others; StoreError if Redis is away."""
        figures = self.figures(services)
        await store.tell_figures(figures.name, orjson.dumps(list(figures)))


async def workers(store: Store, now_ms: int) -> list[Figures]:
    """The workers that have spoken lately, by name; those long gone are forgotten. StoreError."""
    found, gone = [], []
    for name, word in (await store.figures()).items():
        figures = _read(word)
        if figures is None or figures.at_ms < now_ms - GONE_MS:
            gone.append(name)
        else:
            found.append(figures)
    if gone:
        await store.forget_figures([name.decode() for name in gone])
    return sorted(found, key=lambda one: one.name)


def quantile_s(buckets: Sequence[int], share: float) -> float | None:
    """The latency below which `share` of them lie, as the bound of its bucket; None: there are none."""
    left = sum(buckets) * share
    if not left:
        return None
    for bound_s, count in zip((*BOUNDS_S, float("inf")), buckets, strict=True):
        left -= count
        if left <= 0:
            return bound_s
    return None


def _read(word: bytes) -> Figures | None:
    """Figures, or None if they come from a worker of another version."""
    try:
        values = orjson.loads(word)
        figures = Figures(*values)
        is_ours = len(figures.buckets) == len(BOUNDS_S) + 1 and len(figures.admitted) == len(Rank)
    except (ValueError, TypeError):
        return None
    return figures if is_ours else None

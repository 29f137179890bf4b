"""A day in virtual time: pupils come in waves, call, are refused, come again; a server may be away.

A discrete-event simulation: a heap of moments, a server of some cores with one queue, calls refused at once
when the queue is longer than their rank may wait. It answers what arithmetic cannot: how long queues grow at
the bell, how many are refused, what the return of a crowd does. The same seed gives the same day. A country
is simulated by a sample of its pupils on a server that is slower by the same factor: waits become coarser.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, heapreplace
from itertools import accumulate
from math import inf
from random import Random
from typing import Any, NamedTuple

RANK_WAIT_S = {"save": 2.0, "submit": 1.5, "start": 1.0, "login": 0.5}
"""How long a call of each rank may wait in the queue before it is refused: those inside come first."""
BACKOFF_FIRST_S, BACKOFF_LAST_S, RETRY_AFTER_S = 1.0, 30.0, 2.0
TRIES, EARNED = 8.0, 0.25
"""A device may try so often in a row; after that each try is earned by successes."""
LIVE_S = 60.0


class Wave(NamedTuple):
    """Pupils who hear one bell: log-in opens `arrive_s` before it, starts spread over `start_window_s`."""

    pupils: int
    bell_s: float
    end_s: float
    arrive_s: float
    start_window_s: float
    early_share: float = 0.9
    hand_in_window_s: float = 10.0


class Server(NamedTuple):
    """Cores, what each call costs in seconds of one, and when it is away."""

    cores: int
    cost_s: dict[str, float]
    away: Sequence[tuple[float, float]] = ()


@dataclass
class Story:
    """What happened, by second; `waits_s` of all calls that were served."""

    done: dict[str, Counter[int]] = field(default_factory=lambda: {kind: Counter() for kind in RANK_WAIT_S})
    refused: Counter[int] = field(default_factory=Counter)
    live: Counter[int] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)

    def live_at(self, seconds: int) -> list[int]:
        """Pupils of whom a save was acknowledged within the last 60 s, second by second."""
        return list(accumulate(self.live[at] for at in range(seconds)))

    def summary(self) -> dict[str, Any]:
        """The figures that a plan looks at."""
        waits, calls = sorted(self.waits_s), len(self.waits_s)
        return {
            **{f"{kind}s": found.total() for kind, found in self.done.items()},
            "peak_starts_per_s": max(self.done["start"].values(), default=0),
            "peak_live": max(self.live_at(max(self.live, default=0) + 1)),
            "refused": self.refused.total(),
            "peak_refused_per_s": max(self.refused.values(), default=0),
            "queue_p99_ms": round(waits[int(calls * 0.99)] * 1000, 1) if calls else 0.0,
            "queue_max_ms": round(waits[-1] * 1000, 1) if calls else 0.0,
            "over_s": max((max(found, default=0) for found in self.done.values()), default=0),
        }


class Pupil:
    """One pupil: what comes next, and how often in a row it was refused."""

    __slots__ = ("budget", "failures", "hand_in_s", "live_s", "start_s", "step")

    def __init__(self, start_s: float, hand_in_s: float) -> None:
        self.step = "login"
        self.start_s = start_s
        self.hand_in_s = hand_in_s
        self.failures = 0
        self.budget = TRIES
        self.live_s = -LIVE_S - 1

    def served(self, now_s: float, think_s: float, random: Random) -> float | None:
        """The call came through; gives the moment of the next one, None after the hand-in."""
        self.failures = 0
        self.budget = min(TRIES, self.budget + EARNED)
        if self.step == "submit":
            return None
        if self.step == "login":
            self.step = "start"
            return max(now_s, self.start_s)
        share = random.random() if self.step == "start" else random.uniform(0.5, 1.5)
        next_s = now_s + think_s * share
        self.step = "save" if next_s < self.hand_in_s else "submit"
        return max(now_s, min(next_s, self.hand_in_s))

    def refused(self, now_s: float, asked_s: float, random: Random) -> float:
        """Full jitter under a doubling ceiling, never less than was asked for; longer without tries."""
        ceiling_s = min(BACKOFF_LAST_S, BACKOFF_FIRST_S * 2.0**self.failures)
        self.failures = min(10, self.failures + 1)
        if self.budget < 1:
            return now_s + max(asked_s, BACKOFF_LAST_S * (0.5 + random.random() / 2))
        self.budget -= 1
        return now_s + max(asked_s * (1 + random.random() / 4), 0.25 + random.random() * ceiling_s)


def simulate(waves: Sequence[Wave], server: Server, *, think_s: float, seed: int = 1) -> Story:
    """The whole day, until the last pupil has handed in."""
    random, story = Random(seed), Story()
    crowd = [entry for wave in waves for entry in arrivals(wave, random)]
    heap = [(at_s, number, pupil) for number, (at_s, pupil) in enumerate(crowd)]
    heapify(heap)
    free_s = [-inf] * server.cores  # log-in opens before the first bell, at a moment below 0
    while heap:
        now_s, number, pupil = heappop(heap)
        wait_s = max(0.0, free_s[0] - now_s)
        away = any(begin_s <= now_s < end_s for begin_s, end_s in server.away)
        if away or wait_s > RANK_WAIT_S[pupil.step]:
            story.refused[int(now_s)] += 1
            heappush(heap, (pupil.refused(now_s, 0.0 if away else RETRY_AFTER_S, random), number, pupil))
            continue
        done_s = now_s + wait_s + server.cost_s[pupil.step]
        heapreplace(free_s, done_s)
        tell(story, pupil, wait_s, done_s)
        next_s = pupil.served(done_s, think_s, random)
        if next_s is not None:
            heappush(heap, (next_s, number, pupil))
    return story


def arrivals(wave: Wave, random: Random) -> list[tuple[float, Pupil]]:
    """When each pupil of a wave comes: most before the bell, the others with it."""
    found = []
    for _ in range(wave.pupils):
        start_s = wave.bell_s + random.uniform(0, wave.start_window_s)
        early = random.random() < wave.early_share
        come_s = wave.bell_s - random.uniform(0, wave.arrive_s) if early else start_s
        found.append((come_s, Pupil(start_s, wave.end_s - random.uniform(0, wave.hand_in_window_s))))
    return found


def tell(story: Story, pupil: Pupil, wait_s: float, done_s: float) -> None:
    """Write down a call that was served."""
    second = int(done_s)
    story.done[pupil.step][second] += 1
    story.waits_s.append(wait_s)
    if pupil.step == "save":
        begin = second if pupil.live_s + LIVE_S < second else int(pupil.live_s + LIVE_S)
        story.live[begin] += 1
        story.live[int(second + LIVE_S)] -= 1
        pupil.live_s = second

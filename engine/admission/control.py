"""How much of each rank is let in: by what it is measured to wait, never by a number somebody guessed.

The signal is the time that a call waits before its work begins: how late the event loop is, and how long the
writer's queue is (`engine.admission.watch`). As in CoDel only the *least* wait of an interval counts: a peak
that passes is no overload, a queue that never empties is one. Then a share of the work is taken away from the
bottom: exports first, answers last, each down to a floor. When the wait is short again the most important
rank gets back first.

Limits are rates, not shares: five times the crowd gets no more in than twice the crowd. Everything here is
arithmetic on numbers that are handed in; there is no clock.
"""

from __future__ import annotations

from collections import deque
from math import inf

from engine.admission.ranks import BUDGETS, Rank

INTERVAL_S = 0.3
SAMPLES_MIN = 3
ANSWERS_FACTOR = 2.5
"""Answers and hand-ins wait so many times longer than others before any of them is refused."""
DRAIN_LOW, DRAIN_HIGH = 0.02, 0.25
"""How much less than all it can do a worker takes in, so that what waits is worked off: by the excess, in
seconds of waiting a second."""
CUT_HIGH = 0.8
KEEP, REMEMBER_S = 0.87, 10.0
"""No cut goes below so much of the best that was done lately: where waiting has another cause (a slow disk, a
neighbour on the machine) to refuse more would help nobody."""
STEADY = 0.05
GROWTH, GROWTH_IDLE, GROWTH_SAVES = 0.05, 0.15, 100.0
"""What is given back in an interval: a share of the work, more where nothing waits; at least so much."""
BURST_S, BURST_MIN = 0.2, 64.0
STRETCH_UP, STRETCH_DOWN = 1.1, 0.985
SAVE_S = 60e-6
"""Processor time of a save until it has been measured here."""
MEASURABLE = 300.0
"""Work in an interval from which the cost of a save is learnt; below it what idles would count."""
_COST = tuple(BUDGETS[rank][0] for rank in Rank)
_FLOOR = tuple(BUDGETS[rank][1] for rank in Rank)


class Control:
    """The limits of one worker. `target_s` is the wait that the ranks after the hand-in may have."""

    def __init__(self, target_s: float, stretch_max: float = 8.0) -> None:
        self.limits = [inf] * len(Rank)
        """Calls a second; `inf` where nothing is limited."""
        self.is_tight = False
        self.stretch = 1.0
        """How many times longer players should gather answers."""
        self.save_s = SAVE_S
        self.refusing = [0.0] * len(Rank)
        """The share of each rank that was refused lately."""
        self.admitted = [0.0] * len(Rank)
        """Calls a second that were let in lately."""
        self._target_s = target_s
        self._stretch_max = stretch_max
        self._tokens = [inf] * len(Rank)
        self._asked = [0] * len(Rank)
        self._passed = [0] * len(Rank)
        self._demand = [0.0] * len(Rank)
        self._rates = [0.0] * len(Rank)
        self._seen_s = self._began_s = 0.0
        self._least_s, self._samples, self._cpu_s = inf, 0, 0.0
        self._before_s = self._speed = self._served = 0.0
        self._speeds: deque[tuple[float, float]] = deque()
        self._rests = False  # a cut is seen in the next interval but one: this one began before it

    def admit(self, rank: Rank) -> bool:
        """Whether one more call of `rank` is let in now; counted either way."""
        self._asked[rank] += 1
        if self._tokens[rank] < 1:
            return False
        self._tokens[rank] -= 1
        self._passed[rank] += 1
        return True

    def saved(self, count: int) -> None:
        """So many answers went by without being asked: while nothing is tight nobody asks for them."""
        self._asked[Rank.ANSWERS] += count
        self._passed[Rank.ANSWERS] += count

    def observe(self, wait_s: float, now_s: float, *, cpu_s: float = 0.0, served: float = 0.0) -> bool:
        """Take a sample of the wait; True when an interval was judged.

        `cpu_s` is the processor time of this process so far, `served` the work it has done, in saves.
        """
        passed_s = now_s - self._seen_s if self._seen_s else 0.0
        self._seen_s = now_s
        for rank, limit in enumerate(self.limits):
            if limit != inf:
                depth = max(BURST_MIN, limit * BURST_S)
                self._tokens[rank] = min(depth, self._tokens[rank] + limit * passed_s)
        self._least_s = min(self._least_s, wait_s)
        self._samples += 1
        if not self._began_s:
            self._began_s, self._cpu_s, self._served = now_s, cpu_s, served
        if now_s - self._began_s < INTERVAL_S or self._samples < SAMPLES_MIN:
            return False
        self._measure(now_s - self._began_s, cpu_s)
        self._remember(served, now_s)
        self._judge(self._least_s, (self._least_s - self._before_s) / (now_s - self._began_s))
        self._before_s = self._least_s
        self._began_s, self._least_s, self._samples = now_s, inf, 0
        return True

    def starts_per_s(self, share: float = 0.5) -> float:
        """Starts a second that take `share` of a processor."""
        return share / (self.save_s * _COST[Rank.START])

    def _measure(self, passed_s: float, cpu_s: float) -> None:
        """What was asked and let in, smoothed; what a save costs."""
        work = sum(count * cost for count, cost in zip(self._passed, _COST, strict=True))
        if work >= MEASURABLE and cpu_s > self._cpu_s:
            self.save_s += 0.2 * ((cpu_s - self._cpu_s) / work - self.save_s)
        self._cpu_s = cpu_s
        for rank in Rank:
            asked, passed = self._asked[rank], self._passed[rank]
            self._rates[rank] = passed / passed_s
            self.admitted[rank] += 0.5 * (self._rates[rank] - self.admitted[rank])
            self._demand[rank] += 0.5 * (asked / passed_s - self._demand[rank])
            self.refusing[rank] = 1 - passed / asked if asked else self.refusing[rank] * 0.9
            self._asked[rank] = self._passed[rank] = 0

    def _remember(self, served: float, now_s: float) -> None:
        """The best speed of the last ten seconds."""
        self._speed += 0.25 * ((served - self._served) / (now_s - self._began_s) - self._speed)
        self._served = served
        while self._speeds and (self._speeds[-1][1] <= self._speed):
            self._speeds.pop()
        self._speeds.append((now_s, self._speed))
        while self._speeds[0][0] < now_s - REMEMBER_S:
            self._speeds.popleft()

    def _judge(self, wait_s: float, slope: float) -> None:
        """`slope`: seconds that the wait grew in a second; 1 + slope is what comes in over what goes out."""
        last_s = self._target_s * ANSWERS_FACTOR
        if self._rests:
            self._rests = False
        elif wait_s > last_s:
            self._cut(wait_s - last_s, slope, Rank.ANSWERS)
        elif wait_s > self._target_s:
            self._cut(wait_s - self._target_s, slope, Rank.RESUME)
        if self.is_tight and slope < STEADY:
            self._give_back(wait_s)
        # Fewer, fuller batches are the gentlest relief: they begin before anybody is refused.
        step = STRETCH_UP if wait_s > self._target_s / 2 else STRETCH_DOWN
        self.stretch = min(self._stretch_max, max(1.0, self.stretch * step))

    def _cut(self, excess_s: float, slope: float, first: Rank) -> None:
        """Take so much work away, from the bottom up to `first`, that what waits is worked off."""
        drain = min(DRAIN_HIGH, max(DRAIN_LOW, excess_s))
        if slope < -drain / 2:
            return  # it is being worked off
        self._rests = True
        share = min(CUT_HIGH, 1 - (1 - drain) / (1 + max(0.0, slope)))
        rates = [min(rate, limit) for rate, limit in zip(self._rates, self.limits, strict=True)]
        work = sum(rate * cost for rate, cost in zip(rates, _COST, strict=True))
        left = min(share * work, work - KEEP * self._speeds[0][1])
        for rank in reversed(Rank):
            if left <= 0 or rank < first:
                break
            limit = max(_FLOOR[rank], rates[rank] - left / _COST[rank])
            left -= max(0.0, rates[rank] - limit) * _COST[rank]
            if self.limits[rank] == inf:
                self._tokens[rank] = BURST_MIN
            self.limits[rank] = min(self.limits[rank], limit)
        self.is_tight = any(limit != inf for limit in self.limits)

    def _give_back(self, wait_s: float) -> None:
        """Let more in, the most important limited rank first; one that asks for less is limited no more."""
        work = sum(rate * cost for rate, cost in zip(self._rates, _COST, strict=True))
        is_below = wait_s < self._target_s / 20 or work < KEEP * self._speeds[0][1]
        growth = GROWTH_IDLE if is_below else GROWTH
        left = max(GROWTH_SAVES * INTERVAL_S, growth * work)
        for rank in Rank:
            if self.limits[rank] == inf:
                continue
            target_s = self._target_s * (ANSWERS_FACTOR if rank < Rank.RESUME else 1.0)
            if wait_s > target_s / 2:
                break
            self.limits[rank] += left / _COST[rank]
            if self.limits[rank] > max(2 * self._demand[rank], 2 * _FLOOR[rank]):
                self.limits[rank] = self._tokens[rank] = inf
                continue
            break
        self.is_tight = any(limit != inf for limit in self.limits)

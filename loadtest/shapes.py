"""When each pupil comes, starts, answers and hands in: fixed before the run.

A server that is late cannot move this timetable, so its lateness is seen in full (no coordinated omission).
The same seed gives the same timetable, in whichever process a pupil lives.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from loadtest.scenario import Scenario


class Timetable(NamedTuple):
    """One pupil's day, in seconds since the run began."""

    log_in_s: float
    start_s: float
    saves_s: array[float]
    hand_in_s: float


def bell(scenario: Scenario, random: Random) -> tuple[float, float]:
    """Most have logged in before the bell, the others come with it; all start within a short window."""
    start_s = scenario.arrival_s + random.uniform(0, scenario.start_window_s)
    early = random.random() < scenario.early_share
    return (random.uniform(0, scenario.arrival_s) if early else start_s), start_s


def ramp(scenario: Scenario, random: Random) -> tuple[float, float]:
    """Each starts when logged in; the number of live pupils grows evenly."""
    come_s = random.uniform(0, scenario.arrival_s)
    return come_s, come_s


def storm(scenario: Scenario, random: Random) -> tuple[float, float]:
    """Some come and answer; then all others log in and start at once, within the window."""
    if random.random() < scenario.early_share:
        return ramp(scenario, random)
    come_s = scenario.arrival_s + random.uniform(0, scenario.start_window_s)
    return come_s, come_s


SHAPES: dict[str, Callable[[Scenario, Random], tuple[float, float]]] = {
    "bell": bell,
    "ramp": ramp,
    "storm": storm,
}


def timetable(scenario: Scenario, index: int) -> Timetable:
    """The day of pupil `index`."""
    random = Random(f"{scenario.seed}/{index}")
    log_in_s, start_s = SHAPES[scenario.shape](scenario, random)
    hand_in_s = scenario.seconds - random.uniform(0, min(scenario.hand_in_window_s, scenario.seconds / 5))
    saves_s = array("d")
    next_s = start_s + scenario.think_s * random.random()
    while next_s < hand_in_s:
        saves_s.append(next_s)
        next_s += scenario.think_s * random.uniform(1 - scenario.think_spread, 1 + scenario.think_spread)
    return Timetable(log_in_s, start_s, saves_s, hand_in_s)

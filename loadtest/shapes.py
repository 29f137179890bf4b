"""When each pupil comes, starts, answers and hands in: fixed before the run.

A server that is late cannot move this timetable, so its lateness is seen in full (no coordinated omission).
The same seed gives the same timetable, in whichever process a pupil lives.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from loadtest.levels import CLASS_SIZE, KEYED_BATCHES, Level, level_of
from loadtest.scenario import SHAPES, Scenario

SCHOOL_SIZE = 10 * CLASS_SIZE


class Timetable(NamedTuple):
    """One pupil's day, in seconds since the run began."""

    log_in_s: float
    start_s: float
    saves_s: array[float]
    hand_in_s: float
    level: Level
    reload_at: int
    """Before this save the page is loaded anew; -1: never."""
    move_at: int
    """Before this save the pupil goes on at another device; -1: never."""


class Stay(NamedTuple):
    """From when to when."""

    log_in_s: float
    start_s: float
    hand_in_s: float


Shape = Callable[[Scenario, Random, int], Stay]


def bell(scenario: Scenario, random: Random, index: int) -> Stay:
    """Most have logged in before the bell, the others come with it; all start within a short window."""
    start_s = scenario.arrival_s + random.uniform(0, scenario.start_window_s)
    early = random.random() < scenario.early_share
    log_in_s = random.uniform(0, scenario.arrival_s) if early else start_s
    return Stay(log_in_s, start_s, scenario.seconds - hand_in_early_s(scenario, random))


def ramp(scenario: Scenario, random: Random, index: int) -> Stay:
    """Each starts when logged in; the number of live pupils grows evenly."""
    come_s = random.uniform(0, scenario.arrival_s)
    return Stay(come_s, come_s, scenario.seconds - hand_in_early_s(scenario, random))


def storm(scenario: Scenario, random: Random, index: int) -> Stay:
    """Some come and answer; then all others log in and start at once, within the window."""
    if random.random() < scenario.early_share:
        return ramp(scenario, random, index)
    come_s = scenario.arrival_s + random.uniform(0, scenario.start_window_s)
    return Stay(come_s, come_s, scenario.seconds - hand_in_early_s(scenario, random))


def wave(scenario: Scenario, random: Random, index: int) -> Stay:
    """A bell for each school, some earlier, some later, and later again in the next time zone."""
    school = Random(f"{scenario.seed}/school/{index // SCHOOL_SIZE}")
    later_s = school.randrange(scenario.zones) * scenario.zone_apart_s
    later_s += school.uniform(0, scenario.school_spread_s)
    stay = bell(scenario, random, index)
    hand_in_s = stay.hand_in_s - scenario.last_bell_s + later_s
    return Stay(stay.log_in_s + later_s, stay.start_s + later_s, hand_in_s)


def soak(scenario: Scenario, random: Random, index: int) -> Stay:
    """For as long as the run lasts some come and some go; each stays for `stay_s`."""
    come_s = random.uniform(0, scenario.seconds - scenario.sitting_s - scenario.start_window_s)
    start_s = come_s + random.uniform(0, scenario.start_window_s)
    return Stay(come_s, start_s, start_s + scenario.sitting_s)


def step(scenario: Scenario, random: Random, index: int) -> Stay:
    """As many again come in each step, in its first half, and stay: until something breaks."""
    length_s = scenario.seconds / scenario.steps
    come_s = (random.randrange(scenario.steps) + random.uniform(0, 0.5)) * length_s
    return Stay(come_s, come_s, scenario.seconds - hand_in_early_s(scenario, random))


BY_NAME: dict[str, Shape] = dict(zip(SHAPES, (bell, ramp, storm, wave, soak, step), strict=True))


def hand_in_early_s(scenario: Scenario, random: Random) -> float:
    """How long before the end a pupil hands in."""
    return random.uniform(0, scenario.hand_in_spread_s)


def keyed(scenario: Scenario, index: int) -> Stay:
    """A class whose teacher keys one booklet after the other: this pupil's share of the time."""
    begin_s = scenario.arrival_s + scenario.start_window_s
    end_s = scenario.seconds - scenario.hand_in_spread_s
    slot_s = (end_s - begin_s) / CLASS_SIZE
    log_in_s = begin_s + index % CLASS_SIZE * slot_s
    return Stay(log_in_s, log_in_s, log_in_s + slot_s)


def timetable(scenario: Scenario, index: int) -> Timetable:
    """The day of pupil `index`."""
    random = Random(f"{scenario.seed}/{index}")
    level = level_of(scenario.levels, scenario.seed, index)
    stay = BY_NAME[scenario.shape](scenario, random, index)
    if level.is_keyed:
        stay = keyed(scenario, index)
        length_s = stay.hand_in_s - stay.start_s
        parts = ((at + 0.5) / KEYED_BATCHES for at in range(KEYED_BATCHES))
        saves_s = array("d", (stay.start_s + length_s * part for part in parts))
    else:
        saves_s = array("d", moments(scenario, random, stay, scenario.think_s * level.think))
    reload_at, move_at = (
        random.randrange(len(saves_s)) if saves_s and random.random() < share else -1
        for share in (scenario.reload_share, scenario.takeover_share)
    )
    return Timetable(stay.log_in_s, stay.start_s, saves_s, stay.hand_in_s, level, reload_at, move_at)


def moments(scenario: Scenario, random: Random, stay: Stay, think_s: float) -> list[float]:
    """When a pupil who thinks for so long on average has something to save."""
    found, next_s = [], stay.start_s + think_s * random.random()
    while next_s < stay.hand_in_s:
        found.append(next_s)
        next_s += think_s * random.uniform(1 - scenario.think_spread, 1 + scenario.think_spread)
    return found

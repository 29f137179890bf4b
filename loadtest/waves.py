"""The wave at the bell and the wave after an outage: is the second one larger, and does it break anything?

A wave is the largest number of calls sent in one second, repeated ones included, whatever became of them:
what the server's door sees. The first one is that of the beginning; the second one that from the first outage
on, until the hand-ins begin, which are a wave of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from loadtest.scenario import Scenario
from loadtest.seconds import Seconds

WINDOW_S = 5
"""Saves are looked at in the mean of so many seconds: one second of a small run says little."""
BACK_SHARE, BROKEN_SHARE = 0.9, 0.5
"""Back: so much of the usual saves; a second outage: less than the other share, once it was back."""

Waves = dict[str, Any]


def waves_of(
    by_second: Seconds, outages: Sequence[Mapping[str, Any]], scenario: Scenario, given_s: Mapping[str, Any]
) -> Waves:
    """What the report says of outages; {} for a run without any.

    `given_s`: the time that pupils got back, at some percentiles.
    """
    if not outages:
        return {}
    ordered = sorted(outages, key=lambda outage: float(outage["from_s"]))
    hand_in_s = scenario.seconds - scenario.hand_in_spread_s
    usual = usual_saves(by_second.saves, ordered, scenario, hand_in_s)
    limits_s = [*(float(outage["from_s"]) for outage in ordered[1:]), hand_in_s]
    returns = [
        came_back(by_second.saves, float(outage["to_s"]), limit_s, usual)
        for outage, limit_s in zip(ordered, limits_s, strict=True)
    ]
    shown = [
        {**outage, "back_after_s": back_s, "broken_s": broken_s}
        for outage, (back_s, broken_s) in zip(ordered, returns, strict=True)
    ]
    begin_s = float(ordered[0]["from_s"])
    return {
        "outages": shown,
        "first_wave_per_s": largest(by_second.attempts, 0, begin_s),
        "second_wave_per_s": largest(by_second.attempts, begin_s, hand_in_s),
        "usual_saves_per_s": round(usual, 1),
        "away_s": round(sum(float(outage["to_s"]) - float(outage["from_s"]) for outage in ordered), 1),
        "given_back_s": dict(given_s),
    }


def largest(counts: Counter[int], from_s: float, to_s: float) -> int:
    """The largest count of a second between two moments."""
    return max((counts[second] for second in range(int(from_s), int(to_s))), default=0)


def usual_saves(
    saves: Counter[int], outages: Sequence[Mapping[str, Any]], scenario: Scenario, hand_in_s: float
) -> float:
    """Saves a second while nothing is away: the median of those between the starts and the first outage.

    A crowd that has just come back brings what it held, all at once, so later seconds are not usual.
    """
    begin_s = scenario.arrival_s + scenario.start_window_s
    quiet = range(int(begin_s), int(min(float(outages[0]["from_s"]), hand_in_s)))
    return float(median([saves[second] for second in quiet] or [0]))


def came_back(saves: Counter[int], from_s: float, to_s: float, usual: float) -> tuple[float | None, int]:
    """After how many seconds saves were as usual again, and how many later seconds were not."""
    means = {
        second: sum(saves[at] for at in range(second, second + WINDOW_S)) / WINDOW_S
        for second in range(int(from_s), max(int(from_s), int(to_s) - WINDOW_S) + 1)
    }
    back = next((second for second, mean in means.items() if mean >= BACK_SHARE * usual), None)
    if back is None:
        return None, 0
    broken = sum(mean < BROKEN_SHARE * usual for second, mean in means.items() if second > back)
    return round(max(0.0, back - from_s), 1), broken

"""The day in virtual time: everybody's work arrives, ranks hold, and its shape is that of a measured run."""

from __future__ import annotations

import json
from itertools import accumulate
from pathlib import Path

from planning.day import Server, Story, Wave, simulate

RUN = json.loads(Path(__file__).with_name("measured.json").read_text())
AWAY = json.loads(Path(__file__).with_name("outage.json").read_text())
COST_S = {"login": 2e-4, "start": 2e-4, "save": 1e-4, "submit": 2e-4}
SMALL = Wave(300, bell_s=30, end_s=200, arrive_s=30, start_window_s=5)


def the_measured_day() -> Story:
    scenario = RUN["scenario"]
    arrive_s = scenario["arrive_s"] or scenario["seconds"] / 5
    wave = Wave(
        RUN["pupils"],
        arrive_s,
        scenario["seconds"],
        arrive_s,
        scenario["start_window_s"],
        scenario["early_share"],
        min(scenario["hand_in_window_s"], scenario["seconds"] / 10),
    )
    return simulate([wave], Server(2, COST_S), think_s=scenario["think_s"])


def apart(simulated: list[int], measured: list[int]) -> float:
    """The largest distance of two curves that only grow, as a share of the measured one's end."""
    pairs = zip(accumulate(simulated), accumulate(measured), strict=True)
    return max(abs(one - other) for one, other in pairs) / sum(measured)


def test_the_simulated_day_has_the_shape_of_the_measured_one() -> None:
    """Log-ins, starts, saves, hand-ins over time; live pupils at the peak; nobody refused in either."""
    story, series = the_measured_day(), RUN["series"]
    kinds = {"login": "logged_in", "start": "started", "save": "acknowledged", "submit": "handed_in"}
    length = len(series["live"])
    distances = {
        kind: apart([story.done[kind][at] for at in range(length)], series[name])
        for kind, name in kinds.items()
    }

    assert series["slice_s"] == 1
    assert {kind: distance for kind, distance in distances.items() if distance > 0.1} == {}
    assert abs(story.summary()["peak_live"] - RUN["peak_live"]) <= 0.02 * RUN["peak_live"]
    assert story.summary()["refused"] == RUN["refused"] == 0


def test_the_same_seed_gives_the_same_day() -> None:
    """And another seed another one."""
    days = [simulate([SMALL], Server(1, COST_S), think_s=10, seed=seed).summary() for seed in (1, 1, 2)]

    assert days[0] == days[1]
    assert days[0] != days[2]


def test_everybody_hands_in_after_an_outage() -> None:
    """Nobody is lost; calls are refused meanwhile, and the second wave is no larger."""
    calm = simulate([SMALL], Server(1, COST_S), think_s=10).summary()
    away = simulate([SMALL], Server(1, COST_S, [(32, 92)]), think_s=10).summary()

    assert away["submits"] == calm["submits"] == 300
    assert away["refused"] > 0
    assert away["peak_starts_per_s"] <= calm["peak_starts_per_s"]


def test_the_simulated_return_has_the_size_of_the_measured_one() -> None:
    """10,000 pupils, Redis away for a minute and the engine for five: both waves, and all refusals."""
    scenario, sample = AWAY["scenario"], 2500
    factor, arrive_s = AWAY["pupils"] / sample, scenario["arrive_s"]
    wave = Wave(
        sample, arrive_s, scenario["seconds"], arrive_s, scenario["start_window_s"], scenario["early_share"]
    )
    slowed = {kind: cost_s * factor for kind, cost_s in COST_S.items()}
    story = simulate([wave], Server(2, slowed, AWAY["outages"]), think_s=scenario["think_s"])
    sent = sum(story.done.values(), story.refused)
    begin = int(AWAY["outages"][0][0])
    end = int(scenario["seconds"] - scenario["hand_in_window_s"])
    found = {
        "refused": story.refused.total() * factor,
        "first_wave_per_s": max(sent[second] for second in range(begin)) * factor,
        "second_wave_per_s": max(sent[second] for second in range(begin, end)) * factor,
    }

    assert {name: value for name, value in found.items() if abs(value / AWAY[name] - 1) > 0.2} == {}
    assert story.done["submit"].total() == sample


def test_past_its_limit_the_server_serves_those_inside_first() -> None:
    """At three times what it can serve, queues stay bounded and the day becomes longer, not lost."""
    slow = {kind: cost_s * 300 for kind, cost_s in COST_S.items()}
    found = simulate([SMALL], Server(1, slow), think_s=10).summary()

    assert found["submits"] == 300
    assert found["refused"] > 0
    assert found["queue_max_ms"] <= 2000
    assert found["over_s"] > 60


def test_bells_follow_each_other() -> None:
    """Each pupil of each wave sits the whole test."""
    later = SMALL._replace(bell_s=300, end_s=470)
    found = simulate([SMALL, later], Server(1, COST_S), think_s=10).summary()

    assert found["logins"] == found["starts"] == found["submits"] == 600
    assert found["peak_live"] == 300


def test_log_ins_before_the_first_bell_are_served() -> None:
    """A day begins when log-in opens, which is at a moment below 0 for the first bell of a plan."""
    early = SMALL._replace(bell_s=0, end_s=170)
    found = simulate([early], Server(1, COST_S), think_s=10).summary()

    assert (found["logins"], found["refused"]) == (300, 0)

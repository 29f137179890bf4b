"""Outages: when they come, what is looked at afterwards, and which rules the return has to keep."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from loadtest.day import Day
from loadtest.ledger import Comparison
from loadtest.line import Address
from loadtest.outages import Outage, Owner, outages_of
from loadtest.report import report_of
from loadtest.scenario import Scenario
from loadtest.seconds import Seconds
from loadtest.verdict import rules
from loadtest.waves import came_back, waves_of

SCENARIO = Scenario(seconds=200, arrive_s=20, start_window_s=5, think_s=10)
AWAY = {"what": "engine", "from_s": 50.0, "to_s": 80.0}


def test_outages_leave_time_for_work() -> None:
    """Without moments they are spread over the test; a moment that is given is kept."""
    assert outages_of(["redis:60", "engine:0.5min"], SCENARIO) == [
        Outage("redis", 53.333, 113.333),
        Outage("engine", 141.667, 171.667),
    ]
    assert outages_of(["redis:10s@40"], SCENARIO) == [Outage("redis", 40.0, 50.0)]


@pytest.mark.parametrize(
    ("specs", "said"),
    [
        (["disk:10"], "is no outage: write redis or engine"),
        (["redis"], "is no outage"),
        (["redis:190"], "give the run more seconds"),
        (["redis:20@22"], "another moment"),
        (["redis:30@60", "engine:30@80"], "another moment"),
        (["redis:30@168"], "ends 2 s after the last outage"),
    ],
)
def test_an_outage_that_cannot_be_is_refused(specs: list[str], said: str) -> None:
    """With what to write instead."""
    with pytest.raises(ValueError, match=said):
        outages_of(specs, SCENARIO)


def test_the_report_tells_how_much_time_pupils_got_back() -> None:
    """At the least of a hundred and in the middle; a deadline that moved earlier gave nothing."""
    day = Day(SCENARIO, Address.of("http://127.0.0.1:9"), [], BytesIO())
    for back_s in (30.0, 31.0, 360.0, -1.0):
        day.given(back_s)
    part = day.part() | {"generator_cpu": 0.1, "rss_kib": 1000}
    report = report_of(SCENARIO, [part], Comparison(), outages=[AWAY])

    assert report["waves"]["given_back_s"] == {"p1": 0.0, "p50": pytest.approx(30, rel=0.01)}


def test_the_owner_of_the_server_hears_when_and_says_what_was_done(tmp_path: Path) -> None:
    """Without one a person is told, and the plan counts as done."""
    outage = Outage("redis", 40.0, 50.0)
    owner = Owner(str(tmp_path / "plan"), [outage])
    owner.begin(1000.0)
    plan = json.loads((tmp_path / "plan").read_text())
    (tmp_path / "plan.done").write_text('{"what": "redis", "from_s": 40.1, "to_s": 50.3}\n')

    assert (plan["begin_s"], plan["outages"][0]["from_s"]) == (1000.0, 40.0)
    assert owner.done() == [{"what": "redis", "from_s": 40.1, "to_s": 50.3}]
    assert Owner("", [outage]).done()[0]["to_s"] == 50.0


def a_run(saves: Callable[[int], int], attempts: Callable[[int], int]) -> Seconds:
    seconds = Seconds()
    for second in range(200):
        seconds.saved(second, saves(second))
        for _ in range(attempts(second)):
            seconds.attempted(second)
    return seconds


def usual(second: int) -> int:
    """Ten a second, none while the engine is away, all that was held when it is back."""
    if 50 <= second < 80:
        return 0
    return 100 if second == 83 else 10


def test_the_second_wave_is_held_against_the_first() -> None:
    """Calls of the busiest second; the hand-ins at the end are a wave of their own."""
    calls = {22: 300, 60: 120, 82: 250, 199: 900}
    waves = waves_of(a_run(usual, lambda at: calls.get(at, 20)), [AWAY], SCENARIO, {"p1": 30.0, "p50": 31.0})

    assert (waves["first_wave_per_s"], waves["second_wave_per_s"]) == (300, 250)
    assert waves["usual_saves_per_s"] == 10
    assert waves["outages"] == [AWAY | {"back_after_s": 0.0, "broken_s": 0}]
    assert faults_of(waves) == set()


def test_a_run_without_outages_has_no_waves() -> None:
    """And no rules of a return."""
    assert waves_of(a_run(usual, usual), [], SCENARIO, {}) == {}


def test_a_return_that_breaks_down_again_is_seen() -> None:
    """Back after ten seconds, down again for twenty."""

    def saves(second: int) -> int:
        return 0 if 50 <= second < 90 or 120 <= second < 140 else 10

    back_s, broken_s = came_back(a_run(saves, saves).saves, 80.0, 190.0, usual=10.0)
    waves = waves_of(a_run(saves, lambda _: 5), [AWAY], SCENARIO, {"p1": 30.0, "p50": 30.0})

    assert back_s == 10.0
    assert 15 <= broken_s <= 22
    assert faults_of(waves) == {"No second outage"}


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"second_wave_per_s": 301}, "The second wave"),
        ({"given_back_s": {"p1": 10.0, "p50": 30.0}}, "Time given back"),
        ({"outages": [AWAY | {"back_after_s": None, "broken_s": 0}]}, "Back after an outage"),
        ({"outages": [AWAY | {"back_after_s": 75.0, "broken_s": 0}]}, "Back after an outage"),
    ],
)
def test_each_rule_of_the_return_can_fail(wrong: dict[str, Any], rule: str) -> None:
    """By itself."""
    waves = waves_of(
        a_run(usual, lambda at: 300 if at == 22 else 20), [AWAY], SCENARIO, {"p1": 30.0, "p50": 31.0}
    )

    assert faults_of(waves | wrong) == {rule}
    assert faults_of(waves, handed_in=99) == {"Handed in"}


def faults_of(waves: dict[str, Any], handed_in: int = 100) -> set[str]:
    report = {
        **{"generator_cpu": 0.1, "slip_p99_ms": 1.0, "intended": 1000, "acknowledged": 1000, "refused": 900},
        **{"lost": 0, "doubled": 0, "errors": 0, "pupils": 100, "counts": {"handed_in": handed_in}},
    }
    return {rule.name for rule in rules(report | {"waves": waves}) if rule.judged and rule.fault}

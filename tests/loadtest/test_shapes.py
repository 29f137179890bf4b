"""The timetable: fixed before the run, the same whoever asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.scenario import Scenario, checked, options
from loadtest.shapes import SHAPES, timetable

PUPILS = range(200)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_pupil_logs_in_starts_answers_and_hands_in(shape: str) -> None:
    """Nobody answers before the start or after handing in, and the run is over when it says so."""
    scenario = Scenario(shape=shape)
    for index in PUPILS:
        day = timetable(scenario, index)
        assert 0 <= day.log_in_s <= day.start_s <= day.hand_in_s <= scenario.seconds
        assert all(day.start_s <= save_s < day.hand_in_s for save_s in day.saves_s)


def test_the_same_seed_gives_the_same_day() -> None:
    """A run can be repeated, and pupils may be shared out to processes in any way."""
    assert timetable(Scenario(), 7) == timetable(Scenario(), 7)
    assert timetable(Scenario(), 7) != timetable(Scenario(), 8)
    assert timetable(Scenario(), 7) != timetable(Scenario(seed=2), 7)


def test_at_the_bell_all_start_together() -> None:
    """Log-ins are spread; the starts fall into one short window."""
    scenario = Scenario(shape="bell", seconds=600, arrive_s=200, start_window_s=5, early_share=0.5)
    days = [timetable(scenario, index) for index in PUPILS]

    assert all(200 <= day.start_s <= 205 for day in days)
    early = sum(day.log_in_s < 200 for day in days)
    assert 60 < early < 140


def test_on_a_ramp_each_starts_on_arrival() -> None:
    """The number of live pupils grows evenly."""
    days = [timetable(Scenario(shape="ramp", seconds=600, arrive_s=200), index) for index in PUPILS]

    assert all(day.log_in_s == day.start_s for day in days)
    assert 60 < sum(day.start_s < 100 for day in days) < 140


def test_pupils_save_as_often_as_the_think_time_says() -> None:
    """A long run gives each pupil its length over the think time, more or less."""
    scenario = Scenario(shape="ramp", seconds=2000, arrive_s=1, think_s=20)
    counts = [len(timetable(scenario, index).saves_s) for index in PUPILS]

    assert 95 < sum(counts) / len(counts) < 105


@pytest.mark.parametrize(
    "wrong", [{"seconds": 10, "arrive_s": 20}, {"content": "all"}, {"think_s": 0}, {"answers_each": 0}]
)
def test_a_scenario_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    """A mistyped option never means a run of something else."""
    with pytest.raises(ValueError, match=r"\w"):
        checked(Scenario(**wrong))  # type: ignore[arg-type]


def test_each_option_says_what_it_means() -> None:
    """The table is the documentation."""
    assert all(option.meaning for option in options())
    assert options()[0].flag == "--seconds"


def test_each_option_is_in_the_readme() -> None:
    """An operator finds it in the table, with its default and its meaning."""
    page = (Path(__file__).parent.parent.parent / "loadtest" / "README.md").read_text()
    rows = [f"| `{option.flag}` | {option.default} | {option.meaning} |" for option in options()]

    assert [row for row in rows if row not in page] == []

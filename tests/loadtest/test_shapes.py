"""The timetable: fixed before the run, the same whoever asks."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from loadtest.levels import CLASS_SIZE, LEVELS
from loadtest.scenario import SHAPES, Scenario, checked, options
from loadtest.shapes import SCHOOL_SIZE, timetable

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


def test_in_a_wave_each_school_has_its_bell() -> None:
    """A school's pupils start together; the schools of other time zones so much later; all sit as long."""
    scenario = Scenario(shape="wave", seconds=900, arrive_s=60, zones=3, zone_apart_s=100, school_spread_s=20)
    schools = [
        [timetable(scenario, index) for index in range(begin, begin + SCHOOL_SIZE)]
        for begin in range(0, 30 * SCHOOL_SIZE, SCHOOL_SIZE)
    ]
    bells_s = [min(day.start_s for day in school) - 60 for school in schools]

    assert all(
        max(day.start_s for day in school) <= 65.1 + bell
        for school, bell in zip(schools, bells_s, strict=True)
    )
    assert {int(bell_s // 100) for bell_s in bells_s} == {0, 1, 2}
    assert all(bell_s % 100 <= 20.5 for bell_s in bells_s)
    stays_s = [day.hand_in_s - day.start_s for school in schools for day in school]
    assert max(stays_s) - min(stays_s) <= scenario.start_window_s + scenario.hand_in_window_s


def test_a_soak_is_as_full_in_the_end_as_in_the_middle() -> None:
    """Some come and some go, each for as long as the scenario says."""
    scenario = Scenario(shape="soak", seconds=1000, arrive_s=50, stay_s=200)
    days = [timetable(scenario, index) for index in PUPILS]
    there = [sum(day.start_s <= at_s < day.hand_in_s for day in days) for at_s in range(250, 750, 50)]

    assert all(abs(day.hand_in_s - day.start_s - 200) < 1e-6 for day in days)
    assert 30 < min(there) <= max(there) < 80


def test_steps_bring_as_many_again() -> None:
    """In the first half of each step; nobody leaves before the end."""
    scenario = Scenario(shape="step", seconds=500, steps=5)
    days = [timetable(scenario, index) for index in PUPILS]

    assert all(day.log_in_s % 100 <= 50 for day in days)
    assert all(20 < sum(int(day.log_in_s // 100) == number for day in days) < 65 for number in range(5))
    assert min(day.hand_in_s for day in days) >= 490


def test_a_teacher_keys_one_booklet_after_the_other() -> None:
    """The youngest of a class never overlap; each brings forty answers in four batches."""
    scenario = Scenario(levels="cp", seconds=600, arrive_s=60)
    days = [timetable(scenario, index) for index in range(CLASS_SIZE)]

    assert all(one.hand_in_s <= other.log_in_s + 1e-6 for one, other in pairwise(days))
    assert {len(day.saves_s) * day.level.answers for day in days} == {40}


def test_a_class_is_of_one_level_and_levels_come_by_their_shares() -> None:
    """Two of three classes here, one there."""
    scenario = Scenario(levels="sixieme:2, seconde:1")
    levels = [timetable(scenario, index).level for index in range(0, 300 * CLASS_SIZE, CLASS_SIZE)]

    assert timetable(scenario, 0).level == timetable(scenario, CLASS_SIZE - 1).level
    assert 60 < levels.count(LEVELS["seconde"]) < 140
    assert levels.count(LEVELS["sixieme"]) == 300 - levels.count(LEVELS["seconde"])


def test_some_come_back_once_before_a_save() -> None:
    """To a page that is loaded anew, or to another device."""
    scenario = Scenario(reload_share=0.5, takeover_share=0.1)
    days = [timetable(scenario, index) for index in PUPILS]

    assert 70 < sum(day.reload_at >= 0 for day in days) < 130
    assert 5 < sum(day.move_at >= 0 for day in days) < 40
    assert all(max(day.reload_at, day.move_at) < len(day.saves_s) for day in days)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds": 10, "arrive_s": 20},
        {"content": "all"},
        {"think_s": 0},
        {"answers_each": 0},
        {"levels": "cm2:1"},
        {"levels": "cp:x"},
        {"shape": "soak", "stay_s": 110},
        {"shape": "wave", "zones": 9},
        {"steps": 0},
    ],
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

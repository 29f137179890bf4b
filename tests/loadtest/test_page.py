"""The page of a run: complete, safe to open, drawn by what was measured."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from loadtest.circumstances import circumstances
from loadtest.overtime import OverTime
from loadtest.page.plot import HEIGHT, LEFT, RIGHT, WIDTH, Line, Plot, figure, stretches
from loadtest.page.run import page
from loadtest.page.scale import clock, linear, logarithmic, short, time_marks
from loadtest.report import report_of
from loadtest.scenario import Scenario
from loadtest.verdict import faults
from tests.loadtest.test_report import WHOLE, a_part

OUTSIDE = re.compile(r"(?:src|href|action|xlink:href)\s*=|url\(|@import|<script|<link", re.IGNORECASE)


def a_report(**counts: Any) -> dict[str, Any]:
    part = a_part(**counts)
    slices = OverTime(1)
    for name in ("logged_in", "started", "acknowledged", "why: <b>busy</b>"):
        slices.count(name, 3.0, 7)
    slices.timed("save", 2.0, 2.02)
    part["over_time"] = slices.encoded()
    report = report_of(Scenario(), [part], WHOLE) | circumstances() | {"beyond_capacity": False}
    used = {"engine.worker": {"cpu": [0.5, 0.9], "rss_mib": [80.0, 81.0], "cpu_s": 1.4}}
    return report | {"faults": faults(report), "processes_used": used, "machine_cpu": [1.0, 1.5]}


class Checker(HTMLParser):
    """Every element that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "path":
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass


def test_the_page_needs_nothing_from_anywhere() -> None:
    """It opens without a network, and its own policy forbids it to ask for one."""
    assert OUTSIDE.search(page(a_report())) is None


def test_what_a_server_said_is_text_on_the_page() -> None:
    """A code of a refusal comes from outside and cannot become markup."""
    found = page(a_report())

    assert "&lt;b&gt;busy&lt;/b&gt;" in found
    assert "<b>busy" not in found


def test_the_page_is_well_formed() -> None:
    """Browsers forgive, archives do not."""
    checker = Checker()
    checker.feed(page(a_report()))

    assert checker.open == []


@pytest.mark.parametrize(
    ("counts", "word"), [({}, "Passed"), ({"errors": 1}, "Failed"), ({"cpu": 0.95}, "Void")]
)
def test_the_verdict_is_one_word_with_its_reasons(counts: dict[str, Any], word: str) -> None:
    """A void run is not a failed one; whatever does not hold is said."""
    report = a_report(**counts)
    found = page(report)

    assert f">{word}</p>" in found
    assert all(fault in found for fault in report["faults"])
    assert found.count("does not hold") == len(report["faults"])


def test_a_run_in_which_nothing_was_measured_has_a_page() -> None:
    """A run that failed at once is the one that somebody wants to look at."""
    part = a_part(intended=0, acknowledged=0)
    report = report_of(Scenario(), [part], WHOLE) | circumstances() | {"beyond_capacity": False}
    empty = {"faults": faults(report), "processes_used": {}, "machine_cpu": []}

    assert "Nothing was measured." in page(report | empty)


def test_a_line_stays_within_its_plot_and_breaks_where_nothing_was_measured() -> None:
    """Two stretches, every point on the paper."""
    values = [1.0, 5.0, None, None, 250.0, 3.0]
    drawn = figure(Plot("Times", "ms", 1, [Line("save", values)], log=True))
    svg = ElementTree.fromstring(drawn[drawn.index("<svg") : drawn.index("</svg>") + 6])
    paths = [entry.get("d", "") for entry in svg.iter("path") if "line" in (entry.get("class") or "")]
    points = [tuple(map(float, point.split())) for path in paths for point in path[1:].split("L")]

    assert len(paths) == 2
    assert len(points) == 4
    assert all(LEFT <= x <= WIDTH - RIGHT and 0 <= y <= HEIGHT for x, y in points)
    assert [len(run) for run in stretches(values)] == [2, 2]


@pytest.mark.parametrize("highest", [0.0, 0.007, 1.0, 7.3, 99.0, 100.0, 1234.5, 8.3e5])
def test_an_axis_ends_at_a_round_number_above_all_values(highest: float) -> None:
    """And has few marks."""
    scale = linear(highest)

    assert scale.marks[0] == 0
    assert scale.marks[-1] >= highest
    assert 2 <= len(scale.marks) <= 6
    assert scale.place(scale.marks[-1]) == pytest.approx(1)


def test_an_axis_of_powers_holds_all_values() -> None:
    """From below the lowest to above the highest."""
    scale = logarithmic([0.0, 3.0, 812.0])

    assert scale.marks == [1.0, 10.0, 100.0, 1000.0]
    assert scale.place(0.0) == 0
    assert scale.place(1000.0) == pytest.approx(1)


def test_numbers_are_written_as_people_read_them() -> None:
    """At most four figures, and a clock that begins with the run."""
    assert [short(value) for value in (0, 0.25, 12, 1500, 12_500, 830_000, 2.5e6)] == [
        *("0", "0.25", "12", "1,500", "12.5k", "830k", "2.5M")
    ]
    assert [clock(value) for value in (0, 90, 3600)] == ["0:00", "1:30", "1:00:00"]
    assert all(len(time_marks(length)) <= 6 for length in (1.0, 60.0, 121.0, 7200.0, 28_800.0))


def test_times_that_are_mostly_gathering_are_explained() -> None:
    """Else a run in which pupils save often looks as if the server took seconds."""
    asked = {"save_p99_ms": 3900.0, "save_ready_p50_ms": 3.0, "save_ready_p99_ms": 46.0}

    assert "Without it saves took 3.0 ms (median) and 46.0 ms" in page(a_report() | asked)
    assert "Pupils gather answers" not in page(a_report())

"""Two runs beside each other: better, worse, the same, or not to be compared."""

from __future__ import annotations

from loadtest.page.compare import cautions, page, rows, text
from tests.loadtest.test_page import OUTSIDE, a_report


def test_a_run_is_the_same_as_itself() -> None:
    """No figure of it is better or worse, and nothing forbids the comparison."""
    report = a_report()

    assert {row.word for row in rows(report, report)} <= {"same", ""}
    assert cautions(report, report) == []


def test_less_waiting_is_better_and_more_loss_is_worse() -> None:
    """Each figure knows its direction."""
    words = {row.label: row.word for row in rows(a_report(), a_report() | {"save_p99_ms": 5.0, "lost": 3})}

    assert words["save, 99th percentile (ms)"] == "better"
    assert words["lost"] == "worse"


def test_what_forbids_a_comparison_is_said() -> None:
    """Another size, another setting, a void run."""
    first, second = a_report(), a_report(cpu=0.95)
    second |= {"pupils": 7, "scenario": first["scenario"] | {"think_s": 5.0}}
    found = "\n".join(cautions(first, second))

    assert "second run is void" in found
    assert "pupils differs" in found
    assert "think_s" in found
    assert found.replace("\n", "\ncaution: ") in text(first, second)


def test_the_page_of_two_runs_needs_nothing_from_anywhere() -> None:
    """As that of one."""
    found = page(a_report(), a_report(errors=2))

    assert OUTSIDE.search(found) is None
    assert "second" in found

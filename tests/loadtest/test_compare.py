"""Two runs beside each other: better, worse, the same, or not to be compared."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from engine.cli import app
from loadtest.page.compare import cautions, page, record, rows, text
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


def test_a_difference_within_the_noise_is_none() -> None:
    """Two milliseconds are a large share of a small figure, and still nothing."""
    first, second = a_report() | {"save_p99_ms": 7.0}, a_report() | {"save_p99_ms": 9.0}
    words = {row.label: row.word for row in rows(first, second)}

    assert words["save, 99th percentile (ms)"] == "same"


def test_machines_read_what_became_worse() -> None:
    """By the names of the report; a wider share forgives more."""
    first, second = a_report() | {"save_p99_ms": 100.0}, a_report() | {"save_p99_ms": 130.0}

    assert record(first, second)["worse"] == ["save_p99_ms"]
    assert record(first, second, same=0.3)["worse"] == []
    assert record(first, second)["figures"]["save_p99_ms"] == {
        "first": 100.0,
        "second": 130.0,
        "verdict": "worse",
    }


def test_the_command_fails_a_build_only_when_asked_to(tmp_path: Path) -> None:
    """`--strict`: worse, or not to be compared, is exit code 1."""
    files = []
    for name, p99_ms in (("first", 100.0), ("second", 130.0)):
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(a_report() | {"save_p99_ms": p99_ms}))
    command = ["loadtest", "compare", *map(str, files)]
    codes = [
        CliRunner().invoke(app, [*command, *more]).exit_code
        for more in ([], ["--strict"], ["--strict", "--same", "0.3"], ["--report", str(tmp_path)])
    ]

    assert codes == [0, 1, 0, 2]

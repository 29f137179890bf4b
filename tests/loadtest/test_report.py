"""The report: names that machines read, and the rule by which a run passes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from loadtest.intended import Delays
from loadtest.ledger import Comparison
from loadtest.overtime import OverTime
from loadtest.publish import publish, write
from loadtest.report import report_of
from loadtest.scenario import Scenario
from loadtest.seconds import Seconds
from loadtest.verdict import faults

NAMES = (
    *("pupils", "peak_live", "acknowledged", "archived", "lost", "doubled", "save_p50_ms", "save_p99_ms"),
    *("requests_per_s", "intended", "refused", "errors", "generator_cpu", "void"),
)


def a_part(*, cpu: float = 0.3, slip_s: float = 0.001, **counts: int) -> dict[str, Any]:
    delays, by_second = Delays(), Seconds()
    delays.record("slip", 0.0, slip_s)
    delays.record("save", 0.0, 0.02)
    by_second.replied(1.0)
    named = Counter({"intended": 1000, "acknowledged": 1000} | counts)
    return {
        "counts": dict(named),
        "delays": delays.encoded(),
        "seconds": by_second.encoded(),
        "over_time": OverTime(1).encoded(),
        "generator_cpu": cpu,
        "rss_kib": 1000,
    }


WHOLE = Comparison(acknowledged=1000, archived=1000)


def a_report(found: Comparison = WHOLE, **part: Any) -> dict[str, Any]:
    return report_of(Scenario(), [a_part(**part)], found)


def test_the_names_that_machines_read_are_there() -> None:
    """They do not change."""
    assert [name for name in NAMES if name not in a_report()] == []


def test_each_generator_tells_what_it_saw_and_took() -> None:
    """Two beside each other must have seen the same; what a request costs shows which is the wall."""
    light = a_part(pupils=900, **{"sent: save": 1000}) | {"generator": "light", "cpu_s": 0.05}
    locust = a_part(cpu=0.5, pupils=100, **{"sent: save": 100}) | {"generator": "locust", "cpu_s": 0.02}
    found = report_of(Scenario(), [light, light, locust], WHOLE)["generators"]

    assert (found["light"]["processes"], found["light"]["pupils"]) == (2, 1800)
    assert (found["light"]["us_a_request"], found["locust"]["us_a_request"]) == (50, 200)
    assert (found["light"]["cpu"], found["locust"]["cpu"]) == (0.3, 0.5)
    assert found["light"]["save_p99_ms"] == found["locust"]["save_p99_ms"]


def test_a_run_in_which_all_went_well_passes() -> None:
    """Nothing lost, nothing doubled, no error, generator at ease."""
    assert faults(a_report()) == []


@pytest.mark.parametrize(
    "report",
    [
        a_report(Comparison(acknowledged=1000, archived=999, lost=1)),
        a_report(Comparison(acknowledged=1000, archived=1000, doubled=1)),
        a_report(errors=1),
        a_report(cpu=0.95),
        a_report(slip_s=0.2),
        a_report(intended=0, acknowledged=0),
    ],
    ids=["lost", "doubled", "error", "saturated", "late", "nothing-asked"],
)
def test_one_fault_fails_the_run_whatever_its_size(report: dict[str, Any]) -> None:
    """Neither a lost answer nor a run that says nothing is a success, beyond the capacity or not."""
    assert faults(report)
    assert faults(report, beyond_capacity=True)


@pytest.mark.parametrize(
    "counts",
    [{"acknowledged": 989}, {"refused: save": 2}, {"pupils": 100, "handed_in": 98}],
    ids=["missing", "refused", "not-handed-in"],
)
def test_shares_of_saves_are_judged_within_the_capacity_only(counts: dict[str, int]) -> None:
    """Beyond what a server is meant for, refusing is right."""
    report = report_of(Scenario(), [a_part(**counts)], WHOLE)

    assert faults(report)
    assert faults(report, beyond_capacity=True) == []


def test_a_void_run_says_why() -> None:
    """A person must know what to change."""
    report = a_report(cpu=0.95)

    assert report["void"]
    assert "processes" in report["why_void"][0]


def test_a_page_that_cannot_be_written_costs_not_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line is printed all the same, the exit code is not 0, and no half of a file is left."""
    (tmp_path / "report.json").write_text("the last one")
    code = publish(a_report(), json_file=str(tmp_path / "report.json"), page_file="/dev/full/page.html")
    said = capsys.readouterr()

    assert code == 1
    assert json.loads(said.out)["acknowledged"] == 1000
    assert "/dev/full/page.html was not written" in said.err
    assert json.loads((tmp_path / "report.json").read_text())["acknowledged"] == 1000
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_a_report_that_does_not_fit_leaves_no_half_of_it(tmp_path: Path) -> None:
    """As on a full disk: the last whole one stays as it was."""
    file = tmp_path / "report.json"
    file.write_text("the last one")
    program = (
        "import resource, signal, sys; from loadtest.publish import write;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9));"
        "sys.exit(not write(sys.argv[1], lambda: 'x' * 100_000))"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, str(file)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "report.json was not written" in done.stderr
    assert file.read_text() == "the last one"
    assert [found.name for found in tmp_path.iterdir()] == ["report.json"]


def test_the_last_line_is_that_of_machines_wherever_the_report_goes(tmp_path: Path) -> None:
    """`passation loadtest --json /dev/stdout` reads it, and once found the end of the file there."""
    (tmp_path / "report").write_text(json.dumps(a_report()))
    program = (
        "import json, sys; from loadtest.publish import publish;"
        "publish(json.load(open(sys.argv[1])), json_file='/dev/stdout')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "report"], stdout=subprocess.PIPE, text=True, check=True
    )

    assert json.loads(done.stdout.splitlines()[-1])["acknowledged"] == 1000


def test_a_report_may_go_to_where_no_file_is(capfd: pytest.CaptureFixture[str]) -> None:
    """`--json /dev/stdout` writes there, and takes the place of nothing."""
    assert write("/dev/stdout", lambda: "the report")
    assert "the report" in capfd.readouterr().out
    assert Path("/dev/stdout").is_symlink()

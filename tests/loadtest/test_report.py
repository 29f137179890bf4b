"""The report: names that machines read, and the rule by which a run passes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from loadtest.intended import Delays
from loadtest.ledger import Comparison
from loadtest.overtime import OverTime
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


@pytest.mark.parametrize("counts", [{"acknowledged": 989}, {"refused: save": 2}], ids=["missing", "refused"])
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

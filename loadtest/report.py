"""The report of a run: the names that machines read, and the rule by which it passes.

A run is void, and says nothing, when its generator was saturated or late by itself. It passes when nothing
was lost, nothing doubled, no error met, and it is not void; and, within the stated capacity, at least 99 % of
the intended saves were acknowledged and at most 0.1 % of them refused on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from loadtest import intended, seconds
from loadtest.ledger import Comparison
from loadtest.scenario import Scenario

GENERATOR_CPU_MAX = 0.9
SLIP_P99_MS_MAX = 50.0
"""A tenth of the goal for saves (500 ms): a generator later than this would be seen in the figures."""
ACKNOWLEDGED_MIN = 0.99
REFUSED_MAX = 0.001

Report = dict[str, Any]


def report_of(scenario: Scenario, parts: Iterable[Mapping[str, Any]], found: Comparison) -> Report:
    """The whole run from the shares of its processes and the comparison with the archive."""
    parts = list(parts)
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part["counts"])
    delays = intended.merged(part["delays"] for part in parts)
    by_second = seconds.merged(part["seconds"] for part in parts)
    length_s = max(by_second.replies, default=0) + 1
    report: Report = {
        "pupils": counts["pupils"],
        "seconds": scenario.seconds,
        "shape": scenario.shape,
        "processes": len(parts),
        "peak_live": by_second.peak_live(scenario.seconds),
        "intended": counts["intended"],
        "acknowledged": counts["acknowledged"],
        "archived": found.archived,
        "lost": found.lost,
        "doubled": found.doubled,
        "refused": counts["refused: save"],
        "errors": counts["errors"],
        "requests_per_s": round(by_second.replies.total() / length_s, 1),
        "peak_requests_per_s": by_second.peak_replies(),
        **_times(delays),
        "generator_cpu": max((part["generator_cpu"] for part in parts), default=0.0),
        "generator_kib_a_pupil": round(sum(part["rss_kib"] for part in parts) / max(1, counts["pupils"]), 1),
    }
    report["why_void"] = why_void(report)
    report["void"] = bool(report["why_void"])
    return report | {"unacknowledged": found.unacknowledged, "counts": dict(sorted(counts.items()))}


def _times(delays: intended.Delays) -> dict[str, float | None]:
    times = {}
    for kind in ("save", "login", "start", "submit", "save_service", "slip"):
        times[f"{kind}_p50_ms"] = delays.percentile_ms(kind, 50)
        times[f"{kind}_p99_ms"] = delays.percentile_ms(kind, 99)
    return times


def why_void(report: Mapping[str, Any]) -> list[str]:
    """Why this run says nothing about the server, if so."""
    reasons = []
    if report["generator_cpu"] > GENERATOR_CPU_MAX:
        reasons.append(
            f"a generator process used {report['generator_cpu']:.0%} of a core: give it more processes"
        )
    if (report["slip_p99_ms"] or 0) > SLIP_P99_MS_MAX:
        reasons.append(f"the generator was {report['slip_p99_ms']:.0f} ms late by itself (99th percentile)")
    if not report["intended"]:
        reasons.append("no save was intended: give the run more seconds")
    return reasons


def faults(report: Mapping[str, Any], *, beyond_capacity: bool = False) -> list[str]:
    """Why the run does not pass, one sentence each; empty: it passes."""
    found = [f"void: {reason}" for reason in report["why_void"]]
    found += [f"{name}: {report[name]}" for name in ("lost", "doubled", "errors") if report[name]]
    if beyond_capacity or not report["intended"]:
        return found
    if report["acknowledged"] < ACKNOWLEDGED_MIN * report["intended"]:
        found.append(
            f"only {report['acknowledged']} of {report['intended']} intended saves were acknowledged"
        )
    if report["refused"] > REFUSED_MAX * report["intended"]:
        found.append(f"{report['refused']} saves were refused, of {report['intended']} intended ones")
    return found

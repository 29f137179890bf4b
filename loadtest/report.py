"""The report of a run: the names that machines read, and what happened in each slice of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from loadtest import intended, overtime, seconds
from loadtest.ledger import Comparison
from loadtest.overtime import OverTime, slice_of
from loadtest.scenario import Scenario
from loadtest.seconds import Seconds
from loadtest.steps import steps_of
from loadtest.verdict import why_void
from loadtest.waves import waves_of

Report = dict[str, Any]


def report_of(
    scenario: Scenario,
    parts: Iterable[Mapping[str, Any]],
    found: Comparison,
    waited_s: float = 0.0,
    outages: Sequence[Mapping[str, Any]] = (),
) -> Report:
    """The whole run from the shares of its processes and the comparison with the archive.

    `waited_s`: how long the archive needed after the last pupil had left; `outages`: what was away, `what`,
    `from_s`, `to_s` in seconds since the beginning.
    """
    parts = list(parts)
    counts = sum((Counter(part["counts"]) for part in parts), Counter[str]())
    delays = intended.merged(part["delays"] for part in parts)
    by_second = seconds.merged(part["seconds"] for part in parts)
    report: Report = {
        "pupils": counts["pupils"],
        "seconds": scenario.seconds,
        "shape": scenario.shape,
        "processes": len(parts),
        "peak_live": by_second.peak_live(scenario.seconds),
        **_saves(counts, found),
        **_rates(by_second),
        **_times(delays),
        **_generators(parts),
    }
    report |= {"why_void": (reasons := why_void(report)), "void": bool(reasons)}
    slices = overtime.merged(slice_of(scenario.seconds), (part["over_time"] for part in parts))
    series = series_of(slices, by_second)
    return report | {
        "steps": steps_of(scenario, series),
        "waves": waves_of(by_second, outages, scenario, _given_s(delays)),
        "archive_wait_s": round(waited_s, 2),
        "unacknowledged": found.unacknowledged,
        "counts": dict(sorted(counts.items())),
        "scenario": asdict(scenario),
        "series": series,
    }


def _saves(counts: Counter[str], found: Comparison) -> Report:
    return {
        "intended": counts["intended"],
        "acknowledged": counts["acknowledged"],
        "archived": found.archived,
        "lost": found.lost,
        "doubled": found.doubled,
        "refused": counts["refused: save"],
        "errors": counts["errors"],
    }


def _rates(by_second: Seconds) -> Report:
    length_s = max(by_second.replies, default=0) + 1
    mean = round(by_second.replies.total() / length_s, 1)
    return {"requests_per_s": mean, "peak_requests_per_s": by_second.peak_replies()}


def _given_s(delays: intended.Delays) -> dict[str, float]:
    """Of the time that pupils got back."""
    return {f"p{share}": round((delays.percentile_ms("given", share) or 0) / 1000, 1) for share in (1, 50)}


def _times(delays: intended.Delays) -> dict[str, float | None]:
    times = {}
    for kind in ("save", "login", "start", "submit", "resume", "room", "save_ready", "save_service", "slip"):
        times[f"{kind}_p50_ms"] = delays.percentile_ms(kind, 50)
        times[f"{kind}_p99_ms"] = delays.percentile_ms(kind, 99)
    return times


def series_of(slices: OverTime, by_second: Seconds) -> Report:
    """The run over time, one entry a slice: counts are those of the slice, times are in milliseconds."""
    count, slice_s = slices.slices(), slices.slice_s
    replies = [slices.counted("replies"), slices.counted("unarchived")]
    series: Report = {
        "slice_s": slice_s,
        "slices": count,
        "live": by_second.live_at([(at + 1) * slice_s - 1 for at in range(count)]),
        "attempts_per_s": [
            max(by_second.attempts[second] for second in range(at * slice_s, (at + 1) * slice_s))
            for at in range(count)
        ],
        "unarchived": [round(lag / max(1, saves), 2) for saves, lag in zip(*replies, strict=True)],
        "refused": {name.removeprefix("why: "): slices.counted(name) for name in slices.names("why: ")},
    }
    for name in ("logged_in", "started", "handed_in", "acknowledged"):
        series[name] = slices.counted(name)
    for kind in ("save", "save_ready", "login", "start", "slip"):
        p50, p99, highest = slices.percentiles_ms(kind, (50, 99, 100))
        series |= {f"{kind}_p50_ms": p50, f"{kind}_p99_ms": p99, f"{kind}_max_ms": highest}
    return series


def _generators(parts: Sequence[Mapping[str, Any]]) -> Report:
    """What the generators took, and what each of them saw: two beside each other must have seen the same."""
    found: Report = {}
    for name in sorted({part.get("generator", "locust") for part in parts}):
        own = [part for part in parts if part.get("generator", "locust") == name]
        counts = sum((Counter(part["counts"]) for part in own), Counter[str]())
        delays = intended.merged(part["delays"] for part in own)
        sent = sum(count for kind, count in counts.items() if kind.startswith("sent: "))
        found[name] = {
            "processes": len(own),
            "pupils": counts["pupils"],
            "cpu": max(part["generator_cpu"] for part in own),
            "us_a_request": round(sum(part.get("cpu_s", 0.0) for part in own) / max(1, sent) * 1e6),
            "kib_a_pupil": _kib_a_pupil(own),
            "save_p50_ms": delays.percentile_ms("save", 50),
            "save_p99_ms": delays.percentile_ms("save", 99),
        }
    return {
        "generator_cpu": max(part["generator_cpu"] for part in parts),
        "generator_kib_a_pupil": _kib_a_pupil(parts),
        "generators": found,
    }


def _kib_a_pupil(parts: Sequence[Mapping[str, Any]]) -> float:
    pupils: int = sum(part["counts"].get("pupils", 0) for part in parts)
    kib: int = sum(part["rss_kib"] for part in parts)
    return round(kib / max(1, pupils), 1)

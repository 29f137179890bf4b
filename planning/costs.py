"""What one call, one pupil, one answer costs; each figure with its source, so that nobody takes it on trust.

Figures are those of one core of the machine that they were measured on (2 cores of an AMD EPYC, KVM guest).
Another machine needs its own: a load test on it, and `--measured FILE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

GENERATOR = ("loadtest", "engine loadtest")
QUIET_SHARE = 0.25
"""Of a machine: below it the idle time of processes weighs more than calls do."""
DRAIN = "engine.archive.drain"


def _cost(value: float, unit: str, meaning: str, source: str) -> Any:
    return field(default=value, metadata={"unit": unit, "meaning": meaning, "source": source})


@dataclass(frozen=True)
class Costs:
    """The table. `sources` overrides where a figure came from."""

    login_us: float = _cost(167, "µs", "a worker's time for a log-in", "bench login_p99_vs_noop")
    start_us: float = _cost(181, "µs", "a worker's time for a start", "bench start_p99_vs_noop")
    save_us: float = _cost(43, "µs", "a worker's time for a batch of answers", "bench save_vs_noop")
    submit_us: float = _cost(181, "µs", "a worker's time for a hand-in", "assumed: as a start")
    redis_us: float = _cost(29, "µs", "Redis's time for a batch", "bench save_vs_noop, late in a test")
    drain_us: float = _cost(10.1, "µs", "the drain's time for a batch", "bench archive_vs_copy")
    pupil_kib: float = _cost(9.9, "KiB", "a worker's memory for a pupil", "bench idle_pupil_kib")
    socket_kib: float = _cost(8, "KiB", "the kernel's memory for a connection", "assumed: 4 KiB at each end")
    session_kib: float = _cost(
        11.3, "KiB", "Redis's memory for a session, 14 batches", "bench redis_bytes_per_session"
    )
    batch_bytes: float = _cost(700, "B", "a batch, sealed, in the archive", "assumed: 500 B body")
    aof_bytes: float = _cost(1246, "B", "a batch in the append-only file", "measured: its size over saves")
    wire_in_bytes: float = _cost(1100, "B", "a batch on the line, headers and TLS included", "assumed")
    wire_out_bytes: float = _cost(900, "B", "its reply, with a token", "assumed")
    form_bytes: float = _cost(34_670, "B", "the sealed form", "bench form_40_items_bytes")
    handshakes_a_core: float = _cost(
        2200, "/s", "new TLS connections of a core (ECDSA P-256)", "benchmarks.tls, nginx"
    )
    sources: Mapping[str, str] = field(default_factory=dict)


def table(costs: Costs) -> list[dict[str, Any]]:
    """Every figure with unit, meaning and source."""
    return [
        {
            "name": entry.name,
            "value": getattr(costs, entry.name),
            "unit": entry.metadata["unit"],
            "meaning": entry.metadata["meaning"],
            "source": costs.sources.get(entry.name, entry.metadata["source"]),
        }
        for entry in fields(Costs)
        if entry.metadata
    ]


def measured(report: Mapping[str, Any], name: str) -> Costs:
    """The costs that a load test's report shows, defaults elsewhere; ValueError where it shows none.

    /proc tells processes apart, not calls: the workers' time is shared evenly by all calls.
    What processes do while nobody comes counts as well, so a small run overstates, the drain most of all.
    """
    if not isinstance(report, Mapping):
        raise ValueError(f"{name} is no report of a load test: write one with --json")
    used = {process: entry["cpu_s"] for process, entry in report.get("processes_used", {}).items()}
    counts = report.get("counts", {})
    calls = sum(count for kind, count in counts.items() if kind.startswith("sent: "))
    batches = counts.get("batches", 0)
    redis_s = sum(cpu_s for process, cpu_s in used.items() if _is_redis(process))
    drain_s = sum(cpu_s for process, cpu_s in used.items() if process.startswith(DRAIN))
    generator_s = sum(cpu_s for process, cpu_s in used.items() if process.startswith(GENERATOR))
    workers_s = sum(used.values()) - redis_s - drain_s - generator_s
    if not (calls and batches and workers_s > 0):
        raise ValueError(f"{name} shows no processor time of a server: run the load test with --json again")
    if report.get("void"):
        raise ValueError(f"{name} is a void run and says nothing: {'; '.join(report['why_void'])}")
    found = {kind: workers_s / calls * 1e6 for kind in ("login_us", "start_us", "save_us", "submit_us")}
    found |= {"redis_us": redis_s / batches * 1e6, "drain_us": drain_s / batches * 1e6}
    shown = {key: round(value, 1) for key, value in found.items()}
    return replace(Costs(), **shown, sources=dict.fromkeys(shown, f"measured: {name}"))


def cautions_of(report: Mapping[str, Any], name: str) -> list[str]:
    """Why the costs of a run are not to be taken as they are; empty: they may be."""
    used = report["processes_used"].items()
    server_s = sum(entry["cpu_s"] for process, entry in used if not process.startswith(GENERATOR))
    cores = report.get("machine", {}).get("cores", 1)
    share = server_s / (cores * report["seconds"])
    if share >= QUIET_SHARE:
        return []
    return [
        f"in {name} the server used {share:.0%} of the machine; what it does while nobody comes is counted "
        "as the price of calls, so this plan asks for too much: take a run at about half of what the machine "
        "can do"
    ]


def _is_redis(process: str) -> bool:
    return process.startswith(("redis-server", "valkey-server"))

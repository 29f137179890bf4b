"""Results: medians of paired ratios with their spread, one JSON line each."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


class Skipped(Exception):
    """The question cannot be asked on this machine; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one question."""

    value: float
    low: float
    high: float
    more: dict[str, Any] = field(default_factory=dict)
    goal: float | None = None
    """Where the goal is measured beside the value, and not known before."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One question: its name, the goal, the unit, and how it is measured."""

    name: str
    goal: float
    unit: str
    better: str
    """"higher" or "lower"."""
    measure: Callable[[], Coroutine[Any, Any, Result]]


def of(values: Sequence[float], **more: Any) -> Result:
    """The median of repeated measurements, with the lowest and the highest."""
    return Result(median(values), min(values), max(values), more)


def paired(ours: Sequence[float], theirs: Sequence[float], **more: Any) -> Result:
    """The median of the ratios of neighbours, so that a slow minute of the machine hits both sides."""
    return of([mine / other for mine, other in zip(ours, theirs, strict=True)], **more)


def line(bench: Bench, result: Result) -> str:
    """One JSON line."""
    goal = bench.goal if result.goal is None else result.goal
    reached = result.value >= goal if bench.better == "higher" else result.value <= goal
    return json.dumps(
        {
            "bench": bench.name,
            "value": _rounded(result.value),
            "goal": _rounded(goal),
            "spread": [_rounded(result.low), _rounded(result.high)],
            "unit": bench.unit,
            "better": bench.better,
            "reached": reached,
            **result.more,
            "machine": machine(),
        }
    )


def machine() -> str:
    """What this ran on."""
    cores = os.cpu_count()
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{cores} cores of {_processor()}, {system}"


def _processor() -> str:
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            return text.partition(":")[2].strip()
    return platform.machine()


def commit() -> str:
    """The commit that is measured, where there is one."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")

"""A run in steps: at how many live pupils does it break?

A step is judged in its second half, when nobody is just coming: by the highest 99th percentile of a slice,
and by the share of calls that were refused. Times run from when a pupil was ready to send: the pause for
which the server asks (`flush_after_ms`, 4 s at rest) is no sign that it breaks. The breaking point is the
first step that does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.scenario import Scenario
from loadtest.verdict import REFUSED_MAX

SAVE_P99_MS_MAX = 500.0


def steps_of(scenario: Scenario, series: Mapping[str, Any]) -> dict[str, Any]:
    """What the report says of steps; {} for another shape."""
    if scenario.shape != "step":
        return {}
    steps = [step_of(number, scenario, series) for number in range(scenario.steps)]
    first_broken = next((place for place, step in enumerate(steps) if not step["holds"]), len(steps))
    return {
        "steps": steps,
        "holds_live": max((step["live"] for step in steps[:first_broken]), default=0),
        "breaks_live": steps[first_broken]["live"] if first_broken < len(steps) else None,
    }


def step_of(number: int, scenario: Scenario, series: Mapping[str, Any]) -> dict[str, Any]:
    """One step: live pupils at its end, and how they were served in its second half."""
    length_s, slice_s = scenario.seconds / scenario.steps, series["slice_s"]
    begin, end = (int(length_s * part / slice_s) for part in (number + 0.5, number + 1))
    places = range(begin, min(max(end, begin + 1), series["slices"]))
    p99_ms = max((series["save_ready_p99_ms"][at] or 0.0 for at in places), default=0.0)
    saved = _sum(series["acknowledged"], places)
    refused = sum(_sum(counts, places) for counts in series["refused"].values())
    share = refused / max(1, saved + refused)
    return {
        "live": series["live"][places[-1]] if places else 0,
        "saves_per_s": round(saved / max(1, len(places) * slice_s), 1),
        "save_ready_p99_ms": p99_ms,
        "refused_share": round(share, 4),
        "holds": bool(saved) and p99_ms <= SAVE_P99_MS_MAX and share <= REFUSED_MAX,
    }


def _sum(counts: Sequence[int], places: Sequence[int]) -> int:
    return sum(counts[at] for at in places)

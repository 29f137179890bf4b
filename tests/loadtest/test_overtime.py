"""Slices of a run: what happened when, across processes."""

from __future__ import annotations

import pytest

from loadtest import overtime
from loadtest.overtime import SLICES_MAX, OverTime, slice_of


@pytest.mark.parametrize("seconds", [1.0, 60.0, 120.0, 121.0, 3600.0, 7200.5])
def test_a_run_has_no_more_slices_than_a_plot_can_show(seconds: float) -> None:
    """However long it is."""
    assert seconds / slice_of(seconds) <= SLICES_MAX + 1


def test_a_call_is_drawn_where_it_was_intended() -> None:
    """A stall is seen when it began, not when it ended."""
    slices = OverTime(1)
    slices.timed("save", intended_s=2.5, done_s=9.0)
    (p99,) = slices.percentiles_ms("save", [99])

    assert p99[:2] == [None, None]
    assert 6300 < (p99[2] or 0) < 6700


def test_slices_of_processes_are_added() -> None:
    """Half of the calls took 1 ms in one process, half 100 ms in the other."""
    parts = []
    for delay_s in (0.001, 0.1):
        slices = OverTime(5)
        slices.count("why: busy", 7.0)
        for _ in range(50):
            slices.timed("save", 6.0, 6.0 + delay_s)
        parts.append(slices.encoded())
    whole = overtime.merged(5, parts)
    low, high = whole.percentiles_ms("save", [40, 60])

    assert whole.counted("why: busy") == [0, 2]
    assert whole.names("why: ") == ["why: busy"]
    assert 0.9 < (low[1] or 0) < 1.1
    assert 90 < (high[1] or 0) < 110


def test_nothing_is_plotted_that_is_not_asked_for() -> None:
    """Kinds that no plot shows cost nothing."""
    slices = OverTime(1)
    slices.timed("save_service", 0.0, 1.0)

    assert slices.encoded() == {"counts": {}, "times": {}}

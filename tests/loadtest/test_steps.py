"""Steps to the breaking point."""

from __future__ import annotations

from typing import Any

from loadtest.scenario import Scenario
from loadtest.steps import steps_of

SCENARIO = Scenario(shape="step", seconds=40, steps=4)


def a_series(p99_ms: list[float], refused: list[int]) -> dict[str, Any]:
    """Ten slices of four seconds."""
    return {
        **{"slice_s": 4, "slices": 10, "live": [100 * at for at in range(10)], "save_ready_p99_ms": p99_ms},
        **{"acknowledged": [400] * 10, "refused": {"busy": refused}},
    }


def test_the_breaking_point_is_the_first_step_that_does_not_hold() -> None:
    """Slow, or refusing; what happens while a step's pupils come does not count."""
    slow = steps_of(SCENARIO, a_series([2000, 20, 20, 20, 20, 20, 900, 900, 20, 20], [0] * 10))
    refusing = steps_of(SCENARIO, a_series([20] * 10, [0] * 8 + [50, 50]))

    assert [step["holds"] for step in slow["steps"]] == [True, True, False, True]
    assert (slow["holds_live"], slow["breaks_live"]) == (slow["steps"][1]["live"], slow["steps"][2]["live"])
    assert [step["holds"] for step in refusing["steps"]] == [True, True, True, False]


def test_a_server_that_holds_has_no_breaking_point() -> None:
    """And another shape has no steps."""
    calm = a_series([20.0] * 10, [0] * 10)

    assert steps_of(SCENARIO, calm)["breaks_live"] is None
    assert steps_of(Scenario(), calm) == {}


def test_a_pause_for_which_the_server_asks_breaks_no_step() -> None:
    """Pupils who save often gather for seconds; only what they waited beyond that counts."""
    series = a_series([20.0] * 10, [0] * 10) | {"save_p99_ms": [4000.0] * 10}

    assert steps_of(SCENARIO, series)["breaks_live"] is None

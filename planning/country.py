"""The day of a plan in virtual time: its bells, on the servers that it asks for, by a sample of pupils."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planning.costs import Costs
from planning.day import Server, Wave, simulate
from planning.plan import Demand

SAMPLE = 1500
"""So many pupils stand for all of a bell."""


def rehearse(
    demand: Demand, costs: Costs, servers: int, waves: int, *, away: Sequence[tuple[float, float]] = ()
) -> dict[str, Any]:
    """The figures of the simulated day, in pupils of the country.

    `away`: outages, from and to in seconds since the first bell. The servers are one that is as fast as
    all of them and slowed by the same factor as the crowd is thinned.
    """
    sample = min(demand.pupils, SAMPLE * waves)
    factor = demand.pupils / sample
    cores = servers * demand.cores
    slowed = factor / cores / 1e6
    calls = {"login": costs.login_us, "start": costs.start_us, "submit": costs.submit_us}
    cost_s = {kind: (cost_us + costs.redis_us) * slowed for kind, cost_us in calls.items()}
    cost_s["save"] = (costs.save_us + costs.redis_us + costs.drain_us) * slowed
    bells = [
        Wave(
            sample * (number + 1) // waves - sample * number // waves,
            number * demand.test_s,
            (number + 1) * demand.test_s,
            demand.login_s,
            demand.start_s,
        )
        for number in range(waves)
    ]
    found = simulate(bells, Server(1, cost_s, away), think_s=demand.think_s).summary()
    scaled = {
        name: round(value * factor) if not name.endswith(("_ms", "_s")) or name.endswith("_per_s") else value
        for name, value in found.items()
    }
    return scaled | {"sample": sample, "factor": round(factor, 2)}

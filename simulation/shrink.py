"""A failing plan cut down: act after act is left out as long as the same promise is broken."""

from __future__ import annotations

from simulation.known import unknown
from simulation.plan import Act, Plan
from simulation.run import Outcome, run
from simulation.world.sql import Shelf
from simulation.world.world import Parts

RUNS_MAX = 250


def shrink(
    failed: Outcome,
    place: Shelf,
    parts: Parts = Parts(),  # noqa: B008
    *,
    runs_max: int = RUNS_MAX,
) -> Outcome:
    """The smallest failing outcome found in so many runs; larger pieces are tried first."""
    wanted = {violation.invariant for violation in unknown(failed.violations) or failed.violations}
    best, size, runs = failed, max(1, len(failed.plan.acts) // 2), 0
    while size and runs < runs_max:
        start = 0
        while start < len(best.plan.acts) and runs < runs_max:
            runs += 1
            acts = best.plan.acts
            tried = run(_with(best.plan, (*acts[:start], *acts[start + size :])), place, parts)
            if wanted & {violation.invariant for violation in tried.violations}:
                best = tried
            else:
                start += size
        size //= 2
    return best


def _with(plan: Plan, acts: tuple[Act, ...]) -> Plan:
    return plan._replace(acts=acts)

"""More than the engine can do: what gets through at once, twice and five times its capacity.

    python -m benchmarks.overload --share 0.1 --factors 1,2,5 --seconds 20
    python -m benchmarks.overload --factors 0.5 --hammer 400 [--front nginx]

The worker is held to a fixed share of one core by the kernel (a control group of its own, Linux, root), so
that this process, which plays the pupils, stays far below its own limit; Redis and it have the other core.
Each round measures capacity first (`--capacity` sets it): a few pupils who never think, for some seconds.
Then pupils act at intended moments, one save each on average every `--think` seconds (`crowd.py` says how
they obey).

One JSON line a step: saves acknowledged a second, refusals a second, answers acknowledged over those
intended, p99 from the intended moment, the share of this process, cores that somebody else used. At the end
a line for each factor: `goodput`, its saves over those of the best step of its round, and the median of that
over the `--rounds`, for the machine's own speed changes within minutes.
After a step above capacity half of capacity comes: `normal_after_s` is the second from which on nobody is
refused and p99 is no more than twice that of the same crowd before; `slow_seconds` are all that were not so,
for one by itself is the machine's. `--hammer N`: N more pupils obey nothing and send again as soon as their
line lets them (`--hammer-line`; without a line the first to fall would be the proxy, on this core), while
those of the step are seated. The last line tells what was acknowledged and is not held: `lost`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from benchmarks.crowd import OBEY, Counts, Crowd, Pupil, connected, lost
from benchmarks.front import front, nginx_binary
from benchmarks.generator import percentile_of
from benchmarks.measure import Skipped
from benchmarks.neighbours import Neighbours, cpu_s
from benchmarks.pupils import batches, paper_of, started_pupils
from benchmarks.saves import take_journal
from benchmarks.stack import Stack, pin_generator, stack
from sessions.link import Link

GROUPS = Path("/sys/fs/cgroup/cpu")
PERIOD_US, SHARE_MIN = 10_000, 0.1
"""The kernel gives no less than a millisecond in a period."""
CALM_FACTOR, CALM_S = 0.5, 30.0
CALIBRATE_PUPILS, CALIBRATE_S = 128, 8.0
NORMAL_FLOOR_S = 0.1
"""A p99 below this is normal, whatever it was before: the share comes in periods of 10 ms."""
ANSWER_S = 30.0


@dataclass(slots=True)
class Run:
    """What the steps of a run share."""

    given: argparse.Namespace
    stack: Stack
    link: Link
    port: int
    bodies: list[bytes]
    pupils: list[Pupil]
    hammers: list[Pupil]
    capacity: float = 0.0
    rounds: list[dict[float, dict[str, Any]]] = field(default_factory=list)
    """What was found, by factor."""
    calm_p99_s: float = NORMAL_FLOOR_S


@contextmanager
def held(pid: int, share: float) -> Iterator[None]:
    """Hold a process to a share of one core."""
    group = GROUPS / f"passation-{pid}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD_US * share)))
        (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        (GROUPS / "cgroup.procs").write_text(str(pid))
        group.rmdir()


def some(run: Run, factor: float) -> list[Pupil]:
    """So many pupils as ask for `factor` times the capacity."""
    return run.pupils[: int(run.capacity * run.given.think * factor)]


async def passed(run: Run, crowd: Crowd, pupils: list[Pupil], seconds: float) -> None:
    """Let a crowd act for so long; the journal is emptied meanwhile, as a drain would."""
    await connected(pupils, crowd, run.port)
    crowd.began_s = crowd.loop.time()
    for pupil in pupils:
        pupil.begin(crowd)
    await emptied(run, seconds)


async def emptied(run: Run, seconds: float) -> None:
    """Wait, and empty the journal every second."""
    until_s = time.perf_counter() + seconds
    while (left_s := until_s - time.perf_counter()) > 0:
        await asyncio.sleep(min(1.0, left_s))
        await take_journal(run.link)


async def calibrated(run: Run) -> float:
    """Saves a second at saturation, with a crowd that fills the worker and no more."""
    crowd = Crowd(run.bodies, 0.0, "nothing")
    await passed(run, crowd, run.pupils[:CALIBRATE_PUPILS], CALIBRATE_S / 4)
    crowd.counts, began_s = Counts(), time.perf_counter()
    await emptied(run, CALIBRATE_S)
    crowd.is_over = True
    return crowd.counts.saves / (time.perf_counter() - began_s)


async def bare_capacity(run: Run) -> float:
    """The worker's own capacity, whatever stands before it: a proxy's bound for each pupil is not it."""
    port, run.port = run.port, run.stack.settings.port
    found = await calibrated(run)
    for pupil in run.pupils[:CALIBRATE_PUPILS]:
        if pupil.transport:
            pupil.transport.abort()
    await asyncio.sleep(0)
    run.port = port
    return found


async def step(run: Run, factor: float, seconds: float, obey: str) -> dict[str, Any]:
    """One step; the first quarter only warms up."""
    crowd = Crowd(run.bodies, run.given.think, obey)
    hammer = Crowd(run.bodies, 0.0, "nothing", run.given.hammer_line)
    await connected(run.hammers, hammer, run.port)
    for pupil in run.hammers:
        pupil.begin(hammer)
    pupils, worker = some(run, factor), run.stack.worker.pid
    await passed(run, crowd, pupils, seconds / 4)
    counts, struck = Counts(), Counts()
    crowd.counts, hammer.counts = counts, struck
    neighbours = Neighbours([worker, run.stack.redis.pid])
    began_s, own_s, worker_s = time.perf_counter(), time.process_time(), cpu_s(worker)
    await emptied(run, seconds)
    passed_s = time.perf_counter() - began_s
    crowd.is_over = hammer.is_over = True
    found = {
        "pupils": len(pupils),
        "intended_per_s": round(counts.intended / passed_s),
        "saves_per_s": round(counts.saves / passed_s),
        "answers_per_s": round(counts.answers / passed_s),
        "refused_per_s": round(counts.refused / passed_s),
        "other": counts.other + struck.other,
        "p50_ms": counts.p_ms(50),
        "p99_ms": counts.p_ms(99),
        "generator": round((time.process_time() - own_s) / passed_s, 2),
        "worker": round((cpu_s(worker) - worker_s) / passed_s, 2),
        "others": round(neighbours.share(), 2),
    }
    if run.hammers:
        found["hammer_saves_per_s"] = round(struck.saves / passed_s)
        found["hammer_refused_per_s"] = round(struck.refused / passed_s)
    return found


async def back_to_normal(run: Run, obey: str) -> dict[str, Any]:
    """Half of capacity right after more than capacity: from which second on all is as it was before."""
    crowd = Crowd(run.bodies, run.given.think, obey)
    await passed(run, crowd, some(run, CALM_FACTOR), CALM_S)
    crowd.is_over = True
    bound_s = max(NORMAL_FLOOR_S, 2 * run.calm_p99_s)
    slow = [
        second
        for second in range(int(CALM_S))
        if percentile_of(crowd.counts.by_second[second] or [CALM_S], 99) > bound_s
    ]
    after_s = slow[-1] + 1 if slow else 0
    return {
        "normal_after_s": after_s if after_s < CALM_S else None,
        "normal_p99_ms": round(bound_s * 1000),
        "slow_seconds": slow,
    }


def told(run: Run, factor: float, found: dict[str, Any]) -> None:
    """One line."""
    given = {"factor": factor, "obey": run.given.obey, "front": run.given.front, "share": run.given.share}
    print(json.dumps(given | found), flush=True)


def told_at_last(run: Run) -> None:
    """A line for each factor, over all rounds."""
    for factor in run.rounds[0]:
        found = [steps[factor] for steps in run.rounds]
        best = [max(step["saves_per_s"] for step in steps.values()) for steps in run.rounds]
        goodput = [step["saves_per_s"] / most for step, most in zip(found, best, strict=True)]
        line = {
            "factor": factor,
            "rounds": len(found),
            "goodput": round(median(goodput), 3),
            "lowest": round(min(goodput), 3),
            "normal_after_s": [step.get("normal_after_s") for step in found],
        }
        print(json.dumps(line), flush=True)


@asynccontextmanager
async def prepared(given: argparse.Namespace) -> AsyncIterator[Run]:
    """Redis, a worker, whatever stands before it, and pupils who have started."""
    is_behind = given.front == "nginx"
    async with stack(given.pupils + given.hammer, behind_proxy=is_behind) as running:
        started = await started_pupils(running, running.codes)
        pupils = [Pupil(reply["token"]) for reply in started]
        link = Link(running.settings.redis_address)
        run = Run(given, running, link, running.settings.port, batches(paper_of(running, started[0])), [], [])
        run.pupils, run.hammers = pupils[: given.pupils], pupils[given.pupils :]
        try:
            if is_behind:
                with tempfile.TemporaryDirectory(prefix="passation-front-") as folder:
                    async with front(nginx_binary(given.nginx), Path(folder), run.port) as before:
                        run.port = before.port
                        yield run
            else:
                yield run
        finally:
            await link.aclose()


async def one_round(run: Run, factors: Sequence[float]) -> None:
    """What capacity is by now; half of it, to know what is normal; then each factor."""
    given, steps = run.given, dict[float, dict[str, Any]]()
    run.capacity = given.capacity or await bare_capacity(run)
    print(json.dumps({"capacity_per_s": round(run.capacity), "share": given.share}), flush=True)
    if len(some(run, max(factors))) == len(run.pupils):
        needed = int(run.capacity * given.think * max(factors)) + 1
        raise Skipped(f"too few pupils: give --pupils {needed}, or a smaller --share or --think")
    hammers, run.hammers = run.hammers, []
    calm = await step(run, CALM_FACTOR, given.seconds / 2, given.obey)
    run.calm_p99_s = (calm["p99_ms"] or 0) / 1000
    told(run, CALM_FACTOR, calm)
    run.hammers = hammers
    for factor in factors:
        found = await step(run, factor, given.seconds, given.obey)
        if factor > 1 or hammers:
            found |= await back_to_normal(run, given.obey)
        told(run, factor, found)
        steps[factor] = found
        await asyncio.sleep(given.rest)
    run.rounds.append(steps)


async def measure(given: argparse.Namespace) -> None:
    """All steps, one JSON line each."""
    pin_generator()
    factors = [float(text) for text in given.factors.split(",")]
    async with prepared(given) as run:
        with held(run.stack.worker.pid, given.share):
            for _ in range(given.rounds):
                await one_round(run, factors)
        told_at_last(run)
        missing = await lost([*run.pupils, *run.hammers], run.stack.settings.port, ANSWER_S)
        acknowledged = sum(pupil.told for pupil in [*run.pupils, *run.hammers])
        print(json.dumps({"acknowledged": acknowledged, "lost": missing}), flush=True)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overload", description=__doc__)
    parser.add_argument("--share", type=float, default=0.1, help="of one core, for the worker")
    parser.add_argument("--capacity", type=float, default=0, help="saves a second that factor 1 stands for")
    parser.add_argument("--think", type=float, default=1.0, help="seconds between two answers of a pupil")
    parser.add_argument("--factors", default="1,1.2,2,5")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=1, help="so often all factors in turn")
    parser.add_argument("--rest", type=float, default=2, help="seconds between two steps")
    parser.add_argument("--obey", choices=OBEY, default="retry-after")
    parser.add_argument("--pupils", type=int, default=16_000, help="the most that may be needed")
    parser.add_argument("--hammer", type=int, default=0, help="so many more who never wait")
    parser.add_argument("--hammer-line", type=float, default=0.05, help="seconds to them and back")
    parser.add_argument("--front", choices=("bare", "nginx"), default="bare")
    parser.add_argument("--nginx", default="", help="the binary of nginx, where it is not on the path")
    given = parser.parse_args()
    if not SHARE_MIN <= given.share <= 1:
        parser.error(f"--share lies between {SHARE_MIN} and 1")
    if given.rounds < 1:
        parser.error("--rounds is 1 at least")
    if not os.access(GROUPS, os.W_OK):
        parser.error(f"{GROUPS} cannot be written: the share of the worker cannot be held")
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    try:
        asyncio.run(measure(given))
    except Skipped as reason:
        parser.error(str(reason))
    return 0


if __name__ == "__main__":
    sys.exit(main())

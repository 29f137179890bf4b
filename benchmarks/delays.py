"""Response times at half of capacity: the 99th percentile, over that of the no-op at the same arrivals.

Capacity is measured first, with all connections busy. Then requests fall due at random moments at half that
rate, and each is timed from the moment it fell due.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from benchmarks.generator import Connection, NextRequest, closed, connect, hang_up, opened, percentile_of
from benchmarks.measure import Result, paired
from benchmarks.pupils import CONNECTIONS, log_in, request
from benchmarks.saves import Prepared, cut_journals
from benchmarks.stack import Stack, noop_server, pin_generator, stack
from sessions.link import Link

PAIRS = 7
"""The first pair warms up and is dropped."""
SLICE_S = 3.0
CAPACITY_S = 2.0
SAVING_PUPILS = 4096
CODES = 24_000
"""A code logs in once and a session starts once; the slices become shorter where there are too few."""
CAPACITY_CODES = 4_000


async def save_p99_vs_noop() -> Result:
    """Saves."""
    pin_generator()
    async with stack(SAVING_PUPILS) as running, noop_server() as (port, _):
        prepared = await Prepared.of(running)
        ours = await connect(running.settings.port, prepared.sources())
        theirs = await connect(port, prepared.sources())
        rate = (await closed(ours, CAPACITY_S)).rate / 2
        return await compared(running, ours, theirs, rate, SLICE_S)


async def login_p99_vs_noop() -> Result:
    """Log-ins, each with a code of its own."""
    pin_generator()
    async with stack(CODES) as running, noop_server() as (port, _):
        bodies = [json.dumps({"code": code}).encode() for code in running.codes]
        requests = [request("/api/v1/login", body) for body in bodies]
        return await compared_once_each(running, port, requests)


async def start_p99_vs_noop() -> Result:
    """Starts, each of a pupil who has just logged in."""
    pin_generator()
    async with stack(CODES) as running, noop_server() as (port, _):
        tokens = [reply["token"] for reply in await log_in(running, running.codes)]
        requests = [request("/api/v1/start", b"{}", token) for token in tokens]
        return await compared_once_each(running, port, requests)


async def compared_once_each(running: Stack, port: int, requests: Sequence[bytes]) -> Result:
    """For requests that can be sent once only."""
    probes, rest = list(requests[:CAPACITY_CODES]), list(requests[CAPACITY_CODES:])
    rate = (await closed(await connect(running.settings.port, _from(probes)), CAPACITY_S)).rate / 2
    seconds = min(SLICE_S, 0.9 * len(rest) / (rate * PAIRS))
    ours = await connect(running.settings.port, _from(rest))
    theirs = await connect(port, _from(list(requests) * PAIRS))
    return await compared(running, ours, theirs, rate, seconds)


def _from(requests: list[bytes]) -> list[NextRequest]:
    return [lambda: requests.pop() if requests else None] * CONNECTIONS


async def compared(
    running: Stack, ours: list[Connection], theirs: list[Connection], rate: float, seconds: float
) -> Result:
    """A/B/A/B at the same rate; the first pair is dropped."""
    link = Link(running.settings.redis_address)
    p99_ms: tuple[list[float], list[float]] = [], []
    slips_ms = []
    try:
        for pair in range(PAIRS):
            for values, connections in zip(p99_ms, (ours, theirs), strict=True):
                run = await opened(connections, rate, seconds, seed=pair)
                values.append(run.p(99))
                slips_ms.append(percentile_of(run.slips_s, 99) * 1000)
            await cut_journals(link)
    finally:
        hang_up([*ours, *theirs])
        await link.aclose()
    mine, noop = p99_ms[0][1:], p99_ms[1][1:]
    return paired(
        mine,
        noop,
        rate_per_s=round(rate),
        p99_ms=round(sorted(mine)[len(mine) // 2], 2),
        noop_p99_ms=round(sorted(noop)[len(noop) // 2], 2),
        slip_p99_ms=round(max(slips_ms), 2),
    )

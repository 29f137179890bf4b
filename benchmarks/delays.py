"""Response times at half of capacity: the 99th percentile, over that of the no-op at the same arrivals.

Capacity is measured first, with all connections busy. Then requests fall due at random moments at half that
rate, and each is timed from the moment it fell due.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import median

from benchmarks.generator import (
    Connection,
    NextRequest,
    Run,
    closed,
    connect,
    hang_up,
    opened,
    percentile_of,
)
from benchmarks.measure import Result, paired
from benchmarks.pupils import CONNECTIONS, log_in, request
from benchmarks.saves import Prepared, cut_journals
from benchmarks.stack import Stack, noop_server, pin_generator, stack
from sessions.link import Link

PAIRS = 9
VALID_MIN = 5
SLIP_MS_MAX = 5.0
"""A generator that is later than this would be seen in the figures."""
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
    """A/B/A/B at the same rate. The first pair is dropped, and each one whose generator was late."""
    link = Link(running.settings.redis_address)
    pairs: list[tuple[Run, Run]] = []
    try:
        for number in range(PAIRS):
            mine = await opened(ours, rate, seconds, seed=number)
            await cut_journals(link)
            pairs.append((mine, await opened(theirs, rate, seconds, seed=number)))
    finally:
        hang_up([*ours, *theirs])
        await link.aclose()
    valid = [pair for pair in pairs[1:] if max(map(slip_ms, pair)) <= SLIP_MS_MAX]
    counted = valid if len(valid) >= VALID_MIN else pairs[1:]
    mine_ms, noop_ms = ([pair[side].p(99) for pair in counted] for side in (0, 1))
    return paired(
        mine_ms,
        noop_ms,
        rate_per_s=round(rate),
        p99_ms=round(median(mine_ms), 2),
        noop_p99_ms=round(median(noop_ms), 2),
        pairs=len(valid),
        void=len(valid) < VALID_MIN,
    )


def slip_ms(run: Run) -> float:
    """How late the generator was by itself, 99th percentile."""
    return percentile_of(run.slips_s, 99) * 1000

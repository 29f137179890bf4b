"""Response times at half of capacity: the 99th percentile, over that of the no-op at the same arrivals.

Capacity is measured first, with all connections busy. Then requests fall due at random moments at half that
rate, and each is timed from the moment it fell due.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.arrivals import opened
from benchmarks.generator import NextRequest, percentile_of
from benchmarks.lines import Line, saturated
from benchmarks.measure import Result, paired
from benchmarks.neighbours import QUIET, Neighbours
from benchmarks.pairs import TRIES, gathered
from benchmarks.pupils import CONNECTIONS, log_in, request
from benchmarks.saves import Prepared, take_journal
from benchmarks.stack import Stack, noop_server, pin_generator, stack
from sessions.link import Link

SLIP_MS_MAX = 5.0
"""A generator that is later than this would be seen in the figures."""
SLICE_S = 2.0
ONCE_SLICE_S = 1.0
CAPACITY_S = 2.0
SAVING_PUPILS = 4096
CODES = 60_000
"""A code logs in once and a session starts once: so many decide how often a slice may be repeated."""
CAPACITY_CODES = 4_000


class Slice(NamedTuple):
    """One slice at half of capacity."""

    p99_ms: float
    slip_ms: float
    """How late the generator was by itself, 99th percentile."""
    others: float
    """Cores that processes of somebody else used."""


def _disturbance(found: Slice) -> float:
    return max(found.slip_ms / SLIP_MS_MAX, found.others / QUIET)


async def save_p99_vs_noop() -> Result:
    """Saves."""
    pin_generator()
    async with stack(SAVING_PUPILS) as running, noop_server() as (port, noop):
        prepared = await Prepared.of(running)
        ours = [Line(running.settings.port, source) for source in prepared.sources()]
        theirs = [Line(port, source) for source in prepared.sources()]
        rate = saturated(ours, CAPACITY_S).rate / 2
        return await compared(running, ours, theirs, rate, noop.pid, TRIES)


async def login_p99_vs_noop() -> Result:
    """Log-ins, each with a code of its own."""
    pin_generator()
    async with stack(CODES) as running, noop_server() as (port, noop):
        bodies = [json.dumps({"code": code}).encode() for code in running.codes]
        requests = [request("/api/v1/login", body) for body in bodies]
        return await compared_once_each(running, port, requests, noop.pid)


async def start_p99_vs_noop() -> Result:
    """Starts, each of a pupil who has just logged in."""
    pin_generator()
    async with stack(CODES) as running, noop_server() as (port, noop):
        tokens = [reply["token"] for reply in await log_in(running, running.codes)]
        requests = [request("/api/v1/start", b"{}", token) for token in tokens]
        return await compared_once_each(running, port, requests, noop.pid)


async def compared_once_each(running: Stack, port: int, requests: Sequence[bytes], noop: int) -> Result:
    """For requests that can be sent once only."""
    probes, rest = list(requests[:CAPACITY_CODES]), list(requests[CAPACITY_CODES:])
    rate = saturated([Line(running.settings.port, source) for source in _from(probes)], CAPACITY_S).rate / 2
    tries = int(0.9 * len(rest) / (rate * ONCE_SLICE_S)) - 1
    ours = [Line(running.settings.port, source) for source in _from(rest)]
    theirs = [Line(port, source) for source in _from(list(requests) * 2)]
    return await compared(running, ours, theirs, rate, noop, tries, ONCE_SLICE_S)


def _from(requests: list[bytes]) -> list[NextRequest]:
    return [lambda: requests.pop() if requests else None] * CONNECTIONS


async def compared(
    running: Stack,
    ours: list[Line],
    theirs: list[Line],
    rate: float,
    noop: int,
    tries: int,
    slice_s: float = SLICE_S,
) -> Result:
    """A/B/A/B at the same rate; what the generator's lateness or neighbours disturbed does not count."""
    link = Link(running.settings.redis_address)
    own = [running.worker.pid, running.redis.pid, noop]

    async def one(lines: list[Line], seed: int) -> Slice:
        neighbours = Neighbours(own)
        run = opened(lines, rate, slice_s, seed)
        others = neighbours.share()
        await take_journal(link)
        return Slice(run.p(99), percentile_of(run.slips_s, 99) * 1000, others)

    async def pair(number: int) -> tuple[Slice, Slice]:
        return await one(ours, number), await one(theirs, number)

    try:
        pairs = await gathered(pair, _disturbance, tries)
    finally:
        for line in [*ours, *theirs]:
            line.socket.close()
        await link.aclose()
    mine_ms, noop_ms = ([found.p99_ms for found in side] for side in (pairs.ours, pairs.theirs))
    return paired(
        mine_ms,
        noop_ms,
        rate_per_s=round(rate),
        p99_ms=round(median(mine_ms), 2),
        noop_p99_ms=round(median(noop_ms), 2),
        pairs=len(mine_ms),
        void=pairs.void,
    )

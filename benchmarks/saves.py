"""Saves through the shipped application, against an empty Starlette endpoint.

save_vs_noop               how many a second, at saturation, fsync always
save_cpu_us                processor time of server and Redis for one save
redis_commands_per_answer  what the worker sends to Redis, at saturation
save_fsync_vs_no_aof       what it costs that an acknowledgement means "on disk"
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, NamedTuple

from benchmarks.generator import NextRequest
from benchmarks.lines import Line, saturated
from benchmarks.measure import Result, of, paired
from benchmarks.neighbours import QUIET, Neighbours, cpu_s
from benchmarks.pairs import Pairs, gathered
from benchmarks.pupils import batches, paper_of, save_sources, started_pupils
from benchmarks.stack import Stack, noop_server, pin_generator, stack
from sessions import keys
from sessions.journal import owner_of, raw_lines
from sessions.link import Link

PUPILS = 4096
PARTITIONS = 64
ANSWERS_A_SAVE = 3
SLICE_S = 2.0
NOOPS = 1.1
"""A save may cost a tenth more processor time than a no-op, Redis included."""
SENT_BY_THE_WORKER = ("evalsha", "eval", "wait", "waitaof")
"""What the saving of answers sends; other commands in the count are those that our Lua gives."""


class Slice(NamedTuple):
    """What was measured in one slice."""

    rate: float
    cpu_us: float
    """Of server and Redis, a request."""
    busy: float
    """The server's share of its core."""
    others: float
    """Cores that processes of somebody else used."""


@dataclass(slots=True)
class Side:
    """One server under load."""

    lines: list[Line]
    pids: Sequence[int]
    """The server first."""
    replies: int = 0

    def slice(self, own: Sequence[int]) -> Slice:
        """One slice at saturation; `own` are all processes that belong to the measurement."""
        neighbours = Neighbours(own)
        began_s, before_s = time.perf_counter(), [cpu_s(pid) for pid in self.pids]
        run = saturated(self.lines, SLICE_S)
        used_s = [cpu_s(pid) - before for pid, before in zip(self.pids, before_s, strict=True)]
        self.replies += run.replies
        busy = used_s[0] / (time.perf_counter() - began_s)
        return Slice(run.rate, sum(used_s) / run.replies * 1e6, busy, neighbours.share())


@asynccontextmanager
async def side(port: int, sources: Sequence[NextRequest], pids: Sequence[int]) -> AsyncIterator[Side]:
    """A server with a connection for each source."""
    lines = [Line(port, source) for source in sources]
    try:
        yield Side(lines, pids)
    finally:
        for line in lines:
            line.socket.close()


@dataclass(slots=True)
class Prepared:
    """Pupils who have started, and what they will answer."""

    started: list[dict[str, Any]]
    batches: list[bytes]

    @classmethod
    async def of(cls, running: Stack) -> Prepared:
        """All pupils of a stack."""
        started = await started_pupils(running, running.codes)
        return cls(started, batches(paper_of(running, started[0])))

    def sources(self) -> list[NextRequest]:
        """Sources of saves, with numbers of their own from 1 on: one set for each server."""
        return save_sources(self.started, self.batches)


async def interleaved(ours: Side, theirs: Side, links: Sequence[Link]) -> Pairs[Slice]:
    """Pairs of slices. The journal, which nobody drains here, is taken away after each."""
    own = [*ours.pids, *theirs.pids]

    async def one(side: Side) -> Slice:
        found = side.slice(own)
        for link in links:
            await take_journal(link)
        return found

    async def pair(_: int) -> tuple[Slice, Slice]:
        return await one(ours), await one(theirs)

    return await gathered(pair, lambda found: found.others / QUIET)


def ratio(pairs: Pairs[Slice], **more: Any) -> Result:
    """Our rate over theirs."""
    mine, noop = ([found.rate for found in side] for side in (pairs.ours, pairs.theirs))
    return paired(mine, noop, pairs=len(mine), void=pairs.void, **more)


async def take_journal(link: Link) -> None:
    """Do to Redis what the drain would have done by now: all batches are sealed, the journal is empty."""
    journal = keys.journal(0)
    lines = raw_lines(0, await link.command("XRANGE", journal, "-", "+"))
    highest: dict[bytes, int] = {}
    for sid, n in (owner_of(line.line) for line in lines if line.names_key):
        highest[sid] = max(n, highest.get(sid, 0))
    sealed = [part for sid, n in highest.items() for part in (f"e:{keys.owner(sid, PARTITIONS)}", n)]
    if sealed:
        await link.command("MSET", *sealed)
    await link.command("XTRIM", journal, "MAXLEN", 0)


async def commands_sent(link: Link) -> int:
    """Commands that Redis has had from the worker so far."""
    lines = (await link.command("INFO", "commandstats")).decode().splitlines()
    counts = {
        line.partition(":")[0][8:]: int(line.partition("calls=")[2].split(",")[0]) for line in lines[1:]
    }
    return sum(counts.get(name, 0) for name in SENT_BY_THE_WORKER)


class Compared(NamedTuple):
    """Saves and no-ops measured against each other."""

    pairs: Pairs[Slice]
    commands_a_save: float
    """What the worker sent to Redis, over all its saves."""


_MEASURED: list[Compared] = []


async def compared() -> Compared:
    """The comparison; made once for the questions that it answers."""
    if not _MEASURED:
        pin_generator()
        async with stack(PUPILS) as running, noop_server() as (port, process):
            prepared = await Prepared.of(running)
            link = Link(running.settings.redis_address)
            pids = [running.worker.pid, running.redis.pid]
            async with (
                side(running.settings.port, prepared.sources(), pids) as ours,
                side(port, prepared.sources(), [process.pid]) as theirs,
            ):
                before = await commands_sent(link)
                pairs = await interleaved(ours, theirs, [link])
                commands = await commands_sent(link) - before
                _MEASURED.append(Compared(pairs, commands / ours.replies))
            await link.aclose()
    return _MEASURED[0]


async def save_vs_noop() -> Result:
    """Saves a second over no-ops a second."""
    pairs = (await compared()).pairs
    return ratio(
        pairs,
        saves_per_s=round(median(found.rate for found in pairs.ours)),
        noops_per_s=round(median(found.rate for found in pairs.theirs)),
        server_busy=round(median(found.busy for found in pairs.ours), 2),
        noop_busy=round(median(found.busy for found in pairs.theirs), 2),
    )


async def save_cpu_us() -> Result:
    """Microseconds of server and Redis for one save; the goal hangs on what the no-op costs."""
    pairs = (await compared()).pairs
    noop = median(found.cpu_us for found in pairs.theirs)
    worker = [found.busy / found.rate * 1e6 for found in pairs.ours]
    result = of(
        [found.cpu_us for found in pairs.ours],
        noop_cpu_us=round(noop, 1),
        worker_us=round(median(worker), 1),
        void=pairs.void,
    )
    return replace(result, goal=noop * NOOPS)


async def redis_commands_per_answer() -> Result:
    """Commands that reached Redis, over the answers saved."""
    found = (await compared()).commands_a_save
    return of([found / ANSWERS_A_SAVE], per_save=round(found, 4))


async def save_fsync_vs_no_aof() -> Result:
    """Saves a second with an append-only file synced before each reply, over those without any file."""
    pin_generator()
    async with stack(PUPILS) as safe, stack(PUPILS, appendonly=False) as unsafe:
        links = [Link(one.settings.redis_address) for one in (safe, unsafe)]
        pids = [[one.worker.pid, one.redis.pid] for one in (safe, unsafe)]
        sources = [(await Prepared.of(one)).sources() for one in (safe, unsafe)]
        async with (
            side(safe.settings.port, sources[0], pids[0]) as ours,
            side(unsafe.settings.port, sources[1], pids[1]) as theirs,
        ):
            pairs = await interleaved(ours, theirs, links)
        for link in links:
            await link.aclose()
    return ratio(pairs, saves_per_s=round(median(found.rate for found in pairs.ours)))

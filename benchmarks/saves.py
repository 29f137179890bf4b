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
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from benchmarks.generator import Connection, NextRequest, closed, connect, hang_up
from benchmarks.measure import Result, of, paired
from benchmarks.pupils import batches, paper_of, save_sources, started_pupils
from benchmarks.stack import Stack, cpu_s, noop_server, pin_generator, stack
from sessions.link import Link

PUPILS = 4096
ANSWERS_A_SAVE = 3
SLICE_S = 3.0
NOOPS = 1.1
"""A save may cost a tenth more processor time than a no-op, Redis included."""
PAIRS = 8
"""The first pair warms up and is dropped."""
SENT_BY_THE_WORKER = ("evalsha", "eval", "ping", "wait", "waitaof", "hgetall")
"""Commands that our Lua does not use: what is counted under these names came over the wire."""


@dataclass(slots=True)
class Side:
    """One server under load, and what was measured of it."""

    connections: list[Connection]
    pids: Sequence[int]
    """The server first."""
    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    replies: int = 0
    """Of all slices, the warming-up included."""

    async def slice(self) -> None:
        """One slice at saturation: requests a second, processor time of one, how busy the server was."""
        began_s, before_s = time.perf_counter(), [cpu_s(pid) for pid in self.pids]
        run = await closed(self.connections, SLICE_S)
        used_s = [cpu_s(pid) - before for pid, before in zip(self.pids, before_s, strict=True)]
        self.replies += run.replies
        self.rates.append(run.rate)
        self.cpu_us.append(sum(used_s) / run.replies * 1e6)
        self.busy.append(used_s[0] / (time.perf_counter() - began_s))

    def forget(self) -> None:
        """The warming-up is over."""
        for values in (self.rates, self.cpu_us, self.busy):
            values.clear()


@asynccontextmanager
async def side(port: int, sources: Sequence[NextRequest], pids: Sequence[int]) -> AsyncIterator[Side]:
    """A server with a connection for each source."""
    connections = await connect(port, sources)
    try:
        yield Side(connections, pids)
    finally:
        hang_up(connections)


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


async def interleaved(sides: Sequence[Side], links: Sequence[Link]) -> None:
    """A/B/A/B. The journals, which nobody drains here, are cut between the slices."""
    for pair in range(PAIRS):
        for one in sides:
            await one.slice()
            for link in links:
                await cut_journals(link)
        if not pair:
            for one in sides:
                one.forget()


async def cut_journals(link: Link) -> None:
    """Take away what the drain would have taken by now."""
    await link.commands([("XTRIM", f"j:{{p{partition:02d}}}", "MAXLEN", 0) for partition in range(64)])


async def commands_sent(link: Link) -> int:
    """Commands that Redis has had from the worker so far."""
    lines = (await link.command("INFO", "commandstats")).decode().splitlines()
    counts = {
        line.partition(":")[0][8:]: int(line.partition("calls=")[2].split(",")[0]) for line in lines[1:]
    }
    return sum(counts.get(name, 0) for name in SENT_BY_THE_WORKER)


@dataclass(frozen=True, slots=True)
class Compared:
    """Saves and no-ops measured against each other."""

    ours: Side
    theirs: Side
    commands: int
    """What the worker sent to Redis in all slices."""


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
                await interleaved([ours, theirs], [link])
                _MEASURED.append(Compared(ours, theirs, await commands_sent(link) - before))
            await link.aclose()
    return _MEASURED[0]


async def save_vs_noop() -> Result:
    """Saves a second over no-ops a second."""
    found = await compared()
    return paired(
        found.ours.rates,
        found.theirs.rates,
        saves_per_s=round(median(found.ours.rates)),
        noops_per_s=round(median(found.theirs.rates)),
        server_busy=round(median(found.ours.busy), 2),
        noop_busy=round(median(found.theirs.busy), 2),
    )


async def save_cpu_us() -> Result:
    """Microseconds of server and Redis for one save; the goal is what the no-op costs."""
    found = await compared()
    noop = round(median(found.theirs.cpu_us), 1)
    return replace(of(found.ours.cpu_us, noop_cpu_us=noop), goal=noop * NOOPS)


async def redis_commands_per_answer() -> Result:
    """Commands that reached Redis, over the answers saved."""
    found = await compared()
    value = found.commands / (found.ours.replies * ANSWERS_A_SAVE)
    return of([value], per_save=round(found.commands / found.ours.replies, 4))


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
            await interleaved([ours, theirs], links)
        for link in links:
            await link.aclose()
    return paired(ours.rates, theirs.rates, saves_per_s=round(median(ours.rates)))

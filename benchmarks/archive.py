"""The drain against raw bulk load: batches from the journal into PostgreSQL, over COPY of rows like them.

The drain's side is everything it does: read the journal, sort, write in a transaction that proves the lease,
mark the sessions, tell Redis. COPY's side is rows that lie ready in memory, into a table of the same columns
and key. Portions alternate.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import asyncpg

from benchmarks.measure import Result, Skipped, paired
from benchmarks.neighbours import QUIET, Neighbours, cpu_s
from benchmarks.pairs import Pairs, gathered
from benchmarks.stack import CORES, Stack, stack
from engine.archive import Archive
from engine.archive.drain import collect_seldom, drain_once
from engine.archive.lease import Lease
from engine.archive.reading import JournalReader
from engine.clock import now_ms
from sessions.link import Link
from sessions.model import Login, Save, Start, Ticket
from sessions.store import Store
from tests.postgres import postgres_server

PUPILS = 2048
PORTION_ROWS = 30_000
"""Two portions at least, so that reading one overlaps with writing the other as it does on the day."""
PAIRS = 8
SAVES = 320_000
"""More than all pairs take, so that the last one is not short."""
BODY_BYTES = 600
GROUP, ITEMS, HOUR_MS = 100, 40, 3_600_000
COLUMNS = ("sid", "epoch", "n", "digest", "received_ms", "late", "is_full", "in_pause", "age_ms", "body")


class Slice(NamedTuple):
    """What was measured of some rows: how many a second, and processor time of one."""

    rows: int
    rate: float
    own_us: float
    redis_us: float
    postgres_us: float
    others: float
    """Cores that processes of somebody else used."""


@dataclass(slots=True)
class Meter:
    """Measures either side; `redis` and `postgres` are the pids of the servers."""

    redis: int
    postgres: int

    async def slice(self, work: Callable[[], Coroutine[None, None, int]]) -> Slice:
        """Do `work`, which tells how many rows it was."""
        backends = _children(self.postgres)
        neighbours = Neighbours([self.redis, *backends])
        before, began_s = self._used_s(backends), time.perf_counter()
        rows = await work()
        wall_s, after = time.perf_counter() - began_s, self._used_s(backends)
        own, redis, postgres = (
            (late - early) / rows * 1e6 for late, early in zip(after, before, strict=True)
        )
        return Slice(rows, rows / wall_s, own, redis, postgres, neighbours.share())

    def _used_s(self, backends: Sequence[int]) -> tuple[float, float, float]:
        return time.process_time(), cpu_s(self.redis), sum(map(cpu_s, backends))


async def archive_vs_copy() -> Result:
    """Rows a second of the drain over rows a second of COPY."""
    collect_seldom()  # both sides are this process, as the drain is
    with tempfile.TemporaryDirectory() as folder, postgres_server(Path(folder)) as postgres:
        async with stack(PUPILS, archive_url=postgres.url) as running:
            await _fill_journal(running)
            os.sched_setaffinity(0, CORES)  # a drain goes where there is room, and so does COPY
            assert postgres.process is not None
            meter = Meter(running.redis.pid, postgres.process.pid)
            return _told(await _compared(running, postgres.url, meter))


async def _fill_journal(running: Stack) -> None:
    """Batches of all pupils, in groups as a busy worker commits them; HTTP is another question."""
    link = Link(running.settings.redis_address)
    store = Store(link, partitions=running.settings.partitions)
    archive = await Archive.open(running.settings.archive_address)
    sids = [session.sid async for session in archive.sessions(running.delivery)]
    await archive.close()
    logins = await store.commit([Login(sid) for sid in sids], now_ms())
    starts = await store.commit([Start(reply.state.ticket(), HOUR_MS) for reply in logins], now_ms())
    tickets = [reply.state.ticket() for reply in starts]
    for n in range(1, SAVES // len(tickets) + 1):
        for first in range(0, len(tickets), GROUP):
            saves = [_save(ticket, n) for ticket in tickets[first : first + GROUP]]
            await store.commit(saves, now_ms())
    await link.aclose()


def _save(ticket: Ticket, n: int) -> Save:
    body = secrets.token_bytes(BODY_BYTES)
    items = tuple(f"i{(3 * n + place) % ITEMS}" for place in range(3))
    return Save(ticket, n, hashlib.sha256(body).digest(), body, items)


async def _compared(running: Stack, url: str, meter: Meter) -> Pairs[Slice]:
    link = Link(running.settings.redis_address)
    archive = await Archive.open(running.settings.archive_address)
    raw = await asyncpg.connect(url)
    try:
        await raw.execute("CREATE TABLE raw (LIKE batches INCLUDING INDEXES)")
        reader = JournalReader(Store(link, partitions=running.settings.partitions))
        lease = Lease(archive.database, "benchmark")
        if not await lease.take(now_ms()):
            raise Skipped("another drain holds the lease")

        async def pair(_: int) -> tuple[Slice, Slice]:
            ours = await meter.slice(lambda: _drained(archive, reader, lease))
            rows = _rows(ours.rows)
            return ours, await meter.slice(lambda: _copied(raw, rows))

        return await gathered(pair, lambda found: found.others / QUIET, PAIRS)
    finally:
        await raw.close()
        await archive.close()
        await link.aclose()


async def _drained(archive: Archive, reader: JournalReader, lease: Lease) -> int:
    rows = 0
    while rows < PORTION_ROWS and (found := await drain_once(archive.database, reader, lease, now_ms())):
        rows += found
    await reader.looked()  # what is being read for the next slice is work of this one
    return rows


async def _copied(raw: asyncpg.Connection, rows: list[tuple[Any, ...]]) -> int:
    await raw.copy_records_to_table("raw", records=rows, columns=COLUMNS)
    return len(rows)


def _rows(count: int) -> list[tuple[Any, ...]]:
    """Rows as the drain's are, each of a session of its own."""
    at_ms, fresh = now_ms(), secrets.token_bytes
    rest = (at_ms, "", False, False, 900)
    return [(fresh(16), at_ms, 1, fresh(32), *rest, fresh(BODY_BYTES)) for _ in range(count)]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _told(pairs: Pairs[Slice]) -> Result:
    """The ratio of rates, and beside it what a row costs: processor time of drain, Redis and PostgreSQL."""

    def cost_us(slices: Sequence[Slice]) -> list[float]:
        columns = zip(*((found.own_us, found.redis_us, found.postgres_us) for found in slices), strict=True)
        return [round(median(column), 2) for column in columns]

    rates = [[found.rate for found in side] for side in (pairs.ours, pairs.theirs)]
    return paired(
        *rates,
        pairs=len(pairs.ours),
        void=pairs.void,
        rows_per_s=round(median(rates[0])),
        drain_redis_postgres_us=cost_us(pairs.ours),
        copy_redis_postgres_us=cost_us(pairs.theirs),
    )

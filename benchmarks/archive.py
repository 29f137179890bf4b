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
from pathlib import Path

import asyncpg

from benchmarks.measure import Result, Skipped, paired
from benchmarks.stack import CORES, Stack, stack
from engine.archive import Archive
from engine.archive.drain import collect_seldom, drain_once
from engine.archive.lease import Lease
from engine.archive.reading import JournalReader
from engine.clock import now_ms
from sessions.link import Link
from sessions.model import Login, Save, Start, Ticket
from sessions.store import Store
from tests.postgres import running_postgres

PUPILS = 2048
SAVES = 200_000
PORTION_ROWS = 30_000
"""Two portions at least, so that reading one overlaps with writing the other as it does on the day."""
BODY_BYTES = 600
GROUP, ITEMS, HOUR_MS = 100, 40, 3_600_000
COLUMNS = ("sid", "epoch", "n", "digest", "received_ms", "late", "is_full", "in_pause", "age_ms", "body")


async def archive_vs_copy() -> Result:
    """Rows a second of the drain over rows a second of COPY."""
    collect_seldom()  # both sides are this process, as the drain is
    with tempfile.TemporaryDirectory() as folder, running_postgres(Path(folder)) as url:
        async with stack(PUPILS, archive_url=url) as running:
            saves = await _fill_journal(running)
            os.sched_setaffinity(0, CORES)  # a drain goes where there is room, and so does COPY
            return await _compared(running, url, saves)


async def _fill_journal(running: Stack) -> int:
    """Batches of all pupils, in groups as a busy worker commits them; HTTP is another question."""
    link = Link(running.settings.redis_address)
    store = Store(link, partitions=running.settings.partitions)
    archive = await Archive.open(running.settings.archive_address)
    sids = [session.sid async for session in archive.sessions(running.delivery)]
    await archive.close()
    logins = await store.commit([Login(sid) for sid in sids], now_ms())
    starts = await store.commit([Start(reply.state.ticket(), HOUR_MS) for reply in logins], now_ms())
    tickets = [reply.state.ticket() for reply in starts]
    rounds = SAVES // len(tickets)
    for n in range(1, rounds + 1):
        for first in range(0, len(tickets), GROUP):
            saves = [_save(ticket, n) for ticket in tickets[first : first + GROUP]]
            await store.commit(saves, now_ms())
    await link.aclose()
    return rounds * len(tickets)


def _save(ticket: Ticket, n: int) -> Save:
    body = secrets.token_bytes(BODY_BYTES)
    items = tuple(f"i{(3 * n + place) % ITEMS}" for place in range(3))
    return Save(ticket, n, hashlib.sha256(body).digest(), body, items)


async def _compared(running: Stack, url: str, saves: int) -> Result:
    link = Link(running.settings.redis_address)
    archive = await Archive.open(running.settings.archive_address)
    raw = await asyncpg.connect(url)
    try:
        await raw.execute("CREATE TABLE raw (LIKE batches INCLUDING INDEXES)")
        reader = JournalReader(Store(link, partitions=running.settings.partitions))
        lease = Lease(archive.database, "benchmark")
        if not await lease.take(now_ms()):
            raise Skipped("another drain holds the lease")
        ours: list[float] = []
        theirs: list[float] = []
        while rows := await _drained(archive, reader, lease, ours):
            await _copied(raw, rows, theirs)
    finally:
        await raw.close()
        await archive.close()
        await link.aclose()
    # The first slice holds log-ins and starts and warms both sides up; the last one is not full.
    return paired(ours[1:-1], theirs[1:-1], rows=saves, rows_per_s=round(sorted(ours)[len(ours) // 2]))


async def _drained(archive: Archive, reader: JournalReader, lease: Lease, rates: list[float]) -> int:
    began_s, rows = time.perf_counter(), 0
    while rows < PORTION_ROWS and (count := await drain_once(archive.database, reader, lease, now_ms())):
        rows += count
    await reader.looked()  # what is being read for the next slice is work of this one
    if rows:
        rates.append(rows / (time.perf_counter() - began_s))
    return rows


async def _copied(raw: asyncpg.Connection, count: int, rates: list[float]) -> None:
    sids = [secrets.token_bytes(16) for _ in range(count)]
    rows = [(sid, 1, 1, bytes(32), 1, "", False, False, 900, secrets.token_bytes(BODY_BYTES)) for sid in sids]
    began_s = time.perf_counter()
    await raw.copy_records_to_table("raw", records=rows, columns=COLUMNS)
    rates.append(count / (time.perf_counter() - began_s))

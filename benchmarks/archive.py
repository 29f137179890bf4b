"""The drain against raw bulk load: batches from the journal into PostgreSQL, over COPY of rows like them.

The drain's side is everything it does: read the journal, sort, write in a transaction that proves the lease,
mark the sessions, tell Redis. COPY's side is rows that lie ready in memory, into a table of the same columns
and key. Portions alternate.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from pathlib import Path

import asyncpg

from benchmarks.generator import closed, connect, hang_up
from benchmarks.measure import Result, Skipped, paired
from benchmarks.saves import Prepared
from benchmarks.stack import CORES, Stack, pin_generator, stack
from engine.archive import Archive
from engine.archive.drain import collect_seldom, drain_once
from engine.archive.lease import Lease
from engine.archive.reading import JournalReader
from engine.clock import now_ms
from sessions.link import Link
from sessions.store import Store
from tests.postgres import running_postgres

PUPILS = 2048
SAVES = 200_000
SLICE_S = 3.0
PORTION_ROWS = 30_000
"""Two portions at least, so that reading one overlaps with writing the other as it does on the day."""
BODY_BYTES = 600
COLUMNS = ("sid", "epoch", "n", "digest", "received_ms", "late", "is_full", "in_pause", "age_ms", "body")


async def archive_vs_copy() -> Result:
    """Rows a second of the drain over rows a second of COPY."""
    pin_generator()
    collect_seldom()  # both sides are this process, as the drain is
    with tempfile.TemporaryDirectory() as folder, running_postgres(Path(folder)) as url:
        async with stack(PUPILS, archive_url=url) as running:
            saves = await _fill_journal(running)
            os.sched_setaffinity(0, CORES)  # a drain goes where there is room, and so does COPY
            return await _compared(running, url, saves)


async def _fill_journal(running: Stack) -> int:
    prepared = await Prepared.of(running)
    connections = await connect(running.settings.port, prepared.sources())
    saves = 0
    while saves < SAVES:
        saves += (await closed(connections, SLICE_S)).replies
    hang_up(connections)
    return saves


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

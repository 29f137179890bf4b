"""What one sitting takes of Redis's memory: 40 items in 14 batches, archived, the hour running.

Keys, indexes and Redis's own overhead are in it; the journal is not, since the archive has taken it. Each
thousand sessions more is one measurement.
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from pathlib import Path

from benchmarks.measure import Result, of
from benchmarks.stack import disk, redis_alone
from sessions.link import Link
from sessions.model import Login, Save, SessionRow, Start, Ticket
from sessions.store import Store

EACH, THOUSANDS = 1000, 4
ITEMS, BATCHES = 40, 14
BODY_BYTES = 529
NOW_MS, HOUR_MS = 1_800_000_000_000, 3_600_000
PAGE = 100


async def redis_bytes_per_session() -> Result:
    """Bytes of Redis for one session."""
    with tempfile.TemporaryDirectory(prefix="passation-bench-", dir=disk()) as folder:
        async with redis_alone(Path(folder)) as address:
            link = Link(address)
            store = Store(link)
            grown = []
            await _sat(store, EACH)  # what Redis takes once is taken
            before = await _used(link)
            for _ in range(THOUSANDS):
                await _sat(store, EACH)
                after = await _used(link)
                grown.append((after - before) / EACH)
                before = after
            await link.aclose()
    payload = BATCHES * BODY_BYTES
    return of(grown, sealed_bytes=payload, over_sealed=round(sorted(grown)[len(grown) // 2] / payload, 2))


async def _sat(store: Store, count: int) -> None:
    """So many pupils answer everything, and the archive has it."""
    for _ in range(0, count, PAGE):
        sids = [secrets.token_bytes(16) for _ in range(PAGE)]
        rows = [SessionRow(sid, "maths26a", "R1", wrapped_key=secrets.token_bytes(60)) for sid in sids]
        await store.create_sessions(rows)
        seats = [reply.state.ticket() for reply in await store.commit([*map(Login, sids)], NOW_MS)]
        started = await store.commit([Start(seat, HOUR_MS) for seat in seats], NOW_MS)
        for n in range(1, BATCHES + 1):
            saves = [_save(reply.state.ticket(), n) for reply in started]
            await store.commit(saves, NOW_MS + n)
        lines = await store.journal([0], 4096)
        await store.sealed([(sid, BATCHES) for sid in sids], {0: lines[-1].stream_id})


def _save(ticket: Ticket, n: int) -> Save:
    """The n-th batch: its share of the items, in their order."""
    first, last = ITEMS * (n - 1) // BATCHES, ITEMS * n // BATCHES
    body = secrets.token_bytes(BODY_BYTES)
    items = tuple(f"i{number}" for number in range(first + 1, last + 1))
    return Save(ticket, n, hashlib.sha256(body).digest(), body, items)


async def _used(link: Link) -> int:
    lines = (await link.command("INFO", "memory")).decode().splitlines()
    return int(next(line for line in lines if line.startswith("used_memory:")).partition(":")[2])

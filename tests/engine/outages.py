"""Time that an engine at work has given back.

A machine that stands still for five seconds had an outage: the clocks of those who sit move by it, whatever
else a test does to them.
"""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from engine.archive import Archive
from engine.archive.tables import outages
from engine.settings import Settings
from engine.stores import store_of
from tests.pupil import PupilClient
from tests.served import Served

LOOKS = 10_000
"""Each is several calls to server, store and archive."""


def deadline_of(engine: Served, pupil: PupilClient) -> int:
    """When the time of a pupil ends, less what was given back to him for outages."""
    for _ in range(LOOKS):
        before = asyncio.run(_given_back(engine.settings, pupil))
        deadline_ms = int(pupil.resume()["session"]["deadline_ms"])
        if before is not None and before == asyncio.run(_given_back(engine.settings, pupil)):
            return deadline_ms - before
    raise AssertionError("an outage is not given back")


async def _given_back(settings: Settings, pupil: PupilClient) -> int | None:
    """In milliseconds; None while an outage waits to be given back."""
    sid, started_ms = bytes.fromhex(pupil.session), int(pupil.resume()["session"]["started_at_ms"])
    is_his = (outages.c.partition == sid[0] % settings.partitions) & (outages.c.to_ms > started_ms)
    archive, store = Archive(settings.archive_address), store_of(settings)
    try:
        if await store.waiting():
            return None
        async with archive.database.reading.connect() as connection:
            rows = list(await connection.execute(select(outages).where(is_his)))
        given_back_ms: int = sum(row.to_ms - max(row.from_ms, started_ms) for row in rows)
        return given_back_ms
    finally:
        await store.aclose()
        await archive.close()

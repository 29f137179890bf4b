"""When each partition last acknowledged, kept in the archive: a Redis that comes up empty has forgotten it.

Written by the sweep every few seconds. From it the first tick after a loss finds the true outage, which is
credited like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.archive.database import Database
from engine.archive.lease import Lease
from engine.archive.tables import clocks

EVERY_MS = 2_000
"""What of an outage may be missed at its beginning, or given too much, when Redis loses everything."""


async def keep(database: Database, lease: Lease, found: Mapping[int, int], now_ms: int) -> None:
    """Remember when partitions last acknowledged; never an earlier moment than is known."""
    if not found:
        return
    rows = [{"partition": partition, "at_ms": at_ms} for partition, at_ms in found.items()]
    async with lease.transaction(now_ms) as connection:
        await connection.execute(_later_ones(database.is_sqlite), rows)


@cache
def _later_ones(is_sqlite: bool) -> Any:
    statement = sqlite.insert(clocks) if is_sqlite else postgresql.insert(clocks)
    newer = statement.excluded.at_ms
    later = case((clocks.c.at_ms > newer, clocks.c.at_ms), else_=newer)
    return statement.on_conflict_do_update(index_elements=["partition"], set_={"at_ms": later})


async def earliest(database: Database, partitions: int) -> int:
    """When the partition that has been silent longest last acknowledged; 0 if the archive knows of none."""
    moments = await known(database)
    return min((at_ms for partition, at_ms in moments.items() if partition < partitions), default=0)


async def known(database: Database) -> dict[int, int]:
    """When each partition last acknowledged, as far as the archive knows."""
    async with database.reading.connect() as connection:
        rows = await connection.execute(select(clocks.c.partition, clocks.c.at_ms))
        return {partition: at_ms for partition, at_ms in rows}

"""Every table of the archive, read as of one moment and written back whole; the same on both databases.

A snapshot is one transaction that sees what was committed when it began, whatever is written meanwhile:
SQLite in its write-ahead mode, PostgreSQL as REPEATABLE READ. Rows go back in bulk (COPY on PostgreSQL), and
into either database, whichever they came from.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.archive.database import PAGE, Database
from engine.archive.tables import (
    REVISION,
    alembic_version,
    audit,
    deliveries,
    leases,
    metadata,
    sessions,
    tries,
    visits,
)

Rows = Sequence[tuple[Any, ...]]
_LEFT_OUT = {leases.name, visits.name, tries.name, alembic_version.name}
"""Who works now or is signed in, and what the place itself says about its tables."""


class Snapshot:
    """The archive as it was at one moment."""

    schema = REVISION

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def pages(self, name: str) -> AsyncIterator[Rows]:
        """The rows of a table, some at a time, each a tuple in the order of `columns(name)`."""
        query = select(metadata.tables[name]).execution_options(yield_per=PAGE)
        async with self._connection.stream(query) as result:
            async for rows in result.partitions(PAGE):
                yield [tuple(row) for row in rows]

    async def audit_head(self) -> tuple[int, str]:
        """Number and hash of the newest line of the audit log."""
        query = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
        row = (await self._connection.execute(query)).first()
        return (row.seq, bytes(row.hash).hex()) if row else (0, "")


def tables() -> list[str]:
    """The tables of which a copy is made."""
    return [table.name for table in metadata.sorted_tables if table.name not in _LEFT_OUT]


def columns(name: str) -> list[str]:
    return list(metadata.tables[name].c.keys())


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[Snapshot]:
    """The archive as it is now, for as long as the block lasts."""
    async with database.reading.connect() as connection:
        if not database.is_sqlite:
            await connection.execution_options(isolation_level="REPEATABLE READ")
        await connection.execute(select(alembic_version))  # from this first look on nothing changes any more
        yield Snapshot(connection)


async def is_empty(database: Database) -> bool:
    """Whether nothing was ever done here."""
    async with database.reading.connect() as connection:
        for table in (deliveries, sessions, audit):
            if (await connection.execute(select(func.count()).select_from(table))).scalar_one():
                return False
    return True


async def fill(database: Database, connection: AsyncConnection, name: str, rows: Rows) -> None:
    """Add rows, each with all columns in order, to a table that had none."""
    await database.add(connection, metadata.tables[name], rows)

"""One way to open either database; a commit means "on disk".

SQLite: write-ahead log, `synchronous=FULL`, `secure_delete`, and a writer takes its lock when it begins.
PostgreSQL through asyncpg.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, event, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from authority.problems import Conflict
from authority.register.tables import SCHEMA_VERSION, metadata, schema_version

BUSY_MS = 10_000
"""How long a writer of SQLite waits for another; an import of a school holds the lock for milliseconds."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}


class Database:
    """One pool with two faces: reading takes no lock on SQLite, writing takes it at once."""

    def __init__(self, address: str) -> None:
        url = make_url(address)
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        self.is_sqlite = url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 4}
        if self.is_sqlite:
            options = {"connect_args": {"timeout": BUSY_MS / 1000}}
        self._engine: AsyncEngine = create_async_engine(url, **options)
        self._writing = self._engine.execution_options(writing=True)
        if self.is_sqlite:
            event.listen(self._engine.sync_engine, "connect", _set_up_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)

    async def create(self) -> None:
        """Make the tables if there are none; refuse a register of another version."""
        async with self.writing() as connection:
            await connection.run_sync(metadata.create_all)
            found = (await connection.execute(select(schema_version.c.version))).scalars().all()
            if not found:
                await connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))
            elif max(found) != SCHEMA_VERSION:
                raise Conflict(
                    "schema", f"the register has schema {max(found)}, this program needs {SCHEMA_VERSION}"
                )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction; writers follow one another, so what one reads stays true until it commits."""
        async with self._writing.begin() as connection:
            if not self.is_sqlite:
                await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7021)")
            yield connection

    async def close(self) -> None:
        await self._engine.dispose()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin our transactions ourselves, below
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        f"busy_timeout={BUSY_MS}",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

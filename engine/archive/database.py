"""One way to open either database, with the options that make a commit mean "on disk".

SQLite: write-ahead log, `synchronous=FULL`, and a writer takes its lock when it begins: a transaction that
reads first and writes later would otherwise fail at once, instead of waiting, when another one writes.
PostgreSQL: `synchronous_commit=on`, which waits for the standby as well where one is set up as synchronous.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from socket import SO_SNDBUF, SOL_SOCKET
from typing import Any

from sqlalchemy import Connection, Select, Table, event, insert, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from engine.archive.tables import REVISION, alembic_version, metadata

BUSY_MS = 20_000
"""How long a writer of SQLite waits for another: importing a whole year group holds the lock for seconds."""

PAGE = 2000
"""Rows written or read at a time: a few hundred kilobytes, far past the knee of both databases."""

_FED_BYTES = 2 * 1024 * 1024
"""What may wait for PostgreSQL in its socket while COPY runs, where the system allows so much: some 15 ms of
its work. We read the journal meanwhile, and a local socket lets nothing more in until a quarter is left."""

FIRST_REVISION = "0001"

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}

Rows = Sequence[tuple[Any, ...]]


class WrongSchema(RuntimeError):
    """The archive was made by another version of this program."""


class Database:
    """Two faces of one pool: `reading` never takes a lock on SQLite, `writing` takes it at once."""

    def __init__(self, address: str) -> None:
        url = make_url(address)
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.reading: AsyncEngine = create_async_engine(url, **_options(self.is_sqlite))
        self.writing: AsyncEngine = self.reading.execution_options(writing=True)
        if self.is_sqlite:
            event.listen(self.reading.sync_engine, "connect", _set_up_sqlite)
            event.listen(self.reading.sync_engine, "begin", _begin_sqlite)

    @property
    def place(self) -> str:
        """Where the database is, without its password."""
        return self.reading.url.render_as_string(hide_password=True)

    async def create(self) -> None:
        """Make the tables if there are none; refuse an archive of another version."""
        async with self.writing.begin() as connection:
            await self.lock(connection)
            found = await connection.run_sync(found_revision)
            if found not in ("", REVISION):
                raise WrongSchema(
                    f"the archive has schema {found}, this program needs {REVISION}: stop what uses it, then "
                    "`passation archive migrate`; if a newer program made it, run that one"
                )
            await connection.run_sync(metadata.create_all)
            if not found:
                await connection.execute(insert(alembic_version).values(version_num=REVISION))

    async def lock(self, connection: AsyncConnection) -> None:
        """Two processes that start together make or change the tables one after the other."""
        if not self.is_sqlite:  # there the transaction has the lock already
            await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7015)")

    async def close(self) -> None:
        await self.reading.dispose()

    async def rows(self, query: Select[Any], page: int = PAGE) -> AsyncGenerator[Any]:
        """The rows of a query of any size, a page at a time: one by one, each costs a switch of stacks."""
        query = query.execution_options(yield_per=page)
        async with self.reading.connect() as connection, connection.stream(query) as result:
            async for rows in result.partitions(page):
                for row in rows:
                    yield row

    def insert(self, table: Table) -> Any:
        """An INSERT of this database's own kind: it can say what to do about a row that is there already."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def add(self, connection: AsyncConnection, table: Table, rows: Rows) -> None:
        """Insert many rows, each a tuple of all columns in order; a row that exists already is an error."""
        if not rows:
            return
        if self.is_sqlite:
            await connection.exec_driver_sql(_insert_text(table, "INSERT"), list(rows))
        else:
            async with connection.begin_nested():
                await _copy(connection, table, rows)

    async def add_new(self, connection: AsyncConnection, table: Table, rows: Rows) -> bool:
        """Insert those of `rows` that are not there yet; True when all of them were new.

        On PostgreSQL the rows go in by COPY, several times as fast as INSERT; only when one of them exists
        already, that is after a crash between commit and seal, they are inserted one by one.
        """
        if not rows:
            return True
        if self.is_sqlite:
            result = await connection.exec_driver_sql(_insert_text(table, "INSERT OR IGNORE"), list(rows))
            return result.rowcount == len(rows)
        try:
            async with connection.begin_nested():
                await _copy(connection, table, rows)
        except IntegrityError:
            names = table.c.keys()
            values = [dict(zip(names, row, strict=True)) for row in rows]
            await connection.execute(self.insert(table).on_conflict_do_nothing(), values)
            return False
        return True


def found_revision(connection: Connection) -> str:
    """The schema of an archive; "" if there is none. The first one had a number of our own instead."""
    names = inspect(connection).get_table_names()
    if alembic_version.name in names:
        return str(connection.execute(select(alembic_version.c.version_num)).scalar() or "")
    return FIRST_REVISION if "schema_version" in names else ""


def is_away(error: BaseException) -> bool:
    """True for what passes by itself or by an operator's hand: no server, no disk, a lock held too long."""
    return isinstance(error, OSError | OperationalError) or (
        isinstance(error, DBAPIError) and (error.connection_invalidated or _is_operational(error.orig))
    )


def _is_operational(error: BaseException | None) -> bool:
    """PostgreSQL's classes 08, 53, 57, 58: connection, resources, operator, system."""
    return str(getattr(error, "sqlstate", None) or "").startswith(("08", "53", "57", "58"))


def _options(is_sqlite: bool) -> dict[str, Any]:
    if is_sqlite:
        return {"connect_args": {"timeout": BUSY_MS / 1000}}
    return {
        "pool_pre_ping": True,
        "pool_size": 4,
        "connect_args": {
            "timeout": 10,
            "server_settings": {"synchronous_commit": "on", "application_name": "passation"},
        },
    }


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin our transactions ourselves, below
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _insert_text(table: Table, verb: str) -> str:
    marks = ",".join("?" * len(table.c))
    return f"{verb} INTO {table.name} ({','.join(table.c.keys())}) VALUES ({marks})"


async def _copy(connection: AsyncConnection, table: Table, rows: Rows) -> None:
    """COPY on the driver's own connection: only below `begin_nested`, which has begun the transaction."""
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    # There is no public way to either. A socket of TCP may take less: then this process holds as much.
    raw._transport.set_write_buffer_limits(high=_FED_BYTES)
    raw._transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, _FED_BYTES)
    # An asyncpg error outside SQLAlchemy's cursor is not translated; the callers know SQLAlchemy's alone.
    try:
        await raw.copy_records_to_table(table.name, records=rows, columns=table.c.keys())
    except Exception as error:
        raise _translated(error) from error


def _translated(error: Exception) -> Exception:
    state = str(getattr(error, "sqlstate", None) or "")
    if state.startswith("23"):
        return IntegrityError("COPY", None, error)
    if state or isinstance(error, OSError):
        return OperationalError("COPY", None, error) if _is_operational(error) or not state else error
    return error

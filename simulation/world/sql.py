"""SQLite without a thread: the same database and the same statements, done at once, under virtual time.

`Archive` and its SQL are the real ones; only the driver below SQLAlchemy is another. Transactions queue for
the writer's lock as they do in SQLite, a commit takes its time on the disk, and the disk can be away.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, insert
from sqlalchemy.connectors.asyncio import AsyncAdapt_terminate
from sqlalchemy.exc import OperationalError
from sqlalchemy.util.concurrency import await_

from engine.archive import Archive, Delivery
from engine.archive.database import _begin_sqlite
from engine.archive.tables import REVISION, alembic_version, metadata


class Disk:
    """What lies below the archive; `commit_s` draws how long a commit takes, before and after it counts."""

    def __init__(self, path: Path) -> None:
        self.address = f"file:{path}?vfs=unix-excl"  # one process: locks in its memory, not in the system's
        self.is_away = False
        self.commit_s: Callable[[], float] = lambda: 0.001
        self.writer = asyncio.Lock()
        self.looking: sqlite3.Connection | None = None

    def look(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """What is committed, read past everybody."""
        if self.looking is None:
            self.looking = sqlite3.connect(self.address, isolation_level=None, uri=True)
        return self.looking.execute(statement, values).fetchall()

    def close(self) -> None:
        if self.looking is not None:
            self.looking.close()
            self.looking = None


class Shelf:
    """The place where the worlds of this process have their archives, one after the other.

    What lies above the driver is made once, for SQLAlchemy compiles each statement once; so is the beginning
    of a day, which is the same in all worlds with as many pupils.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.disk = Disk(path)
        self.mornings: dict[int, Any] = {}
        self._empty = _empty_archive(path)
        self.archive = QuickArchive(f"sqlite:///{path}")
        engine = self.archive.database.reading.sync_engine
        event.listen(engine, "do_connect", self._connect)
        event.remove(engine, "begin", _begin_sqlite)
        event.listen(engine, "begin", _begin)

    def fresh(self, content: bytes = b"") -> Disk:
        """An archive with this content, empty by default; nobody may be connected to the one before."""
        for name in ("-wal", "-shm", ""):
            Path(f"{self.path}{name}").unlink(missing_ok=True)
        self.disk.close()  # only now, for SQLite puts a log in order whose database is still there
        self.path.write_bytes(content or self._empty)
        self.disk = Disk(self.path)
        self.archive.forget()
        return self.disk

    def content(self) -> bytes:
        """What has been committed, as `fresh` takes it."""
        self.disk.look("PRAGMA wal_checkpoint(TRUNCATE)")
        self.disk.close()
        return self.path.read_bytes()

    def _connect(self, *_: object) -> Connection:
        if self.disk.is_away:
            raise sqlite3.OperationalError("unable to open database file")
        return Connection(self.disk)


class QuickArchive(Archive):
    """The archive; deliveries, which do not change here and each sweep asks for, are read once a world."""

    _known: list[Delivery] | None = None

    def forget(self) -> None:
        self._known = None

    async def deliveries(self, *, destroyed: bool = False) -> list[Delivery]:
        if self._known is None:
            self._known = await super().deliveries(destroyed=destroyed) or None
        return list(self._known or ())


def _empty_archive(path: Path) -> bytes:
    path.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(insert(alembic_version).values(version_num=REVISION))
    engine.dispose()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
    raw.close()
    return path.read_bytes()


def _begin(connection: Any) -> None:
    """As the archive's own `_begin_sqlite`, without SQLAlchemy's way to a statement."""
    try:
        is_writing = connection.get_execution_options().get("writing", False)
        connection.connection.dbapi_connection.begin(is_writing=is_writing)
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN", None, error) from error


class Connection(AsyncAdapt_terminate, sqlite3.Connection):
    """What SQLAlchemy's asynchronous dialect asks of a connection; it waits for the lock and for a commit."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk.address, timeout=0, isolation_level=None, cached_statements=256, uri=True)
        self.disk = disk
        self._connection = self
        self._beginner = super().cursor()
        self._has_lock = False

    def cursor(self, server_side: bool = False) -> Cursor:  # type: ignore[override]
        """Rows are fetched at once, whether they are to come one by one or not."""
        return super().cursor(Cursor)

    def begin(self, *, is_writing: bool) -> None:
        """Begin a transaction, a writer's when the lock is his."""
        if self.disk.is_away:
            raise sqlite3.OperationalError("disk I/O error")
        await_(self._lock() if is_writing else _AT_ONCE)
        self._beginner.execute("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    async def _lock(self) -> None:
        await self.disk.writer.acquire()
        self._has_lock = True

    def commit(self) -> None:
        """Durable when it returns."""
        if self.in_transaction:
            await_(self._commit())

    async def _commit(self) -> None:
        if self._has_lock:
            await asyncio.sleep(self.disk.commit_s())
            if self.disk.is_away:
                raise sqlite3.OperationalError("disk I/O error")
        super().commit()
        was_writing = self._has_lock
        self._release()
        if was_writing:
            await asyncio.sleep(self.disk.commit_s())

    def rollback(self) -> None:
        if self.in_transaction:
            super().rollback()
        self._release()

    def close(self) -> None:
        """Without waiting: the process is gone."""
        self._release()
        super().close()

    async def _terminate_graceful_close(self) -> None:
        self.close()

    def _terminate_force_close(self) -> None:
        self.close()

    def _release(self) -> None:
        if self._has_lock:
            self._has_lock = False
            self.disk.writer.release()


class _AtOnce:
    """Nothing to wait for; SQLAlchemy insists on being asked to wait."""

    def __await__(self) -> Generator[None, None, None]:
        yield from ()


_AT_ONCE = _AtOnce()


class Cursor(sqlite3.Cursor):
    """A cursor that has all its rows when a statement is done, as those of the asynchronous drivers do."""

    connection: Connection
    server_side = False
    _rows: list[Any]

    def execute(self, statement: str, values: Any = ()) -> Cursor:
        connection = self.connection
        if connection.disk.is_away:
            raise sqlite3.OperationalError("disk I/O error")
        await_(_AT_ONCE)
        super().execute(statement, values)
        self._rows = super().fetchall() if self.description else []
        return self

    def executemany(self, statement: str, values: Any) -> Cursor:
        await_(_AT_ONCE)
        super().executemany(statement, values)
        return self

    def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        size = size or self.arraysize
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def _async_soft_close(self) -> None:
        """Its rows are here."""

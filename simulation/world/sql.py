"""SQLite without a thread: the same database and the same statements, done at once, under virtual time.

`Archive` and its SQL are the real ones; only the driver below SQLAlchemy is another. Transactions queue for
the writer's lock as they do in SQLite, a commit takes its time on the disk, and the disk can be away.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, insert

from engine.archive import Archive, Delivery
from engine.archive.tables import REVISION, alembic_version, metadata


class Disk:
    """What lies below the archive; `commit_s` draws how long a commit takes, before and after it counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_away = False
        self.commit_s: Callable[[], float] = lambda: 0.001
        self.writer = asyncio.Lock()
        self.looking: sqlite3.Connection | None = None

    def look(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """What is committed, read past everybody."""
        if self.looking is None:
            self.looking = sqlite3.connect(self.path, isolation_level=None)
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
        event.listen(self.archive.database.reading.sync_engine, "do_connect", self._connect)

    def fresh(self, content: bytes = b"") -> Disk:
        """An archive with this content, empty by default; nobody may be connected to the one before."""
        self.disk.close()
        for name in ("-wal", "-shm", ""):
            Path(f"{self.path}{name}").unlink(missing_ok=True)
        self.path.write_bytes(content or self._empty)
        self.disk = Disk(self.path)
        self.archive.forget()
        return self.disk

    def content(self) -> bytes:
        """What has been committed, as `fresh` takes it."""
        self.disk.look("PRAGMA wal_checkpoint(TRUNCATE)")
        self.disk.close()
        return self.path.read_bytes()

    def _connect(self, _dialect: object, _record: object, arguments: Any, options: dict[str, Any]) -> None:
        disk = self.disk
        options["async_creator_fn"] = lambda *_, **__: _opened(disk)


class QuickArchive(Archive):
    """The archive; deliveries, which do not change here and each sweep asks for, are read once a world."""

    _known: list[Delivery] | None = None

    def forget(self) -> None:
        self._known = None

    async def deliveries(self, *, destroyed: bool = False) -> list[Delivery]:
        if self._known is None:
            self._known = await super().deliveries(destroyed=destroyed) or None
        return list(self._known or ())


async def _opened(disk: Disk) -> Connection:
    if disk.is_away:
        raise sqlite3.OperationalError("unable to open database file")
    return Connection(disk)


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


class Connection:
    """What SQLAlchemy's aiosqlite dialect asks of a connection."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.raw = sqlite3.connect(disk.path, timeout=0, isolation_level=None, cached_statements=256)
        self._conn = self._connection = self.raw
        self._tx = self
        self._has_lock = False

    @property
    def isolation_level(self) -> str | None:
        return self.raw.isolation_level

    def put_nowait(self, entry: tuple[asyncio.Future[None], Callable[[], None]]) -> None:
        """The dialect's way to set the isolation level in the driver's thread."""
        done, function = entry
        function()
        done.set_result(None)

    async def create_function(self, *given: Any, **options: Any) -> None:
        self.raw.create_function(*given, **options)

    def cursor(self) -> Cursor:
        return Cursor(self)

    async def begin(self, statement: str) -> None:
        """Wait for the writer's lock where one is asked for."""
        if "IMMEDIATE" in statement:
            await self.disk.writer.acquire()
            self._has_lock = True

    async def commit(self) -> None:
        """Durable when it returns."""
        if not self.raw.in_transaction:
            return
        if self._has_lock:
            await asyncio.sleep(self.disk.commit_s())
            if self.disk.is_away:
                raise sqlite3.OperationalError("disk I/O error")
        self.raw.commit()
        was_writing = self._has_lock
        self._release()
        if was_writing:
            await asyncio.sleep(self.disk.commit_s())

    async def rollback(self) -> None:
        if self.raw.in_transaction:
            self.raw.rollback()
        self._release()

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        """Without waiting: the process is gone."""
        self._release()
        self.raw.close()

    def _release(self) -> None:
        if self._has_lock:
            self._has_lock = False
            self.disk.writer.release()


class Cursor:
    """A cursor; rows are fetched at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._raw = connection.raw.cursor()
        self.arraysize = 1

    async def __aenter__(self) -> Cursor:
        return self

    @property
    def description(self) -> Any:
        return self._raw.description

    @property
    def rowcount(self) -> int:
        return self._raw.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._raw.lastrowid

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        if self._connection.disk.is_away:
            raise sqlite3.OperationalError("disk I/O error")
        if statement.startswith("BEGIN"):
            await self._connection.begin(statement)
        self._raw.execute(statement, values)
        return self

    async def executemany(self, statement: str, values: Sequence[Any]) -> Cursor:
        self._raw.executemany(statement, values)
        return self

    async def fetchall(self) -> deque[Any]:
        return deque(self._raw.fetchall())

    async def fetchone(self) -> Any:
        return self._raw.fetchone()

    async def fetchmany(self, size: int | None = None) -> Any:
        return self._raw.fetchmany(size or self.arraysize)

    async def close(self) -> None:
        self._raw.close()

"""Builders for tests of the archive: an empty one on either database, sessions, deliveries, codes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from engine.archive import Archive, Delivery, SessionRow
from engine.codesfile import CodesRow, write_codes_file

NOON_MS = 1_800_000_000_000
DATABASES = ("sqlite", "postgresql")


def empty_address(request: pytest.FixtureRequest, database: str) -> str:
    """The address of an archive with nothing in it."""
    if database == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path') / 'archive.sqlite'}"
    address: str = request.getfixturevalue("pg_url")
    return address


async def emptied(address: str) -> str:
    """Remove what an earlier test left at `address`."""
    if address.startswith("postgresql"):
        connection = await asyncpg.connect(address)
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await connection.close()
    return address


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[Archive]:
    """An archive for the time of a block."""
    archive = await Archive.open(address)
    try:
        yield archive
    finally:
        await archive.close()


async def unguarded(archive: Archive) -> None:
    """What somebody can do who owns the database: the guards of the audit log are gone."""
    names = ("audit_no_update", "audit_no_delete") if archive.database.is_sqlite else ("audit_no_change",)
    suffix = "" if archive.database.is_sqlite else " ON audit"
    async with archive.database.writing.begin() as connection:
        for name in names:
            await connection.exec_driver_sql(f"DROP TRIGGER {name}{suffix}")


def a_delivery(name: str = "nombres1", **changed: object) -> Delivery:
    """A delivery around noon."""
    given: dict[str, object] = {
        "id": name,
        "state": "created",
        "form": "f" * 64,
        "compiled": "c" * 64,
        "content_id": "0" * 32,
        "title": "Nombres",
        "language": "fr",
        "login_opens_ms": NOON_MS - 900_000,
        "opens_at_ms": NOON_MS,
        "closes_at_ms": NOON_MS + 3_600_000,
        "intake_ends_ms": NOON_MS + 7_200_000,
        "duration_ms": 1_800_000,
    }
    return Delivery(**(given | changed))  # type: ignore[arg-type]


def a_sid(number: int) -> bytes:
    """A session id; consecutive ones lie in consecutive partitions."""
    return bytes([number % 256]) + number.to_bytes(15, "big")


def a_session(number: int = 1, delivery: str = "nombres1") -> tuple[SessionRow, tuple[bytes, bytes]]:
    """A session with the digests of its two codes."""
    sid = a_sid(number)
    row = SessionRow(sid, delivery, f"room-{number % 3}", 1000, (), b"wrapped")
    return row, (b"s" + sid[1:], b"l" + sid[1:])


def rows(count: int) -> Iterator[CodesRow]:
    """Rows of a file of codes."""
    for number in range(1, count + 1):
        (sid, _, room, *_), (short, long) = a_session(number)
        yield CodesRow(sid, room, short, long, 1333 if number % 3 == 0 else 1000, ("magnification",))


def a_codes_file(path: Path, key: Ed25519PrivateKey, count: int = 3) -> Path:
    """A signed file of `count` sessions."""
    write_codes_file(path, rows(count), campaign="test-1", created_ms=NOON_MS, count=count, key=key)
    return path


def a_public_pem(key: Ed25519PrivateKey, path: Path) -> Path:
    """The public half of `key` as the authority hands it out."""
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path

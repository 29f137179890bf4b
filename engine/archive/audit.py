"""The audit log: who did what, when; append-only, each line carrying the hash of the one before it.

Whoever changes or removes a line must change all later hashes, and the last hash is given out: printed by
`archive status`, signed once a day (`engine.roots`). The database refuses to change lines (`tables.py`). A
line stands in the archive before its act takes effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, NamedTuple

import orjson
from sqlalchemy import desc, select
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.archive.database import Database
from engine.archive.tables import audit

START = bytes(32)


class AuditLine(NamedTuple):
    """One line; `detail` holds counts, times and opaque ids, never a code or an answer."""

    seq: int
    at_ms: int
    who: str
    act: str
    delivery: str
    detail: dict[str, Any]
    prev: bytes
    hash: bytes


_NEWEST = select(audit.c.seq, audit.c.hash).order_by(desc(audit.c.seq)).limit(1)
_ADD = audit.insert()


def line_hash(prev: bytes, seq: int, at_ms: int, who: str, act: str, delivery: str, detail: str) -> bytes:
    """SHA-256 over the hash before and the line, in a form that reads in one way only."""
    return hashlib.sha256(prev + orjson.dumps([seq, at_ms, who, act, delivery, detail])).digest()


async def append(
    connection: AsyncConnection, *, at_ms: int, who: str, act: str, delivery: str, detail: dict[str, Any]
) -> int:
    """Add a line within the caller's transaction; gives its number."""
    if connection.dialect.name == "postgresql":  # SQLite's writer is alone already
        await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7016)")
    row = (await connection.execute(_NEWEST)).first()
    seq, prev = (row.seq + 1, bytes(row.hash)) if row else (1, START)
    text = orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode()
    line = line_hash(prev, seq, at_ms, who, act, delivery, text)
    values = {"seq": seq, "at_ms": at_ms, "who": who, "act": act, "delivery": delivery, "detail": text}
    await connection.execute(_ADD, {**values, "prev": prev, "hash": line})
    return seq


async def lines(database: Database, after_seq: int = 0) -> AsyncIterator[AuditLine]:
    """The log from the line after `after_seq`, oldest first."""
    query = select(audit).where(audit.c.seq > after_seq).order_by(audit.c.seq)
    async for row in database.rows(query):
        detail = orjson.loads(row.detail)
        yield AuditLine(row.seq, row.at_ms, row.who, row.act, row.delivery, detail, row.prev, row.hash)


async def newest(database: Database, before_seq: int, limit: int) -> list[AuditLine]:
    """The last lines before that one, or of all if it is 0; the newest first."""
    query = select(audit).order_by(desc(audit.c.seq)).limit(limit)
    if before_seq:
        query = query.where(audit.c.seq < before_seq)
    async with database.reading.connect() as connection:
        rows = (await connection.execute(query)).all()
    return [
        AuditLine(
            row.seq, row.at_ms, row.who, row.act, row.delivery, orjson.loads(row.detail), row.prev, row.hash
        )
        for row in rows
    ]


async def first_broken(database: Database) -> int | None:
    """Number of the first line that is not what was written, or None when the whole chain holds."""
    return (await check(database, {})).broken_at


class Check(NamedTuple):
    """A walk along the chain: how many lines fit; the first that does not, and why."""

    lines: int
    broken_at: int | None
    why: str


async def check(database: Database, roots: Mapping[int, bytes]) -> Check:
    """Walk the whole chain, and compare it with `roots` kept elsewhere: number of a line -> its hash."""
    prev, expected = START, 1
    async with aclosing(database.rows(select(audit).order_by(audit.c.seq))) as rows:
        async for row in rows:
            line = line_hash(prev, row.seq, row.at_ms, row.who, row.act, row.delivery, row.detail)
            if (row.seq, bytes(row.prev), bytes(row.hash)) != (expected, prev, line):
                return Check(expected - 1, expected, "this line is not what was written, or one is missing")
            if roots.get(expected, line) != line:
                return Check(expected - 1, expected, "a root kept elsewhere has another hash for this line")
            prev, expected = line, expected + 1
    if beyond := min((seq for seq in roots if seq >= expected), default=0):
        return Check(expected - 1, expected, f"the log ends here, a root kept elsewhere knows line {beyond}")
    return Check(expected - 1, None, "")


async def head(database: Database, before_ms: int) -> tuple[int, bytes]:
    """Number and hash of the newest line written before `before_ms`; 0 and START when there is none."""
    query = (
        select(audit.c.seq, audit.c.hash)
        .where(audit.c.at_ms < before_ms)
        .order_by(desc(audit.c.seq))
        .limit(1)
    )
    async with database.reading.connect() as connection:
        row = (await connection.execute(query)).first()
    return (row.seq, bytes(row.hash)) if row else (0, START)

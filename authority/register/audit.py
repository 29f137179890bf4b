"""The authority's own audit log: who did what, when; each line carries the hash of the one before it.

A line is written in the transaction of its act, so neither stands without the other. `detail` holds counts,
times and opaque ids, never a name, a birth date, a code or a password.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

from sqlalchemy import desc, select
from sqlalchemy.ext.asyncio import AsyncConnection

from authority.register.tables import audit

START = bytes(32)


class AuditLine(NamedTuple):
    """One line of the log."""

    seq: int
    at_ms: int
    who: str
    act: str
    detail: dict[str, Any]
    hash: bytes


def line_hash(prev: bytes, seq: int, at_ms: int, who: str, act: str, detail: str) -> bytes:
    """SHA-256 over the hash before and the line, in a form that reads in one way only."""
    line = json.dumps([seq, at_ms, who, act, detail], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(prev + line.encode()).digest()


async def append(connection: AsyncConnection, at_ms: int, who: str, act: str, **detail: Any) -> None:
    """Add a line within the caller's transaction."""
    newest = select(audit.c.seq, audit.c.hash).order_by(desc(audit.c.seq)).limit(1)
    row = (await connection.execute(newest)).first()
    seq, prev = (row.seq + 1, bytes(row.hash)) if row else (1, START)
    text = json.dumps(detail, sort_keys=True, separators=(",", ":"))
    values = {"seq": seq, "at_ms": at_ms, "who": who, "act": act, "detail": text, "prev": prev}
    line = line_hash(prev, seq, at_ms, who, act, text)
    await connection.execute(audit.insert().values(**values, hash=line))


async def lines(connection: AsyncConnection, newest: int) -> list[AuditLine]:
    """The last `newest` lines, oldest first."""
    rows = (await connection.execute(select(audit).order_by(desc(audit.c.seq)).limit(newest))).all()
    return [
        AuditLine(row.seq, row.at_ms, row.who, row.act, json.loads(row.detail), bytes(row.hash))
        for row in reversed(rows)
    ]


async def first_broken(connection: AsyncConnection) -> int | None:
    """Number of the first line that is not what was written, or None when the whole chain holds."""
    prev, expected = START, 1
    for row in await connection.execute(select(audit).order_by(audit.c.seq)):
        line = line_hash(prev, row.seq, row.at_ms, row.who, row.act, row.detail)
        if (row.seq, bytes(row.prev), bytes(row.hash)) != (expected, prev, line):
            return expected
        prev, expected = line, expected + 1
    return None

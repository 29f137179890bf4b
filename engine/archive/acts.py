"""What staff do to sessions, as rows beside the audit log: what has not taken effect is replayed from here.

A row is written in the transaction of its line. It is settled when the archive holds the event that the act
made, which bears the very moment of the line, or when a reply said that there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    select,
    tuple_,
    update,
)

from engine.archive import audit
from engine.archive.database import Database
from engine.archive.records import SessionFacts
from engine.archive.tables import acts, events, sessions

EVENTS = {"pause": "pause", "resume": "resume", "extend": "extend", "close": "close", "allow": "seat"}
"""Act -> the event that the journal brings when it takes effect."""
DONE = "done"

_ARCHIVED = exists().where(
    and_(
        events.c.sid == acts.c.sid,
        events.c.at_ms == acts.c.at_ms,
        events.c.event == cast(case(EVENTS, value=acts.c.act, else_=""), String(10)),
    )
)
_SETTLE = update(acts).where(acts.c.verdict == "", _ARCHIVED).values(verdict=DONE)


class Act(NamedTuple):
    """One act on one session; `value` is the milliseconds of an extension, else 0."""

    line: int
    sid: bytes
    act: str
    value: int
    at_ms: int
    told_status: str = ""
    told_version: int = 0
    told_deadline_ms: int = 0


class Outcome(NamedTuple):
    """What became of an act: a verdict that settles it, or empty and what was told."""

    line: int
    sid: bytes
    verdict: str = ""
    told_status: str = ""
    told_version: int = 0
    told_deadline_ms: int = 0


_TOLD = Outcome._fields[2:]
_NOTE = (
    update(acts)
    .where(acts.c.line == bindparam("of_line"), acts.c.sid == bindparam("of_sid"))
    .values({name: bindparam(f"to_{name}") for name in _TOLD})
)

_OPEN = (
    select(*(acts.c[name] for name in Act._fields))
    .join(sessions, sessions.c.sid == acts.c.sid)
    .where(
        acts.c.verdict == "",
        acts.c.at_ms <= bindparam("until_ms"),
        tuple_(acts.c.line, acts.c.sid)
        > tuple_(bindparam("line", type_=BigInteger), bindparam("sid", type_=LargeBinary)),
    )
    .order_by(acts.c.line, acts.c.sid)
    .limit(bindparam("limit"))
)


async def write(
    database: Database,
    act: str,
    sids: Sequence[bytes],
    *,
    who: str,
    now_ms: int,
    delivery: str = "",
    value: int = 0,
    detail: Mapping[str, object] | None = None,
) -> int:
    """One line of the audit log for an act on several sessions, with what is replayed of it; its number."""
    given = {"sessions": [sid.hex() for sid in sids], **(detail or {})}
    async with database.writing.begin() as connection:
        line = await audit.append(
            connection, at_ms=now_ms, who=who, act=f"session.{act}", delivery=delivery, detail=given
        )
        rows = [(line, sid, act, value, now_ms, "", "", 0, 0) for sid in dict.fromkeys(sids)]
        await database.add(connection, acts, rows)
    return line


async def note(database: Database, outcomes: Sequence[Outcome]) -> None:
    """Remember what was told about acts, and settle those that have a verdict."""
    if not outcomes:
        return
    rows = [
        {"of_line": outcome.line, "of_sid": outcome.sid}
        | {f"to_{name}": getattr(outcome, name) for name in _TOLD}
        for outcome in outcomes
    ]
    async with database.writing.begin() as connection:
        await connection.execute(_NOTE, rows)


async def settle_archived(database: Database) -> None:
    """Settle the acts whose events are in the archive."""
    async with database.writing.begin() as connection:
        await connection.execute(_SETTLE)


async def open_acts(
    database: Database, until_ms: int, limit: int, after: tuple[int, bytes] = (0, b"")
) -> list[Act]:
    """Acts not yet settled and not younger than `until_ms`, beyond (line, sid) `after`, in their order.

    Ids that no session has, typed by mistake, are left out.
    """
    given = {"until_ms": until_ms, "limit": limit, "line": after[0], "sid": after[1]}
    async with database.reading.connect() as connection:
        return [Act(*row) for row in await connection.execute(_OPEN, given)]


async def extensions(database: Database, sids: Sequence[bytes]) -> list[Act]:
    """The time that was given to these sessions and took effect, in its order."""
    columns = [acts.c[name] for name in Act._fields]
    query = select(*columns).where(acts.c.sid.in_(sids), acts.c.act == "extend", acts.c.verdict == DONE)
    async with database.reading.connect() as connection:
        return [Act(*row) for row in await connection.execute(query.order_by(acts.c.line))] if sids else []


async def extended_since(database: Database, since_ms: int, value: int) -> set[bytes]:
    """Sessions that were given exactly so much time since then: an act that broke off goes on behind them."""
    query = select(acts.c.sid).where(acts.c.act == "extend", acts.c.value == value, acts.c.at_ms >= since_ms)
    async with database.reading.connect() as connection:
        return set((await connection.execute(query)).scalars())


async def acted_on_since(database: Database, since_ms: int, after: bytes, limit: int) -> list[SessionFacts]:
    """Sessions on which staff have acted since then, as the archive knows them, in the order of their ids."""
    columns = [sessions.c[name] for name in SessionFacts._fields]
    touched = select(acts.c.sid).where(acts.c.at_ms >= since_ms)
    query = (
        select(*columns)
        .where(sessions.c.sid.in_(touched), sessions.c.sid > after)
        .order_by(sessions.c.sid)
        .limit(limit)
    )
    async with database.reading.connect() as connection:
        return [SessionFacts(*row) for row in await connection.execute(query)]

"""A portion of the journal into the archive: one transaction, and any portion may come twice.

Batches, asides and events have keys made of what they say, so a second time adds nothing. A session's row
takes over a state only if its version is newer, and the end of a session at any version: no session goes
back, and a Redis that was deposed may have written one line more than the one that took its place. A batch
that arrives after its session has ended has it scored again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, LargeBinary, Update, any_, bindparam, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.archive.database import Database
from engine.archive.exceptions import note_exceptions
from engine.archive.portion import ENDED, Portion, Row
from engine.archive.tables import asides, batches, events, sessions

_KEY_PAGE = 500
"""SQLite takes 32,766 values in a statement; three a key."""

_MARK = (
    update(sessions)
    .where(
        sessions.c.sid == any_(bindparam("sids", type_=ARRAY(LargeBinary))),
        sessions.c.status.in_(ENDED),
        sessions.c.to_score.is_(False),
    )
    .values(to_score=True)
)
_MARK_SQLITE = (
    "UPDATE sessions SET to_score = 1 "
    "WHERE sid IN ({}) AND status IN ('submitted', 'closed') AND to_score = 0"
)

_STATE = ("status", "epoch", "version", "started_ms", "deadline_ms", "last", "ended_ms", "to_score")


def _newer() -> Update:
    """A session's state as it is now, unless a newer one, or its end, is known."""
    is_open = sessions.c.ended_ms == 0
    ends = bindparam("of_end", type_=Boolean)
    is_newer = (sessions.c.version < bindparam("to_version")) & or_(is_open, ends)
    is_later_end = (sessions.c.version == bindparam("to_version")) & ends
    is_later_end &= sessions.c.ended_ms < bindparam("to_ended_ms")
    change = update(sessions).values({name: bindparam(f"to_{name}") for name in _STATE})
    return change.where(sessions.c.sid == bindparam("of_sid"), or_(is_newer, is_open & ends, is_later_end))


_NEWER = _newer()


async def write_portion(database: Database, connection: AsyncConnection, portion: Portion) -> None:
    """Write what `portion` brings that is new, and what of it is an exception to the rules."""
    await note_exceptions(connection, portion)
    rows = portion.batches
    if not await database.add_new(connection, batches, rows):
        await _keep_conflicts(database, connection, rows)
    await database.add_new(connection, asides, list(dict.fromkeys(portion.asides)))
    await database.add_new(connection, events, list(dict.fromkeys(portion.events)))
    await _take_over_states(connection, portion)
    await _mark_for_scoring(database, connection, portion)


async def _keep_conflicts(database: Database, connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Two batches of one (session, epoch, n) with other bytes can only mean that Redis forgot the first: the
    first one stays, the other is kept as evidence."""
    known: dict[tuple[Any, ...], bytes] = {}
    keys = [row[:3] for row in rows]
    columns = (batches.c.sid, batches.c.epoch, batches.c.n)
    for start in range(0, len(keys), _KEY_PAGE):
        query = select(*columns, batches.c.digest).where(
            tuple_(*columns).in_(keys[start : start + _KEY_PAGE])
        )
        known |= {(row.sid, row.epoch, row.n): row.digest for row in await connection.execute(query)}
    others = [(*row[:3], "conflict", row[3], row[4], row[9]) for row in rows if known[row[:3]] != row[3]]
    await database.add_new(connection, asides, list(dict.fromkeys(others)))


async def _take_over_states(connection: AsyncConnection, portion: Portion) -> None:
    if not portion.states:
        return
    rows = [
        {"of_sid": sid, "of_end": state[0] in ENDED}
        | {f"to_{name}": value for name, value in zip(_STATE, state, strict=True)}
        for sid, state in portion.states.items()
    ]
    await connection.execute(_NEWER, rows)


async def _mark_for_scoring(database: Database, connection: AsyncConnection, portion: Portion) -> None:
    """Sessions that have ended before and get another batch now."""
    sids = list(portion.highest)
    if not sids:
        return
    if (
        database.is_sqlite
    ):  # the same statement, spelled out: building it from 4,000 values cost half the time
        marks = ",".join("?" * len(sids))
        await connection.exec_driver_sql(_MARK_SQLITE.format(marks), tuple(sids))
    else:
        await connection.execute(_MARK, {"sids": sids})

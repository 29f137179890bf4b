"""Exceptions to the rules as lines of the audit log: seats that moved, answers late or put aside.

They are found in the journal's portions, and stand in the log with the very rows that they are about: one
transaction. A portion that comes twice says nothing twice, since what the archive has is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, Table, bindparam, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.archive import audit
from engine.archive.portion import Portion
from engine.archive.tables import asides, batches, sessions

WHO = "engine"
KEYS_AT_ONCE = 500
"""SQLite takes 32,766 values in a statement; five a key."""
SESSIONS_A_LINE = 500
"""A line stays below some 30 kB, whatever a storm of pranks puts into one portion."""

Key = tuple[Any, ...]


async def note_exceptions(connection: AsyncConnection, portion: Portion) -> None:
    """Write down what `portion` brings that is against the rule; call it before its rows are written."""
    if not (portion.asides or portion.events or portion.has_late):
        return
    found = {
        "seat.moved": await _moved(connection, portion),
        "answers.late": await _late(connection, portion),
        "answers.aside": await _aside(connection, portion),
    }
    details = [(act, detail) for act, counts in found.items() for detail in _details(counts)]
    if details:  # seldom, and the whole portion is looked through for it
        at_ms = _newest_ms(portion)
        for act, detail in details:
            await audit.append(connection, at_ms=at_ms, who=WHO, act=act, delivery="", detail=detail)


def _newest_ms(portion: Portion) -> int:
    moments = [row[4] for row in portion.batches] + [row[5] for row in portion.asides]
    return int(max(moments + [row[2] for row in portion.events]))


async def _moved(connection: AsyncConnection, portion: Portion) -> Counter[Key]:
    """Take-overs: log-ins under a higher epoch than the seat had, once somebody had logged in."""
    logins = sorted({(row[0], row[5]) for row in portion.events if row[3] == "login"})
    if not logins:
        return Counter()
    known = dict(await _rows(connection, (sessions.c.sid,), {(sid,) for sid, _ in logins}, sessions.c.epoch))
    moved: Counter[Key] = Counter()
    for sid, epoch in logins:
        if 0 < known.get(sid, 0) < epoch:
            moved[(sid, "login")] += 1
        known[sid] = max(epoch, known.get(sid, 0))
    return moved


async def _late(connection: AsyncConnection, portion: Portion) -> Counter[Key]:
    late = {row[:3]: row[5] for row in portion.batches if row[5]} if portion.has_late else {}
    new = await _new(connection, batches, ("sid", "epoch", "n"), late)
    return Counter((key[0], late[key]) for key in new)


async def _aside(connection: AsyncConnection, portion: Portion) -> Counter[Key]:
    rows = {row[:5] for row in portion.asides}
    new = await _new(connection, asides, ("sid", "epoch", "n", "why", "digest"), rows)
    return Counter((key[0], key[3]) for key in new)


async def _new(
    connection: AsyncConnection, table: Table, names: Sequence[str], keys: Iterable[Key]
) -> list[Key]:
    """Those of `keys` that `table` does not hold."""
    columns = tuple(table.c[name] for name in names)
    wanted = sorted(set(keys))
    known = {tuple(row) for row in await _rows(connection, columns, wanted)}
    return [key for key in wanted if key not in known]


async def _rows(
    connection: AsyncConnection, columns: Sequence[Any], keys: Iterable[Key], *more: Any
) -> list[Any]:
    wanted, found = list(keys), []
    for start in range(0, len(wanted), KEYS_AT_ONCE):
        page = wanted[start : start + KEYS_AT_ONCE]
        rows = await connection.execute(_with_keys(tuple(columns), more), {"keys": page})
        found += [tuple(row) for row in rows]
    return found


@cache
def _with_keys(columns: tuple[Any, ...], more: tuple[Any, ...]) -> Select[Any]:
    return select(*columns, *more).where(tuple_(*columns).in_(bindparam("keys", expanding=True)))


def _details(counts: Mapping[Key, int]) -> Iterator[dict[str, Any]]:
    """`{"counts": {why: how many}, "sessions": {id: {why: how many}}}`, a bounded number of sessions each."""
    by_session: dict[str, dict[str, int]] = {}
    for (sid, why), count in sorted(counts.items()):
        by_session.setdefault(sid.hex(), {})[why] = count
    names = list(by_session)
    for start in range(0, len(names), SESSIONS_A_LINE):
        page = {name: by_session[name] for name in names[start : start + SESSIONS_A_LINE]}
        total: Counter[str] = Counter()
        for one in page.values():
            total.update(one)
        yield {"counts": dict(total), "sessions": page}

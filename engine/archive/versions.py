"""Score versions and marks: later judgements, each complete or not there at all.

A version is made a page at a time, since one transaction over a whole year group would keep the drain waiting
for minutes. Until its last transaction names it complete nobody reads it; what an interruption left behind is
removed before the next one is begun.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.archive import audit
from engine.archive.answers import ScoredSession, scored_sessions
from engine.archive.database import PAGE, Database
from engine.archive.lease import Lease
from engine.archive.tables import marks, score_versions, scores, sessions, version_scores

FIRST = 1
"""The version that the drain keeps up to date: the table `scores`."""


class ScoreVersion(NamedTuple):
    """One complete judgement of a delivery: by which key, over how many sessions, with how many marks."""

    delivery: str
    version: int
    kind: str
    form: str
    who: str
    begun_ms: int
    complete_ms: int
    sessions: int
    marks: int


class VersionScore(NamedTuple):
    """The sealed record of one session in one version; `source_ms` says which first scores it rests on."""

    sid: bytes
    version: int
    source_ms: int
    body: bytes


class SealedMark(NamedTuple):
    """One person's mark for one outcome of one session's item, encrypted under the session's key."""

    sid: bytes
    item: str
    outcome: str
    marker: str
    at_ms: int
    body: bytes


async def complete_versions(database: Database, delivery: str) -> list[ScoreVersion]:
    """The complete versions after the first, oldest first."""
    columns = [score_versions.c[name] for name in ScoreVersion._fields]
    mine = and_(score_versions.c.delivery == delivery, score_versions.c.complete_ms.is_not(None))
    query = select(*columns).where(mine).order_by(score_versions.c.version)
    async with database.reading.connect() as connection:
        return [ScoreVersion(*row) for row in await connection.execute(query)]


async def drop_unfinished(database: Database, lease: Lease, delivery: str, now_ms: int) -> None:
    """Remove what an interrupted version left, a page at a time, its name last."""
    table = score_versions
    unfinished = and_(table.c.delivery == delivery, table.c.complete_ms.is_(None))
    async with database.reading.connect() as connection:
        numbers = (await connection.execute(select(table.c.version).where(unfinished))).scalars().all()
    for number in numbers:
        left = (
            select(version_scores.c.sid)
            .join(sessions, sessions.c.sid == version_scores.c.sid)
            .where(sessions.c.delivery == delivery, version_scores.c.version == number)
            .limit(PAGE)
        )
        page = delete(version_scores).where(
            version_scores.c.version == number, version_scores.c.sid.in_(left)
        )
        removed = PAGE
        while removed == PAGE:
            async with lease.transaction(now_ms) as connection:
                removed = (await connection.execute(page)).rowcount
    async with lease.transaction(now_ms) as connection:
        await connection.execute(delete(table).where(unfinished))


async def begin_version(
    connection: AsyncConnection, delivery: str, *, kind: str, form: str, who: str, now_ms: int
) -> int:
    """Name a version that is being made, with its line in the audit log; gives its number."""
    table = score_versions
    newest = select(func.max(table.c.version)).where(table.c.delivery == delivery)
    number = ((await connection.execute(newest)).scalar() or FIRST) + 1
    facts = {"delivery": delivery, "version": number, "kind": kind, "form": form, "who": who}
    await connection.execute(table.insert().values(**facts, begun_ms=now_ms))
    detail = {"version": number, "kind": kind, "key": form}
    await audit.append(
        connection, at_ms=now_ms, who=who, act="results.rescore", delivery=delivery, detail=detail
    )
    return number


async def put_version_scores(
    database: Database, connection: AsyncConnection, rows: Sequence[VersionScore]
) -> None:
    await database.add(connection, version_scores, [tuple(row) for row in rows])


async def finish_version(
    connection: AsyncConnection, delivery: str, number: int, *, who: str, now_ms: int, **counts: int
) -> None:
    """Make a version complete: from here on it is read. `counts` are `sessions` and `marks`."""
    table = score_versions
    mine = and_(table.c.delivery == delivery, table.c.version == number)
    await connection.execute(update(table).where(mine).values(complete_ms=now_ms, **counts))
    detail = {"version": number, **counts}
    await audit.append(
        connection, at_ms=now_ms, who=who, act="results.version", delivery=delivery, detail=detail
    )


async def judged_sessions(
    database: Database, delivery: str, version: int, page: int
) -> AsyncIterator[ScoredSession]:
    """All sessions of a delivery as one version judged them, by id."""
    if version == FIRST:
        async for session in scored_sessions(database, delivery, page):
            yield session
        return
    table = version_scores
    columns = [sessions.c[name] for name in ScoredSession._fields[:-2]]
    query = (
        select(*columns, table.c.source_ms, table.c.body)
        .join(table, table.c.sid == sessions.c.sid)
        .where(sessions.c.delivery == delivery, table.c.version == version)
        .order_by(sessions.c.sid)
    )
    async for row in database.rows(query, page):
        yield ScoredSession(*row)


async def judged_of(database: Database, sids: Sequence[bytes], version: int) -> list[ScoredSession]:
    """Those of some sessions that one version judged: a class's."""
    table = scores if version == FIRST else version_scores
    judged_ms = scores.c.scored_ms if version == FIRST else version_scores.c.source_ms
    columns = [sessions.c[name] for name in ScoredSession._fields[:-2]]
    query = (
        select(*columns, judged_ms, table.c.body)
        .join(table, table.c.sid == sessions.c.sid)
        .where(sessions.c.sid.in_(sids))
        .order_by(sessions.c.sid)
    )
    if version != FIRST:
        query = query.where(version_scores.c.version == version)
    async with database.reading.connect() as connection:
        rows: Any = await connection.execute(query)
        return [ScoredSession(*row) for row in rows]


async def version_bodies(database: Database, version: int, sids: Sequence[bytes]) -> dict[bytes, bytes]:
    """The sealed records of a few sessions in one version."""
    table = scores if version == FIRST else version_scores
    query = select(table.c.sid, table.c.body).where(table.c.sid.in_(sids))
    if version != FIRST:
        query = query.where(version_scores.c.version == version)
    async with database.reading.connect() as connection:
        return {sid: body for sid, body in await connection.execute(query)}


async def outdated(database: Database, delivery: str, version: int) -> int:
    """How many scored sessions a version lacks, or judged before a late answer had them scored again."""
    if version == FIRST:
        return 0
    table = version_scores
    same = and_(table.c.sid == scores.c.sid, table.c.version == version)
    differs: ColumnElement[bool] = or_(table.c.sid.is_(None), table.c.source_ms != scores.c.scored_ms)
    query = (
        select(func.count())
        .select_from(scores)
        .join(sessions, sessions.c.sid == scores.c.sid)
        .outerjoin(table, same)
        .where(sessions.c.delivery == delivery, differs)
    )
    async with database.reading.connect() as connection:
        return (await connection.execute(query)).scalar_one()


async def put_marks(
    database: Database,
    given: Sequence[SealedMark],
    *,
    delivery: str,
    who: str,
    now_ms: int,
    detail: dict[str, Any],
) -> None:
    """Store marks with their line in the audit log; a marker's later mark replaces the earlier one."""
    statement: Any = database.insert(marks)
    keys = ["sid", "item", "outcome", "marker"]
    statement = statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in ("at_ms", "body")}
    )
    async with database.writing.begin() as connection:
        await audit.append(
            connection, at_ms=now_ms, who=who, act="marking.import", delivery=delivery, detail=detail
        )
        if given:
            await connection.execute(statement, [mark._asdict() for mark in given])


async def marks_of(database: Database, sids: Sequence[bytes]) -> dict[bytes, list[SealedMark]]:
    """The marks of a few sessions, by session."""
    columns = [marks.c[name] for name in SealedMark._fields]
    found: dict[bytes, list[SealedMark]] = {}
    async with database.reading.connect() as connection:
        for row in await connection.execute(select(*columns).where(marks.c.sid.in_(sids))):
            found.setdefault(row.sid, []).append(SealedMark(*row))
    return found


async def marked_since(database: Database, delivery: str) -> int:
    """When the newest mark of a delivery came in, 0 without any."""
    query = (
        select(func.max(marks.c.at_ms))
        .join(sessions, sessions.c.sid == marks.c.sid)
        .where(sessions.c.delivery == delivery)
    )
    async with database.reading.connect() as connection:
        return (await connection.execute(query)).scalar() or 0


async def known_sessions(database: Database, delivery: str, sids: Sequence[bytes]) -> dict[bytes, bytes]:
    """Those of a few sessions that are the delivery's and scored, with their wrapped keys."""
    query = (
        select(sessions.c.sid, sessions.c.wrapped_key)
        .join(scores, scores.c.sid == sessions.c.sid)
        .where(sessions.c.delivery == delivery, sessions.c.sid.in_(sids))
    )
    async with database.reading.connect() as connection:
        return {sid: wrapped for sid, wrapped in await connection.execute(query)}

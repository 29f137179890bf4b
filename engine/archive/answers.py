"""What scoring and results read: ended sessions, their batches, their scores; a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.archive.database import Database
from engine.archive.tables import batches, events, outages, scores, sessions


class Ended(NamedTuple):
    """A session that is handed in or closed, as far as scoring needs it."""

    sid: bytes
    wrapped_key: bytes
    deadline_ms: int
    started_ms: int
    factor_permille: int


class KeptBatch(NamedTuple):
    """A batch still encrypted."""

    sid: bytes
    epoch: int
    n: int
    digest: bytes
    received_ms: int
    late: str
    body: bytes


class SealedScore(NamedTuple):
    """The scores of one session, encrypted under its key."""

    sid: bytes
    rules: int
    form: str
    scored_ms: int
    body: bytes


class ScoredSession(NamedTuple):
    """A session with its sealed scores, for results."""

    sid: bytes
    wrapped_key: bytes
    room: str
    status: str
    factor_permille: int
    started_ms: int
    deadline_ms: int
    ended_ms: int
    scored_ms: int
    body: bytes


async def sessions_to_score(database: Database, delivery: str, limit: int) -> list[Ended]:
    """Ended sessions of a delivery that have something new."""
    columns = [sessions.c[name] for name in Ended._fields]
    query = select(*columns).where(sessions.c.delivery == delivery, sessions.c.to_score).limit(limit)
    async with database.reading.connect() as connection:
        return [Ended(*row) for row in await connection.execute(query)]


async def batches_of(database: Database, sids: Sequence[bytes]) -> dict[bytes, list[KeptBatch]]:
    """All batches of a few sessions, by session."""
    columns = [batches.c[name] for name in KeptBatch._fields]
    found: dict[bytes, list[KeptBatch]] = {sid: [] for sid in sids}
    async with database.reading.connect() as connection:
        for row in await connection.execute(select(*columns).where(batches.c.sid.in_(sids))):
            found[row.sid].append(KeptBatch(*row))
    return found


async def paused_since(database: Database, sids: Sequence[bytes]) -> dict[bytes, int]:
    """When sessions that are paused were last paused."""
    query = (
        select(events.c.sid, func.max(events.c.at_ms))
        .where(events.c.sid.in_(sids), events.c.status == "paused", events.c.event.in_(("pause", "adopt")))
        .group_by(events.c.sid)
    )
    async with database.reading.connect() as connection:
        return {sid: at_ms for sid, at_ms in await connection.execute(query)}


async def receipts_of(database: Database, sids: Sequence[bytes]) -> dict[bytes, int]:
    """When devices were given their receipt for sessions that the server had closed, the last time."""
    query = (
        select(events.c.sid, func.max(events.c.at_ms))
        .where(events.c.sid.in_(sids), events.c.event == "receipt")
        .group_by(events.c.sid)
    )
    async with database.reading.connect() as connection:
        return {sid: at_ms for sid, at_ms in await connection.execute(query)}


async def deadlines_of(database: Database, sids: Sequence[bytes]) -> dict[bytes, list[tuple[int, int]]]:
    """From when on each session had which deadline, by moment."""
    query = select(events.c.sid, events.c.at_ms, events.c.deadline_ms).where(events.c.sid.in_(sids))
    found: dict[bytes, list[tuple[int, int]]] = {sid: [] for sid in sids}
    async with database.reading.connect() as connection:
        for sid, at_ms, deadline_ms in await connection.execute(query):
            if deadline_ms:
                found[sid].append((at_ms, deadline_ms))
    return {sid: sorted(deadlines) for sid, deadlines in found.items()}


async def all_outages(database: Database) -> dict[int, list[tuple[int, int]]]:
    """The known outages by partition."""
    found: dict[int, list[tuple[int, int]]] = {}
    async with database.reading.connect() as connection:
        for row in await connection.execute(select(outages)):
            found.setdefault(row.partition, []).append((row.from_ms, row.to_ms))
    return found


async def mark_outdated(connection: AsyncConnection, rules: int) -> None:
    """Have scores of an earlier version of the rules computed again."""
    old = select(scores.c.sid).where(scores.c.rules < rules)
    await connection.execute(update(sessions).where(sessions.c.sid.in_(old)).values(to_score=True))


async def put_scores(database: Database, connection: AsyncConnection, given: Sequence[SealedScore]) -> None:
    """Store or replace scores; their sessions have nothing new any more."""
    if not given:
        return
    statement = database.insert(scores)
    names = ("rules", "form", "scored_ms", "body")
    statement = statement.on_conflict_do_update(
        index_elements=["sid"], set_={name: statement.excluded[name] for name in names}
    )
    await connection.execute(statement, [score._asdict() for score in given])
    done = sessions.c.sid.in_([score.sid for score in given])
    await connection.execute(update(sessions).where(done).values(to_score=False))


async def scored_sessions(database: Database, delivery: str, page: int) -> AsyncIterator[ScoredSession]:
    """All scored sessions of a delivery, by id."""
    columns = [sessions.c[name] for name in ScoredSession._fields[:-2]]
    query = (
        select(*columns, scores.c.scored_ms, scores.c.body)
        .join(scores, scores.c.sid == sessions.c.sid)
        .where(sessions.c.delivery == delivery)
        .order_by(sessions.c.sid)
    )
    async for row in database.rows(query, page):
        yield ScoredSession(*row)


async def scored(database: Database, delivery: str) -> tuple[int, int]:
    """How many sessions have a first score, and when the newest of them was made; 0 if there is none."""
    query = (
        select(func.count(), func.coalesce(func.max(scores.c.scored_ms), 0))
        .select_from(scores)
        .join(sessions, sessions.c.sid == scores.c.sid)
        .where(sessions.c.delivery == delivery)
    )
    async with database.reading.connect() as connection:
        count, newest_ms = (await connection.execute(query)).one()
    return count, newest_ms


async def unscored(database: Database, delivery: str | None = None) -> int:
    """How many ended sessions wait for the scorer."""
    query = select(func.count()).select_from(sessions).where(sessions.c.to_score)
    if delivery is not None:
        query = query.where(sessions.c.delivery == delivery)
    async with database.reading.connect() as connection:
        return (await connection.execute(query)).scalar_one()

"""How the archive stands, and what it knows of a delivery before it opens: figures for the console.

Counts by room alone: there is no school here (DESIGN P7), and none can be told from the name of a room.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_, case, func, not_, select

from engine.archive.answers import unscored
from engine.archive.database import Database
from engine.archive.tables import audit, codes, leases, sessions


class Standing(NamedTuple):
    """The drain and its work."""

    drain_until_ms: int
    unscored: int


class Population(NamedTuple):
    """Who may come to a delivery."""

    sessions: int
    rooms: int
    rooms_without_codes: int
    factor_permille_max: int


class RoomRow(NamedTuple):
    """One room of a delivery, its sessions by status."""

    room: str
    ready: int
    running: int
    paused: int
    submitted: int
    closed: int


async def standing(database: Database) -> Standing:
    """How far the archive is."""
    async with database.reading.connect() as connection:
        query = select(func.max(leases.c.until_ms)).where(leases.c.name.like("drain%"))
        until_ms = (await connection.execute(query)).scalar() or 0
    return Standing(until_ms, await unscored(database))


async def population(database: Database, delivery: str) -> Population:
    """Sessions, rooms, and the longest time that anybody has, of one delivery."""
    own = sessions.c.delivery == delivery
    counts = select(
        func.count(), func.count(sessions.c.room.distinct()), func.max(sessions.c.factor_permille)
    ).where(own)
    is_good = and_(codes.c.sid == sessions.c.sid, not_(codes.c.revoked))
    with_codes = select(func.count(sessions.c.room.distinct())).select_from(sessions.join(codes, is_good))
    async with database.reading.connect() as connection:
        total, rooms, factor = (await connection.execute(counts)).one()
        served = (await connection.execute(with_codes.where(own))).scalar_one()
    return Population(total, rooms, rooms - served, factor or 1000)


async def rooms(
    database: Database, delivery: str, *, after: str = "", begins: str = "", limit: int = 50
) -> list[RoomRow]:
    """Rooms of a delivery in the order of their names, behind `after`."""
    by_status = [func.sum(case((sessions.c.status == status, 1), else_=0)) for status in RoomRow._fields[1:]]
    query = (
        select(sessions.c.room, *by_status)
        .where(sessions.c.delivery == delivery, sessions.c.room > after)
        .group_by(sessions.c.room)
        .order_by(sessions.c.room)
        .limit(limit)
    )
    if begins:
        query = query.where(sessions.c.room.startswith(begins, autoescape=True))
    async with database.reading.connect() as connection:
        return [RoomRow(*row) for row in await connection.execute(query)]


async def created_ms(database: Database, delivery: str) -> int:
    """When a delivery was sealed."""
    query = select(func.max(audit.c.at_ms)).where(
        audit.c.act == "delivery.create", audit.c.delivery == delivery
    )
    async with database.reading.connect() as connection:
        return (await connection.execute(query)).scalar() or 0


async def last_rehearsal_ms(database: Database) -> int:
    """When a rehearsal of a peak day was last written down; 0 if none was."""
    query = select(func.max(audit.c.at_ms)).where(audit.c.act == "rehearsal")
    async with database.reading.connect() as connection:
        return (await connection.execute(query)).scalar() or 0

"""How many batches the archive holds of sessions, how many of them came late, how many are set aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import case, func, select

from engine.archive.database import Database
from engine.archive.tables import asides, batches


class Tally(NamedTuple):
    """Counts of one session; `last` is its highest archived number."""

    batches: int = 0
    late: int = 0
    last: int = 0
    asides: int = 0


async def tallies(database: Database, sids: Sequence[bytes]) -> dict[bytes, Tally]:
    """The counts of a few sessions, by session; who has nothing is left out."""
    is_late = case((batches.c.late != "", 1), else_=0)
    kept = (
        select(batches.c.sid, func.count(), func.sum(is_late), func.max(batches.c.n))
        .where(batches.c.sid.in_(sids))
        .group_by(batches.c.sid)
    )
    put_aside = select(asides.c.sid, func.count()).where(asides.c.sid.in_(sids)).group_by(asides.c.sid)
    async with database.reading.connect() as connection:
        found = {sid: Tally(count, late, last) for sid, count, late, last in await connection.execute(kept)}
        for sid, count in await connection.execute(put_aside):
            found[sid] = found.get(sid, Tally())._replace(asides=count)
    return found

"""Whose code is whose: the one table that ties a session of the engine to a pupil.

Session ids and codes are random; nothing of a pupil goes into them. Codes lie sealed, so that a sheet can be
printed again. What was given out is withdrawn, never reused and never removed before the table is destroyed.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Container, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from authority.ordering import name_key
from authority.problems import Conflict
from authority.register import audit
from authority.register.database import Database
from authority.register.tables import classes, codes, pupils
from authority.register.values import Code
from authority.seal import Seal
from sessions.codes import LONG, generate

RESERVE_SHARE = 0.03
"""Reserve codes of a class, at least one: a torn sheet, a pupil who came yesterday."""


class Codebook:
    """The codes, opened and sealed here and nowhere else."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def make(self, now_ms: int, who: str, reserve_share: float = RESERVE_SHARE) -> tuple[int, int]:
        """A code for each pupil of a validated class who has none, and reserve codes up to the share.

        Gives how many of each were made; a second time makes none.
        """
        made = reserve = 0
        async with self._database.writing() as connection:
            query = select(classes.c.id).where(classes.c.validated_ms.is_not(None))
            for class_id in (await connection.execute(query)).scalars().all():
                new, spare = await self._make_class(connection, class_id, reserve_share, now_ms)
                made, reserve = made + new, reserve + spare
            if made or reserve:
                await audit.append(connection, now_ms, who, "codes.make", pupils=made, reserve=reserve)
        return made, reserve

    async def of_classes(self, *class_ids: str, live_only: bool = True) -> list[Code]:
        """The codes of these classes, by number."""
        query = (
            select(codes).where(codes.c.class_id.in_(class_ids)).order_by(codes.c.class_id, codes.c.number)
        )
        if live_only:
            query = query.where(codes.c.revoked_ms.is_(None))
        async with self._database.reading() as connection:
            return [self._opened(row) for row in await connection.execute(query)]

    async def counts(self) -> dict[str, int]:
        """How many codes each class has that live."""
        query = select(codes.c.class_id, func.count()).where(codes.c.revoked_ms.is_(None))
        async with self._database.reading() as connection:
            rows = await connection.execute(query.group_by(codes.c.class_id))
            return {row[0]: row[1] for row in rows}

    async def give_reserve(self, class_id: str, session: str, pupil: str, now_ms: int, who: str) -> None:
        """A reserve code becomes a pupil's; the pupil's former code is withdrawn. Conflict `no_reserve`."""
        async with self._database.writing() as connection:
            known = select(pupils.c.id).where(pupils.c.id == pupil, pupils.c.class_id == class_id)
            if (await connection.execute(known)).scalar() is None:
                raise Conflict("changed", "the pupil is not on this list")
            former = await connection.execute(
                update(codes)
                .where(codes.c.pupil == pupil, codes.c.revoked_ms.is_(None))
                .values(revoked_ms=now_ms)
            )
            done = await connection.execute(
                update(codes)
                .where(
                    codes.c.session == session,
                    codes.c.class_id == class_id,
                    codes.c.is_reserve,
                    codes.c.pupil == "",
                    codes.c.revoked_ms.is_(None),
                )
                .values(pupil=pupil)
            )
            if not done.rowcount:
                raise Conflict("no_reserve", "this reserve code is given or withdrawn: take another one")
            detail = {"class_id": class_id, "session": session, "pupil": pupil, "revoked": former.rowcount}
            await audit.append(connection, now_ms, who, "codes.give_reserve", **detail)

    async def revoke(self, sessions: Sequence[str], now_ms: int, who: str) -> int:
        """Withdraw codes; gives how many lived until now."""
        async with self._database.writing() as connection:
            done = await connection.execute(
                update(codes)
                .where(codes.c.session.in_(sessions), codes.c.revoked_ms.is_(None))
                .values(revoked_ms=now_ms)
            )
            if done.rowcount:
                await audit.append(connection, now_ms, who, "codes.revoke", sessions=list(sessions))
        return done.rowcount

    async def to_export(
        self, everything: bool, rooms: Container[str] | None = None
    ) -> list[tuple[Code, str, int, tuple[str, ...]]]:
        """What the engine is to know: codes that live (all, or those it was not given yet), each with its
        room, factor and needs, in an order that tells nothing: that of the random session ids.

        With `rooms` those of these classes alone.
        """
        query = (
            select(codes, classes.c.room, pupils.c.sealed.label("pupil_sealed"))
            .join(classes, classes.c.id == codes.c.class_id)
            .outerjoin(pupils, pupils.c.id == codes.c.pupil)
            .where(codes.c.revoked_ms.is_(None))
            .order_by(codes.c.session)
        )
        if not everything:
            query = query.where(codes.c.exported_ms.is_(None))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        chosen = rows if rooms is None else [row for row in rows if row.room in rooms]
        return [(self._opened(row), row.room, *self._arrangement(row)) for row in chosen]

    async def exported(self, sessions: Sequence[str], sha256: str, now_ms: int, who: str) -> None:
        """These codes were given to the engine in the file of that hash."""
        async with self._database.writing() as connection:
            for start in range(0, len(sessions), 500):
                some = sessions[start : start + 500]
                await connection.execute(
                    update(codes).where(codes.c.session.in_(some)).values(exported_ms=now_ms)
                )
            await audit.append(connection, now_ms, who, "codes.export", count=len(sessions), sha256=sha256)

    async def revocations(self) -> list[str]:
        """Sessions that the engine was given and whose codes were withdrawn since."""
        query = select(codes.c.session).where(
            codes.c.revoked_ms.is_not(None), codes.c.exported_ms.is_not(None)
        )
        async with self._database.reading() as connection:
            return list((await connection.execute(query.order_by(codes.c.session))).scalars())

    async def places(self) -> list[tuple[Code, str, str]]:
        """Every code that was ever made, withdrawn ones too, with its room and its school's id."""
        query = select(codes, classes.c.room, classes.c.school).join(
            classes, classes.c.id == codes.c.class_id
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(codes.c.session))
            return [(self._opened(row), row.room, row.school) for row in rows]

    async def _make_class(
        self, connection: AsyncConnection, class_id: str, reserve_share: float, now_ms: int
    ) -> tuple[int, int]:
        of_class = codes.c.class_id == class_id
        live = (await connection.execute(select(codes).where(of_class, codes.c.revoked_ms.is_(None)))).all()
        taken = set((await connection.execute(select(codes.c.number).where(of_class))).scalars())
        listed = await self._in_order(connection, class_id)
        served = {row.pupil for row in live}
        spare = sum(row.is_reserve and not row.pupil for row in live)
        wanted = max(1, math.ceil(len(listed) * reserve_share)) if reserve_share else 0
        missing = [pupil for pupil in listed if pupil not in served]
        new = [*((pupil, False) for pupil in missing), *[("", True)] * max(0, wanted - spare)]
        rows = [self._new(class_id, pupil, _session(taken), is_reserve, now_ms) for pupil, is_reserve in new]
        if rows:
            await connection.execute(insert(codes), rows)
        return len(missing), len(new) - len(missing)

    async def _in_order(self, connection: AsyncConnection, class_id: str) -> list[str]:
        """Ids of the pupils by name, so that the sheets follow the class list."""
        rows = await connection.execute(select(pupils).where(pupils.c.class_id == class_id))
        names = {}
        for row in rows:
            part = self._seal.open("pupils", row.id, bytes(row.sealed))
            names[row.id] = (name_key(part["family"]), name_key(part["first"]), row.id)
        return sorted(names, key=lambda id_: names[id_])

    def _new(self, class_id: str, pupil: str, session: str, is_reserve: bool, now_ms: int) -> dict[str, Any]:
        pair = {"short": generate(secrets.token_bytes), "long": generate(secrets.token_bytes, LONG)}
        return {
            "session": session,
            "class_id": class_id,
            "pupil": pupil,
            "number": number_of(session),
            "is_reserve": is_reserve,
            "sealed": self._seal.close("codes", session, pair),
            "made_ms": now_ms,
        }

    def _opened(self, row: Any) -> Code:
        pair = self._seal.open("codes", row.session, bytes(row.sealed))
        return Code(
            row.session,
            row.class_id,
            row.pupil,
            row.number,
            row.is_reserve,
            pair["short"],
            pair["long"],
            row.revoked_ms,
            row.exported_ms,
        )

    def _arrangement(self, row: Any) -> tuple[int, tuple[str, ...]]:
        if row.pupil_sealed is None:
            return 1000, ()
        part = self._seal.open("pupils", row.pupil, bytes(row.pupil_sealed))
        return part["factor_permille"], tuple(sorted(part["needs"]))


def number_of(session: str) -> int:
    """What the engine's pages call a session: three digits, from the random id; see `engine/seats.py`."""
    return 100 + int(session[:8], 16) % 900


def _session(taken: set[int]) -> str:
    """A random session id whose number nobody in the class has; past 900 codes of a class numbers repeat."""
    while True:
        session = secrets.token_hex(16)
        number = number_of(session)
        if number not in taken or len(taken) >= 900:
            taken.add(number)
            return session

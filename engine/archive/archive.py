"""Deliveries, sessions, codes: what staff decide. Each change stands here with its audit line before it acts.

One `Archive` is opened by each program that needs it (server, drain, command line) and closed by it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import orjson
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.archive import audit, tables
from engine.archive.audit import AuditLine
from engine.archive.database import PAGE, Database, is_away
from engine.archive.proposals import refuse_frozen
from engine.archive.records import (
    ArchiveAway,
    CodeRow,
    Conflict,
    Delivery,
    Gone,
    LedgerRow,
    SessionFacts,
    SessionRow,
)

Value = TypeVar("Value")


class Archive:
    """The archive as commands and servers see it; the drain writes answers through `database` itself."""

    def __init__(self, address: str) -> None:
        """An archive that exists already; nothing is connected before the first call."""
        self.database = Database(address)

    @classmethod
    async def open(cls, address: str) -> Archive:
        """Connect, and make the tables on first use; ArchiveAway when the database does not answer."""
        archive = cls(address)
        try:
            await archive.database.create()
        except BaseException as error:
            await archive.close()
            if is_away(error):
                place = archive.database.place
                raise ArchiveAway(
                    f"the archive {place} cannot be opened: start it, then try again"
                ) from error
            raise
        return archive

    async def close(self) -> None:
        await self.database.close()

    # --- audit ----------------------------------------------------------------------------------------

    async def audit(self, act: str, *, who: str, now_ms: int, delivery: str = "", **detail: Any) -> int:
        """A line of its own, for acts that change nothing in the archive; gives its number."""
        async with self.database.writing.begin() as connection:
            return await audit.append(
                connection, at_ms=now_ms, who=who, act=act, delivery=delivery, detail=detail
            )

    async def audit_lines(self, after_seq: int = 0) -> AsyncIterator[AuditLine]:
        async for line in audit.lines(self.database, after_seq):
            yield line

    async def first_broken_audit_line(self) -> int | None:
        return await audit.first_broken(self.database)

    async def refuse_frozen(self) -> None:
        """Conflict while changes are frozen: for who would make something first and write it down later."""
        async with self.database.reading.connect() as connection:
            await refuse_frozen(connection)

    # --- deliveries -----------------------------------------------------------------------------------

    async def create_delivery(self, delivery: Delivery, *, who: str, now_ms: int) -> None:
        """Add a delivery; Conflict when its id is taken, or changes are frozen."""
        values = {"id": delivery.id, "state": delivery.state, "version": delivery.version}
        try:
            async with self.database.writing.begin() as connection:
                await refuse_frozen(connection)
                record = delivery.to_json().decode()
                await connection.execute(tables.deliveries.insert().values(**values, record=record))
                await _note(connection, "delivery.create", who, now_ms, delivery.id, form=delivery.form)
        except IntegrityError as error:
            raise Conflict(f"there is a delivery {delivery.id} already") from error

    async def update_delivery(
        self, delivery: Delivery, *, act: str, who: str, now_ms: int, **detail: Any
    ) -> None:
        """Replace the version just before `delivery`; Conflict when somebody else was faster."""
        table = tables.deliveries
        values = {"state": delivery.state, "version": delivery.version}
        change = (
            update(table)
            .where(table.c.id == delivery.id, table.c.version == delivery.version - 1)
            .values(**values, record=delivery.to_json().decode())
        )
        async with self.database.writing.begin() as connection:
            if (await connection.execute(change)).rowcount != 1:
                raise Conflict(f"delivery {delivery.id} has just been changed by somebody else: look again")
            await _note(connection, f"delivery.{act}", who, now_ms, delivery.id, **detail)

    async def deliveries(self, *, destroyed: bool = False) -> list[Delivery]:
        """All deliveries; those whose key was destroyed only on request."""
        query = select(tables.deliveries.c.record).order_by(tables.deliveries.c.id)
        if not destroyed:
            query = query.where(tables.deliveries.c.destroyed_ms.is_(None))
        async with self.database.reading.connect() as connection:
            return [Delivery.from_json(record) for record in (await connection.execute(query)).scalars()]

    async def delivery(self, delivery: str) -> Delivery:
        """The delivery, or Gone."""
        query = select(tables.deliveries.c.record).where(tables.deliveries.c.id == delivery)
        async with self.database.reading.connect() as connection:
            record = (await connection.execute(query)).scalar()
        if record is None:
            raise Gone(f"there is no delivery {delivery}: `passation deliveries status` lists them")
        return Delivery.from_json(record)

    async def mark_destroyed(self, delivery: str, *, who: str, now_ms: int) -> None:
        """Write down, before it happens, that the delivery's key is destroyed."""
        table = tables.deliveries
        async with self.database.writing.begin() as connection:
            await connection.execute(update(table).where(table.c.id == delivery).values(destroyed_ms=now_ms))
            await _note(connection, "keys.destroy", who, now_ms, delivery)

    # --- sessions and codes ---------------------------------------------------------------------------

    async def was_imported(self, sha256: str) -> str | None:
        """The delivery into which this very file was imported, if it was."""
        query = select(tables.imports.c.delivery).where(tables.imports.c.sha256 == sha256)
        async with self.database.reading.connect() as connection:
            return (await connection.execute(query)).scalar()

    async def import_sessions(
        self,
        delivery: str,
        rows: Iterable[tuple[SessionRow, Sequence[bytes]]],
        *,
        sha256: str,
        campaign: str,
        who: str,
        now_ms: int,
    ) -> int:
        """Add sessions with the digests of their codes: all of them or, on any error, none.

        `rows` is read to its end within the transaction, so it may raise at its end (a file that changed
        meanwhile) and nothing is kept. Conflict when a session or a code is there already, or changes are
        frozen.
        """
        count = 0
        try:
            async with self.database.writing.begin() as connection:
                await refuse_frozen(connection)
                for page in _pages(rows, PAGE):
                    await self._add_sessions(connection, page)
                    count += len(page)
                facts = {"sha256": sha256, "delivery": delivery, "campaign": campaign, "count": count}
                await connection.execute(tables.imports.insert().values(**facts, at_ms=now_ms))
                await _note(connection, "codes.import", who, now_ms, delivery, count=count, sha256=sha256)
        except IntegrityError as error:
            raise Conflict("a session or a code of this file is in the archive already") from error
        return count

    async def _add_sessions(
        self, connection: AsyncConnection, page: Sequence[tuple[SessionRow, Sequence[bytes]]]
    ) -> None:
        sessions = [_fresh(row) for row, _ in page]
        codes = [(digest, row.sid, False) for row, digests in page for digest in digests]
        await self.database.add(connection, tables.sessions, sessions)
        await self.database.add(connection, tables.codes, codes)

    async def revoke_codes(self, sids: Sequence[bytes], *, who: str, now_ms: int) -> list[CodeRow]:
        """Withdraw all codes of these sessions; gives the codes as they are now."""
        table = tables.codes
        async with self.database.writing.begin() as connection:
            await connection.execute(update(table).where(table.c.sid.in_(sids)).values(revoked=True))
            rows = [
                CodeRow(*row) for row in await connection.execute(_codes_query().where(table.c.sid.in_(sids)))
            ]
            names = sorted({row.sid.hex() for row in rows})
            await _note(connection, "codes.revoke", who, now_ms, "", sessions=names)
        return rows

    async def sessions(self, delivery: str) -> AsyncIterator[SessionFacts]:
        """All sessions of a delivery, by id."""
        columns = [tables.sessions.c[name] for name in SessionFacts._fields]
        query = select(*columns).where(tables.sessions.c.delivery == delivery).order_by(tables.sessions.c.sid)
        async for row in self.database.rows(query):
            yield SessionFacts(*row)._replace(needs=tuple(orjson.loads(row.needs)))

    async def seats(self, room: str, campaign: str, limit: int) -> list[tuple[bytes, str]]:
        """Sessions of a room in the deliveries of a campaign, each with its delivery. ArchiveAway."""
        table, imports = tables.sessions, tables.imports
        deliveries = select(imports.c.delivery).where(imports.c.campaign == campaign)
        query = select(table.c.sid, table.c.delivery).where(
            table.c.room == room, table.c.delivery.in_(deliveries)
        )
        try:
            async with self.database.reading.connect() as connection:
                found = await connection.execute(query.order_by(table.c.sid).limit(limit))
                return [(sid, delivery) for sid, delivery in found]
        except Exception as error:
            if is_away(error):
                raise ArchiveAway(f"the archive {self.database.place} cannot be read") from error
            raise

    async def room_places(self, room: str) -> list[tuple[str, str]]:
        """The deliveries that have sessions in this room, each with its campaign. ArchiveAway."""
        table, imports = tables.sessions, tables.imports
        query = (
            select(table.c.delivery, imports.c.campaign)
            .join(imports, imports.c.delivery == table.c.delivery)
            .where(table.c.room == room)
            .distinct()
        )
        try:
            async with self.database.reading.connect() as connection:
                return [(delivery, campaign) for delivery, campaign in await connection.execute(query)]
        except Exception as error:
            if is_away(error):
                raise ArchiveAway(f"the archive {self.database.place} cannot be read") from error
            raise

    async def rooms(self, delivery: str) -> list[tuple[str, int]]:
        """The rooms of a delivery, each with how many sessions it has."""
        table = tables.sessions
        query = select(table.c.room, func.count()).where(table.c.delivery == delivery).group_by(table.c.room)
        async with self.database.reading.connect() as connection:
            found = await connection.execute(query.order_by(table.c.room))
            return [(room, count) for room, count in found]

    async def has_room(self, delivery: str, room: str) -> bool:
        """Whether a delivery has sessions in this room."""
        table = tables.sessions
        query = select(table.c.sid).where(table.c.room == room, table.c.delivery == delivery).limit(1)
        async with self.database.reading.connect() as connection:
            return (await connection.execute(query)).first() is not None

    async def codes(self, delivery: str) -> AsyncIterator[CodeRow]:
        """All codes of a delivery."""
        query = _codes_query().where(tables.sessions.c.delivery == delivery)
        async for row in self.database.rows(query):
            yield CodeRow(*row)

    async def counts(self, delivery: str) -> dict[str, int]:
        """Sessions by status."""
        table = tables.sessions
        query = (
            select(table.c.status, func.count()).where(table.c.delivery == delivery).group_by(table.c.status)
        )
        async with self.database.reading.connect() as connection:
            return {status: count for status, count in await connection.execute(query)}

    async def ledger(self, delivery: str) -> AsyncIterator[LedgerRow]:
        """Every archived batch of a delivery: what the pupils were told is saved must be found here."""
        table = tables.batches
        query = (
            select(table.c.sid, table.c.epoch, table.c.n, table.c.digest)
            .join(tables.sessions, tables.sessions.c.sid == table.c.sid)
            .where(tables.sessions.c.delivery == delivery)
        )
        async for sid, epoch, n, digest in self.database.rows(query):
            yield LedgerRow(sid.hex(), epoch, n, digest.hex())


def _fresh(row: SessionRow) -> tuple[Any, ...]:
    """All columns of a session into which nobody has logged in."""
    needs = orjson.dumps(row.needs).decode()
    imported = (row.sid, row.delivery, row.room, row.factor_permille, needs, row.wrapped_key)
    return (*imported, "ready", 0, 0, 0, 0, 0, 0, False)


def _codes_query() -> Any:
    table = tables.codes
    columns = (table.c.digest, table.c.sid, tables.sessions.c.room, table.c.revoked)
    return select(*columns).join(tables.sessions, tables.sessions.c.sid == table.c.sid)


async def _note(
    connection: AsyncConnection, act: str, who: str, now_ms: int, delivery: str, **detail: Any
) -> None:
    await audit.append(connection, at_ms=now_ms, who=who, act=act, delivery=delivery, detail=detail)


def _pages(rows: Iterable[Value], size: int) -> Iterator[list[Value]]:
    rows = iter(rows)
    while page := list(islice(rows, size)):
        yield page

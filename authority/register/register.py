"""The register as a whole: one campaign, opened with its keys; its parts share one database and one seal."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select

from authority.keys import Keys
from authority.problems import Conflict, Destroyed
from authority.register import audit
from authority.register.classlists import ClassLists
from authority.register.codebook import Codebook
from authority.register.database import Database
from authority.register.doors import Doors
from authority.register.tables import OF_PEOPLE, campaign
from authority.seal import Seal


class Campaign(NamedTuple):
    """What this register is for. `birth_year` is the usual one of the year group."""

    id: str
    title: str
    birth_year: int
    created_ms: int


class Register:
    """Schools, classes, pupils, codes, sign-ins, audit."""

    def __init__(self, database: Database, keys: Keys) -> None:
        seal = Seal(keys.names())
        self._database = database
        self.lists = ClassLists(database, seal)
        self.codebook = Codebook(database, seal)
        self.doors = Doors(database, keys.names())

    @classmethod
    async def open(cls, address: str, keys: Keys) -> Register:
        """The register at `address`; Destroyed when its keys are gone."""
        if address.startswith("sqlite:///"):
            Path(address.removeprefix("sqlite:///")).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        register = cls(Database(address), keys)
        await register._database.create()
        return register

    async def close(self) -> None:
        await self._database.close()

    async def start(self, id_: str, title: str, birth_year: int, now_ms: int) -> Campaign:
        """Name the campaign of an empty register; the same again changes nothing."""
        async with self._database.writing() as connection:
            row = (await connection.execute(select(campaign))).first()
            if row is None:
                values = {"id": id_, "title": title, "birth_year": birth_year, "created_ms": now_ms}
                await connection.execute(insert(campaign).values(**values))
                await audit.append(connection, now_ms, "authority", "campaign.start", campaign=id_)
            elif row.id != id_:
                raise Conflict(
                    "campaign", f"this register holds the campaign {row.id}: a new one needs a new register"
                )
        return await self.campaign()

    async def campaign(self) -> Campaign:
        """The campaign, or Conflict before `init`."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(campaign))).first()
        if row is None:
            raise Conflict("campaign", "there is no campaign yet: run `passation-authority init`")
        return Campaign(row.id, row.title, row.birth_year, row.created_ms)

    async def note(self, now_ms: int, who: str, act: str, **detail: object) -> None:
        """A line in the audit log for an act that changes no table."""
        async with self._database.writing() as connection:
            await audit.append(connection, now_ms, who, act, **detail)


async def empty(address: str, now_ms: int, who: str, **detail: object) -> dict[str, int]:
    """Remove every row about people, with a line in the audit log; needs no key. Gives the counts."""
    database = Database(address)
    try:
        async with database.writing() as connection:
            counts = {}
            for table in OF_PEOPLE:
                counts[table.name] = (await connection.execute(delete(table))).rowcount
            await audit.append(connection, now_ms, who, "register.destroy", **counts, **detail)
    finally:
        await database.close()
    return counts


async def read_log(address: str, newest: int) -> tuple[list[audit.AuditLine], int | None]:
    """The last lines of the audit log, and the number of the first broken line, if any; needs no key."""
    database = Database(address)
    try:
        async with database.reading() as connection:
            return await audit.lines(connection, newest), await audit.first_broken(connection)
    finally:
        await database.close()


async def contents(address: str) -> tuple[str, dict[str, int]]:
    """The campaign's id, and how many rows about people each table holds; needs no key."""
    database = Database(address)
    try:
        async with database.reading() as connection:
            name = (await connection.execute(select(campaign.c.id))).scalar() or ""
            counts = {
                table.name: int(
                    (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                )
                for table in OF_PEOPLE
            }
    finally:
        await database.close()
    return name, counts


def alive(keys: Keys) -> None:
    """Raise Destroyed when the campaign's keys are gone."""
    if keys.destroyed_ms is not None:
        raise Destroyed("this register was destroyed: nobody reads its names again")

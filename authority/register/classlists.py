"""Schools, their classes, and the pupils of each class.

A class carries a version that every change of its list raises and that takes its validation back: what was
validated is what was seen. Two people who change the same pupil never overwrite each other: the version that
a form was made from comes back with it, and the second one is told.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from authority.ordering import name_key
from authority.problems import Conflict
from authority.register import audit
from authority.register.database import Database
from authority.register.tables import classes, codes, drafts, pupils, schools
from authority.register.values import Class, Pupil, School
from authority.seal import Seal
from sessions.codes import ALPHABET

PUPILS_MAX = 60
"""Pupils of one class; the largest classes of a lycée have 38."""
CLASSES_MAX = 200
DRAFT_MS = 3600_000
"""An import that nobody confirmed is forgotten after an hour."""
ROOM_SYMBOLS = 8


class ClassLists:
    """The lists, opened and sealed here and nowhere else."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    # --- schools --------------------------------------------------------------------------------------

    async def add_schools(self, found: Iterable[School], now_ms: int, who: str) -> int:
        """Add schools that are not there yet; gives how many."""
        async with self._database.writing() as connection:
            known = set((await connection.execute(select(schools.c.id))).scalars())
            new = {school.id: school for school in found if school.id not in known}
            if new:
                await connection.execute(insert(schools), [school._asdict() for school in new.values()])
                await audit.append(connection, now_ms, who, "schools.add", count=len(new))
        return len(new)

    async def schools(self) -> list[School]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(schools).order_by(schools.c.id))
            return [School(row.id, row.title) for row in rows]

    async def school(self, id_: str) -> School:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(schools).where(schools.c.id == id_))).first()
        if row is None:
            raise Conflict("unknown", f"there is no school {id_}: `passation-authority schools list`")
        return School(row.id, row.title)

    # --- classes --------------------------------------------------------------------------------------

    async def classes(self, school: str | None = None) -> list[Class]:
        """The classes of a school, or all, with their numbers of pupils."""
        count = select(func.count()).where(pupils.c.class_id == classes.c.id).scalar_subquery()
        query = select(classes, count.label("pupils")).order_by(classes.c.school, classes.c.label)
        if school is not None:
            query = query.where(classes.c.school == school)
        async with self._database.reading() as connection:
            return [Class(*row) for row in await connection.execute(query)]

    async def class_of(self, id_: str) -> Class | None:
        """One class, or None."""
        count = select(func.count()).where(pupils.c.class_id == classes.c.id).scalar_subquery()
        query = select(classes, count.label("pupils")).where(classes.c.id == id_)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return Class(*row) if row else None

    async def add_class(self, school: str, label: str, now_ms: int, who: str) -> str:
        """A new, empty class; gives its id. Conflict `class_exists` or `too_many`."""
        async with self._database.writing() as connection:
            return await self._new_class(connection, school, label, now_ms, who)

    async def validate(self, class_id: str, version: int, now_ms: int, who: str) -> None:
        """The head says that the list is right, as of `version`; Conflict `changed` if it is another."""
        async with self._database.writing() as connection:
            count = await self._count(connection, class_id)
            if not count:
                raise Conflict("empty_class", "a class without pupils cannot be validated")
            done = await connection.execute(
                update(classes)
                .where(classes.c.id == class_id, classes.c.version == version)
                .values(validated_ms=now_ms)
            )
            if not done.rowcount:
                raise Conflict("changed", "the list was changed meanwhile: look at it again")
            await audit.append(
                connection, now_ms, who, "class.validate", class_id=class_id, version=version, pupils=count
            )

    async def _new_class(
        self, connection: AsyncConnection, school: str, label: str, now_ms: int, who: str
    ) -> str:
        id_ = secrets.token_hex(16)
        room = "".join(secrets.choice(ALPHABET) for _ in range(ROOM_SYMBOLS))
        count = select(func.count()).where(classes.c.school == school)
        if (await connection.execute(count)).scalar_one() >= CLASSES_MAX:
            raise Conflict("too_many", f"a school has at most {CLASSES_MAX} classes")
        values = {"id": id_, "school": school, "label": label, "room": room, "version": 1}
        try:
            await connection.execute(insert(classes).values(**values))
        except IntegrityError as error:
            raise Conflict("class_exists", "this school has a class of that name") from error
        await audit.append(connection, now_ms, who, "class.add", class_id=id_, school=school)
        return id_

    # --- pupils ---------------------------------------------------------------------------------------

    async def pupils(self, *class_ids: str) -> list[Pupil]:
        """The pupils of these classes, by class, family and first name."""
        query = select(pupils).where(pupils.c.class_id.in_(class_ids))
        async with self._database.reading() as connection:
            found = [self._opened(row) for row in await connection.execute(query)]
        order = {class_id: place for place, class_id in enumerate(class_ids)}
        return sorted(found, key=lambda one: (order[one.class_id], name_key(one.family), name_key(one.first)))

    async def add_pupil(self, pupil: Pupil, now_ms: int, who: str) -> str:
        """A new pupil of `pupil.class_id`; gives the id that the register chose."""
        async with self._database.writing() as connection:
            (id_,) = await self._insert(connection, pupil.class_id, [pupil])
            await self._touch(connection, pupil.class_id)
            await audit.append(connection, now_ms, who, "pupil.add", class_id=pupil.class_id, pupil=id_)
        return id_

    async def correct_pupil(self, pupil: Pupil, now_ms: int, who: str) -> None:
        """Write over the pupil as of `pupil.version`; Conflict `changed` when somebody was faster."""
        sealed = self._seal.close("pupils", pupil.id, pupil.sealed_part())
        async with self._database.writing() as connection:
            done = await connection.execute(
                update(pupils)
                .where(
                    pupils.c.id == pupil.id,
                    pupils.c.class_id == pupil.class_id,
                    pupils.c.version == pupil.version,
                )
                .values(sealed=sealed, version=pupil.version + 1)
            )
            if not done.rowcount:
                raise Conflict("changed", "the pupil was changed meanwhile: look at the list again")
            await self._touch(connection, pupil.class_id)
            await audit.append(
                connection, now_ms, who, "pupil.correct", class_id=pupil.class_id, pupil=pupil.id
            )

    async def remove_pupil(self, class_id: str, pupil: str, now_ms: int, who: str) -> None:
        """Take a pupil off the list; the pupil's codes are withdrawn with it."""
        async with self._database.writing() as connection:
            done = await connection.execute(
                delete(pupils).where(pupils.c.id == pupil, pupils.c.class_id == class_id)
            )
            if not done.rowcount:
                raise Conflict("changed", "the pupil is not on this list any more")
            revoked = await connection.execute(
                update(codes)
                .where(codes.c.pupil == pupil, codes.c.revoked_ms.is_(None))
                .values(revoked_ms=now_ms)
            )
            await self._touch(connection, class_id)
            detail = {"class_id": class_id, "pupil": pupil, "codes_revoked": revoked.rowcount}
            await audit.append(connection, now_ms, who, "pupil.remove", **detail)

    async def _insert(self, connection: AsyncConnection, class_id: str, new: Sequence[Pupil]) -> list[str]:
        if await self._count(connection, class_id) + len(new) > PUPILS_MAX:
            raise Conflict("too_many", f"a class has at most {PUPILS_MAX} pupils: make two classes of it")
        rows = []
        for pupil in new:
            id_ = secrets.token_hex(16)
            sealed = self._seal.close("pupils", id_, pupil.sealed_part())
            rows.append({"id": id_, "class_id": class_id, "version": 1, "sealed": sealed})
        if rows:
            await connection.execute(insert(pupils), rows)
        return [str(row["id"]) for row in rows]

    async def _count(self, connection: AsyncConnection, class_id: str) -> int:
        count = select(func.count()).where(pupils.c.class_id == class_id)
        return int((await connection.execute(count)).scalar_one())

    async def _touch(self, connection: AsyncConnection, class_id: str) -> None:
        """The list is another one now, and nobody has validated it yet."""
        await connection.execute(
            update(classes)
            .where(classes.c.id == class_id)
            .values(version=classes.c.version + 1, validated_ms=None)
        )

    def _opened(self, row: Any) -> Pupil:
        part = self._seal.open("pupils", row.id, bytes(row.sealed))
        part["needs"] = tuple(part["needs"])
        return Pupil(id=row.id, class_id=row.class_id, version=row.version, **part)

    # --- imports that wait for a yes ------------------------------------------------------------------

    async def keep_draft(self, school: str, value: Any, now_ms: int) -> str:
        """Keep what an import would bring until the head says yes; gives its id."""
        id_ = secrets.token_hex(16)
        sealed = self._seal.close("drafts", id_, value)
        async with self._database.writing() as connection:
            await connection.execute(
                delete(drafts).where((drafts.c.made_ms < now_ms - DRAFT_MS) | (drafts.c.school == school))
            )
            await connection.execute(
                insert(drafts).values(id=id_, school=school, made_ms=now_ms, sealed=sealed)
            )
        return id_

    async def draft(self, school: str, id_: str, now_ms: int) -> Any:
        """What an import would bring, or None when it is too old or somebody else's."""
        query = select(drafts.c.sealed).where(
            drafts.c.id == id_, drafts.c.school == school, drafts.c.made_ms >= now_ms - DRAFT_MS
        )
        async with self._database.reading() as connection:
            sealed = (await connection.execute(query)).scalar()
        return None if sealed is None else self._seal.open("drafts", id_, bytes(sealed))

    async def import_lists(
        self, school: str, lists: dict[str, list[Pupil]], draft: str, now_ms: int, who: str
    ) -> int:
        """Add pupils to classes by label, making the classes that are missing; all or nothing.

        A pupil who is on the list already (same name and birth date) is left as is. Gives how many came.
        """
        count = 0
        async with self._database.writing() as connection:
            for label, new in lists.items():
                query = select(classes.c.id).where(classes.c.school == school, classes.c.label == label)
                id_ = (await connection.execute(query)).scalar()
                if id_ is None:
                    id_ = await self._new_class(connection, school, label, now_ms, who)
                rows = await connection.execute(select(pupils).where(pupils.c.class_id == id_))
                there = {_same(self._opened(row)) for row in rows}
                fresh = [pupil for pupil in new if _same(pupil) not in there]
                if fresh:
                    await self._insert(connection, id_, fresh)
                    await self._touch(connection, id_)
                count += len(fresh)
            await connection.execute(delete(drafts).where(drafts.c.id == draft))
            detail = {"school": school, "classes": len(lists), "pupils": count}
            await audit.append(connection, now_ms, who, "lists.import", **detail)
        return count


def _same(pupil: Pupil) -> str:
    return json.dumps([pupil.family.casefold(), pupil.first.casefold(), pupil.born])

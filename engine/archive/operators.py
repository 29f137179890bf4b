"""Accounts of operators: opaque ids with a role, sign-ins that end, wrong tries that are slowed.

A cookie's token and whatever a try is counted by stand here as keyed digests only. Past the bound each next
try waits twice as long, up to a minute, and for that minute only: nobody is shut out. A browser that has
signed in before is counted by itself, so a stranger who knows an id slows strangers down, not its owner.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from engine.archive import audit
from engine.archive.database import Database
from engine.archive.records import Conflict, Gone
from engine.archive.tables import operators, tries, visits

WAIT_MAX_MS = 60_000
FORGET_MS = 3_600_000
"""A wrong try is forgotten an hour after the wait that it brought."""
TRIES_FREE = 5


class Operator(NamedTuple):
    """One account; `hash`, `totp` and `subject` are empty where that way of signing in is not used."""

    id: str
    role: str
    hash: str = ""
    totp: bytes = b""
    totp_step: int = 0
    subject: bytes = b""
    created_ms: int = 0
    disabled_ms: int = 0


class Visit(NamedTuple):
    """A sign-in that lives."""

    token: str
    operator: str
    role: str


class Accounts:
    """Accounts, sign-ins and tries; `key` is not in the archive."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = hmac.digest(key, b"passation/1|visits", "sha256")

    # --- accounts -----------------------------------------------------------------------------------------

    async def add(self, account: Operator, *, who: str, now_ms: int) -> None:
        """A new account; Conflict if there is one of that id, or of that subject, already."""
        if account.subject and await self.of_subject(account.subject):
            raise Conflict("somebody has an account for this subject already: `passation operators list`")
        try:
            async with self._database.writing.begin() as connection:
                await connection.execute(operators.insert().values(**account._asdict()))
                detail = {"operator": account.id, "role": account.role}
                await audit.append(
                    connection, at_ms=now_ms, who=who, act="operator.add", delivery="", detail=detail
                )
        except IntegrityError as error:
            raise Conflict(f"there is an operator {account.id} already") from error

    async def all(self) -> list[Operator]:
        """Every account, the oldest first."""
        async with self._database.reading.connect() as connection:
            query = select(operators).order_by(operators.c.created_ms, operators.c.id)
            return [Operator(*row) for row in await connection.execute(query)]

    async def get(self, name: str) -> Operator | None:
        """The account of that id, disabled ones too."""
        async with self._database.reading.connect() as connection:
            row = (await connection.execute(select(operators).where(operators.c.id == name))).first()
        return Operator(*row) if row else None

    async def of_subject(self, subject: bytes) -> Operator | None:
        """The account of that subject."""
        async with self._database.reading.connect() as connection:
            query = select(operators).where(operators.c.subject == subject)
            row = (await connection.execute(query)).first()
        return Operator(*row) if row else None

    async def change(self, name: str, *, act: str, who: str, now_ms: int, **values: object) -> None:
        """Change an account, and end its sign-ins; Gone if there is none."""
        async with self._database.writing.begin() as connection:
            change = update(operators).where(operators.c.id == name).values(**values)
            if (await connection.execute(change)).rowcount != 1:
                raise Gone(f"there is no operator {name}: `passation operators list` shows them")
            await connection.execute(delete(visits).where(visits.c.operator == name))
            await audit.append(
                connection, at_ms=now_ms, who=who, act=act, delivery="", detail={"operator": name}
            )

    async def use_step(self, name: str, step: int) -> bool:
        """Use up a one-time code; False if that one, or a later one, was used already."""
        change = update(operators).where(operators.c.id == name, operators.c.totp_step < step)
        async with self._database.writing.begin() as connection:
            return (await connection.execute(change.values(totp_step=step))).rowcount == 1

    # --- sign-ins -----------------------------------------------------------------------------------------

    async def enter(self, account: Operator, now_ms: int, way: str) -> Visit:
        """A new sign-in, with a line in the audit log."""
        token = secrets.token_urlsafe(32)
        values = {"digest": self._digest(token), "operator": account.id}
        async with self._database.writing.begin() as connection:
            await connection.execute(visits.insert().values(**values, begun_ms=now_ms, seen_ms=now_ms))
            detail = {"way": way}
            await audit.append(
                connection, at_ms=now_ms, who=account.id, act="visit.enter", delivery="", detail=detail
            )
        return Visit(token, account.id, account.role)

    async def visit(
        self, token: str, now_ms: int, *, idle_ms: int, whole_ms: int, seen: bool
    ) -> Visit | None:
        """The sign-in of that cookie if it lives; `seen`: somebody did something, which keeps it alive."""
        digest = self._digest(token)
        query = select(visits.c.seen_ms, visits.c.begun_ms, operators.c.id, operators.c.role).join(
            operators, operators.c.id == visits.c.operator
        )
        query = query.where(visits.c.digest == digest, operators.c.disabled_ms == 0)
        async with self._database.reading.connect() as connection:
            row = (await connection.execute(query)).first()
        if row is None or row.seen_ms < now_ms - idle_ms or row.begun_ms < now_ms - whole_ms:
            return None
        if seen and row.seen_ms < now_ms - idle_ms // 10:  # not a write for every page
            async with self._database.writing.begin() as connection:
                change = update(visits).where(visits.c.digest == digest).values(seen_ms=now_ms)
                await connection.execute(change)
        return Visit(token, row.id, row.role)

    async def leave(self, visit: Visit, now_ms: int, idle_ms: int) -> None:
        """End this sign-in, and tidy up those that died by themselves."""
        ended = (visits.c.digest == self._digest(visit.token)) | (visits.c.seen_ms < now_ms - idle_ms)
        async with self._database.writing.begin() as connection:
            await connection.execute(delete(visits).where(ended))
            await audit.append(
                connection, at_ms=now_ms, who=visit.operator, act="visit.leave", delivery="", detail={}
            )

    # --- tries --------------------------------------------------------------------------------------------

    async def wait_ms(self, counted: Sequence[str], now_ms: int) -> int:
        """How long the next try has to wait, by whatever it is counted by; 0 means now."""
        digests = [self._digest(text) for text in counted]
        query = select(func.max(tries.c.free_ms)).where(tries.c.digest.in_(digests))
        async with self._database.reading.connect() as connection:
            free_ms = (await connection.execute(query)).scalar() or 0
        return max(0, free_ms - now_ms)

    async def wrong(self, counted: Sequence[str], name: str, now_ms: int) -> None:
        """Count a wrong try; each next thing that it is counted by has a bound ten times as high."""
        bound = TRIES_FREE
        async with self._database.writing.begin() as connection:
            await connection.execute(delete(tries).where(tries.c.free_ms < now_ms - FORGET_MS))
            for digest in map(self._digest, counted):
                query = select(tries.c.count).where(tries.c.digest == digest)
                count = ((await connection.execute(query)).scalar() or 0) + 1
                wait_ms = min(WAIT_MAX_MS, 1000 << min(count - bound, 16)) if count >= bound else 0
                await connection.execute(delete(tries).where(tries.c.digest == digest))
                values = {"digest": digest, "count": count, "free_ms": now_ms + wait_ms}
                await connection.execute(tries.insert().values(**values))
                bound *= 10
            detail = {"operator": name}
            await audit.append(
                connection, at_ms=now_ms, who="nobody", act="visit.refused", delivery="", detail=detail
            )

    async def right(self, counted: Sequence[str]) -> None:
        """The right words came from there: its wrong ones are forgotten."""
        async with self._database.writing.begin() as connection:
            await connection.execute(delete(tries).where(tries.c.digest == self._digest(counted[0])))

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode(), "sha256")

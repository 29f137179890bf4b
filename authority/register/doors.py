"""Who may come in: credentials by letter, sign-ins that end, tries that are slowed and never shut out.

The cookie's token stands here as a keyed digest only. Wrong passwords are counted per identifier and per
identifier and address: past the bound each next try waits twice as long, up to a minute, so that a stranger
who knows a school's number can slow its head down but never shut the door.

A withdrawn credential stays as a row with an empty hash, made at 0: nobody comes in by it, and the letters
for all who have none pass it over, or the next run would bring it back.
"""

from __future__ import annotations

import hmac
import re
import secrets

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from authority.problems import Conflict
from authority.register import audit
from authority.register.database import Database
from authority.register.tables import credentials, tries, visits
from authority.register.values import Credential, Visit

_LOGIN = re.compile(r"[0-9]{7}[A-Z]|[1-9BCDFGHJKMNPQRSTVWXYZ]{8}")
WAIT_MAX_MS = 60_000
FORGET_MS = 3600_000
"""A wrong password is forgotten an hour after the wait that it brought."""


class Doors:
    """Credentials, visits and tries."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = hmac.digest(key, b"passation-authority/1|doors", "sha256")

    async def issue(self, new: list[Credential], now_ms: int, who: str, over_ms: int | None = None) -> None:
        """Write credentials; one that exists gets the new password, and its sign-ins end.

        Here at once; what the engine was told of a sign-in lives there until `assertion.LIVES_MS` is over.
        `over_ms`: which one its writer knew of; Conflict `letter_made` when there is another one meanwhile.
        """
        async with self._database.writing() as connection:
            for one in new:
                if over_ms is not None and await _issued_ms(connection, one.login) != over_ms:
                    raise Conflict("letter_made", "a letter was printed meanwhile: look again")
                await _drop(connection, one.login)
                values = one._asdict() | {"issued_ms": now_ms}
                await connection.execute(insert(credentials).values(**values))
            await audit.append(
                connection, now_ms, who, "credentials.issue", logins=[one.login for one in new]
            )

    async def credential(self, login: str) -> Credential | None:
        """One that opens something; None for one that was withdrawn."""
        query = select(credentials).where(credentials.c.login == login, credentials.c.hash != "")
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return Credential(row.login, row.role, row.school, row.class_id, row.hash) if row else None

    async def issued_ms(self, login: str) -> int:
        """When the password of this credential was made; 0 if there is none, or none any more."""
        async with self._database.reading() as connection:
            return await _issued_ms(connection, login)

    async def withdraw(self, login: str, now_ms: int, who: str) -> bool:
        """End a credential and its sign-ins; whether there was one.

        Here at once; what the engine was told of a sign-in lives there until `assertion.LIVES_MS` is over.
        """
        async with self._database.writing() as connection:
            is_there = bool(await _issued_ms(connection, login))
            if is_there:
                await connection.execute(delete(visits).where(visits.c.login == login))
                change = update(credentials).where(credentials.c.login == login)
                await connection.execute(change.values(hash="", issued_ms=0))
                await audit.append(connection, now_ms, who, "credentials.withdraw", logins=[login])
        return is_there

    async def written_to(self) -> set[str]:
        """The identifiers that had a letter, those withdrawn since among them."""
        async with self._database.reading() as connection:
            return set((await connection.execute(select(credentials.c.login))).scalars())

    # --- sign-ins -------------------------------------------------------------------------------------

    async def enter(self, credential: Credential, now_ms: int) -> Visit | None:
        """A new sign-in, with a line in the audit log; None if the credential is another one meanwhile.

        Checking a password takes a while: a letter printed in between has ended the sign-ins by the former
        one, and this one would come too late to be ended.
        """
        token = secrets.token_urlsafe(32)
        query = select(credentials.c.hash).where(credentials.c.login == credential.login)
        async with self._database.writing() as connection:
            if (await connection.execute(query)).scalar() != credential.hash:
                return None
            values = {"digest": self._digest(token), "login": credential.login, "seen_ms": now_ms}
            await connection.execute(insert(visits).values(**values))
            await audit.append(connection, now_ms, credential.login, "visit.enter", role=credential.role)
        return Visit(token, credential.login, credential.role, credential.school, credential.class_id)

    async def visit(self, token: str, now_ms: int, lives_ms: int) -> Visit | None:
        """The sign-in of that cookie if it lives; being seen keeps it alive."""
        digest = self._digest(token)
        query = select(visits.c.seen_ms, credentials).join(credentials, credentials.c.login == visits.c.login)
        async with self._database.reading() as connection:
            row = (await connection.execute(query.where(visits.c.digest == digest))).first()
        if row is None or row.seen_ms < now_ms - lives_ms:
            return None
        if row.seen_ms < now_ms - lives_ms // 10:  # not a write for every page
            async with self._database.writing() as connection:
                await connection.execute(
                    update(visits).where(visits.c.digest == digest).values(seen_ms=now_ms)
                )
        return Visit(token, row.login, row.role, row.school, row.class_id)

    async def leave(self, visit: Visit, now_ms: int, lives_ms: int) -> None:
        """End this sign-in, and tidy up those that died by themselves."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(visits).where(
                    (visits.c.digest == self._digest(visit.token)) | (visits.c.seen_ms < now_ms - lives_ms)
                )
            )
            await audit.append(connection, now_ms, visit.login, "visit.leave")

    # --- tries ----------------------------------------------------------------------------------------

    async def wait_ms(self, login: str, address: str, now_ms: int) -> int:
        """How long the next try has to wait; 0 means now."""
        async with self._database.reading() as connection:
            query = select(func.max(tries.c.free_ms)).where(tries.c.digest.in_(self._counted(login, address)))
            free_ms = (await connection.execute(query)).scalar() or 0
        return max(0, free_ms - now_ms)

    async def wrong(self, login: str, address: str, bound: int, now_ms: int) -> None:
        """Count a wrong password; for all addresses together the bound is ten times as high."""
        async with self._database.writing() as connection:
            await connection.execute(delete(tries).where(tries.c.free_ms < now_ms - FORGET_MS))
            for digest, limit in zip(self._counted(login, address), (bound, bound * 10), strict=True):
                query = select(tries.c.count).where(tries.c.digest == digest)
                count = ((await connection.execute(query)).scalar() or 0) + 1
                wait = min(WAIT_MAX_MS, 1000 << min(count - limit, 16)) if count >= limit else 0
                await connection.execute(delete(tries).where(tries.c.digest == digest))
                await connection.execute(
                    insert(tries).values(digest=digest, count=count, free_ms=now_ms + wait)
                )
            await audit.append(connection, now_ms, "nobody", "visit.refused", login=_named(login))

    async def right(self, login: str, address: str) -> None:
        """The right password came from there: its wrong ones are forgotten."""
        async with self._database.writing() as connection:
            digest = self._counted(login, address)[0]
            await connection.execute(delete(tries).where(tries.c.digest == digest))

    def _counted(self, login: str, address: str) -> tuple[bytes, bytes]:
        return self._digest(f"{login}|{address}"), self._digest(login)

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode(), "sha256")


async def _issued_ms(connection: AsyncConnection, login: str) -> int:
    query = select(credentials.c.issued_ms).where(credentials.c.login == login)
    return (await connection.execute(query)).scalar() or 0


async def _drop(connection: AsyncConnection, login: str) -> None:
    """A credential, and whoever is signed in with it."""
    await connection.execute(delete(visits).where(visits.c.login == login))
    await connection.execute(delete(credentials).where(credentials.c.login == login))


def _named(login: str) -> str:
    """An identifier for the audit log; what else people type there, their own name perhaps, is not."""
    return login if _LOGIN.fullmatch(login) else "other"

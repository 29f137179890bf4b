"""Several drains on one journal: each has a share of its partitions, and a dead one's go to the others.

In a cluster every partition has a journal. They are divided into shares, and who has a share has a lease on
it in the archive, proved again in every transaction as the lease of a single drain is. Drains make themselves
known there too; about once a second each counts who lives, gives back what is more than its part, and takes
what nobody has. Sessions of two shares never meet, so two drains never write the same row.

Whoever has share 0 also closes sessions, gives outages back and scores: its lease is that of a single drain.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.archive.database import Database
from engine.archive.lease import LEASE_MS, LeaseLost, is_dead
from engine.archive.tables import leases

SHARES = 16
"""More drains than that are of no use: one of them keeps up with a whole machine of pupils."""
BALANCE_MS = 1_009
FORGET_MS = 60_000
_MEMBER = "member:"


class Shares:
    """The shares that one drain has; `journals` are all there are."""

    def __init__(self, database: Database, holder: str, journals: Sequence[int], count: int = SHARES) -> None:
        self._database = database
        self._holder = holder
        self._all = journals
        self._count = min(count, len(journals))
        self._member = f"{_MEMBER}{secrets.token_hex(4)}"
        self.held: frozenset[int] = frozenset()

    @property
    def journals(self) -> list[int]:
        """The partitions that are ours to drain now."""
        return [partition for partition in self._all if partition % self._count in self.held]

    @property
    def leads(self) -> bool:
        """Whether the work that one drain does for all is ours."""
        return 0 in self.held

    async def balance(self, now_ms: int) -> None:
        """Say that we live, give back what is too much, take what is free. Not within a portion."""
        async with self._database.writing.begin() as connection:
            await self._report(connection, now_ms)
            rows = (await connection.execute(select(leases))).all()
            living = {
                row.name
                for row in rows
                if row.name.startswith(_MEMBER) and row.until_ms >= now_ms and not is_dead(row.holder)
            }
            part = -(-self._count // max(1, len(living)))
            found = {row.name: row for row in rows}
            mine = [
                share
                for share in range(self._count)
                if (row := found.get(_name(share))) and row.holder == self._holder and row.until_ms
            ]
            kept = await self._renewed(connection, mine[:part], now_ms)
            await self._released(connection, mine[part:])
            free = [share for share in range(self._count) if _is_free(found.get(_name(share)), now_ms)]
            for share in free:
                if len(kept) < part and await self._took(connection, share, found.get(_name(share)), now_ms):
                    kept.append(share)
        self.held = frozenset(kept)

    @asynccontextmanager
    async def transaction(self, now_ms: int) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits only if all our shares are still ours, or LeaseLost."""
        async with self._database.writing.begin() as connection:
            if len(await self._renewed(connection, sorted(self.held), now_ms)) != len(self.held):
                self.held = frozenset()
                raise LeaseLost(f"another process drains a part of it now, {self._holder} looks again")
            yield connection

    async def give_back(self) -> None:
        """Let the others go on at once."""
        async with self._database.writing.begin() as connection:
            await self._released(connection, sorted(self.held))
            await connection.execute(delete(leases).where(leases.c.name == self._member))
        self.held = frozenset()

    async def _report(self, connection: AsyncConnection, now_ms: int) -> None:
        gone = leases.c.name.startswith(_MEMBER) & (leases.c.until_ms < now_ms - FORGET_MS)
        await connection.execute(delete(leases).where(or_(gone, leases.c.name == self._member)))
        row = {"name": self._member, "holder": self._holder, "until_ms": now_ms + LEASE_MS}
        await connection.execute(leases.insert().values(**row))

    async def _renewed(self, connection: AsyncConnection, shares: Sequence[int], now_ms: int) -> list[int]:
        """Those of `shares` that are ours, for another while."""
        change = update(leases).where(leases.c.name.in_(map(_name, shares)), leases.c.holder == self._holder)
        change = change.where(leases.c.until_ms > 0).values(until_ms=now_ms + LEASE_MS)
        count = (await connection.execute(change)).rowcount if shares else 0
        return list(shares) if count == len(shares) else []

    async def _released(self, connection: AsyncConnection, shares: Sequence[int]) -> None:
        if shares:
            mine = leases.c.name.in_(map(_name, shares)) & (leases.c.holder == self._holder)
            await connection.execute(update(leases).where(mine).values(until_ms=0))

    async def _took(self, connection: AsyncConnection, share: int, row: Any, now_ms: int) -> bool:
        """Take a share that was free a moment ago; the row decides between two who try."""
        if row is None:
            fresh = self._database.insert(leases).on_conflict_do_nothing()
            await connection.execute(fresh.values(name=_name(share), holder=self._holder, until_ms=0))
        before = (leases.c.holder == row.holder, leases.c.until_ms == row.until_ms) if row else ()
        unclaimed = before or (leases.c.holder == self._holder, leases.c.until_ms == 0)
        change = update(leases).where(leases.c.name == _name(share), *unclaimed)
        change = change.values(holder=self._holder, until_ms=now_ms + LEASE_MS)
        return (await connection.execute(change)).rowcount == 1


def _name(share: int) -> str:
    return f"drain:{share}" if share else "drain"


def _is_free(row: Any, now_ms: int) -> bool:
    return row is None or row.until_ms < now_ms or is_dead(row.holder)

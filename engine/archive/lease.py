"""One drain at a time: a lease in the archive, proved again inside every transaction.

A drain that was stopped for a minute and wakes up believes that it is still the one. Its next transaction
finds the lease gone and comes to nothing: the clock decides who may try, the row who may commit.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import Update, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.archive.database import Database
from engine.archive.tables import leases

LEASE_MS = 5_000
"""How long a drain that died holds up the next one; each transaction of a living one renews it."""


class LeaseLost(Exception):
    """Somebody else does the work now; nothing of this transaction was kept."""


def this_process() -> str:
    """A holder that others on this machine can tell to be dead, so that a restart need not wait."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def is_dead(holder: str) -> bool:
    """Whether `holder` is a process of this machine that is no more."""
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:40] or not rest.isdecimal():
        return False
    with suppress(PermissionError):  # that of another user lives as well
        try:
            os.kill(int(rest), 0)
        except ProcessLookupError:
            return True
    return False


class Lease:
    """The right to drain, for one process."""

    def __init__(self, database: Database, holder: str, name: str = "drain") -> None:
        self._database = database
        self._holder = holder
        self._name = name
        is_it = leases.c.name == name
        first = database.insert(leases).values(name=name, holder=holder, until_ms=0)
        self._first = first.on_conflict_do_nothing()
        self._whose = select(leases.c.holder).where(is_it)
        taken = update(leases).values(holder=holder, until_ms=bindparam("to_ms"))
        self._keep = taken.where(is_it, leases.c.holder == holder)
        is_over = leases.c.until_ms < bindparam("before_ms")
        self._take = taken.where(is_it, or_(leases.c.holder == holder, is_over))
        self._inherit = taken.where(is_it, leases.c.holder == bindparam("dead"))

    async def take(self, now_ms: int) -> bool:
        """Take or renew the lease; False while somebody else holds it."""
        async with self._database.writing.begin() as connection:
            await connection.execute(self._first)
            if await self._renew(connection, now_ms, self._take, before_ms=now_ms):
                return True
            holder = (await connection.execute(self._whose)).scalar_one()
            return is_dead(holder) and await self._renew(connection, now_ms, self._inherit, dead=holder)

    async def give_back(self) -> None:
        """Let the next one begin at once."""
        mine = (leases.c.name == self._name) & (leases.c.holder == self._holder)
        async with self._database.writing.begin() as connection:
            await connection.execute(update(leases).where(mine).values(until_ms=0))

    @asynccontextmanager
    async def transaction(self, now_ms: int) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits only if the lease is still ours, or LeaseLost."""
        async with self._database.writing.begin() as connection:
            if not await self._renew(connection, now_ms, self._keep):
                raise LeaseLost(f"another process drains now, {self._holder} stops")
            yield connection

    async def _renew(self, connection: AsyncConnection, now_ms: int, change: Update, **given: object) -> bool:
        return (await connection.execute(change, {"to_ms": now_ms + LEASE_MS, **given})).rowcount == 1

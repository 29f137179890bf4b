"""Builders: a session, a seat, a batch, in one line each."""

from __future__ import annotations

import hashlib
from typing import Any

from sessions.journal import AsideLine, BatchLine
from sessions.model import Login, Read, Reply, Save, SessionRow, Start, Ticket
from sessions.store import Store

NOW = 1_800_000_000_000
HOUR = 3_600_000
MANY = tuple(f"j{number}" for number in range(1, 61))
"""So many items that the batches of a session are put in order at once."""
DELIVERY = "maths26a"


def a_sid(number: int = 1, partition: int = 0) -> bytes:
    """A session id of `partition`."""
    return bytes([partition]) + number.to_bytes(15)


def a_row(sid: bytes, **given: Any) -> SessionRow:
    """A session to create."""
    return SessionRow(sid, **{"delivery": DELIVERY, "room": "R1", "wrapped_key": b"wrapped", **given})


async def a_seat(store: Store, sid: bytes, now_ms: int = NOW, **given: Any) -> Ticket:
    """The ticket of a pupil who has logged in and not started."""
    await store.create_sessions([a_row(sid, **given)])
    return (await one(store, Login(sid), now_ms)).state.ticket()


async def a_running(store: Store, sid: bytes, now_ms: int = NOW, **given: Any) -> Ticket:
    """The ticket of a pupil whose hour has begun."""
    seat = await a_seat(store, sid, now_ms, **given)
    return (await one(store, Start(seat, HOUR), now_ms)).state.ticket()


def a_save(ticket: Ticket, n: int, *items: str, body: str = "", **given: Any) -> Save:
    """A batch; its bytes follow from its number and items unless `body` says otherwise."""
    sealed = (body or f"batch {n} of {items}").encode()
    return Save(ticket, n, hashlib.sha256(sealed).digest(), sealed, items or (f"i{n}",), **given)


async def one(store: Store, operation: Any, now_ms: int = NOW) -> Reply:
    """The reply to one operation."""
    return (await store.commit([operation], now_ms))[0]


async def verdicts(store: Store, *operations: Any, now_ms: int = NOW) -> list[str]:
    """The verdicts of a group."""
    return [str(reply.verdict) for reply in await store.commit(operations, now_ms)]


async def held(store: Store, ticket: Ticket) -> list[int]:
    """Numbers of the batches that a resuming player is given."""
    reply = await one(store, Read(ticket))
    return sorted(batch.n for batch in reply.batches)


async def lines(store: Store) -> list[BatchLine | AsideLine]:
    """Batches and asides in the journal."""
    return [line for line in await store.journal([0], 1000) if isinstance(line, BatchLine | AsideLine)]

"""The commonest save, for which a record is copied and never unpacked: which saves are that, to a byte.

What comes of a save is the business of `test_saves.py` and `tests/simulation`, which cannot tell how it was
done. Here the script is the real one, but for this: it says so wherever it has to unpack a record.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from sessions import keys
from sessions.link import Link
from sessions.model import Save, Ticket
from sessions.packing import encode, packed
from sessions.script import DIGEST_BYTES, DIGESTS_KEPT, DIGESTS_LEFT, LOOSE_BYTES, Script, sessions_script
from sessions.states import Status
from sessions.store import Store
from tests.patience import PATIENCE_S
from tests.sessions.given import HOUR, NOW, a_row, a_running, a_save, a_seat, a_sid

OPENS = "local function open(owner)\n"
LONG = "x" * (LOOSE_BYTES // 5 - len(";1=,"))
"""An item so named that five batches, each with a number of one figure, are all that may be loose."""
Opened = Callable[..., Awaitable[list[int]]]


@pytest.fixture
async def opened(redis_url: str, store: Store) -> AsyncIterator[Opened]:
    """Of these saves, made one after the other, the numbers of those for which the record is unpacked."""
    real = sessions_script().text
    assert OPENS in real
    text = real.replace(OPENS, f"{OPENS}error('opened')\n")
    closed = Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
    link = Link(redis_url, timeout_s=PATIENCE_S)

    async def numbers(*saves: Save, now_ms: int = NOW) -> list[int]:
        found = []
        for save in saves:
            owner = keys.owner(save.ticket.sid, 64)
            call = packed([owner, encode(save, owner)])
            (reply,) = await link.script(closed, [keys.journal(0)], [call, now_ms])
            if isinstance(reply, list):
                assert reply[1].endswith(b"opened")
                found.append(save.n)
                await store.commit([save], now_ms)
        return found

    yield numbers
    await link.aclose()


async def spilled(redis: Redis, ticket: Ticket) -> int:
    """How many digests have left the record."""
    return int(await redis.strlen("d:" + keys.owner(ticket.sid, 64))) // DIGEST_BYTES


async def test_a_record_full_of_digests_or_of_text_is_opened(
    opened: Opened, store: Store, redis: Redis
) -> None:
    """Then both are made small. Short items fill the digests first, then the text before the digests."""
    for item, expected in (("i", {17: 13, 29: 24}), (LONG, {6: 1, 11: 6, 16: 11})):
        ticket, found = await a_running(store, a_sid(len(item))), {}
        for n in range(1, max(expected) + 2):
            for number in await opened(a_save(ticket, n, item)):
                found[number] = await spilled(redis, ticket)
        assert found == expected


async def test_text_is_put_in_order_when_it_is_too_long_by_a_byte(opened: Opened, store: Store) -> None:
    """Whether the save that makes it so is a common one or not; and no sooner."""
    one_more, stale = [await a_running(store, a_sid(number)) for number in (1, 2)]
    saves = [a_save(one_more, n, LONG + "x" * (n == 5)) for n in range(1, 10)]
    assert await opened(*saves) == [5]
    older = stale._replace(version=stale.version - 1)
    assert await opened(*(a_save(older if n == 5 else stale, n, LONG) for n in range(1, 10))) == [5, 6]


async def test_digests_are_spilled_when_they_are_too_many_by_one(
    opened: Opened, store: Store, redis: Redis
) -> None:
    """However they came: batches without items are no common ones."""
    ticket = await a_running(store, a_sid())
    *fit, last = [a_save(ticket, n)._replace(items=()) for n in range(1, DIGESTS_KEPT + 2)]
    assert await opened(*fit) == [save.n for save in fit]
    assert await spilled(redis, ticket) == 0
    assert await opened(last, a_save(ticket, last.n + 1)) == [last.n]
    assert await spilled(redis, ticket) == DIGESTS_KEPT + 1 - DIGESTS_LEFT


async def test_after_a_hole_the_next_batches_are_common_again(opened: Opened, store: Store) -> None:
    """Where a full batch has jumped, and in a session that the archive gave back without its digests."""
    ticket = await a_running(store, a_sid(1))
    jump = a_save(ticket, 4, full=True)
    assert await opened(a_save(ticket, 1), jump, a_save(ticket, 5), a_save(ticket, 6)) == [4]
    known: dict[str, Any] = {"epoch": NOW, "version": 2, "started_ms": NOW, "deadline_ms": NOW + HOUR}
    await store.create_sessions([a_row(a_sid(2), status=Status.RUNNING, last=3, sealed=3, **known)])
    back = ticket._replace(sid=a_sid(2), **known)
    assert await opened(*(a_save(back, n) for n in (4, 5, 6))) == [4]


async def test_the_next_number_of_a_seat_that_nothing_has_changed_is_common_until_the_grace_ends(
    opened: Opened, store: Store
) -> None:
    """Another number, another state, a moment later: each may be refused, or end otherwise."""
    ready = await a_seat(store, a_sid(9))
    assert await opened(a_save(ready, 1)) == [1]
    ticket = await a_running(store, a_sid())
    first = a_save(ticket, 1)
    assert await opened(first, first, a_save(ticket, 3), a_save(ticket, 2, full=True)) == [1, 3]
    others = [
        (3, ticket._replace(epoch=ticket.epoch - 1)),  # refused: the number stays free
        (3, ticket._replace(version=ticket.version - 1)),
        (4, ticket._replace(started_ms=1)),
        (5, ticket._replace(deadline_ms=ticket.deadline_ms - 1)),
    ]
    assert await opened(*(a_save(other, n) for n, other in others)) == [n for n, _ in others]
    end_ms = ticket.deadline_ms + 10_000
    last, late = [a_save(ticket, n, grace_ms=10_000) for n in (6, 7)]
    assert (await opened(last, now_ms=end_ms), await opened(late, now_ms=end_ms + 1)) == ([], [7])

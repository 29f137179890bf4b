"""What a receipt has proved of a session that the server closed, also in a Redis filled from the archive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine import seats
from engine.archive.answers import receipts_of
from engine.catalog import Catalog
from engine.recovery import publish
from sessions.link import Link
from sessions.model import RECEIPT, Close, Heartbeat, Operation, Reply, SessionRow
from sessions.store import Store
from tests.engine.archives import NOON_MS, a_sid, empty_address
from tests.engine.days import Day, begun
from tests.engine.sittings import NAME


@pytest.fixture
async def day(
    request: pytest.FixtureRequest, tmp_path: Path, redis: Redis, redis_url: str
) -> AsyncIterator[Day]:
    """Three pupils who have saved a batch each; all of it archived."""
    async with begun(empty_address(request, "sqlite"), tmp_path, redis_url) as day:  # redis: emptied first
        await day.save([day.save_of(number, 1) for number in day.tickets])
        yield day


async def safe(day: Day, *numbers: int) -> list[bool]:
    """Whether the room calls the seats of these pupils safe."""
    catalog = Catalog(day.store, day.bank, day.keyring, day.contents)
    await catalog.refresh()
    opened_form = await catalog.delivery(NAME)
    glances = await day.store.glance([a_sid(number) for number in numbers])
    return [
        seats.document(a_sid(number), glance, opened_form, NOON_MS + 900_000)["safe"]
        for number, glance in zip(numbers, glances, strict=True)
    ]


async def test_a_closed_seat_that_was_safe_stays_safe(day: Day, redis: Redis) -> None:
    """Its device has its receipt, is off by now, and says nothing again; another may hold answers still."""
    await day.store.commit([Close(a_sid(1)), Close(a_sid(2))], NOON_MS + 4_000)
    for at_ms in (5_000, 25_000):
        await day.store.commit([Heartbeat(day.tickets[1], RECEIPT)], NOON_MS + at_ms)
    await day.drain()
    before = [session async for session in day.archive.sessions(NAME)]
    assert [session.ended_ms for session in before] == [NOON_MS + 4_000, NOON_MS + 4_000, 0]

    await redis.flushall()
    await publish(day.archive, day.store, day.keyring)

    assert await safe(day, 1, 2) == [True, False]
    await day.drain()
    assert [session async for session in day.archive.sessions(NAME)] == before
    assert await receipts_of(day.archive.database, [a_sid(1), a_sid(2)]) == {a_sid(1): NOON_MS + 5_000}


async def test_a_seat_that_sent_more_after_its_receipt_is_not_called_safe(day: Day, redis: Redis) -> None:
    """What it holds is unknown again, before the loss and after it."""
    await day.store.commit([Close(a_sid(1))], NOON_MS + 4_000)
    await day.store.commit([Heartbeat(day.tickets[1], RECEIPT)], NOON_MS + 5_000)
    await day.save([day.save_of(1, 2)], NOON_MS + 6_000)
    await day.drain()
    assert await safe(day, 1) == [False]

    await redis.flushall()
    await publish(day.archive, day.store, day.keyring)

    assert await safe(day, 1) == [False]


class Watched(Store):
    """Knows how many commits were under way at once, by the kind of their first operation."""

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self.under_way: dict[type, int] = {}
        self.most: dict[type, int] = {}

    async def commit(self, operations: Sequence[Operation], now_ms: int) -> list[Reply]:
        kind = type(operations[0]) if operations else type(None)
        self.under_way[kind] = self.under_way.get(kind, 0) + 1
        self.most[kind] = max(self.most.get(kind, 0), self.under_way[kind])
        try:
            return await super().commit(operations, now_ms)
        finally:
            self.under_way[kind] -= 1


async def test_sessions_and_receipts_come_back_side_by_side(day: Day, redis: Redis, redis_url: str) -> None:
    """Each has a time, and so a commit, of its own; one after the other each would wait for a disk."""
    await day.store.commit([Close(a_sid(1)), Close(a_sid(2))], NOON_MS + 4_000)
    for number in (1, 2):
        heartbeat = Heartbeat(day.tickets[number], RECEIPT)
        await day.store.commit([heartbeat], NOON_MS + 5_000 + number)
    await day.drain()
    told = await receipts_of(day.archive.database, [a_sid(1), a_sid(2)])

    await redis.flushall()
    store = Watched(Link(redis_url))
    await publish(day.archive, store, day.keyring)
    await store.aclose()

    assert (store.most[SessionRow], store.most[Heartbeat]) == (3, 2)
    assert await safe(day, 1, 2, 3) == [True, True, False]
    await day.drain()
    assert await receipts_of(day.archive.database, [a_sid(1), a_sid(2)]) == told

"""Clocks, outages, the closing sweep, and jobs that one process does alone."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from sessions.link import Link, StoreRefused
from sessions.model import Close, Credit, Outage, Pause, Resume, Submit
from sessions.partitions import GAP_MS
from sessions.store import Store
from tests.sessions.given import HOUR, NOW, a_running, a_sid, one

END = NOW + HOUR


async def test_ticks_in_time_are_no_outage(store: Store) -> None:
    """Nor is the very first one, whatever was before it."""
    for step in range(3):
        assert await store.tick(NOW + step * GAP_MS) == []


async def test_a_silence_is_an_outage_of_every_partition_until_it_is_settled(store: Store) -> None:
    """Told again at each tick, so a process that dies while crediting is replaced by the next."""
    await store.tick(NOW)
    waiting = await store.tick(NOW + GAP_MS + 1)
    assert waiting == [Outage(partition, NOW, NOW + GAP_MS + 1) for partition in range(64)]
    await store.settle(waiting[0])
    assert await store.tick(NOW + GAP_MS + 2) == waiting[1:]


async def test_a_clock_that_goes_back_is_no_outage(store: Store) -> None:
    """Another worker's clock may be behind by a little."""
    await store.tick(NOW)
    assert await store.tick(NOW - 60_000) == []
    assert await store.tick(NOW + 1000) == []


async def test_remembered_outages_are_bounded(store: Store, redis: Redis) -> None:
    """The last ones count; whoever flaps for a day fills no memory."""
    for step in range(205):
        await store.tick(NOW + step * (GAP_MS + 1))
    assert await redis.llen("o:{p00}") == 200


async def test_sessions_are_due_when_deadline_and_grace_are_past(store: Store) -> None:
    """The first of them first, as many as asked for."""
    tickets = [await a_running(store, a_sid(number), NOW + number) for number in range(1, 4)]
    await store.tick(END + 10_002)
    assert await store.due(0, END + 10_002, 10_000) == [ticket.sid for ticket in tickets[:2]]
    assert await store.due(0, END + 10_002, 10_000, 1) == [tickets[0].sid]
    assert await store.due(1, END + 10_002, 10_000) == []


async def test_paused_and_ended_sessions_are_not_due(store: Store) -> None:
    """A pause has no end of its own; when it ends, the session has its new deadline."""
    first, second, third = [await a_running(store, a_sid(number)) for number in (1, 2, 3)]
    await store.commit([Pause(first.sid), Submit(second, 0), Close(third.sid)], NOW + 1000)
    await store.tick(END + HOUR)
    assert await store.due(0, END + HOUR) == []
    await one(store, Resume(first.sid), NOW + 2000)
    assert await store.due(0, END + HOUR) == [first.sid]


async def test_no_session_is_closed_before_an_outage_is_credited(store: Store) -> None:
    """Neither while it waits, nor before it has been noticed."""
    ticket = await a_running(store, a_sid())
    await store.tick(END - 60_000)
    assert await store.due(0, END + 1) == []
    (outage, *_) = await store.tick(END + 1)
    assert await store.due(0, END + 1) == []
    await one(store, Credit(ticket.sid, outage.from_ms, outage.to_ms), END + 1)
    await store.settle(outage)
    assert await store.due(0, END + 1) == []
    await store.tick(END + 4000)
    assert await store.due(0, END + 4000) == []
    for step in range(20):
        await store.tick(END + step * 4000)
    assert await store.due(0, END + 76_000) == [ticket.sid]


@pytest.mark.parametrize("count", [3, 300])
async def test_open_sessions_are_all_found_in_chunks(store: Store, count: int) -> None:
    """Running and paused ones of the partition; those of others are not."""
    tickets = [await a_running(store, a_sid(number)) for number in range(count)]
    await store.commit([Pause(tickets[0].sid), Submit(tickets[1], 0)], NOW)
    await a_running(store, a_sid(1, partition=5))
    cursor, found = await store.running(0, 0, 50)
    while cursor:
        cursor, more = await store.running(0, cursor, 50)
        found += more
    assert set(found) == {ticket.sid for ticket in tickets} - {tickets[1].sid}


async def test_one_process_has_a_lease(store: Store, redis: Redis) -> None:
    """It renews it; another gets it when it is given back or has run out."""
    assert await store.lease("drain", "anna", HOUR)
    assert await store.lease("drain", "anna", HOUR)
    assert not await store.lease("drain", "bob", HOUR)
    assert await store.lease("sweep", "bob", HOUR)
    assert 0 < await redis.pttl("lease:drain") <= HOUR
    assert not await store.lease("drain", "bob", 0)
    assert await store.lease("drain", "anna", 0)
    assert await store.lease("drain", "bob", HOUR)


async def test_clocks_are_brought_back_after_a_loss_of_everything(store: Store) -> None:
    """From the archive: the first tick finds the true outage. A partition that is no more is left out."""
    assert await store.clocks() == {}
    await store.set_clocks({0: NOW, 63: NOW, 64: NOW})
    assert await store.clocks() == {0: NOW, 63: NOW}
    await store.set_clocks({64: NOW})
    waiting = await store.tick(NOW + GAP_MS + 1)
    assert [(outage.partition, outage.from_ms) for outage in waiting] == [(0, NOW), (63, NOW)]


async def test_a_reply_that_is_no_reply_is_a_defect(store: Store, redis: Redis) -> None:
    """Something else lies under the name of a clock: no partition passes for acknowledged."""
    await redis.hset("u:{p00}", "a", "b")
    with pytest.raises(StoreRefused):
        await store.tick(NOW)


async def test_a_partition_whose_node_came_up_empty_bears_no_mark(redis_url: str, redis: Redis) -> None:
    """Of a cluster; a single node has lost everything or nothing, which its deliveries tell."""
    store = Store(Link(redis_url), partitions=4, partitioned=True)
    await store.set_filled(await store.unfilled())
    assert await store.unfilled() == set()
    await redis.delete("f:{p02}")
    assert await store.unfilled() == {2}
    await store.set_filled(())
    assert await store.unfilled() == {2}
    await store.aclose()
    await redis.flushall()
    single = Store(Link(redis_url))
    assert await single.unfilled() == set()
    await single.aclose()


async def test_in_a_cluster_each_partition_acknowledges_by_itself(redis_url: str, redis: Redis) -> None:
    """Something else lies in the place of one clock: the others' ticks count, and the defect is told."""
    store = Store(Link(redis_url), partitions=4, partitioned=True)
    await redis.hset("u:{p02}", "a", "b")
    with pytest.raises(StoreRefused):
        await store.tick(NOW)
    await redis.delete("u:{p02}")
    assert await store.clocks() == {0: NOW, 1: NOW, 3: NOW}
    await store.aclose()

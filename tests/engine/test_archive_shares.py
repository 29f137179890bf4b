"""Several drains on a cluster's journals: each its share, nothing twice, a dead one's go to the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine.archive.drain import Drain, _drain_all, drain_once
from engine.archive.lease import LEASE_MS, Lease, LeaseLost, this_process
from engine.archive.shares import SHARES, Shares
from engine.archive.sweep import Sweep
from engine.clock import now_ms
from sessions.link import Link
from sessions.store import Store
from tests.engine.archives import DATABASES, NOON_MS, emptied, empty_address, opened
from tests.engine.days import Day, until

JOURNALS = range(64)
HOUR_MS = 3_600_000


@pytest.fixture(params=DATABASES)
async def day(
    request: pytest.FixtureRequest, tmp_path: Path, redis: Redis, redis_url: str
) -> AsyncIterator[Day]:
    """Pupils of many partitions, each partition with a journal of its own as in a cluster."""
    store = Store(Link(redis_url), partitioned=True)
    async with opened(await emptied(empty_address(request, request.param))) as archive:
        day = Day(archive, tmp_path, store)
        await day.open(pupils=12)
        await day.lease.give_back()
        yield day
    await store.aclose()


def shares_of(day: Day, holder: str) -> Shares:
    return Shares(day.archive.database, holder, JOURNALS)


async def test_two_drains_have_half_each_and_together_all(day: Day) -> None:
    """The first has all until there is a second; what one gives back the other takes at its next look."""
    first, second = shares_of(day, "first"), shares_of(day, "second")
    await first.balance(NOON_MS)
    assert len(first.held) == SHARES
    await second.balance(NOON_MS)
    assert second.held == frozenset()

    await first.balance(NOON_MS + 1)
    await second.balance(NOON_MS + 1)

    assert (len(first.held), len(second.held)) == (SHARES // 2, SHARES // 2)
    assert sorted([*first.journals, *second.journals]) == list(JOURNALS)
    assert (first.leads, second.leads) == (True, False)


async def test_the_shares_of_a_drain_that_is_not_heard_go_to_the_others(day: Day) -> None:
    """After the time of a lease; at once if it was a process of this machine, or if it gave them back."""
    first, second, third = (shares_of(day, name) for name in ("first", "second", "third"))
    for _ in range(2):
        await first.balance(NOON_MS)
        await second.balance(NOON_MS)
    later_ms = NOON_MS + LEASE_MS + 1
    await second.balance(later_ms)
    assert len(second.held) == SHARES
    assert second.leads
    with pytest.raises(LeaseLost):
        async with first.transaction(later_ms):
            pass
    assert first.held == frozenset()

    await second.give_back()
    await third.balance(later_ms + 1)
    assert len(third.held) == SHARES

    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()
    dead = shares_of(day, this_process().replace(f":{this_process().split(':')[1]}:", f":{ended.pid}:"))
    await third.give_back()
    await dead.balance(later_ms + 2)
    await first.balance(later_ms + 2)
    assert len(first.held) == SHARES


async def test_two_drains_at_work_archive_everything_once(day: Day) -> None:
    """Each its own portions, side by side; the sessions of all are sealed."""
    first, second = shares_of(day, "first"), shares_of(day, "second")
    for _ in range(2):
        await first.balance(NOON_MS)
        await second.balance(NOON_MS)
    for n in (1, 2, 3):
        await day.save([day.save_of(number, n) for number in day.tickets])

    async def drained(shares: Shares) -> int:
        total = 0
        while count := await drain_once(day.archive.database, day.reader, shares, NOON_MS):
            total += count
        return total

    counts = await asyncio.gather(drained(first), drained(second))

    assert all(counts)
    assert await day.ledger() == day.sent
    assert await day.sealed_numbers() == [3] * 12
    assert await day.store.journal_length() == 0


async def test_a_running_drain_takes_over_what_a_silent_one_had(day: Day) -> None:
    """The whole loop: it finds the other gone, drains its journals too, and leads."""
    clock = [NOON_MS]
    silent = shares_of(day, "silent")
    await silent.balance(NOON_MS)
    shares = shares_of(day, "living")
    sweep = Sweep(day.archive, day.store, partitions=64)
    drain = Drain(
        day.archive.database,
        day.reader,
        Lease(day.archive.database, "living"),
        sweep,
        day.keeper,
        lambda: clock[0],
        shares,
    )

    async def stands_still() -> bool:
        return await day.store.journal_length() == 0

    await day.save([day.save_of(number, 1) for number in day.tickets])
    running = asyncio.create_task(drain.run())

    async def empty() -> bool:
        clock[0] += 100
        return await day.store.journal_length() == 0

    await until(empty, running)
    await day.save([day.save_of(number, 2) for number in day.tickets])
    await until(stands_still, running)
    drain.stop()
    await running
    assert await day.ledger() == day.sent
    assert shares.held == frozenset()


async def test_by_hand_a_share_is_drained_beside_the_others(day: Day) -> None:
    """On a cluster, where one may drain while others do; closing and scoring stay with the first."""
    first, idle = shares_of(day, "first"), shares_of(day, "idle")
    moment = now_ms() + HOUR_MS  # what they hold does not run out meanwhile
    await first.balance(moment)
    await idle.balance(moment)
    await first.balance(moment)  # it makes room for two, of which one has not looked yet
    await day.save([day.save_of(number, 1) for number in day.tickets])
    helper = shares_of(day, "helper")

    count = await _drain_all(day.archive.database, day.reader, day.lease, day.keeper, helper)

    assert count > 0
    assert first.leads
    assert 0 < len(await day.ledger()) < len(day.sent)
    await first.give_back()
    lease, last = Lease(day.archive.database, "last"), shares_of(day, "last")
    await _drain_all(day.archive.database, day.reader, lease, day.keeper, last)
    assert await day.ledger() == day.sent

"""What time brings about: outages given back once, sessions closed when they are due, and not before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine.archive import clocks
from engine.archive.audit import AuditLine
from engine.archive.lease import Lease, LeaseLost
from engine.archive.sweep import Sweep
from engine.deliveries import Deliveries
from sessions.link import Link
from sessions.model import Login, Pause, SessionRow, SessionState, Start
from sessions.states import Status
from sessions.store import Store
from tests.engine.archives import NOON_MS, a_sid, emptied, empty_address, opened
from tests.engine.days import Day
from tests.engine.sittings import DEADLINE_MS, NAME

GRACE_MS, GAP_MS = 10_000, 60_000


@pytest.fixture
async def day(
    request: pytest.FixtureRequest, tmp_path: Path, redis: Redis, redis_url: str
) -> AsyncIterator[Day]:
    """An open delivery with three pupils who have started, and workers that acknowledge."""
    store = Store(Link(redis_url), gap_ms=GAP_MS)
    async with opened(await emptied(empty_address(request, "sqlite"))) as archive:
        day = Day(archive, tmp_path, store)
        await day.open()
        await working(day, NOON_MS)
        yield day
    await store.aclose()


async def working(day: Day, to_ms: int, from_ms: int = 0) -> None:
    """A worker says that it acknowledges, from `from_ms` to `to_ms`."""
    for now_ms in [*range(from_ms or to_ms, to_ms, GAP_MS), to_ms]:
        await day.store.tick(now_ms)


async def swept(day: Day, now_ms: int) -> int:
    """One sweep; gives how many sessions are closed after it."""
    sweep = Sweep(day.archive, day.store, partitions=64)
    await sweep.run(day.lease, now_ms)
    return sum(state.status is Status.CLOSED for state in await states(day))


async def states(day: Day) -> list[SessionState]:
    """How the sessions stand."""
    glances = await day.store.glance([a_sid(number) for number in sorted(day.tickets)])
    return [glance.state for glance in glances if glance]


async def outages(day: Day) -> list[AuditLine]:
    """The lines that the audit log has about outages."""
    return [line async for line in day.archive.audit_lines() if line.act == "outage.credit"]


@pytest.mark.parametrize(("late_ms", "closed"), [(GRACE_MS - 1, 0), (GRACE_MS, 3)])
async def test_a_session_is_closed_when_its_deadline_and_the_grace_are_past(
    day: Day, late_ms: int, closed: int
) -> None:
    """Left open by the pupil, it is closed by the server, and counts as far as it got."""
    await day.save([day.save_of(1, 1)])
    await working(day, DEADLINE_MS + late_ms, from_ms=NOON_MS)

    assert await swept(day, DEADLINE_MS + late_ms) == closed

    await day.drain()
    assert await day.score() == closed
    assert await day.archive.counts(NAME) == {"closed" if closed else "running": 3}


async def test_an_outage_is_given_back_once(day: Day) -> None:
    """Two minutes without acknowledgement are two minutes more, however often the sweep comes by."""
    await working(day, NOON_MS + 120_000)

    for _ in range(3):
        await swept(day, NOON_MS + 121_000)

    assert {state.deadline_ms for state in await states(day)} == {DEADLINE_MS + 120_000}
    (line,) = await outages(day)
    assert line.detail == {"from_ms": NOON_MS, "to_ms": NOON_MS + 120_000, "partitions": list(range(64))}


async def told_again(day: Day, redis: Redis, to_ms: int) -> None:
    """A replica has taken over that has heard neither of the outage nor of its end, and finds a later one."""
    keys = [key for pattern in ("s:*", "x:*", "u:*", "o:*", "w:*") for key in await redis.keys(pattern)]
    before = {key: await redis.dump(key) for key in keys}
    await working(day, NOON_MS + 120_000)
    await swept(day, NOON_MS + 121_000)
    await redis.delete(
        *[key for pattern in ("s:*", "x:*", "u:*", "o:*") for key in await redis.keys(pattern)]
    )
    for key, value in before.items():
        await redis.restore(key, 0, value or b"")
    await working(day, to_ms)
    await swept(day, to_ms + 1_000)


@pytest.mark.parametrize("later_ms", [GAP_MS, GAP_MS + 1])
async def test_an_outage_that_a_replica_tells_anew_has_the_end_that_was_written_down(
    day: Day, redis: Redis, later_ms: int
) -> None:
    """What was credited stands in the audit log; a silence after it that is an outage too is another one."""
    await told_again(day, redis, NOON_MS + 120_000 + later_ms)

    more_ms = later_ms if later_ms > GAP_MS else 0
    assert {state.deadline_ms for state in await states(day)} == {DEADLINE_MS + 120_000 + more_ms}
    lines = [
        (line.detail["from_ms"] - NOON_MS, line.detail["to_ms"] - NOON_MS) for line in await outages(day)
    ]
    assert lines == [(0, 120_000), (120_000, 120_000 + later_ms)][: 2 if more_ms else 1]


async def test_a_redis_that_came_up_empty_has_missed_nothing(day: Day, redis: Redis) -> None:
    """The workers start its clocks; a sweep that comes before them starts none, least of all in the past."""
    await redis.delete(*await redis.keys("u:*"))

    await swept(day, NOON_MS + 120_000)
    assert await redis.keys("u:*") == []
    await working(day, NOON_MS + 240_000)
    await swept(day, NOON_MS + 241_000)

    assert await outages(day) == []
    assert {state.deadline_ms for state in await states(day)} == {DEADLINE_MS}


async def test_an_outage_is_given_back_to_all_of_a_large_partition(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of sessions after another: Redis serves the pupils in between."""
    monkeypatch.setattr("engine.archive.sweep.PAGE", 32)
    sids = [a_large_sid(number) for number in range(150)]
    await day.store.create_sessions([SessionRow(sid, NAME, "R1") for sid in sids])
    seats = await day.store.commit([Login(sid) for sid in sids], NOON_MS)
    await day.store.commit([Start(reply.state.ticket(), 1_800_000) for reply in seats], NOON_MS)
    await working(day, NOON_MS + 120_000)

    await swept(day, NOON_MS + 121_000)

    glances = await day.store.glance(sids)
    assert {glance.state.deadline_ms for glance in glances if glance} == {DEADLINE_MS + 120_000}


def a_large_sid(number: int) -> bytes:
    """A session of partition 1."""
    return b"\x01large" + number.to_bytes(10, "big")


async def test_clocks_are_kept_now_and_then(day: Day) -> None:
    """In the archive, for a Redis that forgets them: not at every sweep."""
    sweep = Sweep(day.archive, day.store, partitions=64)
    for now_ms in (NOON_MS, NOON_MS + clocks.EVERY_MS - 1):
        await working(day, now_ms)
        await sweep.run(day.lease, now_ms)
    assert set((await clocks.known(day.archive.database)).values()) == {NOON_MS}
    await sweep.run(day.lease, NOON_MS + clocks.EVERY_MS)
    assert set((await clocks.known(day.archive.database)).values()) == {NOON_MS + clocks.EVERY_MS - 1}


async def test_a_redis_that_came_up_empty_is_filled_by_the_sweep(day: Day, redis: Redis) -> None:
    """From the archive, before anybody is credited or closed."""
    await day.drain()
    await redis.flushall()
    await Sweep(day.archive, day.store, partitions=64, keyring=day.keyring).run(day.lease, NOON_MS + 1000)
    assert {state.status for state in await states(day)} == {Status.RUNNING}
    assert len(await states(day)) == 3


async def test_a_sweep_without_keys_leaves_an_empty_redis_to_whoever_has_them(day: Day, redis: Redis) -> None:
    """Sessions filled without their answers would begin at 1 again, and collide with what the archive has."""
    await day.drain()
    await redis.flushall()
    await Sweep(day.archive, day.store, partitions=64).run(day.lease, NOON_MS + 1000)
    assert await redis.dbsize() == 0


async def killed(_: object) -> None:
    """What a process does when it is killed."""
    raise ConnectionError


async def test_a_sweep_killed_between_two_credits_is_repeated_without_harm(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written down, given to some, not settled: the next sweep gives the others theirs, and nobody twice."""
    await working(day, NOON_MS + 120_000)
    monkeypatch.setattr(day.store, "settle", killed)
    with pytest.raises(ConnectionError):
        await swept(day, NOON_MS + 121_000)
    monkeypatch.undo()
    await swept(day, NOON_MS + 122_000)

    assert {state.deadline_ms for state in await states(day)} == {DEADLINE_MS + 120_000}
    assert len(await outages(day)) == 1


async def test_nobody_is_closed_before_an_outage_is_given_back(day: Day) -> None:
    """The bell rang while we were down: first the minutes come back, then the time may be over."""
    await working(day, DEADLINE_MS - 30_000, from_ms=NOON_MS)
    await working(day, DEADLINE_MS + 60_000)

    assert await swept(day, DEADLINE_MS + 60_000) == 0

    assert {state.deadline_ms for state in await states(day)} == {DEADLINE_MS + 90_000}


async def test_the_drain_does_not_speak_for_the_workers(day: Day) -> None:
    """Workers dead, drain alive: that is an outage all the same, and while it lasts nobody is closed."""
    for now_ms in range(NOON_MS, DEADLINE_MS + 60_000, 60_000):
        assert await swept(day, now_ms) == 0
    await working(day, DEADLINE_MS + 60_000)

    await swept(day, DEADLINE_MS + 60_000)

    assert {state.deadline_ms for state in await states(day)} == {DEADLINE_MS + 1_860_000}


async def test_a_paused_session_is_not_closed(day: Day) -> None:
    """Its clock stands still."""
    await day.store.commit([Pause(a_sid(1))], NOON_MS + 1000)
    await working(day, DEADLINE_MS + GRACE_MS, from_ms=NOON_MS)

    assert await swept(day, DEADLINE_MS + GRACE_MS) == 2


@pytest.mark.parametrize("closed_by_hand", [False, True])
async def test_when_a_delivery_is_over_all_its_sessions_are_closed(day: Day, closed_by_hand: bool) -> None:
    """Running or paused, due or not: when the intake has ended, or by hand, nothing stays open."""
    await day.store.commit([Pause(a_sid(1))], NOON_MS + 1000)
    await day.drain()
    now_ms = NOON_MS + 5000
    if closed_by_hand:
        await Deliveries(day.archive, day.keyring, who="op-1").act(NAME, "close", now_ms)
    else:
        now_ms = NOON_MS + 7_200_001
        await working(day, now_ms, from_ms=NOON_MS)

    assert await swept(day, now_ms) == 3

    await day.drain()
    assert await day.archive.counts(NAME) == {"closed": 3}


async def test_where_nobody_has_acknowledged_there_is_nothing_to_remember(day: Day) -> None:
    """Not even a lease is asked for: a sweep on an empty Redis writes nothing."""
    lost = Lease(day.archive.database, "another")
    await clocks.keep(day.archive.database, lost, {}, NOON_MS)
    with pytest.raises(LeaseLost):
        await clocks.keep(day.archive.database, lost, {0: NOON_MS}, NOON_MS)

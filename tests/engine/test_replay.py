"""What staff were told stands, whatever Redis forgets: it is done again from the archive, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from engine.archive import Conflict, acts
from engine.archive.sweep import Sweep
from engine.recovery import publish
from engine.staff import Staff
from sessions.link import StoreAway
from sessions.model import Close, Login, Read, SessionState, Start, Ticket, Verdict
from sessions.states import Status
from tests.engine.archives import NOON_MS, a_sid, empty_address
from tests.engine.days import Day, begun
from tests.engine.sittings import DEADLINE_MS, NAME

ACTED_MS, LOST_MS, BACK_MS = NOON_MS + 20_000, NOON_MS + 25_000, NOON_MS + 85_000
MINUTE_MS = 60_000
RECORD = f"s:{{p01}}:{a_sid(1).hex()}"


@pytest.fixture
async def day(
    request: pytest.FixtureRequest, tmp_path: Path, redis: Redis, redis_url: str
) -> AsyncIterator[Day]:
    """Three pupils who have started, all of it archived; a teacher acts twenty seconds later."""
    async with begun(empty_address(request, "sqlite"), tmp_path, redis_url) as day:
        yield day


def teacher(day: Day, at_ms: int = ACTED_MS) -> Staff:
    return Staff(day.archive, day.store, partitions=64, who="t-1", clock=lambda: at_ms)


async def swept(day: Day, now_ms: int) -> None:
    """The drain has emptied the journal, and looks after the time."""
    await day.drain()
    sweep = Sweep(day.archive, day.store, partitions=64, keyring=day.keyring)
    await sweep.run(day.lease, now_ms)
    await day.drain()


async def state(day: Day, number: int = 1) -> SessionState:
    (glance,) = await day.store.glance([a_sid(number)])
    assert glance
    return glance.state


async def lost(day: Day, redis: Redis) -> None:
    """Redis has lost everything before the archive heard of it; the drain finds it empty and fills it."""
    await redis.flushall()
    await swept(day, LOST_MS + 10_000)


async def copied(redis: Redis) -> bytes:
    """The first pupil's record, as a replica has it that is behind."""
    record = await redis.dump(RECORD)
    assert record
    return record


async def failed_over(redis: Redis, record: bytes) -> None:
    """That replica is the primary now: what came after was never there."""
    await redis.restore(RECORD, 0, record, replace=True)
    await redis.delete(RECORD.replace("s:", "x:", 1), "j:{p00}")


async def unsettled(day: Day) -> int:
    return len(await acts.open_acts(day.archive.database, 2**53, 100))


async def test_time_that_was_given_comes_back_from_the_audit_log(day: Day, redis: Redis) -> None:
    """The teacher was told; the Redis that was told is gone; the pupil has the minutes all the same."""
    await teacher(day).extend([a_sid(1)], 5 * MINUTE_MS, "technical")

    await lost(day, redis)

    assert (await state(day)).deadline_ms == DEADLINE_MS + 5 * MINUTE_MS
    assert (await state(day, 2)).deadline_ms == DEADLINE_MS


@pytest.mark.long
async def test_what_the_archive_has_is_not_given_twice(day: Day, redis: Redis) -> None:
    """The act came through the journal before the loss: the session comes back with it."""
    await teacher(day).extend([a_sid(1)], 5 * MINUTE_MS, "technical")
    await day.drain()

    for _ in range(2):
        await lost(day, redis)

    assert (await state(day)).deadline_ms == DEADLINE_MS + 5 * MINUTE_MS
    assert await unsettled(day) == 0


async def test_a_pause_and_its_end_come_back_with_their_length(day: Day, redis: Redis) -> None:
    """Each is done at the moment of its line, not at that of the replay."""
    await teacher(day).act([a_sid(1), a_sid(2)], "pause")
    await teacher(day, ACTED_MS + 4_000).act([a_sid(1)], "resume")

    await lost(day, redis)

    assert (await state(day)).deadline_ms == DEADLINE_MS + 4_000
    assert ((await state(day, 1)).status, (await state(day, 2)).status) == (Status.RUNNING, Status.PAUSED)


@pytest.mark.long
async def test_who_was_closed_stays_closed(day: Day, redis: Redis) -> None:
    """And his time ended then, so that what comes later is told from what came in time."""
    await teacher(day).act([a_sid(1)], "close")

    await lost(day, redis)

    assert ((await state(day)).status, (await state(day)).deadline_ms) == (Status.CLOSED, ACTED_MS)


@pytest.mark.long
async def test_time_given_before_the_start_survives_too(day: Day, redis: Redis) -> None:
    """It shows in no deadline yet, so the archived state alone does not tell it."""
    await day.store.destroy_sessions([a_sid(1)])
    await redis.flushall()
    async with day.archive.database.writing.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE sessions SET status = 'ready', started_ms = 0, deadline_ms = 0"
        )
        await connection.exec_driver_sql("DELETE FROM events")
    await publish(day.archive, day.store, day.keyring)
    await teacher(day).extend([a_sid(1)], 5 * MINUTE_MS, "arrangement")
    await day.drain()

    await lost(day, redis)
    (reply,) = await day.store.commit([Login(a_sid(1))], BACK_MS)
    (reply,) = await day.store.commit(
        [Start(reply.state.ticket()._replace(delivery=NAME), MINUTE_MS)], BACK_MS
    )

    assert reply.state.deadline_ms == BACK_MS + 6 * MINUTE_MS


@pytest.mark.long
async def test_a_change_of_device_that_was_allowed_stays_allowed(day: Day, redis: Redis) -> None:
    """Redis forgot the permission and not the take-over: a fail-over that lost the last second."""
    await day.store.commit([Login(a_sid(1))], ACTED_MS - 1_000)
    before = await copied(redis)
    await teacher(day).act([a_sid(1)], "allow")
    await failed_over(redis, before)

    await swept(day, ACTED_MS + 3_000)
    (reply,) = await day.store.commit([Login(a_sid(1))], ACTED_MS + 3_000)

    assert reply.verdict is Verdict.OK


async def test_an_act_while_redis_is_away_is_done_when_it_is_back(
    day: Day, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The teacher is told that it stands and must not be given again; giving it again would double it."""

    async def away(*_: object) -> Any:
        raise StoreAway("nobody answers")

    with monkeypatch.context() as patched:
        patched.setattr(day.store, "commit", away)
        with pytest.raises(StoreAway, match="do not give it again"):
            await teacher(day).extend([a_sid(1)], 5 * MINUTE_MS, "technical")

    for now_ms in (ACTED_MS + 2_000, ACTED_MS + 3_000, ACTED_MS + 9_000):
        await swept(day, now_ms)

    assert (await state(day)).deadline_ms == DEADLINE_MS + 5 * MINUTE_MS
    assert await unsettled(day) == 0


async def test_what_the_pupils_ticket_brought_back_is_not_given_twice(day: Day, redis: Redis) -> None:
    """The fail-over lost the extension; the pupil, who was told of it, came before the sweep."""
    before = await copied(redis)
    await teacher(day).extend([a_sid(1)], 5 * MINUTE_MS, "technical")
    told: Ticket = (await state(day)).ticket()._replace(delivery=NAME)
    await failed_over(redis, before)
    await day.store.commit([Read(told)], ACTED_MS + 1_000)

    for now_ms in (ACTED_MS + 3_000, ACTED_MS + 9_000):
        await swept(day, now_ms)

    assert (await state(day)).deadline_ms == DEADLINE_MS + 5 * MINUTE_MS
    assert await unsettled(day) == 0


@pytest.mark.long
async def test_what_the_archive_knows_of_an_act_is_told_to_a_redis_that_forgot_it(
    day: Day, redis: Redis
) -> None:
    """Archived already, then lost by a fail-over: with the outage that it was, the state comes back."""
    before = await copied(redis)
    await day.store.tick(NOON_MS + 20_000)
    await teacher(day).extend([a_sid(1)], 5 * MINUTE_MS, "technical")
    await day.drain()
    await failed_over(redis, before)
    await day.store.tick(NOON_MS + 40_000)

    await swept(day, NOON_MS + 41_000)

    assert (await state(day)).deadline_ms == DEADLINE_MS + 5 * MINUTE_MS + 20_000


async def test_a_replica_that_took_over_within_seconds_is_told_what_the_archive_knows(
    day: Day, redis: Redis
) -> None:
    """It leaves no outage behind: another process is Redis, and that is enough to look."""
    sweep = Sweep(day.archive, day.store, partitions=64, keyring=day.keyring)
    before = await copied(redis)
    await teacher(day).extend([a_sid(1)], 5 * MINUTE_MS, "technical")
    await day.drain()
    await failed_over(redis, before)

    await sweep.run(day.lease, ACTED_MS + 3_000)

    assert (await state(day)).deadline_ms == DEADLINE_MS + 5 * MINUTE_MS


@pytest.mark.long
async def test_what_was_refused_is_not_done_later(day: Day, redis: Redis) -> None:
    """A pause of somebody who was through is no pause of whoever Redis takes him for after a loss."""
    await day.store.commit([Close(a_sid(1))], ACTED_MS)
    with pytest.raises(Conflict, match="session_closed"):
        await teacher(day).act([a_sid(1)], "pause")

    await lost(day, redis)

    assert (await state(day)).status is not Status.PAUSED
    assert await unsettled(day) == 0


@pytest.mark.long
async def test_the_true_outage_is_credited_after_a_loss_of_everything(day: Day, redis: Redis) -> None:
    """The empty Redis has no clock; the archive knows when answers were last acknowledged."""
    await day.store.tick(LOST_MS)
    await swept(day, LOST_MS)
    await redis.flushall()
    await publish(day.archive, day.store, day.keyring)
    await day.store.tick(BACK_MS)

    await swept(day, BACK_MS + 1_000)

    assert {(await state(day, number)).deadline_ms for number in (1, 2, 3)} == {
        DEADLINE_MS + BACK_MS - LOST_MS
    }
    (line,) = [line async for line in day.archive.audit_lines() if line.act == "outage.credit"]
    assert (line.detail["from_ms"], line.detail["to_ms"]) == (LOST_MS, BACK_MS)


async def test_a_redis_that_comes_up_empty_under_a_running_engine_is_filled_by_the_drain(
    day: Day, redis: Redis
) -> None:
    """The workers tick on, and must not make the archive forget when the outage began."""
    await day.store.tick(LOST_MS)
    await swept(day, LOST_MS)
    await redis.flushall()
    await day.store.tick(BACK_MS - 5_000)

    await swept(day, BACK_MS - 4_000)
    await day.store.tick(BACK_MS)
    await swept(day, BACK_MS + 1_000)

    assert (await state(day)).deadline_ms == DEADLINE_MS + BACK_MS - LOST_MS


async def failed_over_unseen(day: Day, redis: Redis, sweep: Sweep) -> None:
    """Time given and archived, forgotten by a replica that takes over at once; workers tick on for 90 s."""
    before = await copied(redis)
    await teacher(day).extend([a_sid(1)], 5 * MINUTE_MS, "technical")
    await day.drain()
    await sweep.run(day.lease, ACTED_MS + 1_000)
    await failed_over(redis, before)
    for now_ms in range(ACTED_MS + 1_000, ACTED_MS + 91_000, 4_000):
        await day.store.tick(now_ms)


def named(monkeypatch: pytest.MonkeyPatch, day: Day, name: str) -> None:
    """The process of Redis that a fail-over left; there is one alone here, which cannot be another."""

    async def processes() -> frozenset[str]:
        return frozenset({f"run_id:{name}"})

    monkeypatch.setattr(day.store, "processes", processes)


@pytest.mark.parametrize("is_started_anew", [False, True])
async def test_a_sweep_that_comes_late_looks_back_to_the_one_before(
    day: Day, redis: Redis, monkeypatch: pytest.MonkeyPatch, is_started_anew: bool
) -> None:
    """The archive was away, or the journal long: what the fail-over forgot was done before it, not now."""
    sweep = Sweep(day.archive, day.store, partitions=64, keyring=day.keyring)
    await day.store.tick(ACTED_MS)
    await failed_over_unseen(day, redis, sweep)
    named(monkeypatch, day, "replica")
    if is_started_anew:
        sweep = Sweep(day.archive, day.store, partitions=64, keyring=day.keyring)

    await sweep.run(day.lease, ACTED_MS + 91_000)

    assert (await state(day)).deadline_ms == DEADLINE_MS + 5 * MINUTE_MS


async def test_the_former_primary_may_have_forgotten_too(
    day: Day, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It became a replica, and is behind when it takes over again."""
    sweep = Sweep(day.archive, day.store, partitions=64, keyring=day.keyring)
    for name in ("first", "second"):
        named(monkeypatch, day, name)
        await sweep.run(day.lease, ACTED_MS - 1_000)
    await failed_over_unseen(day, redis, sweep)
    named(monkeypatch, day, "first")

    await sweep.run(day.lease, ACTED_MS + 91_000)

    assert (await state(day)).deadline_ms == DEADLINE_MS + 5 * MINUTE_MS


async def test_a_pause_that_was_forgotten_is_told_with_its_own_beginning(
    day: Day, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock stood still from the teacher's word on, not from the fail-over or the sweep."""
    sweep = Sweep(day.archive, day.store, partitions=64, keyring=day.keyring)
    before = await copied(redis)
    await teacher(day).act([a_sid(1)], "pause")
    await day.drain()
    await failed_over(redis, before)

    await sweep.run(day.lease, ACTED_MS + 90_000)
    await teacher(day, ACTED_MS + 100_000).act([a_sid(1)], "resume")

    assert (await state(day)).deadline_ms == DEADLINE_MS + 100_000

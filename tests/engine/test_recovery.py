"""An empty Redis filled again from the archive: pupils go on where the archive is, with their answers."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from redis.asyncio import Redis

from engine.archive import Delivery
from engine.attempts.history import names_of
from engine.catalog import Catalog
from engine.codesfile import CodesFile
from engine.deliveries import Deliveries, renew_room
from engine.errors import Problem
from engine.importing import import_file
from engine.recovery import publish, publish_delivery
from sessions.cipher import SessionCipher
from sessions.link import Link
from sessions.model import CodeEntry, Login, Pause, Read, Resume, Save, Submit, Verdict
from sessions.states import Status
from sessions.store import Store
from tests.engine.archives import NOON_MS, a_session, a_sid, emptied, empty_address, opened
from tests.engine.days import Day
from tests.engine.sittings import DEADLINE_MS, KEY, NAME
from tests.engine.test_codesfile import PUBLIC, header, row, signed


@pytest.fixture
async def day(
    request: pytest.FixtureRequest, tmp_path: Path, redis: Redis, redis_url: str
) -> AsyncIterator[Day]:
    """Three pupils: one who works, one who is paused, one who has handed in; all of it archived."""
    store = Store(Link(redis_url))
    async with opened(await emptied(empty_address(request, "sqlite"))) as archive:
        day = Day(archive, tmp_path, store)
        await day.open()
        for n in (1, 2, 3):
            await day.save([day.save_of(number, n) for number in day.tickets])
        await store.commit([Pause(a_sid(2))], NOON_MS + 2000)
        await store.commit([Submit(day.tickets[3], 3)], NOON_MS + 3000)
        await day.drain()
        yield day
    await store.aclose()


async def lost(day: Day, redis: Redis) -> None:
    """Redis has lost everything, and is filled again."""
    await redis.flushall()
    assert await publish(day.archive, day.store, day.keyring) == 3


async def test_every_session_comes_back_as_it_was(day: Day, redis: Redis) -> None:
    """Status, times, and how far the archive is: what the pupils were told still holds."""
    before = [glance.state for glance in await day.store.glance([a_sid(n) for n in (1, 2, 3)]) if glance]

    await lost(day, redis)

    after = [glance.state for glance in await day.store.glance([a_sid(n) for n in (1, 2, 3)]) if glance]
    same = (
        "sid",
        "delivery",
        "room",
        "status",
        "epoch",
        "factor_permille",
        "wrapped_key",
        "deadline_ms",
        "last",
    )
    for old, new in zip(before, after, strict=True):
        assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
        assert new.sealed == 3
        assert new.version >= old.version


async def test_a_pupil_finds_all_answers_again(day: Day, redis: Redis) -> None:
    """On a new seat, after a loss of everything but the archive."""
    await lost(day, redis)

    (reply,) = await day.store.commit([Read(day.tickets[1])], NOON_MS + 60_000)

    cipher = SessionCipher(KEY, a_sid(1), NAME)
    opened_bodies = [cipher.open(batch.epoch, batch.n, batch.body) for batch in reply.batches]
    assert sorted(batch.n for batch in reply.batches) == [1, 2, 3]
    assert all(b"answers" in body for body in opened_bodies)


async def test_a_pupil_goes_on_with_the_token_of_before(day: Day, redis: Redis) -> None:
    """The next number is the next; a repeated one is known; nothing is archived twice."""
    await lost(day, redis)

    again, following = await day.save([day.save_of(1, 3), day.save_of(1, 4)])

    await day.drain()
    assert (again.verdict, following.verdict) == (Verdict.REPEATED, Verdict.OK)
    assert await day.ledger() == day.sent
    assert len(day.sent) == 10


async def test_the_second_seat_stays_the_second(day: Day, redis: Redis) -> None:
    """Batches of two seats come back under their epochs; the old seat is still refused."""
    (reply,) = await day.store.commit([Login(a_sid(1))], NOON_MS + 4000)
    old, day.tickets[1] = day.tickets[1], reply.state.ticket()._replace(delivery=NAME)
    await day.save([day.save_of(1, 4)])
    await day.drain()

    await lost(day, redis)

    (reply,) = await day.store.commit([Read(day.tickets[1])], NOON_MS + 60_000)
    assert {batch.epoch for batch in reply.batches} == {old.epoch, day.tickets[1].epoch}
    day.tickets[1], new = old, day.tickets[1]
    (refused,) = await day.save([day.save_of(1, 5)])
    day.tickets[1] = new
    (accepted,) = await day.save([day.save_of(1, 5)])
    assert (refused.verdict, accepted.verdict) == (Verdict.SEAT_MOVED, Verdict.OK)


async def test_a_seat_of_which_the_archive_has_nothing_brings_all(day: Day, redis: Redis) -> None:
    """It may have saved since its log-in, under numbers that were the seat before it's."""
    (reply,) = await day.store.commit([Login(a_sid(1))], NOON_MS + 4000)
    old, day.tickets[1] = day.tickets[1], reply.state.ticket()._replace(delivery=NAME)
    await day.drain()

    await lost(day, redis)

    (gap,) = await day.save([day.save_of(1, 4)])
    (brought,) = await day.save([day.save_of(1, 4)._replace(full=True)])
    day.tickets[1] = old
    (refused,) = await day.save([day.save_of(1, 5)])
    assert (gap.verdict, brought.verdict) == (Verdict.GAP, Verdict.OK)
    assert refused.verdict is Verdict.SEAT_MOVED


async def test_a_pause_goes_on_where_it_was(day: Day, redis: Redis) -> None:
    """The pupil gets back what the clock stood still, the time of the loss included."""
    await lost(day, redis)

    (reply,) = await day.store.commit([Resume(a_sid(2))], NOON_MS + 62_000)

    assert (reply.state.status, reply.state.deadline_ms) == (Status.RUNNING, DEADLINE_MS + 60_000)


async def test_who_had_handed_in_stays_handed_in(day: Day, redis: Redis) -> None:
    """A receipt is a receipt."""
    await lost(day, redis)

    (reply,) = await day.save([day.save_of(3, 4)])

    assert (reply.verdict, reply.state.status) == (Verdict.HANDED_IN, Status.SUBMITTED)


async def test_codes_come_back_and_withdrawn_ones_stay_withdrawn(day: Day, redis: Redis) -> None:
    """Digests only: the engine never held a code."""
    await day.archive.revoke_codes([a_sid(2)], who="op-1", now_ms=NOON_MS)

    await lost(day, redis)

    entries = await day.store.find_codes([b"s" + a_sid(number)[1:] for number in (1, 2)])
    assert [(entry.sid, entry.revoked) for entry in entries if entry] == [(a_sid(1), False), (a_sid(2), True)]


async def test_what_redis_holds_is_left_alone(day: Day, redis: Redis) -> None:
    """Publishing at each start must not turn a running session back to what the archive knew."""
    await publish(day.archive, day.store, day.keyring)
    await day.save([day.save_of(1, 4)])

    await publish(day.archive, day.store, day.keyring)

    (glance,) = await day.store.glance([a_sid(1)])
    assert glance
    assert glance.state.last == 4


async def test_a_restart_half_way_through_is_made_whole(day: Day, redis: Redis) -> None:
    """Sessions are there, their delivery is not: the next start puts in what is missing."""
    await lost(day, redis)
    await day.store.drop_delivery(NAME)
    await day.store.destroy_sessions([a_sid(2)])

    assert await publish(day.archive, day.store, day.keyring) == 3

    assert None not in await day.store.glance([a_sid(n) for n in (1, 2, 3)])


async def test_a_closed_delivery_brings_nobody_back(day: Day, redis: Redis) -> None:
    """Closing ended every access to it, for good."""
    await Deliveries(day.archive, day.keyring, who="op-1").act(NAME, "close", NOON_MS)
    await redis.flushall()

    assert await publish(day.archive, day.store, day.keyring) == 0
    assert await day.store.glance([a_sid(1)]) == [None]


async def test_without_the_key_the_states_come_back_alone(day: Day, redis: Redis) -> None:
    """Nothing can be opened, but nobody is told that a session never was."""
    day.keyring.destroy(NAME, NOON_MS)

    await lost(day, redis)

    (glance,) = await day.store.glance([a_sid(1)])
    assert glance
    assert (glance.state.status, glance.state.last) == (Status.RUNNING, 3)


async def test_a_session_whose_key_is_damaged_does_not_stop_the_others(day: Day, redis: Redis) -> None:
    """It comes back without its answers, under the right number; the others come back whole."""
    await day.cut_key(1)

    await lost(day, redis)

    first, second = await day.store.glance([a_sid(1), a_sid(2)])
    assert first
    assert second
    assert (first.state.last, second.state.last) == (3, 3)


def test_the_builders_agree() -> None:
    """Sessions of the builders have the codes that these tests look for."""
    assert a_session(1)[1][0] == b"s" + a_sid(1)[1:]


async def test_attempts_are_found_again_though_the_item_was_answered_since(day: Day, redis: Redis) -> None:
    """An attempt counts for more than its item: the next one is played after it, from there."""
    right = day.right()
    item = day.items[0]
    saves = []
    for n, is_attempt in ((4, True), (5, False)):
        answer = {"item": item, "response": right[item], "attempt": is_attempt}
        body = orjson.dumps({"n": n, "answers": [answer]})
        sealed = SessionCipher(KEY, a_sid(1), NAME).seal(day.tickets[1].epoch, n, body, n.to_bytes(12, "big"))
        names = names_of([answer], n)
        saves.append(Save(day.tickets[1], n, hashlib.sha256(body).digest(), sealed, names))
    await day.save(saves)
    await day.drain()
    await lost(day, redis)

    (reply,) = await day.store.commit([Read(day.tickets[1])], NOON_MS + 60_000)

    assert sorted(batch.n for batch in reply.batches) == [2, 3, 4, 5]


def a_catalog(day: Day) -> Catalog:
    """What a worker knows of the deliveries."""
    return Catalog(day.store, day.bank, day.keyring, day.contents)


async def test_no_test_is_over_because_redis_has_forgotten_it(day: Day, redis: Redis) -> None:
    """A worker that knew a delivery serves it until Redis has been filled again, and knows what it lacks."""
    catalog = a_catalog(day)
    await publish(day.archive, day.store, day.keyring)
    await catalog.refresh()
    await redis.flushall()

    assert await catalog.has_forgotten()
    assert (await catalog.delivery(NAME)).record["id"] == NAME

    await publish(day.archive, day.store, day.keyring)
    assert not await catalog.has_forgotten()


async def test_a_new_worker_on_an_empty_redis_sends_nobody_away(day: Day, redis: Redis) -> None:
    """It cannot know that a test is over where nothing at all is to be found."""
    await redis.flushall()
    with pytest.raises(Problem, match="store_away"):
        await a_catalog(day).delivery(NAME)


async def test_a_dropped_delivery_is_gone(day: Day) -> None:
    """What was taken away on purpose does not come back."""
    catalog = a_catalog(day)
    await publish(day.archive, day.store, day.keyring)
    await catalog.refresh()
    await day.store.drop_delivery(NAME)
    await catalog.refresh()
    assert not await catalog.has_forgotten()
    with pytest.raises(Problem, match="delivery_over"):
        await catalog.delivery(NAME)


def meanwhile(day: Day, monkeypatch: pytest.MonkeyPatch, work: Callable[[], Awaitable[object]]) -> None:
    """`work` is done while the codes of a delivery are put in, which takes minutes for a country's."""
    put_codes = day.store.put_codes

    async def slowly(entries: Iterable[CodeEntry]) -> None:
        await put_codes(entries)
        monkeypatch.undo()
        await work()

    monkeypatch.setattr(day.store, "put_codes", slowly)


async def told(day: Day) -> Delivery:
    """What the workers see of the delivery."""
    (record,) = await day.store.deliveries()
    return Delivery.from_json(record)


async def test_a_room_whose_code_is_withdrawn_while_redis_is_filled_stays_shut(
    day: Day, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filling began with the delivery as it was; the workers see it as it is."""
    await redis.flushall()
    room = {"who": "op-1", "now_ms": NOON_MS}
    meanwhile(day, monkeypatch, lambda: renew_room(day.archive, day.store, NAME, "R1", **room))  # type: ignore[arg-type]

    await publish(day.archive, day.store, day.keyring)

    assert list((await told(day)).renewed) == ["R1"]


async def test_what_is_changed_in_the_archive_alone_while_redis_is_filled_is_seen(
    day: Day, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever closed it could not reach Redis then; filling reads it again at its end."""
    await redis.flushall()
    meanwhile(
        day, monkeypatch, lambda: Deliveries(day.archive, day.keyring, who="op-1").act(NAME, "close", 0)
    )

    await publish(day.archive, day.store, day.keyring)

    assert (await told(day)).state == "closed"


async def test_a_delivery_closed_during_an_import_stays_closed(
    day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import goes on with its codes, and does not open again what it read as open."""

    async def close() -> None:
        await publish_delivery(
            day.store, await Deliveries(day.archive, day.keyring, who="op-1").act(NAME, "close", NOON_MS)
        )

    meanwhile(day, monkeypatch, close)
    file = CodesFile.verify(signed(tmp_path / "codes", [header(), row()]), PUBLIC)

    await import_file(day.archive, day.store, day.keyring, file, NAME, who="op-1")

    assert await told(day) == await day.archive.delivery(NAME)
    assert (await told(day)).state == "closed"


async def test_an_archive_put_back_from_a_copy_counts_though_redis_is_ahead(day: Day) -> None:
    """Otherwise Redis would refuse what is done to the delivery from then on."""
    never = replace(await day.archive.delivery(NAME), version=9, title="never was")
    await publish_delivery(day.store, never)

    await publish(day.archive, day.store, day.keyring)

    assert await told(day) == await day.archive.delivery(NAME)

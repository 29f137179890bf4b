"""From the journal to the archive: everything once in effect, whatever dies or is away in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from engine.archive.drain import drain_once
from engine.archive.intake import write_portion
from engine.archive.lease import LEASE_MS, Lease, LeaseLost
from engine.archive.reading import AHEAD_FROM, ENTRIES_FIRST, JournalReader
from engine.archive.status import archive_status
from engine.archive.tables import asides, batches, sessions
from engine.clock import now_ms
from sessions.link import Link, StoreAway
from sessions.model import Submit, Verdict
from sessions.store import Store
from tests.engine.archives import DATABASES, NOON_MS, a_sid, emptied, empty_address, opened
from tests.engine.days import PUPILS, Day
from tests.engine.sittings import NAME


class Blinking(Store):
    """Redis is away when it is told for the first time what is sealed."""

    blinks = 1

    async def sealed(self, numbers: Sequence[tuple[bytes, int]], last_ids: Mapping[int, str]) -> None:
        if self.blinks:
            self.blinks -= 1
            raise StoreAway("Redis is away")
        await super().sealed(numbers, last_ids)


@pytest.fixture(params=DATABASES)
async def day(
    request: pytest.FixtureRequest, tmp_path: Path, redis: Redis, redis_url: str
) -> AsyncIterator[Day]:
    """An open delivery, once on each database."""
    store = Store(Link(redis_url))
    async with opened(await emptied(empty_address(request, request.param))) as archive:
        day = Day(archive, tmp_path, store)
        await day.open()
        yield day
    await store.aclose()


async def test_what_was_acknowledged_is_in_the_archive(day: Day) -> None:
    """Every batch once, with the digest of what the pupil sent; the journal is empty then."""
    for n in (1, 2, 3):
        await day.save([day.save_of(number, n) for number in day.tickets])

    await day.drain()

    assert await day.ledger() == day.sent
    assert len(day.sent) == 9
    assert await day.sealed_numbers() == [3, 3, 3]
    assert await day.store.journal_length() == 0


async def test_nothing_is_called_sealed_before_it_is_committed(day: Day) -> None:
    """`sealed` lets the player delete its own copy: it may only ever come too late."""
    await day.save([day.save_of(1, 1)])
    assert await day.sealed_numbers() == [0, 0, 0]

    portion = await day.reader.read()
    async with day.lease.transaction(NOON_MS) as connection:
        await write_portion(day.archive.database, connection, portion)
        assert await day.sealed_numbers() == [0, 0, 0]


async def test_a_portion_whose_seal_failed_is_sealed_before_the_next_one(day: Day, redis_url: str) -> None:
    """What was read ahead is not used then: its seal would trim the journal past the first one."""
    await day.save([day.save_of(1, n) for n in range(1, AHEAD_FROM + 1)])
    for n in range(1, 2 * ENTRIES_FIRST):
        await day.save([day.save_of(2, n)])
    store = Blinking(Link(redis_url))
    day.reader = JournalReader(store)
    with pytest.raises(StoreAway):
        await day.drain()
    await day.drain()
    await store.aclose()
    assert await day.sealed_numbers() == [AHEAD_FROM, 2 * ENTRIES_FIRST - 1, 0]


async def test_what_was_read_from_one_server_is_not_sealed_on_another(day: Day, redis: Redis) -> None:
    """One that takes over meanwhile may have lines under the same ids that the other one never had."""
    await day.save([day.save_of(number, 1) for number in day.tickets])
    portion = await day.reader.read()
    async with day.lease.transaction(NOON_MS) as connection:
        await write_portion(day.archive.database, connection, portion)
    mine = await redis.client_id()
    for client in await redis.client_list():
        if int(client["id"]) != mine:
            await redis.client_kill_filter(_id=client["id"])

    with pytest.raises(StoreAway):
        await day.reader.committed(portion)
    with pytest.raises(StoreAway, match="read again"):
        await day.store.journal([0], 1)
    await day.drain()

    assert await day.sealed_numbers() == [1] * PUPILS
    assert await day.store.journal_length() == 0
    assert await day.ledger() == day.sent


async def test_no_portion_is_sealed_before_one_whose_seal_failed_meanwhile(
    day: Day, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis is told in order: the second seal would trim what it has not been told of."""
    monkeypatch.setattr("engine.archive.reading.AHEAD_FROM", 1)
    await day.drain()  # log-ins and starts
    for n in (1, 2, 3):
        await day.save([day.save_of(number, n) for number in day.tickets])
    store = Blinking(Link(redis_url))
    day.reader = JournalReader(store)
    day.reader._entries = 1

    assert await drain_once(day.archive.database, day.reader, day.lease, NOON_MS) == PUPILS
    with pytest.raises(StoreAway):
        await drain_once(day.archive.database, day.reader, day.lease, NOON_MS)
    assert await day.ledger() == day.sent, "it is committed all the same"
    assert await day.sealed_numbers() == [0] * PUPILS
    assert await day.store.journal_length() == 3

    await day.drain()
    await store.aclose()
    assert await day.ledger() == day.sent
    assert await day.sealed_numbers() == [3] * PUPILS


async def test_a_portion_is_sealed_while_the_next_one_waits_to_be_written(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pupils hear that their answers are safe as soon as they are, however much lies behind them."""
    monkeypatch.setattr("engine.archive.reading.AHEAD_FROM", 1)
    await day.drain()
    for n in (1, 2):
        await day.save([day.save_of(number, n) for number in day.tickets])
    day.reader._entries = 1

    assert await drain_once(day.archive.database, day.reader, day.lease, NOON_MS) == PUPILS
    await day.reader.looked()

    assert {n for _, _, n in await day.ledger()} == {1}
    assert await day.sealed_numbers() == [1] * PUPILS


async def test_a_portion_that_is_not_committed_is_not_sealed(day: Day) -> None:
    """Somebody else took the lease at the last moment: nothing written, nothing said, nothing trimmed."""
    await day.save([day.save_of(1, 1)])
    length = await day.store.journal_length()
    await Lease(day.archive.database, "another").take(NOON_MS + LEASE_MS + 1)

    with pytest.raises(LeaseLost):
        await day.drain()

    assert await day.ledger() == {}
    assert await day.sealed_numbers() == [0, 0, 0]
    assert await day.store.journal_length() == length


async def test_a_drain_killed_before_the_seal_is_repeated_without_harm(day: Day) -> None:
    """Committed but not sealed: the next one reads the same portion again, and it changes nothing."""
    await day.save([day.save_of(number, 1) for number in day.tickets])
    portion = await day.reader.read()
    async with day.lease.transaction(NOON_MS) as connection:
        await write_portion(day.archive.database, connection, portion)
    await day.save([day.save_of(number, 2) for number in day.tickets])

    await day.drain()

    assert await day.ledger() == day.sent
    assert await day.sealed_numbers() == [2, 2, 2]


async def test_a_drain_killed_before_the_commit_loses_nothing(day: Day) -> None:
    """The journal keeps a portion until it is told that the archive has it."""
    await day.save([day.save_of(number, 1) for number in day.tickets])
    portion = await day.reader.read()
    connection = await day.archive.database.writing.connect()
    await write_portion(day.archive.database, connection, portion)
    await connection.close()

    assert await day.ledger() == {}
    await day.drain()
    assert await day.ledger() == day.sent


async def test_a_sealed_portion_sealed_again_changes_nothing(day: Day) -> None:
    """The reply to a seal may be lost; what came into the journal meanwhile must survive the second one."""
    await day.save([day.save_of(1, 1)])
    portion = await day.reader.read()
    async with day.lease.transaction(NOON_MS) as connection:
        await write_portion(day.archive.database, connection, portion)
    await day.reader.seal(portion)
    await day.save([day.save_of(1, 2)])
    await day.reader.seal(portion)

    await day.drain()

    assert await day.ledger() == day.sent


async def test_a_state_follows_its_session_into_the_archive(day: Day) -> None:
    """Handed in: the archive knows when, how far, and that there is something to score."""
    await day.save([day.save_of(1, 1)])
    await day.store.commit([Submit(day.tickets[1], 1)], NOON_MS + 5000)

    await day.drain()

    async with day.archive.database.reading.connect() as connection:
        rows = list(await connection.execute(select(sessions).order_by(sessions.c.sid)))
    assert [(row.status, row.last, row.ended_ms, row.to_score) for row in rows] == [
        ("submitted", 1, NOON_MS + 5000, True),
        ("running", 0, 0, False),
        ("running", 0, 0, False),
    ]
    assert rows[0].started_ms == NOON_MS
    assert await day.score() == 1


async def test_evidence_goes_into_the_archive_too(day: Day) -> None:
    """Other bytes under a number that was taken: refused, kept aside, told apart."""
    fork = day.save_of(1, 1, word=" ")
    await day.save([day.save_of(1, 1)])
    (reply,) = await day.save([fork])

    await day.drain()

    async with day.archive.database.reading.connect() as connection:
        rows = list(await connection.execute(select(asides)))
    assert reply.verdict is Verdict.FORK
    assert [(row.sid, row.n, row.why, row.digest, row.body) for row in rows] == [
        (a_sid(1), 1, "fork", fork.digest, fork.body)
    ]


async def test_a_long_journal_is_read_in_portions(day: Day) -> None:
    """An hour without SQL must not need an hour's memory."""
    for n in range(1, 41):
        await day.save([day.save_of(number, n) for number in day.tickets])

    first = await day.reader.read()
    assert 0 < len(first.batches) < 120
    await day.drain()

    assert await day.ledger() == day.sent
    assert len(day.sent) == 120


async def test_a_batch_that_redis_has_lost_is_told_and_holds_up_nobody(
    day: Day, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    """Acknowledged, not sealed, and its bytes are gone: no answer is passed over in silence."""
    await day.save([day.save_of(number, 1) for number in day.tickets])
    assert await redis.delete(f"b:{{p01}}:{a_sid(1).hex()}:1") == 1

    await day.drain()

    async with day.archive.database.reading.connect() as connection:
        rows = list(await connection.execute(select(asides)))
    assert [(row.sid, row.n, row.why) for row in rows] == [(a_sid(1), 1, "missing")]
    assert "acknowledged batches are missing" in caplog.text
    assert set(day.sent) - set(await day.ledger()) == {(a_sid(1).hex(), day.tickets[1].epoch, 1)}


async def test_a_batch_that_came_late_for_a_hole_lowers_nothing(day: Day) -> None:
    """What is sealed goes by the highest number of a portion, in whatever order they came."""
    await day.save([day.save_of(1, 1), day.save_of(1, 3)._replace(full=True), day.save_of(1, 2)])
    await day.drain()
    assert await day.ledger() == day.sent
    (glance,) = await day.store.glance([a_sid(1)])
    assert glance is not None
    assert (glance.state.last, glance.state.sealed) == (3, 3)


async def test_lines_of_a_session_that_was_destroyed_are_passed_over(day: Day) -> None:
    """Its time to be kept is over: nothing of it comes into the archive, and the journal goes on."""
    await day.save([day.save_of(number, 1) for number in day.tickets])
    await day.store.destroy_sessions([a_sid(1)])

    await day.drain()

    assert {session for session, _, _ in await day.ledger()} == {a_sid(2).hex(), a_sid(3).hex()}
    assert await day.store.journal_length() == 0


async def test_of_large_entries_fewer_are_asked_for(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """A portion stays within bounds, however much one commit wrote."""
    monkeypatch.setattr("engine.archive.reading.LINES", 4)
    for n in range(1, 41):
        await day.save([day.save_of(number, n) for number in day.tickets])
    sizes = []
    while lines := await drain_once(day.archive.database, day.reader, day.lease, NOON_MS):
        sizes.append(lines)
    assert max(sizes[1:]) <= 4
    assert await day.ledger() == day.sent


async def test_the_state_of_the_archive_can_be_asked(day: Day) -> None:
    """What waits, what is stored, who drains, and whether the audit log holds."""
    await day.save([day.save_of(1, 1)])
    before = await archive_status(day.archive, day.store, 0)
    behind = await archive_status(day.archive, day.store, now_ms() + 120_000)
    await day.drain()
    after = await archive_status(day.archive, day.store, 0)

    assert before["journal_entries"] > 0
    assert (before["not_sealed"], before["warnings"], after["not_sealed"]) == ({NAME: 1}, [], {})
    assert behind["lag_s"] >= 120
    assert "the oldest batch has waited" in behind["warnings"][0]
    assert after["lag_s"] == 0
    assert 0 < after["redis_memory"]["used"] < after["redis_memory"]["limit"]
    assert (after["journal_entries"], after["batches"], after["unscored"]) == (0, 1, 0)
    assert (after["sessions"], after["drain"]) == ({"running": PUPILS}, "test")
    assert (after["audit_broken_at"], len(after["audit_hash"])) == (None, 64)


async def test_a_batch_is_stored_as_it_came_still_sealed(day: Day) -> None:
    """The archive never opens what it stores."""
    save = day.save_of(1, 1)
    await day.save([save])
    await day.drain()

    async with day.archive.database.reading.connect() as connection:
        (row,) = await connection.execute(select(batches))
    assert (row.body, row.digest, row.received_ms, row.late) == (save.body, save.digest, NOON_MS + 1000, "")
    assert b"answers" not in row.body


async def test_a_journal_that_grew_for_long_is_archived_in_portions_of_bounded_size(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQL was away: long entries wait, and the drain takes no more of them at once than it can hold."""
    monkeypatch.setattr("engine.archive.reading.AHEAD_FROM", 1)
    for n in range(1, 41):
        await day.save([day.save_of(number, n) for number in day.tickets])
    sizes = []
    day.reader._entries = 4096
    await day.reader.looked()  # nothing is under way yet
    monkeypatch.setattr(Store.journal_pages, "__defaults__", (None, 20))
    while lines := await drain_once(day.archive.database, day.reader, day.lease, NOON_MS):
        sizes.append(lines)
        await day.reader.looked()

    assert max(sizes) < 20 + PUPILS
    assert await day.ledger() == day.sent
    assert await day.sealed_numbers() == [40] * PUPILS
    assert await day.store.journal_length() == 0


async def test_what_was_read_ahead_of_a_transaction_that_failed_is_read_again(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The portion behind one that was not committed must not be sealed before it."""
    monkeypatch.setattr("engine.archive.reading.AHEAD_FROM", 1)
    day.reader._entries = 1
    for n in (1, 2, 3):
        await day.save([day.save_of(number, n) for number in day.tickets])
    await day.reader.read()
    while (await day.store.journal_length()) > 3:  # log-ins and starts
        await drain_once(day.archive.database, day.reader, day.lease, NOON_MS)
        await day.reader.looked()
    with monkeypatch.context() as broken:
        broken.setattr("engine.archive.drain.write_portion", _fails)
        with pytest.raises(OSError, match="no space"):
            await drain_once(day.archive.database, day.reader, day.lease, NOON_MS)

    assert await day.sealed_numbers() == [0] * PUPILS
    await day.drain()
    assert await day.ledger() == day.sent
    assert await day.sealed_numbers() == [3] * PUPILS


async def _fails(*_: object) -> None:
    await asyncio.sleep(0)
    raise OSError("no space left")

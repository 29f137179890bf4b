"""A portion of the journal goes into the archive once in effect, however often it comes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from engine.archive import Archive
from engine.archive.intake import write_portion
from engine.archive.lease import LEASE_MS, Lease, LeaseLost, this_process
from engine.archive.portion import Portion
from engine.archive.records import StoredBatch
from engine.archive.tables import asides, batches, events, sessions
from tests.engine.archives import DATABASES, NOON_MS, a_session, a_sid, emptied, empty_address, opened


@pytest.fixture(params=DATABASES)
async def archive(request: pytest.FixtureRequest) -> AsyncIterator[Archive]:
    """An archive with three sessions, once on each database."""
    async with opened(await emptied(empty_address(request, request.param))) as archive:
        file: dict[str, Any] = {"sha256": "a" * 64, "campaign": "c", "who": "op-1", "now_ms": NOON_MS}
        await archive.import_sessions("nombres1", map(a_session, (1, 2, 3)), **file)
        yield archive


def a_batch(number: int = 1, n: int = 1, *, epoch: int = 1, digest: bytes = b"d" * 32) -> StoredBatch:
    """A batch as the journal brings it."""
    body = b"sealed " + digest[:1]
    return StoredBatch(a_sid(number), epoch, n, digest, NOON_MS + n, "", False, False, 0, body)


def an_event(
    event: str, version: int, status: str, *, started_ms: int = NOON_MS, **more: Any
) -> dict[str, Any]:
    """What `Portion.add_event` takes for the first session."""
    state = {"status": status, "epoch": 1, "version": version, "last": 0, "deadline_ms": NOON_MS + 100}
    return (
        {"sid": a_sid(1), "event": event, "at_ms": NOON_MS + version, "started_ms": started_ms} | state | more
    )


def a_portion(*batches: StoredBatch, events: tuple[dict[str, Any], ...] = ()) -> Portion:
    """A portion of these."""
    portion = Portion()
    for event in events:
        portion.add_event(**event)
    portion.add_batches(batches)
    return portion


async def write(archive: Archive, portion: Portion, lease: Lease | None = None) -> None:
    """Write a portion in a transaction of its own, under `lease` if one is given."""
    async with lease.transaction(NOON_MS) if lease else archive.database.writing.begin() as connection:
        await write_portion(archive.database, connection, portion)


def test_batches_go_in_by_session_and_those_of_a_session_as_they_came() -> None:
    """As they lie in the index; of two under one number the first to come is still the first."""
    first, second = a_batch(1, 7), a_batch(1, 7, digest=b"e" * 32)
    came = [a_batch(3, 1), first, a_batch(2, 1), second, a_batch(1, 2), a_batch(3, 2), a_batch(2, 9)]

    found = a_portion(*came).batches

    assert [(row[0], row[2]) for row in found] == [
        *[(a_sid(1), n) for n in (7, 7, 2)],
        *[(a_sid(2), n) for n in (1, 9)],
        *[(a_sid(3), n) for n in (1, 2)],
    ]
    assert found[:2] == [first, second]


def test_the_order_is_worked_out_once_and_again_after_more_has_come() -> None:
    """Whoever asks a second time pays for no second sorting, and misses nothing that came between."""
    portion = a_portion(a_batch(2, 1))
    assert portion.batches is portion.batches

    portion.add_batches([a_batch(1, 1)])

    assert [row[0] for row in portion.batches] == [a_sid(1), a_sid(2)]


async def held(archive: Archive, table: Any) -> list[Any]:
    """All rows of a table."""
    async with archive.database.reading.connect() as connection:
        return list(await connection.execute(select(table).order_by(*table.primary_key)))


async def test_a_portion_that_comes_again_changes_nothing(archive: Archive) -> None:
    """After a crash between commit and seal the journal is read again from the same place."""
    portion = a_portion(a_batch(1, 1), a_batch(1, 2), events=(an_event("start", 2, "running"),))
    fork = a_batch(1, 2, digest=b"e" * 32)
    portion.asides.append((fork.sid, 1, 2, "fork", fork.digest, NOON_MS, fork.body))
    await write(archive, portion)
    before = [await held(archive, table) for table in (batches, asides, events, sessions)]

    await write(archive, portion)

    assert [await held(archive, table) for table in (batches, asides, events, sessions)] == before
    assert [len(rows) for rows in before] == [2, 1, 1, 3]


async def test_what_is_new_goes_in_beside_what_is_not(archive: Archive) -> None:
    """The portion after a crash begins with what is there already and ends with what is not."""
    await write(archive, a_portion(a_batch(1, 1), a_batch(2, 1)))
    await write(archive, a_portion(a_batch(1, 1), a_batch(2, 1), a_batch(2, 2), a_batch(3, 1)))

    rows = [(row.session, row.n) async for row in archive.ledger("nombres1")]
    assert sorted(rows) == sorted((a_sid(s).hex(), n) for s, n in ((1, 1), (2, 1), (2, 2), (3, 1)))


async def test_a_batch_comes_back_as_it_was(archive: Archive) -> None:
    """Every column, in its place: nothing is cut, nothing is turned into something else."""
    batch = StoredBatch(
        a_sid(1), 1 << 50, 7, b"\x00\xff" * 16, 1 << 42, "self_attested", True, True, 9, b"\x00"
    )
    await write(archive, a_portion(batch))

    (row,) = await held(archive, batches)
    assert tuple(row) == tuple(batch)


async def test_other_bytes_under_a_known_number_are_kept_aside(archive: Archive) -> None:
    """It takes a Redis that forgot the first; the first stays, and neither is lost."""
    first, other = a_batch(1, 1), a_batch(1, 1, digest=b"e" * 32)
    await write(archive, a_portion(first))
    await write(archive, a_portion(other, a_batch(1, 2)))

    assert [row.digest for row in await held(archive, batches)] == [first.digest, first.digest]
    assert [(row.why, row.digest, row.body) for row in await held(archive, asides)] == [
        ("conflict", other.digest, other.body)
    ]


async def test_the_newest_state_of_a_session_stays(archive: Archive) -> None:
    """An older event that comes again does not turn the clock back."""
    newer = (an_event("start", 2, "running"), an_event("pause", 3, "paused"))
    await write(archive, a_portion(events=newer))
    await write(archive, a_portion(events=newer[:1]))

    row = (await held(archive, sessions))[0]
    assert (row.status, row.version, row.started_ms, row.ended_ms) == ("paused", 3, NOON_MS, 0)


async def test_a_session_that_ends_is_to_be_scored(archive: Archive) -> None:
    """And one that was closed before it ever began is not: there is nothing to score."""
    await write(archive, a_portion(events=(an_event("submit", 2, "submitted"),)))
    await write(archive, a_portion(events=(an_event("close", 2, "closed", sid=a_sid(2), started_ms=0),)))

    rows = await held(archive, sessions)
    assert [(row.status, row.to_score, row.ended_ms) for row in rows] == [
        ("submitted", True, NOON_MS + 2),
        ("closed", False, NOON_MS + 2),
        ("ready", False, 0),
    ]


async def test_a_batch_after_the_end_has_the_session_scored_again(archive: Archive) -> None:
    """A batch for a session that still runs waits for its end."""
    await write(archive, a_portion(events=(an_event("submit", 2, "submitted"),)))
    async with archive.database.writing.begin() as connection:
        await connection.execute(sessions.update().values(to_score=False))

    await write(archive, a_portion(a_batch(1, 1), a_batch(2, 1)))

    assert [row.to_score for row in await held(archive, sessions)] == [True, False, False]


async def test_a_transaction_that_breaks_off_leaves_nothing(archive: Archive) -> None:
    """All of a portion is sealed or none of it."""
    portion = a_portion(a_batch())
    portion.events.append(("no such row",))

    with pytest.raises((DBAPIError, TypeError, IndexError)):
        await write(archive, portion)

    assert await held(archive, batches) == []


async def test_one_process_drains_at_a_time(archive: Archive) -> None:
    """The second one waits until the first gives back, or has not been heard for the time of a lease."""
    first, second = Lease(archive.database, "first"), Lease(archive.database, "second")

    assert await first.take(NOON_MS)
    assert await first.take(NOON_MS + 1)
    assert not await second.take(NOON_MS + 1 + LEASE_MS)
    assert await second.take(NOON_MS + 2 + LEASE_MS)
    await second.give_back()
    assert await first.take(NOON_MS + 3)


async def test_a_dead_process_of_this_machine_is_not_waited_for(archive: Archive) -> None:
    """A killed drain is replaced at once; one that lives, or runs elsewhere, keeps its time."""
    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()
    host, _, _ = this_process().partition(":")
    for holder, free in (
        (f"{host}:{ended.pid}:0badcafe", True),
        (f"{host}:{os.getpid()}:0badcafe", False),
        (f"elsewhere:{ended.pid}:0badcafe", False),
        ("hand-made", False),
    ):
        lease = Lease(archive.database, holder)
        assert await lease.take(NOON_MS)
        assert await Lease(archive.database, "next").take(NOON_MS) is free
        await (Lease(archive.database, "next") if free else lease).give_back()


async def test_whoever_lost_the_lease_commits_nothing(archive: Archive) -> None:
    """A process that slept through its lease still believes in it; the transaction does not."""
    first, second = Lease(archive.database, "first"), Lease(archive.database, "second")
    await first.take(NOON_MS)
    await second.take(NOON_MS + 1 + LEASE_MS)

    with pytest.raises(LeaseLost):
        await write(archive, a_portion(a_batch()), first)

    assert await held(archive, batches) == []


async def test_each_transaction_renews_the_lease(archive: Archive) -> None:
    """Who works is not pushed aside."""
    first, second = Lease(archive.database, "first"), Lease(archive.database, "second")
    await first.take(NOON_MS)
    async with first.transaction(NOON_MS + 4000):
        pass

    assert not await second.take(NOON_MS + 4000 + LEASE_MS)


async def test_no_session_goes_back_from_its_end(archive: Archive) -> None:
    """A Redis that was deposed wrote a log-in more; the one in its place closed it, at a lower version."""
    await write(archive, a_portion(events=(an_event("login", 5, "running"),)))
    await write(archive, a_portion(events=(an_event("close", 4, "closed"),)))
    await write(archive, a_portion(events=(an_event("seat", 6, "running"),)))
    both = a_portion(events=(an_event("close", 4, "closed"), an_event("seat", 6, "running")))
    assert both.states[a_sid(1)][0] == "closed"
    row = (await held(archive, sessions))[0]
    assert (row.status, row.version, row.ended_ms) == ("closed", 4, NOON_MS + 4)


def test_the_highest_number_of_a_session_may_be_sealed() -> None:
    """A full batch came first, and the late one that it made needless comes behind it."""
    portion = a_portion(a_batch(1, 3), a_batch(1, 2), a_batch(2, 1))
    assert portion.highest == {a_sid(1): 3, a_sid(2): 1}

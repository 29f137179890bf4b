"""Deliveries, sessions and codes in the archive, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from engine.archive import Archive, Conflict, Gone, SessionRow
from engine.archive.database import WrongSchema
from engine.archive.tables import alembic_version, audit
from tests.engine.archives import (
    DATABASES,
    NOON_MS,
    a_delivery,
    a_session,
    a_sid,
    emptied,
    empty_address,
    opened,
    unguarded,
)

STAFF: dict[str, Any] = {"who": "op-1", "now_ms": NOON_MS}
FILE: dict[str, Any] = {"sha256": "a" * 64, "campaign": "test-1", **STAFF}


@pytest.fixture(params=DATABASES)
async def archive(request: pytest.FixtureRequest) -> AsyncIterator[Archive]:
    """An empty archive, once on each database."""
    async with opened(await emptied(empty_address(request, request.param))) as archive:
        yield archive


async def test_a_commit_is_on_disk_when_it_returns(archive: Archive) -> None:
    """`sealed` is only as true as the database's own promise, so the promise is asked for."""
    async with archive.database.writing.connect() as connection:
        if archive.database.is_sqlite:
            assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 2
            assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        else:
            assert (await connection.execute(text("SHOW synchronous_commit"))).scalar() == "on"
            assert (await connection.execute(text("SHOW fsync"))).scalar() == "on"


async def test_an_archive_of_another_version_is_refused(archive: Archive) -> None:
    """Two programs of two versions on one archive would each break what the other wrote."""
    async with archive.database.writing.begin() as connection:
        await connection.execute(update(alembic_version).values(version_num="9999"))

    with pytest.raises(WrongSchema, match="schema 9999"):
        await archive.database.create()


async def test_a_delivery_is_read_as_it_was_written(archive: Archive) -> None:
    """The archive holds the truth of a delivery, all of it."""
    await archive.create_delivery(a_delivery(), **STAFF)

    assert await archive.delivery("nombres1") == a_delivery()
    assert await archive.deliveries() == [a_delivery()]
    with pytest.raises(Gone, match="no delivery lecture2"):
        await archive.delivery("lecture2")
    with pytest.raises(Conflict, match="nombres1 already"):
        await archive.create_delivery(a_delivery(), **STAFF)


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        (["open"], "open"),
        (["open", "pause"], "paused"),
        (["open", "pause", "resume"], "open"),
        (["open", "close"], "closed"),
        (["close"], "closed"),
    ],
)
def test_a_delivery_goes_through_its_states(acts: list[str], state: str) -> None:
    """Each act leads to one state, and counts a version up."""
    delivery = a_delivery()
    for act in acts:
        delivery = delivery.after(act)

    assert (delivery.state, delivery.version) == (state, 1 + len(acts))


@pytest.mark.parametrize(
    ("state", "act"), [("created", "pause"), ("closed", "open"), ("open", "open"), ("paused", "pause")]
)
def test_an_act_that_does_not_fit_changes_nothing(state: str, act: str) -> None:
    """Nobody opens a closed delivery again by a slip."""
    with pytest.raises(Conflict, match="is not possible now"):
        a_delivery(state=state).after(act)


def test_a_delivery_ends_later_and_speaks_to_everybody_while_it_is_not_closed() -> None:
    """Both of its ends move; closed is closed, and nobody would hear it."""
    message = {"id": "m1", "fr": "Patientez.", "en": "Please wait.", "until_ms": 0}
    before = a_delivery(state="open")
    later, telling = before.later(60_000), before.telling(message)
    assert (later.closes_at_ms - before.closes_at_ms, later.intake_ends_ms - before.intake_ends_ms) == (
        60_000,
        60_000,
    )
    assert (telling.message, telling.telling(None).message) == (message, None)
    assert (later.version, telling.version, telling.telling(None).version) == (2, 2, 3)
    closed = before.after("close")
    with pytest.raises(Conflict, match="`extend` is not possible"):
        closed.later(60_000)
    with pytest.raises(Conflict, match="nobody would hear it"):
        closed.telling(message)


async def test_of_two_changes_at_once_one_is_refused(archive: Archive) -> None:
    """Two operators who act on the same version cannot both believe that they were obeyed."""
    await archive.create_delivery(a_delivery(), **STAFF)
    await archive.update_delivery(a_delivery().after("open"), act="open", **STAFF)

    with pytest.raises(Conflict, match="somebody else"):
        await archive.update_delivery(a_delivery().after("close"), act="close", **STAFF)

    assert (await archive.delivery("nombres1")).state == "open"
    assert [line.act async for line in archive.audit_lines()] == ["delivery.create", "delivery.open"]


async def test_imported_sessions_come_back_with_their_codes(archive: Archive) -> None:
    """What Redis forgets is filled in again from here."""
    count = await archive.import_sessions("nombres1", map(a_session, range(1, 5)), **FILE)

    sessions = [facts async for facts in archive.sessions("nombres1")]
    codes = [code async for code in archive.codes("nombres1")]
    assert count == 4
    assert [(s.sid, s.room, s.status, s.last) for s in sessions] == [
        (a_sid(number), f"room-{number % 3}", "ready", 0) for number in range(1, 5)
    ]
    assert {code.digest: code.sid for code in codes} == {
        digest: row.sid for row, digests in map(a_session, range(1, 5)) for digest in digests
    }
    assert await archive.counts("nombres1") == {"ready": 4}
    assert await archive.was_imported("a" * 64) == "nombres1"


async def test_an_import_that_breaks_off_leaves_nothing(archive: Archive) -> None:
    """Half a class list is worse than none: it looks like a whole one."""

    def broken() -> Iterator[tuple[SessionRow, Sequence[bytes]]]:
        yield a_session(1)
        raise ValueError("the file changed")

    with pytest.raises(ValueError, match="the file changed"):
        await archive.import_sessions("nombres1", broken(), **FILE)

    assert await archive.counts("nombres1") == {}
    assert [line async for line in archive.audit_lines()] == []


async def test_a_session_that_is_there_already_fails_the_whole_import(archive: Archive) -> None:
    """A session belongs to one file: a second file that names it is a mistake of the authority's."""
    await archive.import_sessions("nombres1", [a_session(1)], **FILE)

    with pytest.raises(Conflict, match="already"):
        await archive.import_sessions(
            "lecture2", [a_session(2), a_session(1)], **(FILE | {"sha256": "b" * 64})
        )

    assert await archive.counts("lecture2") == {}
    assert await archive.was_imported("b" * 64) is None


async def test_a_revoked_code_stays_revoked(archive: Archive) -> None:
    """After a loss of Redis a withdrawn code must not work again."""
    await archive.import_sessions("nombres1", [a_session(1), a_session(2)], **FILE)

    revoked = await archive.revoke_codes([a_sid(1), b"no such session."], **STAFF)

    assert {(code.sid, code.revoked) for code in revoked} == {(a_sid(1), True)}
    assert {(c.sid, c.revoked) async for c in archive.codes("nombres1")} == {
        (a_sid(1), True),
        (a_sid(2), False),
    }


async def test_every_change_of_the_audit_log_is_seen(archive: Archive) -> None:
    """Each line carries the hash of the one before: the first line that was touched is named."""
    for number in range(4):
        await archive.audit("test", who="op-1", now_ms=NOON_MS + number, count=number)
    assert await archive.first_broken_audit_line() is None
    await unguarded(archive)

    async with archive.database.writing.begin() as connection:
        await connection.execute(update(audit).where(audit.c.seq == 3).values(who="op-2"))
    assert await archive.first_broken_audit_line() == 3

    async with archive.database.writing.begin() as connection:
        await connection.execute(delete(audit).where(audit.c.seq == 2))
    assert await archive.first_broken_audit_line() == 2


@pytest.mark.parametrize("change", [update(audit).values(who="op-2"), delete(audit)])
async def test_the_database_itself_refuses_to_change_the_audit_log(archive: Archive, change: Any) -> None:
    """Neither a defect of ours nor a hand in a hurry changes a line; the guard is put there once."""
    await archive.audit("test", who="op-1", now_ms=NOON_MS)
    await archive.database.create()

    with pytest.raises(DBAPIError, match="append-only"):
        async with archive.database.writing.begin() as connection:
            await connection.execute(change)

    assert [line.who async for line in archive.audit_lines()] == ["op-1"]


async def test_audit_lines_written_at_once_make_one_chain(archive: Archive) -> None:
    """Server, drain and command line write to one log; none may break another's link."""
    await asyncio.gather(*(archive.audit("test", who=f"op-{n}", now_ms=NOON_MS) for n in range(8)))

    assert await archive.first_broken_audit_line() is None
    assert [line.seq async for line in archive.audit_lines()] == list(range(1, 9))


async def test_a_newer_version_keeps_what_it_does_not_change(archive: Archive) -> None:
    """A change of state leaves the times alone."""
    await archive.create_delivery(a_delivery(), **STAFF)
    await archive.update_delivery(replace(a_delivery().after("open"), grace_ms=0), act="open", **STAFF)

    assert await archive.delivery("nombres1") == a_delivery(state="open", grace_ms=0, version=2)

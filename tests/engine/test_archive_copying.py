"""Copies of the archive's tables: as of one moment, into whichever database, nothing beside what is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from engine.archive import Archive
from engine.archive.copying import columns, fill, is_empty, snapshot, tables
from engine.archive.database import is_away
from engine.archive.tables import sessions
from tests.engine.archives import DATABASES, NOON_MS, a_session, emptied, empty_address, opened

FILE: dict[str, Any] = {"sha256": "a" * 64, "campaign": "c", "who": "op-1", "now_ms": NOON_MS}


@pytest.fixture(params=DATABASES)
async def archive(request: pytest.FixtureRequest) -> AsyncIterator[Archive]:
    """An archive with nothing in it, once on each database."""
    async with opened(await emptied(empty_address(request, request.param))) as archive:
        yield archive


async def test_a_snapshot_holds_nothing_of_what_came_after_its_beginning(archive: Archive) -> None:
    """Whatever is committed while it is read: the copy is of one moment."""
    await archive.import_sessions("nombres1", map(a_session, (1, 2)), **FILE)
    async with snapshot(archive.database) as then:
        head = await then.audit_head()
        await archive.import_sessions("nombres1", map(a_session, (3, 4)), **FILE | {"sha256": "b" * 64})
        found = [row async for page in then.pages("sessions") for row in page]
        assert await then.audit_head() == head
    assert len(found) == 2
    assert {len(row) for row in found} == {len(columns("sessions"))}


async def test_a_copy_goes_back_into_an_archive_in_which_nothing_was_ever_done(
    archive: Archive, tmp_path: Path
) -> None:
    """Tables without rows too; afterwards it is not empty any more."""
    assert await is_empty(archive.database)
    async with opened(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        await other.import_sessions("nombres1", map(a_session, (1, 2)), **FILE)
        async with snapshot(other.database) as then:
            copy = {name: [row async for page in then.pages(name) for row in page] for name in tables()}
            head = await then.audit_head()
    async with archive.database.writing.begin() as connection:
        for name, rows in copy.items():
            await fill(archive.database, connection, name, rows)

    assert not await is_empty(archive.database)
    async with snapshot(archive.database) as then:
        assert await then.audit_head() == head
        again = {name: [row async for page in then.pages(name) for row in page] for name in tables()}
    assert {name: sorted(rows) for name, rows in again.items()} == {
        name: sorted(rows) for name, rows in copy.items()
    }


async def test_an_empty_archive_has_no_line_in_its_log(archive: Archive) -> None:
    """Nothing was done, so nothing stands for it."""
    async with snapshot(archive.database) as then:
        assert await then.audit_head() == (0, "")


@pytest.mark.parametrize("archive", ["postgresql"], indirect=True)
async def test_a_bulk_load_that_the_server_ends_passes_by_itself(archive: Archive) -> None:
    """Ended by an operator or by want of resources: what was written is repeated, not given up."""
    sid = b"x" * 16
    rows = [(sid, 1, 1, "fork", sid, 1, sid)]
    database = archive.database
    waits = text("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with database.writing.begin() as holder, database.writing.begin() as connection:
        await holder.execute(text("LOCK TABLE asides IN ACCESS EXCLUSIVE MODE"))
        loading = asyncio.create_task(fill(database, connection, "asides", rows))
        while not (await holder.execute(waits)).first():
            assert not loading.done()
        with pytest.raises(OperationalError) as ended:
            await loading
    assert is_away(ended.value)


@pytest.mark.parametrize("archive", ["postgresql"], indirect=True)
async def test_a_bulk_load_that_is_wrong_does_not_pass(archive: Archive) -> None:
    """A defect of ours is not waited for."""
    async with archive.database.writing.begin() as connection:
        with pytest.raises(TypeError) as wrong:
            await fill(archive.database, connection, sessions.name, [("no", "session")])
    assert not is_away(wrong.value)

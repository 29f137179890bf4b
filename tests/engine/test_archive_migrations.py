"""An archive of an older program: refused until it is migrated, then as if made today, with all it held."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from engine.archive.database import Database, WrongSchema
from engine.archive.migrations import migrate, revisions
from engine.archive.tables import REVISION, metadata
from tests.engine.archives import DATABASES, NOON_MS, a_delivery, a_session, emptied, empty_address, opened

FILE: dict[str, Any] = {"who": "op-1", "now_ms": NOON_MS}


@pytest.fixture(params=DATABASES)
async def address(request: pytest.FixtureRequest) -> str:
    """An empty database, once of each kind."""
    return await emptied(empty_address(request, request.param))


def first_schema(connection: Connection) -> None:
    """What the first program made, before there were migrations."""
    with Operations.context(MigrationContext.configure(connection)):
        importlib.import_module("engine.archive.migrations.versions.r0001_first").upgrade()
    connection.execute(text("INSERT INTO schema_version (version) VALUES (1)"))
    connection.execute(
        text(
            "INSERT INTO deliveries (id, state, version, record) "
            "VALUES ('nombres1', 'created', :version, :record)"
        ),
        {"version": a_delivery().version, "record": a_delivery().to_json().decode()},
    )


async def made_by_the_first(address: str) -> None:
    database = Database(address)
    async with database.writing.begin() as connection:
        await connection.run_sync(first_schema)
    await database.close()


async def differences(address: str) -> list[Any]:
    """What Alembic would change to make the database as our tables say."""

    def compared(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "compare_server_default": False}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    database = Database(address)
    async with database.reading.connect() as connection:
        found = await connection.run_sync(compared)
    await database.close()
    return found


async def test_an_older_archive_becomes_todays_and_keeps_what_it_held(address: str) -> None:
    """Refused before, with the command to give; afterwards tables, columns and indexes are the models'."""
    await made_by_the_first(address)
    with pytest.raises(WrongSchema, match="passation archive migrate"):
        async with opened(address):
            pass

    assert await migrate(address) == ("0001", REVISION)

    assert await differences(address) == []
    async with opened(address) as archive:
        assert await archive.deliveries() == [a_delivery()]
        await archive.import_sessions("nombres1", [a_session(1)], sha256="a" * 64, campaign="c", **FILE)
    assert await migrate(address) == (REVISION, REVISION)


async def test_an_archive_made_today_needs_no_migration(address: str) -> None:
    """Opened or migrated first, an empty database becomes the same."""
    assert await migrate(address) == (REVISION, REVISION)
    assert await differences(address) == []
    async with opened(address) as archive:
        assert await archive.deliveries() == []


async def test_a_migration_that_fails_leaves_the_archive_as_it_was(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a migration would fit neither program."""
    await made_by_the_first(address)
    with monkeypatch.context() as broken:
        broken.setattr(metadata, "create_all", lambda _: (_ for _ in ()).throw(OSError("no space left")))
        with pytest.raises(OSError, match="no space"):
            await migrate(address)

    database = Database(address)
    async with database.reading.connect() as connection:
        assert (await connection.execute(text("SELECT version FROM schema_version"))).scalar() == 1
    await database.close()
    assert await migrate(address) == ("0001", REVISION)


async def test_an_archive_of_a_newer_program_is_left_alone(address: str) -> None:
    """There is no way back."""
    await migrate(address)
    database = Database(address)
    async with database.writing.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()

    with pytest.raises(WrongSchema, match="newer program"):
        await migrate(address)


def test_the_newest_revision_is_the_one_that_programs_ask_for() -> None:
    """Who adds a revision names it in the tables."""
    assert revisions()[-1] == REVISION

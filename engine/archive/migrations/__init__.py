"""Schemas of the archive, one after the other, and the way of an older archive to today's (Alembic).

All steps run in one transaction: an archive is migrated whole or not at all, on either database. The journal
waits meanwhile; pupils notice nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert

from engine.archive.database import Database, WrongSchema, found_revision
from engine.archive.tables import REVISION, alembic_version, metadata


class Migrated(NamedTuple):
    """From which revision to which; the same when there was nothing to do."""

    before: str
    after: str


async def migrate(address: str) -> Migrated:
    """Bring the archive at `address` to today's schema; an empty database gets it at once.

    WrongSchema if a newer program has made it.
    """
    database = Database(address)
    try:
        async with database.writing.begin() as connection:
            await database.lock(connection)
            return await connection.run_sync(_migrated)
    finally:
        await database.close()


def revisions() -> list[str]:
    """All revisions, the first one first."""
    found = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in found][::-1]


def _migrated(connection: Connection) -> Migrated:
    before = found_revision(connection)
    if before and before not in revisions():
        raise WrongSchema(f"the archive has schema {before}, made by a newer program: run that one")
    if before:
        config = _config()
        config.attributes["connection"] = connection
        if not connection.dialect.has_table(connection, alembic_version.name):  # as before migrations began
            alembic_version.create(connection)
            connection.execute(insert(alembic_version).values(version_num=before))
        command.upgrade(config, "head")
    metadata.create_all(connection)
    if not before:
        connection.execute(insert(alembic_version).values(version_num=REVISION))
    return Migrated(before or REVISION, REVISION)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config

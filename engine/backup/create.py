"""Make a backup while the engine runs: journal first, then the archive as of one moment, then folders.

In this order nothing falls between two chairs: what the drain carries over meanwhile is in both, which does
no harm, and an answer that names a file or a form is copied before the file or the form is.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from engine import __version__
from engine.archive import Archive
from engine.archive.copying import Snapshot, snapshot, tables
from engine.archive.portion import Portion
from engine.archive.reading import add_page
from engine.backup.folders import records
from engine.backup.manifest import ID_BYTES, Manifest, part_key, write_manifest
from engine.backup.parts import BackupProblem, Part, PartWriter
from engine.settings import Settings
from sessions.store import LINES_MAX, Store

FOLDERS = ("bank", "key", "content", "files")
"""Forms, their keys (right answers, scoring rules), sealed contents, what pupils handed in."""
JOURNAL_LINES_MAX = 500_000
"""Held in memory, some 0.8 kB each; the drain leaves a handful on a day that goes well."""
JOURNAL_ENTRIES = 1_024
"""Entries of a journal read at once."""

Told = Callable[[str, int], None]
"""Called with the part under way and its records so far, for a progress bar."""


async def create(
    settings: Settings,
    archive: Archive,
    store: Store | None,
    backup_key: bytes,
    folder: Path,
    *,
    who: str,
    now_ms: int,
    told: Told = lambda _name, _count: None,
) -> Manifest:
    """Write a backup into `folder`, which must be new or empty; without `store`, without the journal.

    The line in the audit log comes first, so that the backup holds it too.
    """
    _claim(folder)
    await archive.audit("backup.create", who=who, now_ms=now_ms, journal=store is not None)
    identity = secrets.token_bytes(ID_BYTES)
    maker = _Maker(folder, part_key(backup_key, identity), told)
    if store is not None:
        maker.part("journal", journal_records(await waiting_in_journal(store)))
    async with snapshot(archive.database) as found:
        for name in tables():
            await maker.table(found, name)
        audit_seq, audit_hash = await found.audit_head()
    for name in FOLDERS:
        maker.part(f"folder-{name}", records(settings.data_dir / name))
    manifest = Manifest(
        id=identity,
        created_ms=now_ms,
        program=__version__,
        schema=Snapshot.schema,
        audit_seq=audit_seq,
        audit_hash=audit_hash,
        has_journal=store is not None,
        parts=tuple(maker.parts),
    )
    write_manifest(folder, manifest, backup_key)
    return manifest


class _Maker:
    def __init__(self, folder: Path, key: bytes, told: Told) -> None:
        self._folder = folder
        self._key = key
        self._told = told
        self.parts: list[Part] = []

    def part(self, name: str, found: Iterable[Any]) -> None:
        writer = PartWriter(self._folder, name, self._key)
        try:
            for count, record in enumerate(found, 1):
                writer.write(record)
                if count % 1000 == 0:
                    self._told(name, count)
            self.parts.append(writer.close())
        finally:
            writer.abandon()

    async def table(self, found: Snapshot, name: str) -> None:
        writer, count = PartWriter(self._folder, f"table-{name}", self._key), 0
        try:
            async for rows in found.pages(name):
                for row in rows:
                    writer.write(row)
                count += len(rows)
                self._told(name, count)
            self.parts.append(writer.close())
        finally:
            writer.abandon()


async def waiting_in_journal(store: Store) -> Portion:
    """What Redis has accepted and the archive may not have yet."""
    portion, lines = Portion(), 0
    for partition in store.journals():
        behind: dict[int, str] = {}
        while True:
            lines_before, entries_before = lines, portion.entries
            async for page in store.journal_pages([partition], JOURNAL_ENTRIES, behind):
                add_page(portion, page)
                lines += len(page)
            if lines > JOURNAL_LINES_MAX:
                raise BackupProblem(
                    f"the archive is more than {JOURNAL_LINES_MAX} lines of the journal behind: `passation "
                    "archive status` says why; make the backup when it has caught up"
                )
            if lines - lines_before < LINES_MAX and portion.entries - entries_before < JOURNAL_ENTRIES:
                break  # what comes while we read belongs to the next backup
            behind = {partition: portion.positions[partition]}
    return portion


def journal_records(portion: Portion) -> list[list[Any]]:
    """A portion of the journal as records: which table, then the row."""
    return [
        [table, *row]
        for table, rows in (("batch", portion.batches), ("aside", portion.asides), ("event", portion.events))
        for row in rows
    ]


def _claim(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BackupProblem(f"{folder} is not empty: give a new folder for each backup")
    except OSError as error:
        raise BackupProblem(f"cannot write to {folder}: {error.strerror}") from error

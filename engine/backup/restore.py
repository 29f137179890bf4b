"""Check a backup, and put it back into an empty place.

Nothing is written before every part was found whole. The archive comes last, in one transaction with the
journal: a place whose archive has something in it was restored to the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from engine.archive import Archive
from engine.archive.copying import Snapshot, fill, is_empty, tables
from engine.archive.database import PAGE
from engine.archive.intake import write_portion
from engine.archive.portion import Portion
from engine.backup.create import FOLDERS, Told
from engine.backup.folders import restore as restore_folder
from engine.backup.manifest import Manifest, part_key, read_manifest
from engine.backup.parts import BackupProblem, check_part, read_part
from engine.settings import Settings
from sessions.link import StoreError
from sessions.store import Store


def verify(folder: Path, backup_key: bytes, told: Told = lambda _name, _count: None) -> Manifest:
    """Read a whole backup: manifest, sums, frames, records; BackupProblem at the first damage."""
    manifest = read_manifest(folder, backup_key)
    key = part_key(backup_key, manifest.id)
    for part in manifest.parts:
        check_part(folder, part)
        for count, _ in enumerate(read_part(folder, part, key), 1):
            if count % 1000 == 0:
                told(part.name, count)
    return manifest


async def restore(
    settings: Settings,
    archive: Archive,
    store: Store,
    backup_key: bytes,
    folder: Path,
    *,
    who: str,
    now_ms: int,
    told: Told = lambda _name, _count: None,
) -> Manifest:
    """Put a backup back; the next start fills Redis from it, and the players send what it lacks."""
    manifest = verify(folder, backup_key, told)
    if manifest.schema != Snapshot.schema:
        raise BackupProblem(
            f"the backup has schema {manifest.schema}, this program {Snapshot.schema}: restore it with "
            f"version {manifest.program}, then migrate"
        )
    await _check_empty(settings, archive, store)
    key, parts = part_key(backup_key, manifest.id), {part.name: part for part in manifest.parts}
    for name in FOLDERS:
        found = read_part(folder, parts[f"folder-{name}"], key)
        restore_folder(settings.data_dir / name, found, partial(told, name, 1))
    async with archive.database.writing.begin() as connection:
        for name in tables():
            part = parts.get(f"table-{name}")
            if part is not None:
                for rows in _pages(read_part(folder, part, key)):
                    await fill(archive.database, connection, name, rows)
                    told(name, len(rows))
        if manifest.has_journal:
            portion = portion_of(read_part(folder, parts["journal"], key))
            await write_portion(archive.database, connection, portion)
    await archive.audit("backup.restore", who=who, now_ms=now_ms, backup=manifest.id.hex())
    return manifest


def portion_of(found: Iterable[list[Any]]) -> Portion:
    """The journal of a backup as the drain would have brought it."""
    portion = Portion()
    for kind, *row in found:
        if kind == "batch":
            portion.add_batches([tuple(row)])
        elif kind == "aside":
            portion.asides.append(tuple(row))
        else:
            sid, version, at_ms, event, status, epoch, started_ms, deadline_ms, last = row
            portion.add_event(
                *(sid, event, at_ms),
                status=status,
                epoch=epoch,
                version=version,
                started_ms=started_ms,
                deadline_ms=deadline_ms,
                last=last,
            )
    return portion


async def _check_empty(settings: Settings, archive: Archive, store: Store) -> None:
    """BackupProblem if anything is here that a restore would mix with."""
    for name in FOLDERS:
        if (settings.data_dir / name).is_dir() and any((settings.data_dir / name).iterdir()):
            raise BackupProblem(f"{settings.data_dir / name} is not empty: restore into an empty data folder")
    if not await is_empty(archive.database):
        raise BackupProblem(f"the archive {archive.database.place} is not empty: restore into an empty one")
    if not settings.redis_url and settings.redis_folder.is_dir() and any(settings.redis_folder.iterdir()):
        raise BackupProblem(f"{settings.redis_folder} is not empty: restore into an empty data folder")
    try:
        has_deliveries = bool(await store.deliveries())
    except StoreError:
        return  # it is not running, and an embedded one that has no files is empty
    if has_deliveries:
        raise BackupProblem("Redis holds deliveries: restore beside an empty one")


def _pages(found: Iterable[list[Any]]) -> Iterable[list[tuple[Any, ...]]]:
    rows = iter(found)
    while page := [tuple(row) for row in islice(rows, PAGE)]:
        yield page

"""Pupils' files written out in clear for those who mark them: `FOLDER/SESSION/FILE.ending`, as in the CSV.

Only files that an answer names are written; each appears whole or not at all. It happens only where an
operator asks for it, since a file may show whose it is.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from engine.archive import Archive
from engine.archive.answers import scored_sessions
from engine.filecipher import FileCipher, Owner, Place, Unreadable
from engine.files import FileStore
from engine.keyring import KeyRing
from engine.scorerecord import open_record
from items.bank import Bank
from items.filetypes import ENDINGS, file_type
from items.responses import Shapes
from sessions.cipher import unwrap_key

PAGE = 200


class FilesExported(NamedTuple):
    """How many files were written; the ids of those that answers name and that cannot be read here."""

    folder: Path
    written: int
    unreadable: list[str]


async def export_files(
    archive: Archive,
    keyring: KeyRing,
    bank: Bank,
    store: FileStore,
    delivery: str,
    folder: Path,
    *,
    who: str,
    now_ms: int,
) -> FilesExported:
    """Write every file that a scored answer names, with a line in the audit log before the first."""
    found = await archive.delivery(delivery)
    kek, uploads = keyring.delivery(delivery).kek, Shapes(bank.schema(found.compiled)).uploads
    await archive.audit("results.files", who=who, now_ms=now_ms, delivery=delivery)
    written, unreadable = 0, []
    async for session in scored_sessions(archive.database, delivery, PAGE):
        owner = Owner(delivery, session.sid)
        key = unwrap_key(kek, session.wrapped_key, session.sid, delivery)
        cipher = FileCipher(key, owner)
        for place in sorted(_named(open_record(session.body, key, session.sid, delivery), uploads)):
            try:
                data = store.read(owner, place, cipher)
            except (OSError, Unreadable):
                unreadable.append(place.file)
                continue
            ending = ENDINGS.get(file_type(data), "bin")
            _write(folder / session.sid.hex() / f"{place.file}.{ending}", data)
            written += 1
    return FilesExported(folder, written, unreadable)


def _named(record: Mapping[str, Any], uploads: Collection[tuple[str, str]]) -> set[Place]:
    """The files that a session's answers name, also those that came too late to count."""
    return {
        Place(entry["item"], response, file)
        for entry in record["items"]
        for answer in (entry["answer"], entry["uncounted"])
        for response, file in ((answer or {}).get("response") or {}).items()
        if file and (entry["item"], response) in uploads
    }


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)

"""Files that pupils hand in or draw, on a disk that all workers share; each chunk encrypted as it comes.

    files/DELIVERY/SESSION/ITEM-RESPONSE-FILE          a whole file: its size, then its chunks
    files/DELIVERY/SESSION/ITEM-RESPONSE-FILE.SIZE/    one on its way: a chunk a file, named by its offset

Destroying the delivery's key makes all of them unreadable (`filecipher`). A chunk is acknowledged when it and
its name are synced. One lock a session makes calls of several workers wait for one another; nothing that a
crash leaves behind needs mending.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import Problem
from engine.filecipher import OVERHEAD_BYTES, SIZE, Chunk, FileCipher, Owner, Place
from items.filetypes import Upload, file_type

MIB = 1024 * 1024
CHUNK_BYTES_MAX = 256 * 1024
"""What a bad line of 100 kbit/s carries within the time that a request has."""
KEPT_EACH = 8
"""Whole files kept of one response: a drawing sends one with each pause of its pupil, answers under way name
the last few."""

_NAME = re.compile(r"(?P<item>i\d+)-(?P<response>r\d+)-(?P<file>[0-9a-f]{32})(?:\.(?P<size>\d+))?")
_FULL = (errno.ENOSPC, errno.EDQUOT)


class FileStore:
    """The files of all sessions below one folder."""

    def __init__(
        self,
        root: Path,
        *,
        file_bytes: int = 20 * MIB,
        session_bytes: int = 100 * MIB,
        reserve_bytes: int = 0,
    ) -> None:
        self._root = root
        self._file_bytes = file_bytes
        self._session_bytes = session_bytes
        self._reserve_bytes = reserve_bytes

    def put(self, owner: Owner, chunk: Chunk, upload: Upload, cipher: FileCipher) -> int:
        """Keep a chunk durably; gives how much of the file is here. Problem if it is refused."""
        try:
            return self._put(owner, chunk, upload, cipher)
        except OSError as error:
            raise Problem("store_full" if error.errno in _FULL else "store_away") from error

    def _put(self, owner: Owner, chunk: Chunk, upload: Upload, cipher: FileCipher) -> int:
        if not 0 < chunk.size <= self._file_bytes:
            raise Problem("file_too_large", limit_bytes=self._file_bytes)
        folder = self._folder(owner)
        with self._alone(folder):
            if (folder / str(chunk.place)).exists():
                return chunk.size
            draft = folder / f"{chunk.place}.{chunk.size}"
            held = _held(draft)
            if chunk.offset != held:
                raise Problem("wrong_offset", offset=held)
            if not held:
                self._check_first(folder, chunk, upload)
                _make(draft)
            self._check_disk()
            _write(draft / str(chunk.offset), cipher.seal(chunk))
            held += len(chunk.data)
            if held == chunk.size:
                _join(draft, folder / str(chunk.place), chunk.size)
            return held

    def has(self, owner: Owner, place: Place) -> bool:
        """Whether this session has handed in this whole file for this response."""
        return (self._folder(owner) / str(place)).is_file()

    def find(self, owner: Owner, file: str) -> Place | None:
        """The place of a whole file of this session."""
        return next((place for place in self.places(owner) if place.file == file), None)

    def places(self, owner: Owner) -> list[Place]:
        """All whole files of a session."""
        return [place for place, size in _entries(self._folder(owner)) if size is None]

    def read(self, owner: Owner, place: Place, cipher: FileCipher) -> bytes:
        """A whole file, or Unreadable; FileNotFoundError where there is none."""
        return cipher.open(place, (self._folder(owner) / str(place)).read_bytes())

    def destroy(self, delivery: str) -> None:
        """Remove all files of a delivery; its destroyed key makes noise of what a backup still holds."""
        shutil.rmtree(self._root / delivery, ignore_errors=True)

    def _folder(self, owner: Owner) -> Path:
        return self._root / owner.delivery / owner.sid.hex()

    @contextmanager
    def _alone(self, folder: Path) -> Iterator[None]:
        if not folder.is_dir():
            _make(folder)
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _check_first(self, folder: Path, chunk: Chunk, upload: Upload) -> None:
        """Of a new file: is it what the question takes, and is there room in the session?"""
        if file_type(chunk.data) not in upload.types:
            raise Problem("file_type", types=list(upload.types))
        _forget_older(folder, chunk.place)
        taken = sum(_bytes(folder, place, size) for place, size in _entries(folder))
        if taken + chunk.size > self._session_bytes:
            raise Problem("files_full")

    def _check_disk(self) -> None:
        """Answers come first: files leave them this much of the disk."""
        if shutil.disk_usage(self._root).free < self._reserve_bytes:
            raise Problem("store_full")


def _entries(folder: Path) -> list[tuple[Place, int | None]]:
    """Files of a session: those on their way with the size they will have, whole ones without."""
    if not folder.is_dir():
        return []
    found = [match for name in os.listdir(folder) if (match := _NAME.fullmatch(name))]
    return [
        (Place(m["item"], m["response"], m["file"]), None if m["size"] is None else int(m["size"]))
        for m in found
    ]


def _bytes(folder: Path, place: Place, size: int | None) -> int:
    return (folder / str(place)).stat().st_size if size is None else size


def _forget_older(folder: Path, new: Place) -> None:
    """Of the same response: drafts that were given up, and all but the newest whole files."""
    same = [(place, size) for place, size in _entries(folder) if place[:2] == new[:2]]
    for place, size in same:
        if size is not None:
            shutil.rmtree(folder / f"{place}.{size}", ignore_errors=True)
    whole = [folder / str(place) for place, size in same if size is None]
    whole.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in whole[KEPT_EACH - 1 :]:
        path.unlink()


def _parts(draft: Path) -> list[int]:
    return sorted(int(name) for name in os.listdir(draft) if name.isdecimal()) if draft.is_dir() else []


def _held(draft: Path) -> int:
    """How much of a draft is here without a hole."""
    held = 0
    for offset in _parts(draft):
        if offset == held:
            held += (draft / str(offset)).stat().st_size - OVERHEAD_BYTES
    return held


def _join(draft: Path, target: Path, size: int) -> None:
    """All chunks as one file, which appears at once."""
    parts = b"".join((draft / str(offset)).read_bytes() for offset in _parts(draft))
    _write(target, SIZE.pack(size) + parts)
    shutil.rmtree(draft, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    """Under its name at once, and on the disk before this returns."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)


def _make(folder: Path) -> None:
    """A folder, with those above it, whose names are on the disk."""
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for made in missing:
        _sync(made.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

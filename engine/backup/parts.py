"""A part of a backup: records of msgpack in encrypted frames of about a mebibyte.

    part      frame, frame, ..., the last one marked as such
    frame     u32 length, 12 bytes nonce, AES-256-GCM ciphertext
    records   msgpack values one after the other; none is cut in two

The associated data of a frame names the part, its place in it and whether it is the last, so that frames can
neither be swapped nor left out. The key is that of one backup alone.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgpack
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FRAME_BYTES = 1024 * 1024
RECORD_BYTES_MAX = 64 * 1024 * 1024
NONCE_BYTES, TAG_BYTES = 12, 16
_LENGTH = struct.Struct(">I")
_PLACE = struct.Struct(">QB")


class BackupProblem(Exception):
    """A backup is damaged, not ours, or cannot be made or restored here; the message says which."""


class Part(NamedTuple):
    """What the manifest says about a part."""

    name: str
    bytes: int
    sha256: str
    records: int


class PartWriter:
    """Writes one part; `close` ends it and gives what the manifest says about it."""

    def __init__(self, folder: Path, name: str, key: bytes) -> None:
        self.name = name
        self._aead = AESGCM(key)
        self._file: IO[bytes] = _new(folder / name)
        self._digest = hashlib.sha256()
        self._pending = bytearray()
        self._frames = self._bytes = self._records = 0

    def write(self, record: Any) -> None:
        """Add a record: numbers, strings, bytes, None, lists and maps of them."""
        self._pending += msgpack.packb(record, use_bin_type=True)
        self._records += 1
        if len(self._pending) >= FRAME_BYTES:
            self._frame(is_last=False)

    def close(self) -> Part:
        """End the part, durably."""
        self._frame(is_last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Part(self.name, self._bytes, self._digest.hexdigest(), self._records)

    def abandon(self) -> None:
        """Leave it unfinished."""
        self._file.close()

    def _frame(self, *, is_last: bool) -> None:
        nonce = secrets.token_bytes(NONCE_BYTES)
        owner = _owner(self.name, self._frames, is_last)
        sealed = nonce + self._aead.encrypt(nonce, bytes(self._pending), owner)
        data = _LENGTH.pack(len(sealed)) + sealed
        self._file.write(data)
        self._digest.update(data)
        self._bytes += len(data)
        self._frames += 1
        self._pending.clear()


def check_part(folder: Path, part: Part) -> None:
    """Compare a part with its line of the manifest, byte for byte; BackupProblem when it is not the same."""
    path = folder / part.name
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise BackupProblem(f"{path} cannot be read ({error.strerror}): this backup is not whole") from error
    if size != part.bytes:
        raise BackupProblem(
            f"{path} has {size} bytes, the manifest says {part.bytes}: it was cut or added to"
        )
    if digest != part.sha256:
        raise BackupProblem(f"{path} is damaged: its SHA-256 is not that of the manifest")


def read_part(folder: Path, part: Part, key: bytes) -> Iterator[Any]:
    """The records of a part, in order; BackupProblem where they do not open."""
    count = 0
    for plain in _frames(folder, part, AESGCM(key)):
        unpacker = msgpack.Unpacker(raw=False, max_buffer_size=RECORD_BYTES_MAX, strict_map_key=False)
        unpacker.feed(plain)
        for record in unpacker:
            count += 1
            yield record
    if count != part.records:
        raise BackupProblem(f"{folder / part.name} has {count} records, the manifest says {part.records}")


def _frames(folder: Path, part: Part, aead: AESGCM) -> Iterator[bytes]:
    path, left, place = folder / part.name, part.bytes, 0
    with path.open("rb") as file:
        while left:
            head = file.read(_LENGTH.size)
            size = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
            left -= _LENGTH.size + size
            if size < NONCE_BYTES + TAG_BYTES or left < 0:
                raise BackupProblem(f"{path} is damaged: frame {place} has no right length")
            sealed = file.read(size)
            try:
                yield aead.decrypt(
                    sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _owner(part.name, place, not left)
                )
            except InvalidTag as error:
                raise BackupProblem(f"{path} is damaged: frame {place} does not open") from error
            place += 1


def _owner(name: str, place: int, is_last: bool) -> bytes:
    return b"passation/1|backup part|" + name.encode("ascii") + b"|" + _PLACE.pack(place, is_last)


def _new(path: Path) -> IO[bytes]:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise BackupProblem(f"cannot write {path}: {error.strerror}") from error

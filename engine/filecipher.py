"""A chunk of a pupil's file, sealed: AES-256-GCM under the session's key, bound to where it belongs.

A sealed chunk is its length (4 bytes), a random nonce (12) and the ciphertext with its tag; a whole file is
its size (8 bytes) and its chunks in order. The associated data name delivery, session, item, response, file,
offset and size, so no chunk can be moved, left out or swapped without being noticed.
"""

from __future__ import annotations

import secrets
import struct
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_LENGTH = struct.Struct(">I")
SIZE = struct.Struct(">Q")
_PLACE = struct.Struct(">QQ")
OVERHEAD_BYTES = _LENGTH.size + _NONCE_BYTES + 16
"""What a sealed chunk has beyond its plain bytes."""


class Unreadable(ValueError):
    """The file was sealed with another key or for another place, or is damaged."""


class Owner(NamedTuple):
    """Whose files: one session of one delivery."""

    delivery: str
    sid: bytes


class Place(NamedTuple):
    """Which file of a session: an id that its player drew, for one response of one item."""

    item: str
    response: str
    file: str

    def __str__(self) -> str:
        return f"{self.item}-{self.response}-{self.file}"


class Chunk(NamedTuple):
    """A piece of a file of `size` bytes."""

    place: Place
    offset: int
    size: int
    data: bytes


class FileCipher:
    """Seals and opens the chunks of one session."""

    def __init__(self, key: bytes, owner: Owner) -> None:
        self._aead = AESGCM(key)
        self._owner = b"passation/1|file|" + owner.delivery.encode("ascii") + owner.sid

    def seal(self, chunk: Chunk) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, chunk.data, self._named(chunk.place, chunk.offset, chunk.size))
        return _LENGTH.pack(len(nonce) + len(sealed)) + nonce + sealed

    def open(self, place: Place, sealed: bytes) -> bytes:
        """The file in `sealed`, which is one whole file of the disk, or Unreadable."""
        try:
            (size,) = SIZE.unpack_from(sealed)
            data, at = bytearray(), SIZE.size
            while at < len(sealed):
                (length,) = _LENGTH.unpack_from(sealed, at)
                record = sealed[at + _LENGTH.size : at + _LENGTH.size + length]
                owner = self._named(place, len(data), size)
                data += self._aead.decrypt(record[:_NONCE_BYTES], record[_NONCE_BYTES:], owner)
                at += _LENGTH.size + length
        except (InvalidTag, struct.error, ValueError) as error:
            raise Unreadable(f"the file {place.file} cannot be read") from error
        if len(data) != size:
            raise Unreadable(f"the file {place.file} is cut short")
        return bytes(data)

    def _named(self, place: Place, offset: int, size: int) -> bytes:
        return self._owner + str(place).encode("ascii") + _PLACE.pack(offset, size)

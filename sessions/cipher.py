"""Stored answers are encrypted: a data key for each session, wrapped by the key of its delivery.

A sealed record is

    1 byte   version (1)
    12 bytes nonce, random, given by the caller
    n bytes  AES-256-GCM ciphertext, with its tag of 16 bytes at the end

and its associated data name whose it is: `passation/1|batch|`, delivery, session, epoch, n. So a record
cannot be moved to another pupil or another number, and destroying the delivery's key makes every copy
unreadable. A session seals some thousands of records under its key; random nonces are safe up to 2^32.
"""

from __future__ import annotations

import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
_VERSION = b"\x01"
_NUMBERS = struct.Struct(">QQ")


class Unreadable(ValueError):
    """The record was not sealed with this key for this session, epoch and number."""


class SessionCipher:
    """Seals and opens the batches of one session; holds its data key ready for use."""

    __slots__ = ("_aead", "_owner")

    def __init__(self, key: bytes, sid: bytes, delivery: str) -> None:
        self._aead = AESGCM(key)
        self._owner = b"passation/1|batch|" + delivery.encode("ascii") + sid

    def seal(self, epoch: int, n: int, body: bytes, nonce: bytes) -> bytes:
        """`body` as a sealed record; `nonce` is 12 fresh random bytes."""
        return _VERSION + nonce + self._aead.encrypt(nonce, body, self._owner + _NUMBERS.pack(epoch, n))

    def open(self, epoch: int, n: int, record: bytes) -> bytes:
        """What was sealed, or Unreadable."""
        return _open(self._aead, record, self._owner + _NUMBERS.pack(epoch, n))


def wrap_key(kek: bytes, session_key: bytes, sid: bytes, delivery: str, nonce: bytes) -> bytes:
    """`session_key` as a sealed record under the delivery's key `kek`."""
    return _VERSION + nonce + AESGCM(kek).encrypt(nonce, session_key, _key_owner(sid, delivery))


def unwrap_key(kek: bytes, wrapped: bytes, sid: bytes, delivery: str) -> bytes:
    """The session key in `wrapped`, or Unreadable."""
    return _open(AESGCM(kek), wrapped, _key_owner(sid, delivery))


def _key_owner(sid: bytes, delivery: str) -> bytes:
    return b"passation/1|key|" + delivery.encode("ascii") + sid


def _open(aead: AESGCM, record: bytes, owner: bytes) -> bytes:
    if record[:1] != _VERSION or len(record) < 1 + NONCE_BYTES + 16:
        raise Unreadable("not a sealed record of version 1")
    try:
        return aead.decrypt(record[1 : 1 + NONCE_BYTES], record[1 + NONCE_BYTES :], owner)
    except InvalidTag as error:
        raise Unreadable("sealed with another key or for another owner, or damaged") from error

"""Marking ids: what an answer is called among markers, who see neither whose it is nor what goes with it.

A marking id is the session's id as one block under AES, with a key of its own for each delivery, item and
outcome: no list is kept, the way back needs the delivery's key, and the answers of one pupil to two items
have nothing in common. One block, all different, is what a block cipher is for; no mode is missing here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB

LETTERS = 26
"""16 bytes in base 32, small letters and the digits 2 to 7."""


class MarkingIds:
    """The marking ids of one delivery."""

    def __init__(self, kek: bytes, delivery: str) -> None:
        self._kek = kek
        self._delivery = delivery
        self._ciphers: dict[tuple[str, str], Cipher[ECB]] = {}

    def of(self, sid: bytes, item: str, outcome: str) -> str:
        block = self._cipher(item, outcome).encryptor().update(sid)
        return base64.b32encode(block).decode().lower().rstrip("=")

    def sid(self, text: str, item: str, outcome: str) -> bytes | None:
        """The session id behind a marking id; anything that is none gives None or a session nobody knows."""
        if len(text) != LETTERS:
            return None
        try:
            block = base64.b32decode(text.upper() + "=" * 6)
        except ValueError:
            return None
        return self._cipher(item, outcome).decryptor().update(block)

    def _cipher(self, item: str, outcome: str) -> Cipher[ECB]:
        cipher = self._ciphers.get((item, outcome))
        if cipher is None:
            owner = "|".join(("passation/1|marking", self._delivery, item, outcome)).encode()
            key = hmac.digest(self._kek, owner, hashlib.sha256)
            cipher = self._ciphers[item, outcome] = Cipher(AES256(key), ECB())
        return cipher


class Allocation(NamedTuple):
    """Which batches an answer goes into: always one, for a share of them a second one."""

    batches: int
    double_permille: int = 0

    def of(self, marking_id: str) -> tuple[int, ...]:
        """The batches, from 1; the same on each export, and even, since an id is as good as drawn."""
        digest = hashlib.sha256(marking_id.encode()).digest()
        first, chance, second = (int.from_bytes(digest[place : place + 4], "big") for place in (0, 4, 8))
        one = first % self.batches
        if chance % 1000 >= self.double_permille:
            return (one + 1,)
        return one + 1, (one + 1 + second % (self.batches - 1)) % self.batches + 1

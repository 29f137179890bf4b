"""Passwords printed on letters, kept as Argon2id; the one door to argon2.

A password is a code of twelve symbols (53 bits) in the pupils' own alphabet, so it is read and typed with the
same forgiveness. Argon2id with 19 MiB and two passes is the floor of OWASP; two at a time bound the memory.
"""

from __future__ import annotations

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sessions import codes

AT_ONCE = 2


class Passwords:
    """Makes and checks passwords; `memory_kib` is smaller in tests alone."""

    def __init__(self, memory_kib: int = 19 * 1024) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._nobody = self._hasher.hash(secrets.token_hex())

    def generate(self) -> str:
        """A new password, as it is printed and hashed: normalised."""
        return codes.generate(secrets.token_bytes)

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    async def matches(self, stored: str | None, typed: str) -> bool:
        """Whether `typed` is the password; as slow for an identifier that does not exist."""
        try:
            password = codes.normalise(typed)
        except codes.CodeTypo:
            password = ""
        async with self._room:
            right = await asyncio.to_thread(self._verify, stored or self._nobody, password)
        return right and stored is not None

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

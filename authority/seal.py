"""What the register holds of a person, sealed: AES-256-GCM, random nonces, the row as associated data.

A sealed value moved to another row does not open. Whoever holds a copy of the database and not `names.json`
holds noise.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authority.problems import KeyProblem

NONCE_BYTES = 12


class Seal:
    """Seals and opens values under one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, kind: str, owner: str, value: Any) -> bytes:
        """`value` (what JSON can say), bound to the row `owner` of the table `kind`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return nonce + self._cipher.encrypt(nonce, plain, f"{kind}|{owner}".encode())

    def open(self, kind: str, owner: str, sealed: bytes) -> Any:
        """The value again, or KeyProblem when the key or the row is another one."""
        try:
            plain = self._cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], f"{kind}|{owner}".encode()
            )
        except InvalidTag as error:
            raise KeyProblem(
                f"a row of {kind} does not open: names.json is not the key that this register was made with"
            ) from error
        return json.loads(plain)

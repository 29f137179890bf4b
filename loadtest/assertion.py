"""A teacher's assertion, as the authority's program signs it (DESIGN P7); here the run is the authority.

base64url(payload) "." base64url(Ed25519 signature over "passation-rooms/1|" + that first part)
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

FORMAT = "passation-rooms/1"
LIVES_S = 600
"""The engine takes those that live for a quarter of an hour at most."""


def private_key(pem: str) -> Ed25519PrivateKey:
    """The key of a PEM text, or ValueError."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the authority's key is an Ed25519 key")
    return key


def sign(key: Ed25519PrivateKey, campaign: str, who: str, rooms: Sequence[str], now_s: float) -> str:
    """What a teacher shows from now on; `who`: 32 hexadecimal digits, `now_s`: seconds since 1970."""
    issued_ms = int(now_s * 1000)
    payload = {
        **{"format": FORMAT, "campaign": campaign, "who": who, "role": "teacher", "rooms": sorted(rooms)},
        **{"issued_ms": issued_ms, "expires_ms": issued_ms + LIVES_S * 1000},
    }
    body = _encode(json.dumps(payload, separators=(",", ":")).encode())
    return f"{body}.{_encode(key.sign(f'{FORMAT}|{body}'.encode()))}"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

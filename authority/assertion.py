"""A short assertion, signed by the authority: whoever shows it may see these rooms for a quarter of an hour.

    base64url(payload) "." base64url(Ed25519 signature over "passation-rooms/1|" + that first part)

    payload = {"format": "passation-rooms/1", "campaign", "who", "role": "teacher"|"head", "rooms": [...],
               "issued_ms", "expires_ms"}

`who` is an opaque id of this campaign, not the identifier that the person typed. The browser takes it from
this program and shows it to the engine as `Authorization: Assertion ...`; the two servers never speak.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "passation-rooms/1"
LIVES_MS = 15 * 60_000
_CONTEXT = b"passation-rooms/1|"


def opaque(secret: bytes, login: str) -> str:
    """The id of a person towards the engine: the same all through the campaign, and nothing else."""
    return hmac.digest(secret, b"passation-authority/1|who|" + login.encode(), "sha256").hex()[:32]


def sign(
    key: Ed25519PrivateKey, *, campaign: str, who: str, role: str, rooms: Sequence[str], now_ms: int
) -> str:
    """An assertion that lives for `LIVES_MS`."""
    payload = {
        "format": FORMAT,
        "campaign": campaign,
        "who": who,
        "role": role,
        "rooms": sorted(rooms),
        "issued_ms": now_ms,
        "expires_ms": now_ms + LIVES_MS,
    }
    body = _encode(json.dumps(payload, separators=(",", ":")).encode())
    return f"{body}.{_encode(key.sign(_CONTEXT + body.encode()))}"


def read(key: Ed25519PublicKey, assertion: str, now_ms: int) -> dict[str, Any] | None:
    """The payload, or None for what this authority did not sign or what has expired.

    The engine has its own reader; this one states what it has to do, and the tests hold both to it.
    """
    body, _, signature = assertion.partition(".")
    try:
        key.verify(_decode(signature), _CONTEXT + body.encode())
        payload = json.loads(_decode(body))
    except (InvalidSignature, ValueError):
        return None
    if not isinstance(payload, dict) or payload.get("format") != FORMAT:
        return None
    lives = payload["issued_ms"] <= now_ms < payload["expires_ms"]
    return payload if lives else None


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

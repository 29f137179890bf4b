"""The authority towards an engine of the tests: its key, its origin, what it asserts."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from authority.assertion import sign
from authority.keys import public_pem
from engine.assertion import KEY_FILE
from engine.clock import now_ms

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "https://asp.test"
CAMPAIGN = "rooms-2026"
WHO = "0123456789abcdef" * 2


def put_key(folder: Path) -> None:
    """What an operator does once with the authority's public key; `folder` is the engine's keys folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / KEY_FILE).write_bytes(public_pem(KEY.public_key()))


def assertion(
    *rooms: str, key: Ed25519PrivateKey = KEY, campaign: str = CAMPAIGN, issued_ms: int | None = None
) -> str:
    """A teacher's, of these rooms, as the authority's program signs it."""
    issued_ms = now_ms() if issued_ms is None else issued_ms
    return sign(key, campaign=campaign, who=WHO, role="teacher", rooms=rooms, now_ms=issued_ms)


def shown(text: str, origin: str = ORIGIN) -> dict[str, str]:
    """The headers of a page that shows an assertion."""
    return {"Authorization": f"Assertion {text}", "Origin": origin}

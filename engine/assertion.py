"""The authority's short assertion: whoever shows it may see, and act in, the rooms that it lists.

    base64url(payload) "." base64url(Ed25519 signature over "passation-rooms/1|" + that first part)

    payload = {"format": "passation-rooms/1", "campaign", "who", "role": "teacher"|"head", "rooms": [...],
               "issued_ms", "expires_ms"}

It is made by `authority.assertion`, with the key that signs the files of codes, and comes in the browser of a
teacher: the two servers never speak. `who` is opaque: no name, and not what the person typed.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from engine.codesfile import public_key
from engine.errors import Problem

FORMAT = "passation-rooms/1"
KEY_FILE = "signing.pub.pem"
"""In the keys folder, under the name that the authority gave it: it checks the files of codes too."""
SCHEME = "Assertion "
LIVES_MS_MAX = 15 * 60_000
SKEW_MS = 60_000
"""Two machines, two clocks: so much younger than now may an assertion be."""
CHARACTERS_MAX = 16_384
ROOMS_MAX = 256
ROLES = ("teacher", "head")
ROOM = re.compile(r"[0-9A-Za-z-]{1,24}")

_CONTEXT = b"passation-rooms/1|"
_CAMPAIGN = re.compile(r"[0-9A-Za-z._-]{1,64}")
_WHO = re.compile(r"[0-9a-f]{32}")
_MOMENT_MAX = 1 << 53


class Assertion(NamedTuple):
    """What the authority says of whoever shows it."""

    campaign: str
    who: str
    role: str
    rooms: frozenset[str]
    issued_ms: int = 0
    """When the authority made it; 0 for who came by our own door."""
    shared: str = ""
    """Opaque id of all who enter by one code, where each visit is a `who` of its own."""

    @property
    def holder(self) -> str:
        """Whose a device's unsent work is: whoever comes back to it must be able to read it."""
        return self.shared or self.who

    @property
    def actor(self) -> str:
        """How the audit log calls this person."""
        return f"{self.role}:{self.who}"


def authority_key(folder: Path) -> Ed25519PublicKey:
    """The authority's public key from the keys folder, or CodesFileProblem."""
    return public_key(folder / KEY_FILE)


def read(key: Ed25519PublicKey, header: str, now_ms: int) -> Assertion:
    """What the header `Authorization` asserts, or Problem `assertion_invalid`, whatever is wrong with it."""
    text = header.removeprefix(SCHEME)
    if text == header or len(text) > CHARACTERS_MAX:
        raise Problem("assertion_invalid")
    body, _, signature = text.partition(".")
    try:
        key.verify(_decode(signature), _CONTEXT + body.encode())
        assertion = _assertion(json.loads(_decode(body)), now_ms)
    except (InvalidSignature, ValueError, RecursionError) as error:
        raise Problem("assertion_invalid") from error
    if assertion is None:
        raise Problem("assertion_invalid")
    return assertion


def _assertion(payload: Any, now_ms: int) -> Assertion | None:
    if not isinstance(payload, dict) or payload.get("format") != FORMAT:
        return None
    issued_ms, expires_ms = (_moment(payload.get(name)) for name in ("issued_ms", "expires_ms"))
    is_short = 0 < expires_ms - issued_ms <= LIVES_MS_MAX
    if not is_short or not issued_ms - SKEW_MS <= now_ms < expires_ms:
        return None
    rooms = payload.get("rooms")
    if not isinstance(rooms, list) or len(rooms) > ROOMS_MAX:
        return None
    campaign, who, role = (payload.get(name) for name in ("campaign", "who", "role"))
    is_sound = _is(_CAMPAIGN, campaign) and _is(_WHO, who) and role in ROLES
    if not is_sound or not all(_is(ROOM, room) for room in rooms):
        return None
    return Assertion(str(campaign), str(who), str(role), frozenset(rooms), issued_ms)


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))


def _moment(value: object) -> int:
    return value if type(value) is int and 0 < value < _MOMENT_MAX else 0


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)

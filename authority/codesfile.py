"""The files for the engine: codes without names, and withdrawals. The engine has its own reader.

    {"format": "passation-codes/1", "campaign": ..., "created_ms": ..., "count": ...}
    {"session": hex, "room": ..., "short": hex, "long": hex, "factor": 1.0, "needs": [...]}     count times
    {"sha256": hex, "signature": hex}          Ed25519 over the SHA-256 of all lines before

`short` and `long` are keyed digests: the engine learns neither a code nor, of a pupil, anything but how much
time and which switches of the player. A withdrawal has the format `passation-revocations/1` and rows
{"session": hex}.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from authority.files import draft
from authority.register import Code
from sessions.codes import digest

CODES = "passation-codes/1"
REVOCATIONS = "passation-revocations/1"


class Written(NamedTuple):
    """A file that is whole and on the disk."""

    path: Path
    sha256: str
    total: int


def write_codes(
    path: Path,
    rows: Sequence[tuple[Code, str, int, tuple[str, ...]]],
    *,
    campaign: str,
    created_ms: int,
    pepper: bytes,
    key: Ed25519PrivateKey,
) -> Written:
    """Write and sign what the engine may know of these codes."""
    lines = (
        {
            "session": code.session,
            "room": room,
            "short": digest(pepper, code.short).hex(),
            "long": digest(pepper, code.long).hex(),
            "factor": factor_permille / 1000,
            "needs": list(needs),
        }
        for code, room, factor_permille, needs in rows
    )
    return _write(path, CODES, campaign, created_ms, len(rows), lines, key)


def write_revocations(
    path: Path, sessions: Sequence[str], *, campaign: str, created_ms: int, key: Ed25519PrivateKey
) -> Written:
    """Write and sign which sessions nobody may log in to any more."""
    lines = ({"session": session} for session in sessions)
    return _write(path, REVOCATIONS, campaign, created_ms, len(sessions), lines, key)


def _write(
    path: Path,
    name: str,
    campaign: str,
    created_ms: int,
    count: int,
    rows: Iterable[dict[str, Any]],
    key: Ed25519PrivateKey,
) -> Written:
    hashed = hashlib.sha256()
    with draft(path) as file:
        header = {"format": name, "campaign": campaign, "created_ms": created_ms, "count": count}
        for value in (header, *rows):
            line = json.dumps(value, separators=(",", ":")).encode() + b"\n"
            hashed.update(line)
            file.write(line)
        seal = {"sha256": hashed.hexdigest(), "signature": key.sign(hashed.digest()).hex()}
        file.write(json.dumps(seal, separators=(",", ":")).encode() + b"\n")
    return Written(path, hashed.hexdigest(), count)

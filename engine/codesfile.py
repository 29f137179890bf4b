"""The signed file from the authority to the engine: sessions, rooms, digests of codes, and nothing else.

    {"format": "passation-codes/1", "campaign": ..., "created_ms": ..., "count": ...}
    {"session": hex, "room": ..., "short": hex, "long": hex, "factor": 1.0, "needs": [...]}     count times
    {"sha256": hex, "signature": hex}          Ed25519 over the SHA-256 of all lines before

The whole file is verified before its first row is used, and hashed again while it is used. A field that is
not in this list is refused by name: that is how no name, birth date or school enters the engine. `needs` are
switches of the player (`engine.needs`): they say what the page does, never why.

A withdrawal has the format `passation-revocations/1` and rows {"session": hex}.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from engine.needs import problem_with
from engine.signedfile import CodesFileProblem, Fields, SignedFile

FACTOR_LOW, FACTOR_HIGH = 0.5, 4.0

_SID = re.compile(r"[0-9a-f]{32}")
_ROOM = re.compile(r"[0-9A-Za-z-]{1,24}")


class CodesRow(NamedTuple):
    """One session: whoever types one of its two codes sits it."""

    sid: bytes
    room: str
    short: bytes
    long: bytes
    factor_permille: int
    needs: tuple[str, ...]


class CodesFile(SignedFile[CodesRow]):
    """The codes of a delivery."""

    FORMAT = "passation-codes/1"
    COUNT_MIN = 1

    @staticmethod
    def row(fields: Fields) -> CodesRow:
        """One session."""
        fields.only("session", "room", "short", "long", "factor", "needs")
        factor, needs = fields["factor"], fields["needs"]
        if type(factor) not in (int, float) or not FACTOR_LOW <= factor <= FACTOR_HIGH:
            raise fields.problem(f"factor must be a number from {FACTOR_LOW} to {FACTOR_HIGH}")
        if problem := problem_with(needs):
            raise fields.problem(problem)
        short, long = (bytes.fromhex(fields.text(name, _SID)) for name in ("short", "long"))
        if short == long:
            raise fields.problem("short and long must differ")
        sid, room = bytes.fromhex(fields.text("session", _SID)), fields.text("room", _ROOM)
        return CodesRow(sid, room, short, long, round(factor * 1000), tuple(sorted(needs)))


class WithdrawalsFile(SignedFile[bytes]):
    """The sessions whose codes were withdrawn after the engine was given them."""

    FORMAT = "passation-revocations/1"
    COUNT_MIN = 0

    @staticmethod
    def row(fields: Fields) -> bytes:
        """The id of a session."""
        fields.only("session")
        return bytes.fromhex(fields.text("session", _SID))


def write_codes_file(
    path: Path,
    rows: Iterable[CodesRow],
    *,
    campaign: str,
    created_ms: int,
    count: int,
    key: Ed25519PrivateKey,
) -> None:
    """Write and sign a file; `rows` may be a stream of exactly `count` rows."""
    digest = hashlib.sha256()
    with path.open("wb") as file:

        def put(value: dict[str, Any]) -> None:
            line = json.dumps(value, separators=(",", ":")).encode() + b"\n"
            digest.update(line)
            file.write(line)

        put({"format": CodesFile.FORMAT, "campaign": campaign, "created_ms": created_ms, "count": count})
        written = 0
        for row in rows:
            put(_as_json(row))
            written += 1
        if written != count:
            raise ValueError(f"{count} rows were announced, {written} came")
        signature = key.sign(digest.digest())
        put({"sha256": digest.hexdigest(), "signature": signature.hex()})


def public_key(path: Path) -> Ed25519PublicKey:
    """The authority's public key from its PEM file."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CodesFileProblem(
            f"cannot read the authority's key {path}: it must be a public key in PEM"
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise CodesFileProblem(f"{path} is not an Ed25519 key: ask the authority for its signing key")
    return key


def private_key(path: Path) -> Ed25519PrivateKey:
    """The signing key from its PEM file (authority and demonstration only)."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise CodesFileProblem(
            f"cannot read the signing key {path}: it must be a private key in PEM"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise CodesFileProblem(f"{path} is not an Ed25519 key")
    return key


def _as_json(row: CodesRow) -> dict[str, Any]:
    return {
        "session": row.sid.hex(),
        "room": row.room,
        "short": row.short.hex(),
        "long": row.long.hex(),
        "factor": row.factor_permille / 1000,
        "needs": list(row.needs),
    }

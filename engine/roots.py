"""Roots of the audit log: the hash that stands for all its lines up to the end of a day, signed.

    {"version": 1, "day": "2027-09-14", "seq": 812, "hash": hex, "signed_ms": time,
     "key": public key in hex, "signature": hex}

A root kept elsewhere (printed, mailed, with the authority) makes every later change of those lines show: the
chain must still lead through it. The signature (Ed25519, over the other fields as sorted JSON) says whose
root it is; the public key is printed by `passation audit root` and belongs with whoever verifies.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from engine.archive import Archive, Conflict, audit

FIELDS = {"version": int, "day": str, "seq": int, "hash": str, "signed_ms": int, "key": str, "signature": str}


async def make_root(archive: Archive, day: date, secret: bytes, now_ms: int) -> dict[str, Any]:
    """The signed root of a day (by UTC); of today, of what there is so far. Conflict for a day to come."""
    end_ms = _start_ms(day + timedelta(days=1))
    if _start_ms(day) > now_ms:
        raise Conflict(f"{day} has not begun: a root is of today or of a day before")
    seq, line = await audit.head(archive.database, end_ms)
    key = Ed25519PrivateKey.from_private_bytes(secret)
    root = {
        "version": 1,
        "day": day.isoformat(),
        "seq": seq,
        "hash": line.hex(),
        "signed_ms": now_ms,
        "key": key.public_key().public_bytes_raw().hex(),
    }
    return root | {"signature": key.sign(_signed(root)).hex()}


def read_root(path: Path, key: str = "") -> dict[str, Any]:
    """A root from its file, its signature verified; `key`: the only public key (hex) that may have signed."""
    try:
        root = orjson.loads(path.read_bytes())
    except OSError as error:
        raise Conflict(f"cannot read the root {path}: {error.strerror}") from error
    except ValueError as error:
        raise Conflict(f"{path} is no root: `passation audit root --out FILE` writes one") from error
    if not isinstance(root, dict) or {name: type(value) for name, value in root.items()} != FIELDS:
        raise Conflict(f"{path} is no root: `passation audit root --out FILE` writes one")
    if key and root["key"] != key.lower():
        raise Conflict(f"the root {path} was signed with another key than the one given")
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(root["key"]))
        public.verify(bytes.fromhex(root["signature"]), _signed(root))
        bytes.fromhex(root["hash"])
    except (InvalidSignature, ValueError) as error:
        raise Conflict(f"the signature of the root {path} does not hold: it was changed") from error
    return root


def hashes(roots: Iterable[dict[str, Any]]) -> dict[int, bytes]:
    """Number of a line -> the hash that the roots have for it. Conflict when two of them disagree."""
    found: dict[int, bytes] = {}
    for root in roots:
        seq, line = root["seq"], bytes.fromhex(root["hash"])
        if found.setdefault(seq, line) != line:
            raise Conflict(f"two of these roots have different hashes for line {seq}: of another archive?")
    return {seq: line for seq, line in found.items() if seq}


def today(now_ms: int) -> date:
    return datetime.fromtimestamp(now_ms / 1000, UTC).date()


def _start_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _signed(root: dict[str, Any]) -> bytes:
    fields = {name: value for name, value in root.items() if name != "signature"}
    return b"passation/1|audit root|" + orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)

"""`takeout.json`, which the engine writes beside its export: what was exported, hashed and signed.

    {"format": "passation-takeout/1", "delivery", "score_version", "made_ms", "sessions", "missing",
     "outdated", "files": [{"name", "bytes", "sha256"}, ...], "signature": hex}

The signature is Ed25519 over the rest as JSON with sorted keys, no spaces, plain ASCII.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from authority.problems import BadTakeout

FORMAT = "passation-takeout/1"
NAME = "takeout.json"
NEEDED = ("scores.csv", "responses.csv")
FIELDS = {
    *(
        "format",
        "delivery",
        "score_version",
        "made_ms",
        "sessions",
        "missing",
        "outdated",
        "files",
        "signature",
    ),
}
MANIFEST_BYTES_MAX = 1_000_000
_FILE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,200}")


class Takeout(NamedTuple):
    """A take-out whose signature and files were found right. `missing` sessions ended and are not scored."""

    folder: Path
    delivery: str
    score_version: int
    made_ms: int
    sessions: int
    missing: int
    outdated: int
    files: dict[str, str]

    @property
    def scores(self) -> Path:
        return self.folder / "scores.csv"

    @property
    def responses(self) -> Path:
        return self.folder / "responses.csv"


def checked(folder: Path, key: Ed25519PublicKey) -> Takeout:
    """Check signature, sizes and hashes of a take-out; BadTakeout for what is wrong."""
    record = _record(folder / NAME)
    try:
        key.verify(bytes.fromhex(str(record["signature"])), signed_bytes(record))
    except (InvalidSignature, ValueError) as error:
        raise BadTakeout(f"{folder / NAME} is not signed by this engine: fetch the take-out again") from error
    files = {}
    for entry in record["files"]:
        files[str(entry["name"])] = _same(folder, entry)
    if missing := [name for name in NEEDED if name not in files]:
        raise BadTakeout(f"the take-out holds no {missing[0]}: export it again with --format csv")
    numbers = ("score_version", "made_ms", "sessions", "missing", "outdated")
    return Takeout(
        folder=folder,
        delivery=str(record["delivery"]),
        files=files,
        **{name: int(record[name]) for name in numbers},
    )


def signed_bytes(record: dict[str, Any]) -> bytes:
    """What the signature covers."""
    rest = {name: value for name, value in record.items() if name != "signature"}
    return json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()


def _record(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:  # read whole: its size is bounded
            record = json.loads(file.read(MANIFEST_BYTES_MAX))
    except (OSError, ValueError) as error:
        raise BadTakeout(
            f"cannot read {path}: export with `passation results export --sign`, and bring the whole folder"
        ) from error
    if not isinstance(record, dict) or record.get("format") != FORMAT or record.keys() != FIELDS:
        raise BadTakeout(f"{path} is not a take-out in the format {FORMAT}")
    return record


def _same(folder: Path, entry: dict[str, Any]) -> str:
    """The SHA-256 of a file that is what the manifest says."""
    name = str(entry["name"])
    if not _FILE.fullmatch(name) or ".." in name:
        raise BadTakeout(f"the take-out names a file {name[:40]!r}: that is none of an export's")
    hashed = hashlib.sha256()
    try:
        with (folder / name).open("rb") as file:
            while block := file.read(1 << 20):
                hashed.update(block)
            size = file.tell()
    except OSError as error:
        raise BadTakeout(f"{folder / name} is missing: bring the whole folder") from error
    if size != entry["bytes"] or hashed.hexdigest() != entry["sha256"]:
        raise BadTakeout(f"{folder / name} is cut or changed: fetch it again")
    return hashed.hexdigest()

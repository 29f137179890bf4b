"""`takeout.json` beside an export: what was exported, hashed and signed, for whoever takes it over.

    {"format": "passation-takeout/1", "delivery", "score_version", "made_ms", "sessions", "missing",
     "outdated", "files": [{"name", "bytes", "sha256"}, ...], "signature": hex}

The signature is Ed25519 over the rest as JSON with sorted keys, no spaces, plain ASCII. `missing` sessions
have ended and are not scored yet.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.results.drafts import draft
from engine.results.export import Exported

FORMAT = "passation-takeout/1"
NAME = "takeout.json"
BLOCK = 1 << 20


def sign_takeout(exported: Exported, delivery: str, key: Ed25519PrivateKey, now_ms: int) -> Path:
    """Hash every file of the export, sign the list, write it beside them; gives its path."""
    files = sorted(found for path in exported.files for found in path.parent.glob(path.name))
    record: dict[str, Any] = {
        "format": FORMAT,
        "delivery": delivery,
        "score_version": exported.version,
        "made_ms": now_ms,
        "sessions": exported.sessions,
        "missing": exported.missing,
        "outdated": exported.outdated,
        "files": [_described(exported.folder, path) for path in files],
    }
    signed = json.dumps(record, sort_keys=True, separators=(",", ":")).encode()
    record["signature"] = key.sign(signed).hex()
    with draft(exported.folder / NAME) as unfinished:
        unfinished.write_text(json.dumps(record, indent=1) + "\n")
    return exported.folder / NAME


def _described(folder: Path, path: Path) -> dict[str, Any]:
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            hashed.update(block)
        size = file.tell()
    return {"name": path.relative_to(folder).as_posix(), "bytes": size, "sha256": hashed.hexdigest()}

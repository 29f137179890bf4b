"""The manifest: what a backup holds, encrypted and authenticated. It is written last, and makes the backup.

    manifest      "passation backup 1\\n", 16 bytes id, 12 bytes nonce, AES-256-GCM of JSON

The keys of manifest and parts are derived from the installation's backup key and the id: no two backups
share one.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.backup.parts import NONCE_BYTES, BackupProblem, Part
from engine.keyfiles import write_new

NAME = "manifest"
MAGIC = b"passation backup 1\n"
ID_BYTES = 16


class Manifest(NamedTuple):
    """What a backup holds. `schema` is that of the archive, `audit` the newest line of its log."""

    id: bytes
    created_ms: int
    program: str
    schema: str
    audit_seq: int
    audit_hash: str
    has_journal: bool
    parts: tuple[Part, ...]


def part_key(backup_key: bytes, identity: bytes, what: str = "parts") -> bytes:
    """The key of one backup's parts, or of its manifest."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=identity, info=b"passation/1|backup|" + what.encode())
    return derived.derive(backup_key)


def write_manifest(folder: Path, manifest: Manifest, backup_key: bytes) -> None:
    """Seal and write the manifest, durably; with it the backup exists."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    record = manifest._asdict() | {
        "id": manifest.id.hex(),
        "parts": [part._asdict() for part in manifest.parts],
    }
    head = MAGIC + manifest.id
    sealed = AESGCM(part_key(backup_key, manifest.id, "manifest")).encrypt(nonce, orjson.dumps(record), head)
    write_new(folder / NAME, head + nonce + sealed)


def read_manifest(folder: Path, backup_key: bytes) -> Manifest:
    """The manifest of a backup, or BackupProblem."""
    path = folder / NAME
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BackupProblem(
            f"there is no backup in {folder}: {path} cannot be read ({error.strerror})"
        ) from error
    start = len(MAGIC) + ID_BYTES
    head, nonce, sealed = data[:start], data[start : start + NONCE_BYTES], data[start + NONCE_BYTES :]
    if not head.startswith(MAGIC) or len(sealed) < 16:
        raise BackupProblem(f"{path} is not the manifest of a backup, or was cut")
    identity = head[len(MAGIC) :]
    try:
        text = AESGCM(part_key(backup_key, identity, "manifest")).decrypt(nonce, sealed, head)
    except InvalidTag as error:
        raise BackupProblem(
            f"{path} does not open: it is damaged, or of an installation with another backup key "
            "(backup.json of the keys folder)"
        ) from error
    return _manifest(orjson.loads(text))


def _manifest(record: dict[str, Any]) -> Manifest:
    parts = tuple(Part(**part) for part in record["parts"])
    return Manifest(**(record | {"id": bytes.fromhex(record["id"]), "parts": parts}))

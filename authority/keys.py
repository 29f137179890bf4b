"""The authority's keys, one small file each, outside its data folder and outside every backup.

    names.json       {"key": ...}       opens names, birth dates, arrangements and codes in the register
    research.json    {"key": ...}       turns sessions into the pseudonyms of the research files
    pepper.json      {"pepper": ...}    turns codes into digests; the engine is given a copy of this one
    signing.pem      Ed25519            signs codes files, withdrawals and assertions
    signing.pub.pem                     its public half, for the engine
    destroyed.json   {"destroyed_ms"}   names and codes are gone and must not come back

Destroying `names.json` makes every copy of the register, backups included, unreadable; destroying
`research.json` cuts the research files from the sessions for good.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from authority.problems import Destroyed, KeyProblem

KEY_BYTES = 32
DESTROYED_WITH_NAMES = ("names.json", "research.json", "pepper.json", "signing.pem")


class Keys:
    """The keys of one installation, that is of one campaign."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ensure(self) -> None:
        """Make the keys where they are missing; never again after they were destroyed."""
        self._alive()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, field in (("names", "key"), ("research", "key"), ("pepper", "pepper")):
            if not self._path(f"{name}.json").exists():
                _write_new(self._path(f"{name}.json"), _record(field, secrets.token_bytes(KEY_BYTES)))
        if not self._path("signing.pem").exists():
            key = Ed25519PrivateKey.generate()
            _write_new(self._path("signing.pem"), _private_pem(key))
            _write_new(self._path("signing.pub.pem"), public_pem(key.public_key()))

    @property
    def destroyed_ms(self) -> int | None:
        """When the keys were destroyed, or None."""
        path = self._path("destroyed.json")
        return int(json.loads(path.read_text())["destroyed_ms"]) if path.exists() else None

    def names(self) -> bytes:
        return self._secret("names", "key")

    def research(self) -> bytes:
        return self._secret("research", "key")

    def pepper(self) -> bytes:
        return self._secret("pepper", "pepper")

    def signing(self) -> Ed25519PrivateKey:
        """What signs for the authority."""
        self._alive()
        path = self._path("signing.pem")
        try:
            key = serialization.load_pem_private_key(self._bytes(path), password=None)
        except (ValueError, TypeError) as error:
            raise KeyProblem(f"{path} is damaged: put it back from your safe copy") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyProblem(f"{path} is not an Ed25519 key: put it back from your safe copy")
        return key

    def destroy(self, now_ms: int) -> list[str]:
        """Overwrite and remove every secret; gives the names of the files that went.

        A disk that remaps its blocks may keep the old ones, so the folder belongs on an encrypted disk.
        """
        if self.destroyed_ms is None:
            _write_new(self._path("destroyed.json"), json.dumps({"destroyed_ms": now_ms}).encode())
        gone = [name for name in DESTROYED_WITH_NAMES if self._path(name).exists()]
        for name in gone:
            _overwrite(self._path(name))
            self._path(name).unlink()
        handle = os.open(self.folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        return gone

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _alive(self) -> None:
        if self.destroyed_ms is not None:
            raise Destroyed("the keys of this campaign were destroyed: nobody reads its names again")

    def _secret(self, name: str, field: str) -> bytes:
        self._alive()
        path = self._path(f"{name}.json")
        try:
            secret = base64.b64decode(json.loads(self._bytes(path))[field], validate=True)
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise KeyProblem(f"{path} is damaged: put it back from your safe copy") from error
        if len(secret) != KEY_BYTES:
            raise KeyProblem(f"{path} is damaged: put it back from your safe copy")
        return secret

    def _bytes(self, path: Path) -> bytes:
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise KeyProblem(f"{path} can be read by others: chmod 600 {path}")
            return path.read_bytes()
        except OSError as error:
            raise KeyProblem(f"{path} is missing: `passation-authority init` makes new keys") from error


def public_key(path: Path) -> Ed25519PublicKey:
    """A public key from its PEM file, the engine's for example; or KeyProblem."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyProblem(f"cannot read the public key {path}: it must be PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyProblem(f"{path} is not an Ed25519 key: ask for the signing key")
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form)


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _record(field: str, secret: bytes) -> bytes:
    return json.dumps({field: base64.b64encode(secret).decode()}).encode()


def _write_new(path: Path, data: bytes) -> None:
    """Write `path` whole and synced; a key that exists is never replaced by accident."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    finally:
        temporary.unlink()


def _overwrite(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(size))
        file.flush()
        os.fsync(file.fileno())

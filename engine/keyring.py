"""The keys, one small file each, in a folder that lies outside the data folder and outside every backup.

    token.json       {"current": n, "keys": {n: key}}       signs the pupils' tokens; several live at once
    pepper.json      {"pepper": key}                        turns codes into digests; the authority has it too
    operator.json    {"token": key}                         lets a program of the operator's read the ledger
    DELIVERY.json    {"kek": key, "content_key": key}       wraps the sessions' keys; opens the sealed form
    DELIVERY.gone    {"destroyed_ms": time}                 the key was destroyed and must not come back

Without a delivery's file nobody reads its answers or scores again, in no copy. A file is written whole and
synced before it is used, and is refused while others than its owner may read it.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

KEY_BYTES = 32
TOKEN_KEYS_MAX = 8
"""Old keys are read as long as tokens signed with them may live; more than a few means nobody tidies up."""

_DELIVERY = re.compile(r"[a-z0-9][a-z0-9-]{7}")
"""Eight signs: a token has one place of that length for it."""
_RESERVED = ("token", "pepper", "operator")


class KeyProblem(Exception):
    """A key file is missing, open to others or damaged; the message names it and says what to do."""


class DeliveryKeys(NamedTuple):
    """The two secrets of one delivery."""

    kek: bytes
    """Wraps the key of each session."""
    content_key: bytes
    """Opens the sealed form; goes to each pupil at the start."""


class KeyRing:
    """The keys of one installation."""

    def __init__(self, folder: Path, data_dir: Path | None = None) -> None:
        if data_dir is not None and folder.resolve().is_relative_to(data_dir.resolve()):
            raise KeyProblem(
                f"the keys folder {folder} lies inside the data folder {data_dir}: a copy of the data would "
                "carry the keys; set PASSATION_KEYS_DIR to a folder elsewhere"
            )
        self._folder = folder

    # --- token keys and pepper ------------------------------------------------------------------------

    def ensure(self) -> None:
        """Create the token key, the pepper and the operator's token where they are missing."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._path("token").exists():
            self.add_token_key()
        if not self._path("pepper").exists():
            self._create("pepper", {"pepper": _encode(secrets.token_bytes(KEY_BYTES))})
        if not self._path("operator").exists():
            self._create("operator", {"token": _encode(secrets.token_bytes(KEY_BYTES))})

    def token_keys(self) -> tuple[dict[int, bytes], int]:
        """All token keys by number, and the number of the one that signs now."""
        record = self._read("token")
        current, keys = record.get("current"), record.get("keys")
        if type(keys) is not dict or str(current) not in keys or not all(map(str.isdecimal, keys)):
            raise KeyProblem(f"{self._path('token')} is damaged: restore it from your safe copy")
        return {int(number): self._decode("token", key) for number, key in keys.items()}, int(str(current))

    def add_token_key(self) -> int:
        """A new token key signs from now on; the former ones are still read. Gives its number, 0 to 255."""
        keys, current = self.token_keys() if self._path("token").exists() else ({}, 255)
        if len(keys) >= TOKEN_KEYS_MAX:
            raise KeyProblem(f"{self._path('token')} holds {len(keys)} keys: drop the oldest first")
        number = next(n % 256 for n in range(current + 1, current + 257) if n % 256 not in keys)
        self._write_token(keys | {number: secrets.token_bytes(KEY_BYTES)}, number)
        return number

    def drop_token_key(self, number: int) -> None:
        """Forget an old token key: tokens signed with it are worth nothing from now on."""
        keys, current = self.token_keys()
        if number == current or number not in keys:
            raise KeyProblem(f"token key {number} is not an old one: `passation keys list` shows them")
        del keys[number]
        self._write_token(keys, current)

    def pepper(self) -> bytes:
        """The secret that turns codes into digests."""
        return self._decode("pepper", self._read("pepper").get("pepper"))

    def operator_token(self) -> str:
        """What an operator's program sends to be let in."""
        return self._decode("operator", self._read("operator").get("token")).hex()

    def put_pepper(self, pepper: bytes) -> None:
        """Take over the authority's pepper; once only, since every digest hangs on it."""
        if len(pepper) != KEY_BYTES:
            raise KeyProblem(f"a pepper has {KEY_BYTES} bytes, not {len(pepper)}")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._create("pepper", {"pepper": _encode(pepper)})

    # --- keys of deliveries ---------------------------------------------------------------------------

    def create_delivery(self, delivery: str) -> DeliveryKeys:
        """New random keys for a new delivery; an id whose key was destroyed never comes back."""
        if not _DELIVERY.fullmatch(delivery) or delivery in _RESERVED:
            raise KeyProblem(f"{delivery!r} cannot name a delivery: use eight signs of a-z, 0-9 and -")
        if self._tombstone(delivery).exists():
            raise KeyProblem(f"the key of {delivery} was destroyed: give the new delivery another id")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = DeliveryKeys(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES))
        self._create(delivery, {"kek": _encode(keys.kek), "content_key": _encode(keys.content_key)})
        return keys

    def delivery(self, delivery: str) -> DeliveryKeys:
        """The keys of a delivery, or KeyProblem."""
        record = self._read(delivery)
        return DeliveryKeys(
            self._decode(delivery, record.get("kek")), self._decode(delivery, record.get("content_key"))
        )

    def destroy(self, delivery: str, now_ms: int) -> None:
        """Destroy a delivery's keys: every answer and score of it, in every copy, is noise from now on.

        The file is overwritten before it is removed; a disk that remaps its blocks may keep the old ones, so
        the folder belongs on an encrypted disk.
        """
        path = self._path(delivery)
        if not path.exists() and not self._tombstone(delivery).exists():
            raise KeyProblem(f"there is no key file {path}: `passation keys list` shows what there is")
        if not self._tombstone(delivery).exists():
            _write_new(self._tombstone(delivery), json.dumps({"destroyed_ms": now_ms}).encode())
        if path.exists():
            _overwrite(path)
            path.unlink()
        _sync_folder(self._folder)

    def deliveries(self) -> list[str]:
        """Ids of the deliveries whose keys are here."""
        names = {path.stem for path in self._folder.glob("*.json")} if self._folder.is_dir() else set()
        return sorted(names.difference(_RESERVED))

    def destroyed(self) -> list[str]:
        """Ids of the deliveries whose keys were destroyed."""
        return sorted(path.stem for path in self._folder.glob("*.gone")) if self._folder.is_dir() else []

    # --- files ----------------------------------------------------------------------------------------

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _tombstone(self, delivery: str) -> Path:
        return self._folder / f"{delivery}.gone"

    def _read(self, name: str) -> dict[str, Any]:
        path = self._path(name)
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise KeyProblem(f"others may read {path}: `chmod 600 {path}`, and take it that they did")
            record = json.loads(path.read_bytes())
        except FileNotFoundError as error:
            raise KeyProblem(self._missing(name)) from error
        except OSError as error:
            raise KeyProblem(f"cannot read {path} ({error.strerror}): run as the user who owns it") from error
        except ValueError as error:
            raise KeyProblem(f"{path} is damaged: restore it from your safe copy") from error
        if not isinstance(record, dict):
            raise KeyProblem(f"{path} is damaged: restore it from your safe copy")
        return record

    def _missing(self, name: str) -> str:
        path = self._path(name)
        if name in _RESERVED:
            return f"there is no key file {path}: `passation keys create` makes it, once"
        if self._tombstone(name).exists():
            return f"the key of delivery {name} was destroyed: its answers and scores cannot be read any more"
        return f"the key of delivery {name} is not here: put {path} back from your safe copy"

    def _decode(self, name: str, text: object) -> bytes:
        try:
            key = base64.b64decode(text if isinstance(text, str) else "", validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise KeyProblem(f"{self._path(name)} is damaged: restore it from your safe copy")
        return key

    def _create(self, name: str, record: dict[str, Any]) -> None:
        try:
            _write_new(self._path(name), json.dumps(record).encode())
        except FileExistsError as error:
            raise KeyProblem(f"{self._path(name)} is there already and is not replaced") from error

    def _write_token(self, keys: dict[int, bytes], current: int) -> None:
        record = {"current": current, "keys": {str(number): _encode(key) for number, key in keys.items()}}
        _write_over(self._path("token"), json.dumps(record).encode())


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _write_new(path: Path, data: bytes) -> None:
    """Write `path` whole, or FileExistsError: a key that exists is never replaced by accident."""
    _publish(path, data, lambda temporary: os.link(temporary, path))


def _write_over(path: Path, data: bytes) -> None:
    _publish(path, data, lambda temporary: os.replace(temporary, path))


def _publish(path: Path, data: bytes, rename: Callable[[Path], None]) -> None:
    """Write beside `path`, sync, then let it appear under its name at once."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        rename(temporary)
        _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _overwrite(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(size))
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

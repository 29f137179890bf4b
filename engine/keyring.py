"""The keys, one small file each, in a folder that lies outside the data folder and outside every backup.

    token.json       {"current": n, "keys": {n: key}}       signs the pupils' tokens; several live at once
    pepper.json      {"pepper": key}                        turns codes into digests; the authority has it too
    operator.json    {"token": key}                         lets a program of the operator's read the ledger
    audit.json       {"secret": key}                        signs the roots of the audit log
    backup.json      {"key": key}                           encrypts backups
    DELIVERY.json    {"kek": key, "content_key": key}       wraps the sessions' keys; opens the sealed form
    DELIVERY.gone    {"destroyed_ms": time}                 the key was destroyed and must not come back

Where a wrapping key is given (`engine.wrapping`) each file is `{"by": n, "sealed": its content}` under it.
Without a delivery's file nobody reads its answers or scores again, in no copy. A file is written whole and
synced before it is used, and is refused while others than its owner may read it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import stat
from pathlib import Path
from typing import Any, NamedTuple

from engine.keyfiles import erase, sync_folder, write_new, write_over
from engine.settings import Settings
from engine.wrapping import KEY_BYTES, KeyProblem, Source, WrappingKeys, read_file, source_of, spelled

__all__ = ["KEY_BYTES", "DeliveryKeys", "KeyProblem", "KeyRing"]

TOKEN_KEYS_MAX = 8
"""Old keys are read as long as tokens signed with them may live; more than a few means nobody tidies up."""

_DELIVERY = re.compile(r"[a-z0-9][a-z0-9-]{7}")
"""Eight signs: a token has one place of that length for it."""
_SINGLE = {"pepper": "pepper", "operator": "token", "audit": "secret", "backup": "key", "console": "key"}
"""Files that hold one key, and under which name."""
_RESERVED = ("token", *_SINGLE)


class DeliveryKeys(NamedTuple):
    """The two secrets of one delivery."""

    kek: bytes
    """Wraps the key of each session."""
    content_key: bytes
    """Opens the sealed form; goes to each pupil at the start."""


class KeyRing:
    """The keys of one installation."""

    def __init__(self, folder: Path, data_dir: Path | None = None, source: Source | None = None) -> None:
        if data_dir is not None and folder.resolve().is_relative_to(data_dir.resolve()):
            raise KeyProblem(
                f"the keys folder {folder} lies inside the data folder {data_dir}: a copy of the data would "
                "carry the keys; set PASSATION_KEYS_DIR to a folder elsewhere"
            )
        self._folder = folder
        self._source = source
        self._wrapping: WrappingKeys | None = None

    @classmethod
    def of(cls, settings: Settings) -> KeyRing:
        """The key ring of this installation."""
        return cls(settings.keys_dir, settings.data_dir, source_of(settings))

    # --- token keys and pepper ------------------------------------------------------------------------

    def ensure(self) -> None:
        """Create what an installation starts with where it is missing: token key, pepper and the like."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._path("token").exists():
            self.add_token_key()
        for name, field in _SINGLE.items():
            if not self._path(name).exists():
                self._create(name, {field: _encode(secrets.token_bytes(KEY_BYTES))})

    def token_keys(self, now_ms: int = 0) -> tuple[dict[int, bytes], int]:
        """All token keys by number, and the number of the one that signs at `now_ms`."""
        record = self._read("token")
        current, keys, following = record.get("current"), record.get("keys"), record.get("next")
        if isinstance(following, dict) and now_ms >= following.get("from_ms", 0):
            current = following.get("number")
        if type(keys) is not dict or str(current) not in keys or not all(map(str.isdecimal, keys)):
            raise KeyProblem(f"{self._path('token')} is damaged: restore it from your safe copy")
        return {int(number): self._decode("token", key) for number, key in keys.items()}, int(str(current))

    def add_token_key(self, now_ms: int = 0, lead_ms: int = 0) -> int:
        """A new token key; the former ones are still read. Gives its number, 0 to 255.

        It signs from `lead_ms` after `now_ms` on: until then every worker has read it.
        """
        keys, current = self.token_keys(now_ms) if self._path("token").exists() else ({}, 255)
        if len(keys) >= TOKEN_KEYS_MAX:
            raise KeyProblem(f"{self._path('token')} holds {len(keys)} keys: drop the oldest first")
        number = next(n % 256 for n in range(current + 1, current + 257) if n % 256 not in keys)
        fresh = keys | {number: secrets.token_bytes(KEY_BYTES)}
        if not keys or not lead_ms:
            self._write_token(fresh, number)
        else:
            self._write_token(fresh, current, {"number": number, "from_ms": now_ms + lead_ms})
        return number

    def drop_token_key(self, number: int, now_ms: int = 0) -> None:
        """Forget an old token key: tokens signed with it are worth nothing from now on."""
        keys, current = self.token_keys(now_ms)
        following = self._read("token").get("next") or {}
        is_next = following.get("number") == number
        if number == current or is_next or number not in keys:
            raise KeyProblem(f"token key {number} is not an old one: `passation keys list` shows them")
        del keys[number]
        self._write_token(keys, current, following if following.get("number") != current else None)

    def replace_token_keys(self, now_ms: int = 0) -> int:
        """One new token key in the place of all: what they signed is worth nothing; gives its number."""
        keys, _ = self.token_keys(now_ms)
        number = (max(keys, default=-1) + 1) % 256
        self._write_token({number: secrets.token_bytes(KEY_BYTES)}, number)
        return number

    def pepper(self) -> bytes:
        """The secret that turns codes into digests."""
        return self._single("pepper")

    def operator_token(self) -> str:
        """What an operator's program sends to be let in."""
        return self._single("operator").hex()

    def audit_key(self) -> bytes:
        """Secret half of the Ed25519 key that signs the roots of the audit log."""
        return self._single("audit")

    def backup_key(self) -> bytes:
        """What encrypts backups: without it none can be restored."""
        return self._single("backup")

    def console_key(self) -> bytes:
        """What seals the operators' one-time secrets, and stands behind their cookies."""
        return self._single("console")

    def ensure_console_key(self) -> bytes:
        """The same; made where an installation is older than the console."""
        if not self._path("console").exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._create("console", {"key": _encode(secrets.token_bytes(KEY_BYTES))})
        return self.console_key()

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
            write_new(self._tombstone(delivery), json.dumps({"destroyed_ms": now_ms}).encode())
        if path.exists():
            erase(path)
        sync_folder(self._folder)

    def deliveries(self) -> list[str]:
        """Ids of the deliveries whose keys are here."""
        names = {path.stem for path in self._folder.glob("*.json")} if self._folder.is_dir() else set()
        return sorted(names.difference(_RESERVED))

    def destroyed(self) -> list[str]:
        """Ids of the deliveries whose keys were destroyed."""
        return sorted(path.stem for path in self._folder.glob("*.gone")) if self._folder.is_dir() else []

    # --- the wrapping key ---------------------------------------------------------------------------------

    def rewrap(self) -> int:
        """Seal every key file anew under the current wrapping key; gives how many files that were."""
        if self._source is None:
            raise KeyProblem(
                "there is no wrapping key: set PASSATION_KEYS_FILE, PASSATION_KEYS_WRAPPING or "
                "PASSATION_KEYS_COMMAND"
            )
        self._wrapping = self._source()
        names = sorted(path.stem for path in self._folder.glob("*.json"))
        for name in names:
            write_over(self._path(name), self._sealed(name, self._read(name)))
        return len(names)

    def rotate_wrapping(self, path: Path) -> int:
        """A new wrapping key in file `path`, every key file under it, the former ones gone; its number."""
        found = read_file(path) if path.exists() else WrappingKeys({}, -1)
        number = max(found.keys, default=-1) + 1
        key = secrets.token_bytes(KEY_BYTES)
        both = WrappingKeys({**found.keys, number: key}, number)
        write_over(path, spelled(both))  # first both: what breaks off here is done again
        self.rewrap()
        write_over(path, spelled(WrappingKeys({number: key}, number)))
        return number

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
        return self._opened(name, record) if "sealed" in record else record

    def _opened(self, name: str, record: dict[str, Any]) -> dict[str, Any]:
        """The content of a sealed file; the source is asked again if it was rotated since."""
        if self._source is None:
            raise KeyProblem(
                f"{self._path(name)} is sealed under a wrapping key: set PASSATION_KEYS_FILE, "
                "PASSATION_KEYS_WRAPPING or PASSATION_KEYS_COMMAND"
            )
        if self._wrapping is None or record.get("by") not in self._wrapping.keys:
            self._wrapping = self._source()
        try:
            content: dict[str, Any] = json.loads(self._wrapping.open(name, record))
        except KeyError as error:
            number = record.get("by")
            raise KeyProblem(
                f"{self._path(name)} is sealed under wrapping key {number}: give it too"
            ) from error
        except (ValueError, TypeError) as error:
            raise KeyProblem(f"{self._path(name)} is damaged: restore it from your safe copy") from error
        return content

    def _sealed(self, name: str, record: dict[str, Any]) -> bytes:
        """What stands in the file of `record`."""
        content = json.dumps(record)
        if self._source is None:
            return content.encode()
        if self._wrapping is None:
            self._wrapping = self._source()
        return json.dumps(self._wrapping.seal(name, content.encode())).encode()

    def _single(self, name: str) -> bytes:
        return self._decode(name, self._read(name).get(_SINGLE[name]))

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
            write_new(self._path(name), self._sealed(name, record))
        except FileExistsError as error:
            raise KeyProblem(f"{self._path(name)} is there already and is not replaced") from error

    def _write_token(
        self, keys: dict[int, bytes], current: int, following: dict[str, int] | None = None
    ) -> None:
        record: dict[str, Any] = {
            "current": current,
            "keys": {str(number): _encode(key) for number, key in keys.items()},
        }
        if following:
            record["next"] = following
        write_over(self._path("token"), self._sealed("token", record))


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()

"""Where the key that wraps all key files comes from, so that a vault or an HSM can hold it.

    PASSATION_KEYS_FILE      a file elsewhere, closed to others
    PASSATION_KEYS_WRAPPING  the environment itself
    PASSATION_KEYS_COMMAND   what a program prints, given ten seconds

Each gives `{"current": n, "keys": {n: base64 of 32 bytes}}`, or one such key alone, which is number 0.
Several keys at once are a rotation: files are sealed under the current one, `passation keys rewrap` seals
the others anew. Nothing of what a source gives is ever printed or logged, in no error either.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import shlex
import signal
import stat
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.settings import Settings

KEY_BYTES = 32
NONCE_BYTES = 12
COMMAND_S = 10.0
OUTPUT_BYTES_MAX = 16_384
FORM = '{"current": n, "keys": {n: base64 of 32 bytes}}, or one such key alone'


class KeyProblem(Exception):
    """A key is missing, open to others or damaged; the message names its place and says what to do."""


class WrappingKeys(NamedTuple):
    """Keys by number, and the number of the one that seals now."""

    keys: Mapping[int, bytes]
    current: int

    def seal(self, name: str, record: bytes) -> dict[str, Any]:
        """The content of key file `name`, sealed; a sealed file renamed to another's name does not open."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(self.keys[self.current]).encrypt(nonce, record, _owner(name))
        return {"by": self.current, "sealed": base64.b64encode(sealed).decode()}

    def open(self, name: str, record: Mapping[str, Any]) -> bytes:
        """What was sealed. KeyError for a key that is not here, ValueError for a damaged file."""
        key = self.keys[record["by"]]
        sealed = base64.b64decode(record["sealed"], validate=True)
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _owner(name))
        except InvalidTag as error:
            raise ValueError("sealed with another key, or damaged") from error


Source = Callable[[], WrappingKeys]


def source_of(settings: Settings) -> Source | None:
    """The source that the settings name; None: key files are kept as they are."""
    if settings.keys_file:
        return lambda: read_file(Path(settings.keys_file))
    if settings.keys_wrapping:
        return lambda: parse(settings.keys_wrapping, "PASSATION_KEYS_WRAPPING")
    if settings.keys_command:
        return lambda: run(settings.keys_command)
    return None


def read_file(path: Path) -> WrappingKeys:
    """The keys in a file of their owner's alone."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyProblem(f"others may read {path}: `chmod 600 {path}`, and take it that they did")
        return parse(path.read_text(encoding="ascii", errors="replace"), str(path))
    except OSError as error:
        raise KeyProblem(f"cannot read the wrapping key {path}: {error.strerror}") from error


def run(command: str) -> WrappingKeys:
    """What a program prints; it gets no input, its complaints go nowhere, and it is ended in time."""
    what = "PASSATION_KEYS_COMMAND"
    try:
        process = subprocess.Popen(
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise KeyProblem(f"{what} cannot be run: check its path and its quotes") from error
    with process:
        try:
            output, _ = process.communicate(timeout=COMMAND_S)
        except subprocess.TimeoutExpired as error:
            raise KeyProblem(f"{what} gave no key within {COMMAND_S:.0f} seconds: run it by hand") from error
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # and what it has left running
    if process.returncode != 0:
        raise KeyProblem(f"{what} ended with exit code {process.returncode}: run it by hand to see why")
    if len(output) > OUTPUT_BYTES_MAX:
        raise KeyProblem(f"{what} printed more than {OUTPUT_BYTES_MAX} bytes; it must print {FORM}")
    return parse(output.decode("ascii", errors="replace"), what)


def parse(text: str, place: str) -> WrappingKeys:
    """Keys as a source gives them, or KeyProblem that names the place and nothing of the text."""
    try:
        text = text.strip()
        record: Any = json.loads(text) if text.startswith("{") else {"current": 0, "keys": {"0": text}}
        keys = {int(number): base64.b64decode(key, validate=True) for number, key in record["keys"].items()}
        found = WrappingKeys(keys, int(record["current"]))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise KeyProblem(f"{place} holds no wrapping key: it must give {FORM}") from None
    if found.current not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise KeyProblem(f"{place} holds no wrapping key: it must give {FORM}")
    return found


def spelled(found: WrappingKeys) -> bytes:
    """Keys as a file gives them."""
    keys = {str(number): base64.b64encode(key).decode() for number, key in found.keys.items()}
    return json.dumps({"current": found.current, "keys": keys}).encode()


def _owner(name: str) -> bytes:
    return b"passation/1|key file|" + name.encode("ascii")

"""The signed file from the authority to the engine: sessions, rooms, digests of codes, and nothing else.

    {"format": "passation-codes/1", "campaign": ..., "created_ms": ..., "count": ...}
    {"session": hex, "room": ..., "short": hex, "long": hex, "factor": 1.0, "needs": [...]}     count times
    {"sha256": hex, "signature": hex}          Ed25519 over the SHA-256 of all lines before

The whole file is verified before its first row is used, and hashed again while it is used. A field that is
not in this list is refused by name: that is how no name, birth date or school enters the engine. `needs` are
switches of the player (`engine.needs`): they say what the page does, never why.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from engine.needs import problem_with

FORMAT = "passation-codes/1"
LINE_BYTES_MAX = 1024
COUNT_MAX = 5_000_000
"""Four year groups are 3.3 million pupils; reserve codes come on top."""
FACTOR_LOW, FACTOR_HIGH = 0.5, 4.0

_SID = re.compile(r"[0-9a-f]{32}")
_ROOM = re.compile(r"[0-9A-Za-z-]{1,24}")
_CAMPAIGN = re.compile(r"[0-9A-Za-z._-]{1,64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class CodesFileProblem(Exception):
    """The file is not what the authority signed, or says more than it may; nothing of it was used."""


class Header(NamedTuple):
    """First line of the file."""

    campaign: str
    created_ms: int
    total: int


class CodesRow(NamedTuple):
    """One session: whoever types one of its two codes sits it."""

    sid: bytes
    room: str
    short: bytes
    long: bytes
    factor_permille: int
    needs: tuple[str, ...]


class CodesFile:
    """A file that `verify` has found whole, and signed by the authority."""

    def __init__(self, path: Path, header: Header, sha256: str) -> None:
        self.path = path
        self.header = header
        self.sha256 = sha256

    @classmethod
    def verify(cls, path: Path, key: Ed25519PublicKey) -> CodesFile:
        """Read the whole file once: form, bounds, count, signature; CodesFileProblem for what is wrong."""
        with _opened(path) as file:
            reading = _Reading(path, file)
            for _ in reading.rows():
                pass
        try:
            key.verify(reading.signature, bytes.fromhex(reading.sha256))
        except InvalidSignature as error:
            raise CodesFileProblem(
                f"{path} is not signed by this authority: check the key you were given, fetch the file again"
            ) from error
        return cls(path, reading.header, reading.sha256)

    def rows(self) -> Iterator[CodesRow]:
        """The rows; raises at the end if the file is no longer the one that was verified."""
        with _opened(self.path) as file:
            reading = _Reading(self.path, file)
            yield from reading.rows()
            if reading.sha256 != self.sha256:
                raise CodesFileProblem(f"{self.path} was changed while it was read: start again")


class _Reading:
    """One pass over the file; `header` is there from the start, `sha256` and `signature` at the end."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file
        self._number = 0
        self._digest = hashlib.sha256()
        self.sha256 = ""
        self.signature = b""
        self.header = self._read_header()

    def rows(self) -> Iterator[CodesRow]:
        for _ in range(self.header.total):
            yield self._row(self._next())
        last = self._object(self._line())
        self._fields(last, ("sha256", "signature"))
        self.sha256 = self._digest.hexdigest()
        if self._text(last, "sha256", _SHA256) != self.sha256:
            raise self._problem("the file is cut or changed: fetch it again")
        self.signature = bytes.fromhex(self._text(last, "signature", _SIGNATURE))
        if self._file.read(1):
            raise self._problem("something follows the signature")

    def _read_header(self) -> Header:
        header = self._next()
        self._fields(header, ("format", "campaign", "created_ms", "count"))
        if header["format"] != FORMAT:
            raise self._problem(f"this is not a file of codes in the format {FORMAT}")
        count, created_ms = header["count"], header["created_ms"]
        if type(count) is not int or not 0 < count <= COUNT_MAX:
            raise self._problem(f"count must be a number from 1 to {COUNT_MAX}")
        if type(created_ms) is not int or not 0 < created_ms < 1 << 53:
            raise self._problem("created_ms must be a time in milliseconds")
        return Header(self._text(header, "campaign", _CAMPAIGN), created_ms, count)

    def _row(self, row: dict[str, Any]) -> CodesRow:
        self._fields(row, ("session", "room", "short", "long", "factor", "needs"))
        factor, needs = row["factor"], row["needs"]
        if type(factor) not in (int, float) or not FACTOR_LOW <= factor <= FACTOR_HIGH:
            raise self._problem(f"factor must be a number from {FACTOR_LOW} to {FACTOR_HIGH}")
        if problem := problem_with(needs):
            raise self._problem(problem)
        short, long = (bytes.fromhex(self._text(row, name, _SID)) for name in ("short", "long"))
        if short == long:
            raise self._problem("short and long must differ")
        sid = bytes.fromhex(self._text(row, "session", _SID))
        return CodesRow(
            sid, self._text(row, "room", _ROOM), short, long, round(factor * 1000), tuple(sorted(needs))
        )

    def _next(self) -> dict[str, Any]:
        line = self._line()
        self._digest.update(line)
        return self._object(line)

    def _line(self) -> bytes:
        self._number += 1
        line = self._file.readline(LINE_BYTES_MAX + 1)
        if not line:
            raise self._problem("the file ends too early: fetch it again")
        if len(line) > LINE_BYTES_MAX or not line.endswith(b"\n"):
            raise self._problem(f"the line has no end within {LINE_BYTES_MAX} bytes")
        return line

    def _object(self, line: bytes) -> dict[str, Any]:
        try:
            value = json.loads(line.decode("ascii"), object_pairs_hook=self._unique, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise self._problem("the line is not JSON in plain ASCII") from error
        if not isinstance(value, dict):
            raise self._problem("the line is not a JSON object")
        return value

    def _unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            raise self._problem("a field stands there twice")
        return value

    def _fields(self, value: dict[str, Any], names: tuple[str, ...]) -> None:
        if extra := sorted(value.keys() - set(names)):
            raise self._problem(f"carries more than it may: {', '.join(extra)[:100]}")
        if missing := sorted(set(names) - value.keys()):
            raise self._problem(f"lacks {', '.join(missing)}")

    def _text(self, value: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
        text = value[name]
        if type(text) is not str or not pattern.fullmatch(text):
            raise self._problem(f"{name} must match {pattern.pattern}")
        return text

    def _problem(self, message: str) -> CodesFileProblem:
        return CodesFileProblem(f"{self._path}, line {self._number}: {message}")


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

        put({"format": FORMAT, "campaign": campaign, "created_ms": created_ms, "count": count})
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


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise CodesFileProblem(f"cannot read {path}: {error.strerror}") from error


def _refuse(name: str) -> None:
    raise ValueError(name)

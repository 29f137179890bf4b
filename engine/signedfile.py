"""Files that the authority signs: a header, a line for each thing, a signature over all of it.

    {"format": ..., "campaign": ..., "created_ms": ..., "count": ...}
    {...}                                      count times
    {"sha256": hex, "signature": hex}          Ed25519 over the SHA-256 of all lines before

What may stand in a line is said by who reads it (`codesfile`), field by field; anything else is
refused by name.
"""

from __future__ import annotations

import hashlib
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LINE_BYTES_MAX = 1024
COUNT_MAX = 5_000_000
"""Four year groups are 3.3 million pupils; reserve codes come on top."""

_CAMPAIGN = re.compile(r"[0-9A-Za-z._-]{1,64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_SHA256 = re.compile(r"[0-9a-f]{64}")

Row = TypeVar("Row")


class CodesFileProblem(Exception):
    """The file is not what the authority signed, or says more than it may; nothing of it was used."""


class Header(NamedTuple):
    """First line of the file."""

    campaign: str
    created_ms: int
    total: int


class Fields:
    """One line's fields, each asked for by name; CodesFileProblem says which line is wrong, and how."""

    def __init__(self, path: Path, number: int, values: dict[str, Any]) -> None:
        self._path = path
        self._number = number
        self._values = values

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def only(self, *names: str) -> None:
        """These fields and no others."""
        if extra := sorted(self._values.keys() - set(names)):
            raise self.problem(f"carries more than it may: {', '.join(extra)[:100]}")
        if missing := sorted(set(names) - self._values.keys()):
            raise self.problem(f"lacks {', '.join(missing)}")

    def text(self, name: str, pattern: re.Pattern[str]) -> str:
        """A field that matches `pattern`."""
        text = self._values[name]
        if type(text) is not str or not pattern.fullmatch(text):
            raise self.problem(f"{name} must match {pattern.pattern}")
        return text

    def problem(self, message: str) -> CodesFileProblem:
        """What is wrong with this line."""
        return CodesFileProblem(f"{self._path}, line {self._number}: {message}")


class SignedFile(ABC, Generic[Row]):
    """A file that `verify` has found whole, and signed by the authority."""

    FORMAT: ClassVar[str]
    COUNT_MIN: ClassVar[int]

    def __init__(self, path: Path, header: Header, sha256: str) -> None:
        self.path = path
        self.header = header
        self.sha256 = sha256

    @classmethod
    def verify(cls, path: Path, key: Ed25519PublicKey) -> Self:
        """Read the whole file once: form, bounds, count, signature; CodesFileProblem for what is wrong."""
        with _opened(path) as file:
            reading = _Reading(path, file, cls.FORMAT, cls.COUNT_MIN)
            for fields in reading.rows():
                cls.row(fields)
        try:
            key.verify(reading.signature, bytes.fromhex(reading.sha256))
        except InvalidSignature as error:
            raise CodesFileProblem(
                f"{path} is not signed by this authority: check the key you were given, fetch the file again"
            ) from error
        return cls(path, reading.header, reading.sha256)

    @staticmethod
    @abstractmethod
    def row(fields: Fields) -> Row:
        """What a line says, or CodesFileProblem."""

    def rows(self) -> Iterator[Row]:
        """The rows; raises at the end if the file is no longer the one that was verified."""
        with _opened(self.path) as file:
            reading = _Reading(self.path, file, self.FORMAT, self.COUNT_MIN)
            yield from map(self.row, reading.rows())
            if reading.sha256 != self.sha256:
                raise CodesFileProblem(f"{self.path} was changed while it was read: start again")


class _Reading:
    """One pass over the file; `header` is there from the start, `sha256` and `signature` at the end."""

    def __init__(self, path: Path, file: IO[bytes], kind: str, count_min: int) -> None:
        self._path = path
        self._file = file
        self._number = 0
        self._digest = hashlib.sha256()
        self.sha256 = ""
        self.signature = b""
        self.header = self._read_header(kind, count_min)

    def rows(self) -> Iterator[Fields]:
        for _ in range(self.header.total):
            yield self._next()
        last = self._fields(self._line())
        last.only("sha256", "signature")
        self.sha256 = self._digest.hexdigest()
        if last.text("sha256", _SHA256) != self.sha256:
            raise last.problem("the file is cut or changed: fetch it again")
        self.signature = bytes.fromhex(last.text("signature", _SIGNATURE))
        if self._file.read(1):
            raise last.problem("something follows the signature")

    def _read_header(self, kind: str, count_min: int) -> Header:
        header = self._next()
        header.only("format", "campaign", "created_ms", "count")
        if header["format"] != kind:
            raise header.problem(f"this is not a file in the format {kind}")
        count, created_ms = header["count"], header["created_ms"]
        if type(count) is not int or not count_min <= count <= COUNT_MAX:
            raise header.problem(f"count must be a number from {count_min} to {COUNT_MAX}")
        if type(created_ms) is not int or not 0 < created_ms < 1 << 53:
            raise header.problem("created_ms must be a time in milliseconds")
        return Header(header.text("campaign", _CAMPAIGN), created_ms, count)

    def _next(self) -> Fields:
        line = self._line()
        self._digest.update(line)
        return self._fields(line)

    def _line(self) -> bytes:
        self._number += 1
        line = self._file.readline(LINE_BYTES_MAX + 1)
        if not line:
            raise self._problem("the file ends too early: fetch it again")
        if len(line) > LINE_BYTES_MAX or not line.endswith(b"\n"):
            raise self._problem(f"the line has no end within {LINE_BYTES_MAX} bytes")
        return line

    def _fields(self, line: bytes) -> Fields:
        try:
            value = json.loads(line.decode("ascii"), object_pairs_hook=self._unique, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise self._problem("the line is not JSON in plain ASCII") from error
        if not isinstance(value, dict):
            raise self._problem("the line is not a JSON object")
        return Fields(self._path, self._number, value)

    def _unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            raise self._problem("a field stands there twice")
        return value

    def _problem(self, message: str) -> CodesFileProblem:
        return Fields(self._path, self._number, {}).problem(message)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise CodesFileProblem(f"cannot read {path}: {error.strerror}") from error


def _refuse(name: str) -> None:
    raise ValueError(name)

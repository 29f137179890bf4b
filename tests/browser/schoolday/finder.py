"""Words looked for in bytes, whatever they were encoded as: the eye of the canary test.

Bytes are searched in small letters and without noughts: ASCII letters are the same in nearly every encoding,
UTF-16 included. What looks like base64 or hexadecimal digits is unpacked first, from each place where it may
begin. Words without ASCII letters have a needle for each way of writing them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote

CODE_PAGES = ("cp1253", "iso8859-7", "cp1251", "koi8-r", "iso8859-5", "cp1252")
OTHER_BASE64 = bytes.maketrans(b"-_", b"+/")
BASE64 = re.compile(rb"[0-9A-Za-z+/]{11,}")
DIGITS = re.compile(rb"[0-9A-Fa-f]{12,}")


class Finder:
    """Finds words in UTF-8, UTF-16, code pages, percent signs, JSON, HTML, hexadecimal and base64."""

    def __init__(self, words: Iterable[str]) -> None:
        self._needles = {needle: word for word in words for needle in _needles(word)}
        self._clean: set[bytes] = set()
        """Hashes of what was searched without a find: most files are the same an hour later."""

    def found(self, data: bytes) -> set[str]:
        """Which words stand in these bytes."""
        name = hashlib.sha256(data).digest()
        if name in self._clean:
            return set()
        words = {word for view in _views(data) for needle, word in self._needles.items() if needle in view}
        if not words:
            self._clean.add(name)
        return words

    def found_in(self, places: Iterable[tuple[str, bytes]]) -> dict[str, set[str]]:
        """Which words stand where; places without any are left out."""
        told: dict[str, set[str]] = {}
        for place, data in places:
            if words := self.found(data):
                told[place] = told.get(place, set()) | words
        return told


def _views(data: bytes) -> Iterator[bytes]:
    """The bytes, and what they hold packed, folded."""
    yield _folded(data)
    runs = BASE64.findall(data.translate(OTHER_BASE64))
    for skip in range(4):
        yield _folded(base64.b64decode(b"".join(_whole(run[skip:], 4, b"A") for run in runs)))
    digits = DIGITS.findall(data)
    for skip in range(2):
        yield _folded(bytes.fromhex(b"".join(_whole(run[skip:], 2, b"0") for run in digits).decode()))


def _whole(run: bytes, step: int, filling: bytes) -> bytes:
    return run + filling * (-len(run) % step)


def _folded(data: bytes) -> bytes:
    return data.lower().translate(None, b"\0")


def _needles(word: str) -> set[bytes]:
    """A word as it may be written, folded: letters large and small, accents in one piece and in two."""
    cases = {word, word.lower(), word.upper()}
    spellings = {unicodedata.normalize(form, one) for one in cases for form in ("NFC", "NFD")}
    return {_folded(needle) for one in spellings for needle in _written(one)}


def _written(word: str) -> Iterator[bytes]:
    yield word.encode()
    if word.isascii():
        return
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield quote(word).encode()
    yield json.dumps(word)[1:-1].encode()
    yield word.encode("ascii", "xmlcharrefreplace")
    yield "".join(f"&#x{ord(letter):x};" for letter in word).encode()
    for page in CODE_PAGES:
        try:
            yield word.encode(page)
        except UnicodeEncodeError:
            continue

"""Words looked for in bytes, whatever they were encoded as: the eye of the canary test.

Bytes are searched in small letters, since ASCII letters are the same in nearly every encoding; base64, where
case means something, is searched as it is, at each of the three places where a word may begin in it.
"""

from __future__ import annotations

import base64
import html
import json
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import quote

CODE_PAGES = ("cp1253", "iso8859-7", "cp1251", "koi8-r", "iso8859-5", "cp1252")


class Finder:
    """Finds words in UTF-8, UTF-16, code pages, percent signs, JSON, HTML, hexadecimal and base64."""

    def __init__(self, words: Iterable[str]) -> None:
        self._folded: dict[bytes, str] = {}
        self._exact: dict[bytes, str] = {}
        for word in words:
            self._folded |= dict.fromkeys(_folded(word), word)
            self._exact |= dict.fromkeys(_exact(word), word)

    def found(self, data: bytes) -> set[str]:
        """Which words stand in these bytes."""
        small = data.lower()
        folded = {word for needle, word in self._folded.items() if needle in small}
        return folded | {word for needle, word in self._exact.items() if needle in data}

    def found_in(self, places: Iterable[tuple[str, bytes]]) -> dict[str, set[str]]:
        """Which words stand where; places without any are left out."""
        told: dict[str, set[str]] = {}
        for place, data in places:
            if words := self.found(data):
                told[place] = told.get(place, set()) | words
        return told


def _spellings(word: str) -> set[str]:
    """Letters large and small, accents in one piece and in two."""
    cases = {word, word.lower(), word.upper()}
    return {unicodedata.normalize(form, one) for one in cases for form in ("NFC", "NFD")}


def _folded(word: str) -> Iterator[bytes]:
    """Needles for bytes in small letters."""
    for one in _spellings(word):
        yield from (needle.lower() for needle in _written(one))


def _written(word: str) -> Iterator[bytes]:
    yield word.encode()
    yield word.encode().hex().encode()
    if word.isascii():
        # The same in UTF-16 of either order: a nought between each two letters.
        yield b"\0".join(letter.encode() for letter in word)
        return
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    yield quote(word).encode()
    yield json.dumps(word)[1:-1].encode()
    yield "".join(f"&#{ord(letter)};" for letter in word).encode()
    yield "".join(f"&#x{ord(letter):x};" for letter in word).encode()
    yield html.escape(word).encode("ascii", "xmlcharrefreplace")
    for page in CODE_PAGES:
        try:
            yield word.encode(page)
        except UnicodeEncodeError:
            continue


def _exact(word: str) -> Iterator[bytes]:
    """Base64 of either alphabet, without the signs that the neighbours decide."""
    for one in _spellings(word):
        data = one.encode()
        for before in range(3):
            signs = base64.b64encode(bytes(before) + data)
            middle = signs[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
            yield middle
            yield middle.translate(bytes.maketrans(b"+/", b"-_"))

"""The search for names, before anything is judged by it: it finds what is there, however it is written."""

from __future__ import annotations

import base64
import gzip
import html
import json
import unicodedata
from urllib.parse import quote

import brotli
import pytest

from authority.lists.reading import read_list
from tests.browser.schoolday.finder import Finder
from tests.browser.schoolday.names import (
    CP,
    FAMILIES,
    FIRSTS,
    MARK_LEAST,
    REFUSED,
    SIXIEME,
    class_lists,
    mark,
    marks,
    pupils_of,
)
from tests.browser.schoolday.recorder import opened

NAMES = (*FAMILIES, *FIRSTS)
NOISE = bytes(range(256)) * 4


def forms(name: str) -> dict[str, bytes]:
    """A name as it may lie anywhere."""
    ways = {
        "UTF-8": name.encode(),
        "large": name.upper().encode(),
        "small": name.lower().encode(),
        "in two pieces": unicodedata.normalize("NFD", name).encode(),
        "UTF-16, little end first": name.encode("utf-16-le"),
        "UTF-16, big end first": name.encode("utf-16-be"),
        "in an address": quote(name).encode(),
        "in an address, small": quote(name).lower().encode(),
        "in JSON": json.dumps({"name": name}).encode(),
        "in a page": html.escape(name).encode("ascii", "xmlcharrefreplace"),
        "hexadecimal": name.encode().hex().encode(),
        "hexadecimal, large": name.encode().hex().upper().encode(),
    }
    for before in range(3):
        signs = b"x" * before + name.encode() + b"tail"
        ways[f"base64 after {before}"] = base64.b64encode(signs)
        ways[f"base64 of addresses after {before}"] = base64.urlsafe_b64encode(signs)
    return ways


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_however_it_is_written(name: str) -> None:
    """In the middle of other bytes; and it alone."""
    finder = Finder(marks())
    missed = [way for way, data in forms(name).items() if finder.found(NOISE + data + NOISE) != {mark(name)}]
    assert missed == []


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("Müßigbrodt", "latin-1"),
        ("Παπαχριστοδούλου", "iso8859-7"),
        ("Достоевченко", "koi8-r"),
        ("Ярославушка", "cp1251"),
    ],
)
def test_a_name_is_found_in_an_old_code_page(name: str, page: str) -> None:
    assert Finder(marks()).found(name.encode(page)) == {mark(name)}


def test_where_no_name_is_none_is_found() -> None:
    """Nor in a page about names, nor in noise."""
    finder = Finder(marks())
    assert finder.found(NOISE * 16) == set()
    assert finder.found("Nom;Prénom;Classe\nMartin;Léa;6e A\n".encode()) == set()


def test_what_was_compressed_on_the_line_is_opened() -> None:
    """Two replies on one connection."""
    plain = "Достоевченко, Quennehen-Abgrall".encode()
    stream = b""
    for coding, body in (("br", brotli.compress(plain)), ("gzip", gzip.compress(plain))):
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
        stream += head.encode() + body
    assert opened(stream) == [plain, plain]


def test_the_list_is_one_that_a_school_may_bring() -> None:
    """Sixty names, none twice, and one line that is refused; each mark is one name's alone."""
    found = read_list(class_lists())
    people = [*pupils_of(SIXIEME), *pupils_of(CP)]
    assert [(one.family, one.first) for one in found.entries] == [(one.family, one.first) for one in people]
    assert len({one.name for one in people}) == len({one.ine for one in people}) == len(people) == 60
    assert [wrong.reason for wrong in found.wrong] == ["letters"]
    known = [mark(name) for name in (*NAMES, *REFUSED)]
    assert len(set(known)) == len(known)
    assert all(len(one) >= MARK_LEAST for one in known)

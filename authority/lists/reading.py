"""A file that a school brings: what kind it is, what stands in it, which lines were left out and why."""

from __future__ import annotations

from typing import NamedTuple

from authority.lists.csvlist import read_csv
from authority.lists.entries import Entry, Wrong
from authority.lists.oneroster import read_oneroster
from authority.lists.siecle import read_siecle
from authority.problems import BadList

BYTES_MAX = 1_000_000
"""The list of a school of 3,000 pupils is a third of this; nothing of it ever touches a disk in clear."""
ENTRIES_MAX = 6000
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t"
"""Marks of UTF-8 and UTF-16, whose letters are half zeros, and white space."""


class Found(NamedTuple):
    """What a file holds. `kind` is `csv`, `siecle` or `oneroster`."""

    kind: str
    entries: list[Entry]
    wrong: list[Wrong]


def read_list(data: bytes, default_label: str = "") -> Found:
    """Read a class list; `default_label` names the class of lines that name none. BadList if it is none."""
    if not data:
        raise BadList("empty_file", "the file is empty")
    if len(data) > BYTES_MAX:
        raise BadList(
            "too_big", f"the file is larger than {BYTES_MAX // 1000} kB: bring the classes one by one"
        )
    if data.startswith(b"PK\x03\x04"):
        kind, (entries, wrong) = "oneroster", read_oneroster(data)
    elif data[:64].lstrip(_BEFORE_XML).startswith(b"<"):
        kind, (entries, wrong) = "siecle", read_siecle(data)
    else:
        kind, (entries, wrong) = "csv", read_csv(data, default_label)
    if not entries and not wrong:
        raise BadList("no_pupils", "no pupil stands in this file")
    if len(entries) > ENTRIES_MAX:
        raise BadList("too_big", f"more than {ENTRIES_MAX} pupils: bring the classes one by one")
    return Found(kind, entries, wrong)

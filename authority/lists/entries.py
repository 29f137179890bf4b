"""One line of a class list, checked field by field; what is wrong is said by line."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import NamedTuple

from authority.problems import BadList

NAME_MAX = 80
LABEL_MAX = 40
_DATES = (
    re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
)
_INE = re.compile(r"[0-9A-Z]{10,11}")
_BLOCKS = ((0x20, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x1E00, 0x1EFF), (0x2010, 0x2027))
"""Letters that the code sheets can print: Latin with all its marks, Greek, Cyrillic."""


class Entry(NamedTuple):
    """One pupil of one class, as a list brings it."""

    label: str
    family: str
    first: str
    born: str = ""
    ine: str = ""


class Wrong(NamedTuple):
    """A line that was left out, and why, in a word the pages know."""

    line: int
    reason: str


def entry(label: str, family: str, first: str, born: str, ine: str, line: int) -> Entry:
    """A checked entry, or BadList for this line."""
    return Entry(
        checked_label(label, line),
        checked_name(family, "family", line),
        checked_name(first, "first", line),
        checked_date(born, line),
        checked_ine(ine, line),
    )


def checked_label(text: str, line: int = 0) -> str:
    label = _tidy(text)
    if not label or len(label) > LABEL_MAX:
        raise BadList("label", f"a class needs a name of at most {LABEL_MAX} letters", line)
    if not _is_printable(label):
        raise BadList("label_letters", "the class's name holds signs that no sheet can print", line)
    return label


def checked_name(text: str, which: str, line: int = 0) -> str:
    """A family or first name; NFC, single spaces, printable on a sheet."""
    name = _tidy(text)
    if not name or len(name) > NAME_MAX:
        raise BadList(f"no_{which}", f"the {which} name is missing or longer than {NAME_MAX} letters", line)
    if not _is_printable(name):
        raise BadList(
            "letters", "the name holds signs that no sheet can print: write it in Latin letters", line
        )
    if any(sign.isdigit() or sign in '<>{}[]|\\^@#$%*=+_"~' for sign in name):
        raise BadList("letters", "the name holds digits or signs that no name has", line)
    return name


def _is_printable(text: str) -> bool:
    """Whether the code sheets have a letter for each sign."""
    return all(any(low <= ord(sign) <= high for low, high in _BLOCKS) for sign in text)


def checked_date(text: str, line: int = 0) -> str:
    """An ISO date out of 12/03/2014 or 2014-03-12, or nothing."""
    text = text.strip()
    if not text:
        return ""
    for pattern in _DATES:
        if found := pattern.fullmatch(text):
            try:
                born = date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                break
            return born.isoformat()
    raise BadList("date", "the birth date must look like 12/03/2014", line)


def checked_ine(text: str, line: int = 0) -> str:
    """The national number, or nothing."""
    ine = "".join(text.split()).upper()
    if ine and not _INE.fullmatch(ine):
        raise BadList("ine", "the national number (INE) has 10 or 11 letters and digits", line)
    return ine


def folded(text: str) -> str:
    """`text` without case, accents, hyphens and apostrophes: how names and headings are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


def _tidy(text: str) -> str:
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return unicodedata.normalize("NFC", " ".join(kept.replace("’", "'").split()))

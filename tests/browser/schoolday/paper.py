"""Papers read as the people read them whom they were printed for."""

from __future__ import annotations

import io
import re
from typing import NamedTuple

from pypdf import PdfReader

GROUPS = re.compile(r"[1-9A-Z]{4} [1-9A-Z]{4} [1-9A-Z]{4}")
NUMBER = re.compile(r"n° (\d{3})")


class Strip(NamedTuple):
    """What stands on a pupil's strip; the name of a reserve code is `Code de réserve R123`."""

    name: str
    number: int
    code: str


class Letter(NamedTuple):
    """What stands on a letter; the label of a head's is empty."""

    label: str
    login: str
    password: str


def read(pdf: bytes) -> list[list[str]]:
    """The lines of each page."""
    return [page.extract_text().splitlines() for page in PdfReader(io.BytesIO(pdf)).pages]


def strips(pdf: bytes) -> list[Strip]:
    """All strips, in the order of the sheets: name, class and number, where to go, code."""
    found = []
    for lines in read(pdf):
        for place, line in enumerate(lines):
            if GROUPS.fullmatch(line):
                name, about = lines[place - 3 : place - 1]
                number = NUMBER.search(about)
                assert number, about
                found.append(Strip(name, int(number[1]), line))
    return found


def letters(pdf: bytes) -> list[Letter]:
    """All letters."""
    found = []
    for lines in read(pdf):
        below = {line: lines[place + 1] for place, line in enumerate(lines[:-1])}
        title = lines.index("Vos identifiants")
        label = lines[title - 1] if title == 3 else ""
        found.append(Letter(label, below["Identifiant"], below["Mot de passe"]))
    return found

"""CSV as French offices write it: `;`, tab or comma, UTF-8 or Windows-1252, French headings.

ONDE, Pronote and a teacher's own spreadsheet name the same column differently; headings are compared without
case, accents and signs. What is not a column that we know is not looked at.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from itertools import islice

from authority.lists.entries import Entry, Wrong, entry, folded
from authority.problems import BadList

HEADINGS = {
    "family": ("nom", "nomeleve", "nomdefamille", "nomdefamilleeleve", "nomdenaissance", "familyname"),
    "first": ("prenom", "prenomeleve", "prenoms", "prenom1", "premierprenom", "firstname", "givenname"),
    "born": ("datenaissance", "datedenaissance", "neele", "nele", "naissance", "birthdate", "dateofbirth"),
    "label": ("classe", "libelleclasse", "division", "codestructure", "codedivision", "groupe", "class"),
    "ine": ("ine", "identifiantnational", "numeroine", "idnational"),
    "whole": ("eleve", "nometprenom", "nomprenom", "nomprenomeleve"),
}
_DELIMITERS = ";\t,"
ROWS_MAX = 20_000
"""Lines of a list, the empty ones of a spreadsheet as well."""
ROW_MAX = 10_000
"""Characters of one row, over all the lines that its quotes span; no office has columns for half of it."""
_LINE = re.compile(rf"[^\r\n]{{0,{ROW_MAX}}}(?:\r\n|\r|\n|\Z)")
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
Lists = tuple[list[Entry], list[Wrong]]


def read_csv(data: bytes, default_label: str = "") -> Lists:
    """Entries and the lines left out; BadList when there are no headings that we know."""
    text = decoded(data)
    first, _, _ = text.partition("\n")
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        rows = list(islice(rows_of(text, delimiter), ROWS_MAX + 1))
    except csv.Error as error:
        raise BadList("not_csv", f"the file is not a table: {error}") from error
    if len(rows) > ROWS_MAX:
        raise BadList("too_big", f"more than {ROWS_MAX} lines: bring the classes one by one")
    columns = _columns(rows[0]) if rows else {}
    if not ({"family", "first"} <= columns.keys() or "whole" in columns):
        raise BadList("headings", "the first line must name the columns: Nom;Prénom;Date de naissance;Classe")
    if "label" not in columns and not default_label:
        raise BadList("no_class", "no column names the class: add one, or say which class this is")
    return _entries(rows, columns, default_label)


def rows_of(text: str, delimiter: str = ",") -> Iterator[list[str]]:
    """The rows of a table in its order; csv.Error where it is none, a row longer than `ROW_MAX` included.

    A row is measured before it is taken apart: each comma is a cell, and a cell is larger than a comma.
    """
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        at = 0
        while at < len(text):
            line = _LINE.match(text, at)
            taken += len(line[0]) if line else ROW_MAX + 1
            if line is None or taken > ROW_MAX:
                raise csv.Error(f"a row has more than {ROW_MAX} characters")
            yield line[0]
            at = line.end()

    for row in csv.reader(lines(), delimiter=delimiter, strict=True):
        taken = 0
        yield row


def decoded(data: bytes) -> str:
    """The text as the office wrote it: UTF-32 and UTF-16 by their marks, else UTF-8 or Windows-1252."""
    marked = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), "")
    for encoding in (marked,) if marked else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadList("encoding", "the text cannot be read: save it as CSV UTF-8")


def _columns(headings: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, heading in enumerate(headings):
        for name, known in HEADINGS.items():
            if folded(heading) in known:
                columns.setdefault(name, place)
    return columns


def _entries(rows: list[list[str]], columns: dict[str, int], default_label: str) -> Lists:
    entries, wrong = [], []
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        values = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
        family, first = values.get("family", ""), values.get("first", "")
        if "family" not in columns:
            family, first = split_name(values["whole"])
        label = values.get("label", "").strip() or default_label
        try:
            entries.append(entry(label, family, first, values.get("born", ""), values.get("ine", ""), line))
        except BadList as error:
            wrong.append(Wrong(line, error.reason))
    return entries, wrong


def split_name(whole: str) -> tuple[str, str]:
    """`LE GOFF Anne Marie`: the family name is what stands in capitals; else the first word."""
    words = whole.replace(",", " ").split()
    capitals = 0
    while capitals < len(words) and words[capitals] == words[capitals].upper():
        capitals += 1
    capitals = capitals if 0 < capitals < len(words) else 1
    return " ".join(words[:capitals]), " ".join(words[capitals:])

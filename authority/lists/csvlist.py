"""CSV as French offices write it: `;`, tab or comma, UTF-8 or Windows-1252, French headings.

ONDE, Pronote and a teacher's own spreadsheet name the same column differently; headings are compared without
case, accents and signs. What is not a column that we know is not looked at.
"""

from __future__ import annotations

import csv
import io

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
Lists = tuple[list[Entry], list[Wrong]]


def read_csv(data: bytes, default_label: str = "") -> Lists:
    """Entries and the lines left out; BadList when there are no headings that we know."""
    text = decoded(data)
    first, _, _ = text.partition("\n")
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadList("not_csv", f"the file is not a table: {error}") from error
    columns = _columns(rows[0]) if rows else {}
    if not ({"family", "first"} <= columns.keys() or "whole" in columns):
        raise BadList("headings", "the first line must name the columns: Nom;Prénom;Date de naissance;Classe")
    if "label" not in columns and not default_label:
        raise BadList("no_class", "no column names the class: add one, or say which class this is")
    return _entries(rows, columns, default_label)


def decoded(data: bytes) -> str:
    """The text, whatever the office wrote it with; UTF-16 by its mark, Windows-1252 for the rest."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if marked else ("utf-8-sig", "cp1252")
    for encoding in encodings:
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

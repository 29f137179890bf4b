"""OneRoster 1.1 and 1.2, the CSV binding: a ZIP with `users.csv`, `classes.csv` and `enrollments.csv`.

Pupils are the users whose enrollment in a class has the role `student`. Unpacking stops at a bound of bytes
whatever the archive says of itself, and reading at a bound of lines and of characters a row: a few kilobytes
may unpack to millions of them. Of a line only the columns that we know are kept. What is packed otherwise
than office programs do is not opened: LZMA takes the memory that the entry asks for, gigabytes if it likes.
"""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from authority.lists.csvlist import Lists, decoded, rows_of
from authority.lists.entries import Entry, Wrong, entry
from authority.problems import BadList

UNPACKED_MAX = 20_000_000
ROWS_MAX = 100_000
"""Enrollments of the largest school, every pupil in thirty courses."""
FILES = {
    "users.csv": ("sourcedId", "familyName", "givenName", "metadata.birthDate", "birthDate"),
    "classes.csv": ("sourcedId", "title"),
    "enrollments.csv": ("role", "status", "userSourcedId", "classSourcedId"),
}
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError),
    *(NotImplementedError, RuntimeError),
)
"""What a damaged or hostile ZIP may end in."""
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
GONE = ("tobedeleted", "inactive")


def read_oneroster(data: bytes) -> Lists:
    """Entries and what was left out, `line` being that of `enrollments.csv`."""
    users, classes, enrollments = (_table(data, name) for name in FILES)
    people = {row.get("sourcedId", ""): row for row in users}
    titles = {row.get("sourcedId", ""): row.get("title", "") for row in classes}
    entries: list[Entry] = []
    wrong: list[Wrong] = []
    for line, row in enumerate(enrollments, 2):
        if row.get("role") != "student" or row.get("status", "").lower() in GONE:
            continue
        person, label = (
            people.get(row.get("userSourcedId", "")),
            titles.get(row.get("classSourcedId", ""), ""),
        )
        if person is None:
            wrong.append(Wrong(line, "no_user"))
            continue
        born = person.get("metadata.birthDate") or person.get("birthDate") or ""
        try:
            entries.append(
                entry(label, person.get("familyName", ""), person.get("givenName", ""), born, "", line)
            )
        except BadList as error:
            wrong.append(Wrong(line, error.reason))
    return entries, wrong


def _table(data: bytes, name: str) -> list[dict[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = next((one for one in archive.infolist() if one.filename.lower() == name), None)
            if found is None:
                raise BadList("other_zip", f"the ZIP holds no {name}: bring a OneRoster export (CSV)")
            if found.compress_type not in _PACKINGS:
                raise BadList("other_zip", f"{name} is packed in an unusual way: zip it again")
            with archive.open(found) as file:
                plain = file.read(UNPACKED_MAX + 1)
    except _DAMAGED as error:
        raise BadList("other_zip", "the ZIP cannot be opened: export it again") from error
    if len(plain) > UNPACKED_MAX:
        raise BadList("too_big", f"{name} is larger than {UNPACKED_MAX // 1_000_000} MB when unpacked")
    try:
        return list(_rows(rows_of(decoded(plain)), name))
    except csv.Error as error:
        raise BadList("not_csv", f"{name} is not a table: {error}") from error


def _rows(lines: Iterator[list[str]], name: str) -> Iterator[dict[str, str]]:
    """The lines below the headings, by the headings that we know; BadList past the bound."""
    headings = next(lines, [])
    columns = {heading: headings.index(heading) for heading in FILES[name] if heading in headings}
    for number, line in enumerate(lines):
        if number >= ROWS_MAX:
            raise BadList("too_big", f"{name} has more than {ROWS_MAX} lines: bring the classes one by one")
        yield {heading: line[place] for heading, place in columns.items() if place < len(line)}

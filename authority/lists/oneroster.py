"""OneRoster 1.1 and 1.2, the CSV binding: a ZIP with `users.csv`, `classes.csv` and `enrollments.csv`.

Pupils are the users whose enrollment in a class has the role `student`. Sizes are checked before anything is
unpacked, and unpacking stops at the bound whatever the archive says of itself.
"""

from __future__ import annotations

import csv
import io
import zipfile

from authority.lists.csvlist import Lists, decoded
from authority.lists.entries import Entry, Wrong, entry
from authority.problems import BadList

UNPACKED_MAX = 20_000_000
FILES = ("users.csv", "classes.csv", "enrollments.csv")
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
            with archive.open(found) as file:
                plain = file.read(UNPACKED_MAX + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadList("other_zip", "the ZIP cannot be opened: export it again") from error
    if len(plain) > UNPACKED_MAX:
        raise BadList("too_big", f"{name} is larger than {UNPACKED_MAX // 1_000_000} MB when unpacked")
    try:
        rows = csv.DictReader(io.StringIO(decoded(plain), newline=""), strict=True)
        return [{key: value or "" for key, value in row.items() if key} for row in rows]
    except csv.Error as error:
        raise BadList("not_csv", f"{name} is not a table: {error}") from error

"""Scored data for research: the engine's tables, re-keyed so that nobody goes back to a session or room.

A pupil who sat with a reserve code is the same pupil; a session of somebody unknown stops everything. Whoever
holds the engine's own files as well could match rows by their content: they go with the table of names.
"""

from __future__ import annotations

import csv
import hmac
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from authority.files import draft
from authority.problems import BadTakeout
from authority.takeout.manifest import Takeout
from authority.takeout.proof import Places
from authority.takeout.tables import TABLES, Column

DICTIONARY = "data-dictionary.csv"
Row = tuple[Any, ...]


class Pseudonyms:
    """From sessions to pseudonyms of pupil, class and school."""

    def __init__(self, secret: bytes, places: Places) -> None:
        self._secret = secret
        self._of = {
            code.session: (
                self._digest("pupil", code.pupil or code.session),
                self._digest("class", code.class_id),
                self._digest("school", school),
            )
            for code, _, school in places
        }

    def of(self, session: str) -> tuple[str, str, str]:
        """(pupil, class, school), or BadTakeout for a session that is not of this register."""
        try:
            return self._of[session]
        except KeyError as error:
            raise BadTakeout(
                f"session {session[:32]} is not of this register: is it this campaign's take-out?"
            ) from error

    def _digest(self, kind: str, text: str) -> str:
        data = f"passation-research/1|{kind}|{text}".encode()
        return hmac.digest(self._secret, data, "sha256").hex()[:24]


def write_research(
    takeout: Takeout, places: Places, secret: bytes, out: Path, *, parquet: bool
) -> list[Path]:
    """Write both tables as CSV, and as Parquet if asked for, with the dictionary; gives the files."""
    pseudonyms = Pseudonyms(secret, places)
    written = [_dictionary(out / DICTIONARY)]
    for name, columns in TABLES.items():
        source = takeout.folder / f"{name}.csv"
        written.append(_csv(out / f"{name}.csv", columns, _rows(source, columns, pseudonyms)))
        if parquet:
            from authority.takeout.parquet import write_parquet  # slow to import, and rarely wanted

            path = out / f"{name}.parquet"
            write_parquet(path, columns, _rows(source, columns, pseudonyms))
            written.append(path)
    return written


def _rows(source: Path, columns: tuple[Column, ...], pseudonyms: Pseudonyms) -> Iterator[Row]:
    with source.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        if lacking := [
            column.source for column in columns if column.source not in ("", *(table.fieldnames or ()))
        ]:
            raise BadTakeout(f"{source} has no column {lacking[0]}: export it again with this engine")
        for row in table:
            values = (_typed(column, row[column.source]) for column in columns if column.source)
            yield (*pseudonyms.of(row["session"]), *values)


def _typed(column: Column, text: str) -> Any:
    if column.kind == "text":
        return text
    if not text:
        return None
    if column.kind == "truth":
        return text == "true"
    return int(text) if column.kind == "whole" else float(text)


def _csv(path: Path, columns: tuple[Column, ...], rows: Iterator[Row]) -> Path:
    with draft(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(column.name for column in columns)
        for row in rows:
            writer.writerow(_plain(value) for value in row)
        text.detach()
    return path


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _dictionary(path: Path) -> Path:
    rows = (
        (name, column.name, column.kind, column.meaning)
        for name, columns in TABLES.items()
        for column in columns
    )
    heading = [Column(name, "text", "", "") for name in ("table", "column", "type", "meaning")]
    return _csv(path, tuple(heading), rows)

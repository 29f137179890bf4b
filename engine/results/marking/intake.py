"""Marks into the archive: all rows of the given files, or none; the same files again change nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.archive.versions import SealedMark, known_sessions, marks_of, put_marks
from engine.results.marking.export import Marking
from engine.results.marking.merging import open_mark, seal_mark
from engine.results.marking.reading import BadMarks, Row, Sheets
from sessions.cipher import unwrap_key

PAGE = 500


class Taken(NamedTuple):
    """How many marks are new, how many were there already, how many rows are still empty."""

    new: int
    known: int
    empty: int


async def import_marks(
    marking: Marking,
    files: Sequence[Path],
    *,
    who: str,
    now_ms: int,
    adjudicate: bool = False,
    replace: bool = False,
) -> Taken:
    """Check and store the marks of `files`; BadMarks with everything that is wrong, and nothing stored."""
    sheets = Sheets(marking, adjudicate=adjudicate)
    rows = sheets.rows(files)
    fresh: list[SealedMark] = []
    for start in range(0, len(rows), PAGE):
        fresh += await _checked(marking, rows[start : start + PAGE], sheets.problems, now_ms, replace)
    if sheets.problems:
        raise BadMarks(sheets.problems)
    taken = Taken(len(fresh), len(rows) - len(fresh), sheets.empty)
    await put_marks(
        marking.archive.database,
        fresh,
        delivery=marking.delivery,
        who=who,
        now_ms=now_ms,
        detail={**taken._asdict(), "adjudicate": adjudicate, "replace": replace},
    )
    return taken


async def _checked(
    marking: Marking, rows: Sequence[Row], problems: list[str], now_ms: int, replace: bool
) -> list[SealedMark]:
    """The marks of a page that are not in the archive yet; what does not fit it goes to `problems`."""
    database, delivery = marking.archive.database, marking.delivery
    sids = list({row.sid for row in rows})
    wrapped = await known_sessions(database, delivery, sids)
    keys = {sid: unwrap_key(marking.kek, key, sid, delivery) for sid, key in wrapped.items()}
    stored = await marks_of(database, list(wrapped))
    before = {_place(mark): mark for marks in stored.values() for mark in marks}
    fresh = []
    for row in rows:
        if row.sid not in keys:
            problems.append(f"{row.place}: this marking id is not of an answer in this delivery")
            continue
        mark = SealedMark(row.sid, marking.opaque[row.item], row.outcome, row.marker, now_ms, b"")
        earlier = _earlier(before, mark, keys[row.sid], delivery)
        if earlier is None or (replace and earlier != row.mark):
            fresh.append(seal_mark(mark, row.mark, keys[row.sid], delivery, secrets.token_bytes(12)))
        elif earlier != row.mark:
            problems.append(
                f"{row.place}: {row.marker} gave {earlier:g} before, and {row.mark:g} now: "
                "correct the file, or give --replace"
            )
    return fresh


def _earlier(
    before: Mapping[tuple[bytes, str, str, str], SealedMark], mark: SealedMark, key: bytes, delivery: str
) -> float | None:
    found = before.get(_place(mark))
    return None if found is None else open_mark(found, key, delivery)


def _place(mark: SealedMark) -> tuple[bytes, str, str, str]:
    return mark.sid, mark.item, mark.outcome, mark.marker

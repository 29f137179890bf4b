"""Markers' files read back, each row checked; everything that is wrong is said at once, by file and line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.archive import Conflict
from engine.results.marking.export import Marking
from engine.results.marking.merging import ADJUDICATOR

NEEDED = ("marking_id", "item", "outcome", "marker", "mark")
MOST_ROWS = 1_000_000
"""Rows of one import; more markers are imported one after the other."""
MOST_PROBLEMS = 100

_MARKER = re.compile(r"[A-Za-z0-9_-]{1,32}")
_MARK = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,9})?")


class Row(NamedTuple):
    """One mark as a marker gave it, with the session it belongs to; `place` names file and line."""

    place: str
    sid: bytes
    item: str
    outcome: str
    marker: str
    mark: float


class BadMarks(Conflict):
    """Files of marks with something wrong in them; nothing of them was taken."""

    def __init__(self, problems: Sequence[str]) -> None:
        more = len(problems) - MOST_PROBLEMS
        rest = [f"and {more} more"] if more > 0 else []
        lines = [*problems[:MOST_PROBLEMS], *rest]
        super().__init__("nothing was imported:" + "".join(f"\n  {line}" for line in lines))
        self.problems = tuple(problems)


class Sheets:
    """The rows of some files; `empty` counts those without a mark yet."""

    def __init__(self, marking: Marking, *, adjudicate: bool) -> None:
        self._marking = marking
        self._adjudicate = adjudicate
        self._seen: dict[tuple[str, str, str], str] = {}
        self.problems: list[str] = []
        self.empty = 0

    def rows(self, files: Sequence[Path]) -> list[Row]:
        """The rows with a mark that are right in themselves; what is wrong goes to `problems`."""
        found: list[Row] = []
        for path in files:
            found += (row for row in self._file(path) if row is not None)
            if len(found) > MOST_ROWS:
                raise Conflict(f"more than {MOST_ROWS} marks: import the files one after the other")
        return found

    def _file(self, path: Path) -> Iterator[Row | None]:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise Conflict(f"cannot read {path} as UTF-8 text: {error}") from error
        lines = text.splitlines(keepends=True)
        separator = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
        reader = csv.DictReader(lines, delimiter=separator)
        missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
        if missing:
            self.problems.append(f"{path.name}: the columns {', '.join(missing)} are missing")
            return
        for values in reader:
            yield self._row(f"{path.name}:{reader.line_num}", {k: (values[k] or "").strip() for k in NEEDED})

    def _row(self, place: str, values: dict[str, str]) -> Row | None:
        if not values["mark"]:
            self.empty += 1
            return None
        item, outcome, marker = values["item"], values["outcome"], values["marker"]
        problem = self._problem(item, outcome, marker, values["mark"]) or self._double(place, values)
        sid = None if problem else self._marking.ids.sid(values["marking_id"], item, outcome)
        if sid is None:
            self.problems.append(f"{place}: {problem or _unknown(values['marking_id'])}")
            return None
        return Row(place, sid, item, outcome, marker, _number(values["mark"]))

    def _problem(self, item: str, outcome: str, marker: str, mark: str) -> str | None:
        bounds = self._marking.due.get(item, {}).get(outcome)
        if bounds is None:
            return f"{outcome!r} of item {item!r} is not marked by people in this delivery"
        if not _MARKER.fullmatch(marker):
            return f"the marker {marker!r} must be letters, digits, - or _, and no name of a person"
        if (marker == ADJUDICATOR) != self._adjudicate:
            return (
                f"only rows of {ADJUDICATOR!r} are taken with --adjudicate, and they are taken with it alone"
            )
        if not _MARK.fullmatch(mark):
            return f"the mark {mark!r} is no number"
        return bounds.problem(_number(mark))

    def _double(self, place: str, values: dict[str, str]) -> str | None:
        """A marker's second row for the same answer, in whichever file."""
        entry = (values["marking_id"], values["outcome"], values["marker"])
        first = self._seen.setdefault(entry, place)
        return None if first == place else f"the same answer by the same marker stands in {first} already"


def _unknown(marking_id: str) -> str:
    return f"the marking id {marking_id!r} is not of this delivery, item and outcome"


def _number(text: str) -> float:
    return float(text.replace(",", "."))

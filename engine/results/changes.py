"""What a new score version changed: counted per item, listed per pupil, in memory that depends on neither.

changes.csv       one row per item of a session whose score is another now, and one for its total (item empty)
changed-items.csv one row per item: how many pupils gained, lost, stayed, and the mean change over all of them
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.archive.database import Database
from engine.archive.versions import judged_sessions, version_bodies
from engine.recovery import pages
from engine.results.drafts import Rows, table
from engine.results.opening import Opened, Opener, total
from engine.scorerecord import is_missing
from items.scorer import Scorer

CHANGES = ("session", "room", "item", "before", "after", "change")
ITEMS = ("item", "domain", "pupils", "up", "down", "same", "mean_change", "max_before", "max_after")
FILES = ("changes.csv", "changed-items.csv")
PAGE = 200


@dataclass(slots=True)
class Tally:
    """What happened to one item's scores."""

    up: int = 0
    down: int = 0
    same: int = 0
    sum: float = 0.0
    max_before: float | None = None
    max_after: float | None = None

    @property
    def pupils(self) -> int:
        return self.up + self.down + self.same

    @property
    def mean_change(self) -> float:
        return round(self.sum / self.pupils, 6) if self.pupils else 0.0

    def add(self, change: float) -> None:
        self.sum += change
        if change > 0:
            self.up += 1
        elif change < 0:
            self.down += 1
        else:
            self.same += 1


class Changes:
    """Takes each session before and after; writes pupils' changes at once and the items' at the end."""

    def __init__(self, sat: Scorer, pupils: Callable[[Rows], None]) -> None:
        self._sat = sat
        self._pupils = pupils
        self.items = {item: Tally() for item in sat.items()}
        self.sessions = 0
        """How many sessions have another score now."""

    def add(self, before: list[dict[str, Any]], session: Opened) -> None:
        """One session, with its entries before."""
        old = {entry["item"]: entry for entry in before}
        head = (session.session, session.room)
        rows: list[tuple[Any, ...]] = []
        for entry in session.items:
            known = old.get(entry["item"])
            if known is None or is_missing(entry):
                continue
            tally = self.items[entry["item"]]
            tally.max_before, tally.max_after = known["max"], entry["max"]
            change = (entry["score"] or 0) - (known["score"] or 0)
            tally.add(change)
            if known["score"] != entry["score"]:
                item = self._sat.authored(entry["item"])
                rows.append((*head, item, known["score"], entry["score"], change))
        if rows:
            self.sessions += 1
            earlier, now = total(before, "score"), total(session.items, "score")
            self._pupils([*rows, (*head, "", earlier, now, now - earlier)])

    def changed_items(self) -> list[dict[str, Any]]:
        """The items with a change, by the author's identifiers."""
        return [
            dict(zip(ITEMS, row, strict=True)) for row in self.rows() if row[3] or row[4] or row[7] != row[8]
        ]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """One row per item, in the order of the form."""
        for item, tally in self.items.items():
            counts = (tally.pupils, tally.up, tally.down, tally.same, tally.mean_change)
            names = self._sat.authored(item), self._sat.domain(item)
            yield (*names, *counts, tally.max_before, tally.max_after)


async def compare(
    database: Database, opener: Opener, later: Opener, sat: Scorer, folder: Path | None = None
) -> Changes:
    """What the version of `later` changed against that of `opener`; with a folder, both files are written.

    A session that the earlier version lacks has nothing to be compared with, and is left out.
    """
    with ExitStack() as files:
        pupils: Callable[[Rows], None] = lambda rows: None  # noqa: E731
        if folder is not None:
            pupils = files.enter_context(table(folder / FILES[0], CHANGES))
        changes = Changes(sat, pupils)
        sessions = judged_sessions(database, later.delivery, later.version, PAGE)
        async for page in pages(sessions, PAGE):
            sids = [session.sid for session in page]
            bodies = await version_bodies(database, opener.version, sids)
            for session in page:
                body = bodies.get(session.sid)
                if body is not None:
                    before = opener.opened(session._replace(body=body))
                    changes.add(before.items, later.opened(session))
        if folder is not None:
            files.enter_context(table(folder / FILES[1], ITEMS))(changes.rows())
    return changes

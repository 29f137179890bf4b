"""What the whole population did, beside which a class is read: counts by group, and the mean share.

    {"pupils": 812345, "rows": [{"counted", "mean", "groups": [n or null, ...]}, ...]}

The first row is the whole test, then each domain. Cells below the smallest size are left out, and with
them what would give them away; a row of fewer pupils than that has no mean either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.published.pupils import Mark
from engine.results.disclosure import LEAST, shown


class National:
    """Sums over sessions; `groups` are how many there are, `rows` whole test and domains."""

    def __init__(self, rows: int, groups: int) -> None:
        self.pupils = 0
        self._counts = [[0] * groups for _ in range(rows)]
        self._shares = [0.0] * rows

    def add(self, marks: Sequence[Mark]) -> None:
        """One pupil, as far as everything is marked; who was absent throughout is not of those who sat."""
        self.pupils += not marks[0].was_away
        for row, mark in enumerate(marks):
            if mark.group is not None:
                self._counts[row][mark.group] += 1
                self._shares[row] += mark.share

    def to_json(self, least: int = LEAST) -> dict[str, Any]:
        """As it is published. Rows are of the same pupils, so each is looked at by itself."""
        rows: list[dict[str, Any]] = []
        for counts, shares in zip(self._counts, self._shares, strict=True):
            counted = sum(counts)
            if counted < least:
                rows.append({"counted": None, "mean": None, "groups": [None] * len(counts)})
            else:
                (cells,) = shown([counts], least)
                rows.append({"counted": counted, "mean": round(shares / counted, 3), "groups": cells})
        return {"pupils": self.pupils if self.pupils >= least else None, "rows": rows}

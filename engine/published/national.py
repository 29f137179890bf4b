"""What the whole population did, beside which a class is read: counts by group, and the mean share.

    {"pupils": 812345, "rows": [{"counted", "mean", "groups": [n or null, ...]}, ...]}

The first row is the whole test, then each domain. Cells below the smallest size are left out, and with
them what would give them away; a row of fewer pupils than that has no mean either. Rows are not of the
same pupils: who was absent for a domain, or is not marked there yet, is in another one. So two totals of
which one holds the other's pupils are told together only if they are equal or as far apart as a cell is
large: else their difference would be a small group, of which the figures tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
        """As it is published. The whole test comes first: a domain gives way to it, `pupils` to both."""
        totals = [sum(counts) for counts in self._counts]
        beside = totals[:1] if totals[0] >= least else []
        rows: list[dict[str, Any]] = []
        for counts, shares, counted in zip(self._counts, self._shares, totals, strict=True):
            cells: list[int | None] = [None] * len(counts)
            is_told = counted >= least and _far_apart(counted, beside, least)
            if is_told:
                (cells,) = shown([counts], least)
            mean = round(shares / counted, 3) if counted >= least else None
            rows.append({"counted": counted if is_told else None, "mean": mean, "groups": cells})
        told = [row["counted"] for row in rows if row["counted"] is not None]
        is_told = self.pupils >= least and _far_apart(self.pupils, told, least)
        return {"pupils": self.pupils if is_told else None, "rows": rows}


def _far_apart(total: int, others: Iterable[int], least: int) -> bool:
    """Whether no difference to the others is a group of fewer than `least`."""
    return not any(0 < abs(total - other) < least for other in others)

"""One pupil's results: points, share and group, of the whole test and of each domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from engine.keying.cells import ABSENT, EMPTY
from engine.published.mastery import Mastery
from engine.scorerecord import is_missing, kind_of


class Mark(NamedTuple):
    """Points of so many; `group` None while a person has yet to mark what is in it, or a part is missing.

    Points are those of the questions for which the pupil was there and the paper was keyed; `absent` and
    `unkeyed` count the others. Thresholds are set for the whole of a domain: who lacks a part is in no group.
    """

    score: float
    most: float
    group: int | None
    absent: int = 0
    unkeyed: int = 0

    @property
    def was_away(self) -> bool:
        """Whether the pupil was there for none of it."""
        return bool(self.absent) and not self.most

    @property
    def share(self) -> float:
        """Of the points, 0 to 1."""
        return self.score / self.most if self.most else 0.0

    def to_json(self) -> dict[str, Any]:
        """As the page gets it."""
        points = {"score": round(self.score, 2), "max": round(self.most, 2)}
        return {**points, "group": self.group, "absent": self.absent, "unkeyed": self.unkeyed}


class Domains:
    """The domains of a form, in the order of its items."""

    def __init__(self, of_item: Mapping[str, str], mastery: Mastery) -> None:
        self._of_item = of_item
        self._mastery = mastery
        self.names: Sequence[str] = tuple(dict.fromkeys(filter(None, of_item.values())))

    def marks(self, items: Sequence[Mapping[str, Any]]) -> list[Mark]:
        """Of the whole test, then of each domain, from the entries of a score record."""
        whole = [self._mark("", items)]
        return whole + [
            self._mark(name, [entry for entry in items if self._of_item.get(entry["item"]) == name])
            for name in self.names
        ]

    def _mark(self, domain: str, entries: Sequence[Mapping[str, Any]]) -> Mark:
        missing = [kind_of(entry) for entry in entries if is_missing(entry)]
        sat = [entry for entry in entries if not is_missing(entry)]
        score = float(sum(entry["score"] or 0.0 for entry in sat))
        most = float(sum(entry["max"] or 0.0 for entry in sat))
        if missing or not most or any(entry["marking"] for entry in sat):
            return Mark(score, most, None, missing.count(ABSENT), missing.count(EMPTY))
        return Mark(score, most, self._mastery.group(domain, score / most))

"""One pupil's results: points, share and group, of the whole test and of each domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from engine.published.mastery import Mastery


class Mark(NamedTuple):
    """Points of so many; `group` None while a person has yet to mark what is in it."""

    score: float
    most: float
    group: int | None

    @property
    def share(self) -> float:
        """Of the points, 0 to 1."""
        return self.score / self.most if self.most else 0.0

    def to_json(self) -> dict[str, Any]:
        """As the page gets it."""
        return {"score": round(self.score, 2), "max": round(self.most, 2), "group": self.group}


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
        score = float(sum(entry["score"] or 0.0 for entry in entries))
        most = float(sum(entry["max"] or 0.0 for entry in entries))
        if not most or any(entry["marking"] for entry in entries):
            return Mark(score, most, None)
        return Mark(score, most, self._mastery.group(domain, score / most))

"""Which outcomes of an item people give, and between which bounds a mark for them lies.

A person gives the outcomes declared `external-scored="human"`, and SCORE wherever no rule gives it. The
lowest mark is `normal-minimum`, else 0; the highest `normal-maximum`, for SCORE else the item's maximum.
Without a highest mark there is no upper bound, and the list of items says so. What nobody answered waits for
nobody: it gets the lowest mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from items.scoring.maximum import max_score


class Bounds(NamedTuple):
    """What a mark may be; `is_whole` for outcomes declared as integers."""

    lowest: float
    highest: float | None
    is_whole: bool

    def problem(self, mark: float) -> str | None:
        """What is wrong with a mark, or None."""
        if mark < self.lowest or (self.highest is not None and mark > self.highest):
            highest = "" if self.highest is None else f" and at most {self.highest:g}"
            return f"the mark {mark:g} must be at least {self.lowest:g}{highest}"
        return f"the mark {mark:g} must be a whole number" if self.is_whole and mark % 1 else None


def is_blank(response: Mapping[str, Any] | None) -> bool:
    """Whether there is nothing to mark: no answer, or one of white space."""
    values = (response or {}).values()
    return not any(value.strip() if isinstance(value, str) else value for value in values)


def marked_outcomes(program: Mapping[str, Any]) -> dict[str, Bounds]:
    """The outcomes of an item that a person gives, by their authored identifiers."""
    outcomes = program["outcomes"]
    names = [name for name, entry in outcomes.items() if entry.get("external_scored") == "human"]
    if program["needs_marking"] and "SCORE" not in names:
        names.append("SCORE")
    return {name: _bounds(program, name, outcomes.get(name, {})) for name in names}


def _bounds(program: Mapping[str, Any], name: str, entry: Mapping[str, Any]) -> Bounds:
    highest = entry.get("normal_maximum")
    if highest is None and name == "SCORE":
        highest = max_score(program)
    lowest = float(entry.get("normal_minimum") or 0)
    return Bounds(lowest, None if highest is None else float(highest), entry.get("base_type") == "integer")

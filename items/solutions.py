"""The solution of an item: its right answer as the page's controls take it, for a pupil who is done with it.

A form says which items have one (`solved` in the schema); the answers themselves stay in the key. What a
pupil hands in as a file, draws, plays or answers in an author's own module has none that could be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from items.responses import Shapes
from items.scorer import Scorer

SHOWS_NONE: Final = frozenset({"custom", "drawing", "end-attempt", "media", "upload"})


def has_solution(program: Mapping[str, Any], shapes: Mapping[str, Any]) -> bool:
    """Whether a right answer is declared, or may be set by template rules, that a control can show."""
    is_shown = any(shape["kind"] not in SHOWS_NONE for shape in shapes.values())
    declared = any(entry.get("correct") is not None for entry in program["responses"].values())
    return is_shown and (declared or "template_rules" in program)


def solution(item: str, shapes: Mapping[str, Any], scorer: Scorer, seed: bytes = b"") -> dict[str, Any]:
    """The right responses of a sitting's variant, by opaque names; empty where none can be shown.

    `shapes` is the schema of the form. An answer that no pupil could give is not shown either.
    """
    right = scorer.opaque(item, scorer.correct(item, seed))
    kinds = {name: shape["kind"] for name, shape in shapes["items"][item].items()}
    found = {
        name: value for name, value in right.items() if value is not None and kinds[name] not in SHOWS_NONE
    }
    return found if Shapes({"items": {item: shapes["items"][item]}}).check(item, found) is None else {}

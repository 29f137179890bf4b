"""Whether the right answers can be given at all: each names choices that the item shows."""

from __future__ import annotations

from typing import Final

from items.qti.documents import Element
from items.scoring.reading import child, name_of
from items.scoring.variables import Variables

_CHOSEN: Final = frozenset({"identifier", "pair", "directedPair"})
_FROM_CHOICES: Final = frozenset(
    f"{kind}-interaction"
    for kind in (
        "choice",
        "inline-choice",
        "order",
        "associate",
        "match",
        "gap-match",
        "hottext",
        "hotspot",
        "graphic-order",
        "graphic-associate",
        "graphic-gap-match",
    )
)


def check_keys(item: Element, variables: Variables) -> None:
    """Note each right answer that names a choice its interaction does not have."""
    body = child(item, "item-body")
    if body is None:
        return
    for interaction in body.iter():
        if name_of(interaction) in _FROM_CHOICES:
            _check_interaction(interaction, variables)


def _check_interaction(interaction: Element, variables: Variables) -> None:
    identifier = interaction.get("response-identifier", "")
    entry = variables.program["responses"].get(identifier, {})
    if entry.get("base_type") not in _CHOSEN or "correct" not in entry:
        return
    shown = {found.get("identifier") for found in interaction.iter()}
    correct = entry["correct"] if isinstance(entry["correct"], list) else [entry["correct"]]
    for value in correct:
        if value not in shown and not all(part in shown for part in value.split()):
            message = f"The right answer {value!r} of {identifier!r} is none of the choices: correct either."
            variables.reader.add(interaction, "unknown_choice", message)

"""The order one pupil sees: sections as authored, items and choices shuffled where the author allows.

Decided by the server from the session's seed and nothing else, so a second seat gets the
same order again. What is fixed stays at its authored place; rows and columns of a table,
gaps and words, never change sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from items.draws import Draws

T = TypeVar("T")


def order_for(structure: Sequence[dict[str, Any]], seed: bytes) -> list[dict[str, Any]]:
    """`order` of the API: [{"section", "items": [{"item", "choices": {response: [choice, ...]}}]}]."""
    draws = Draws(seed, "order")
    return [
        {"section": section["section"], "items": [_item(item, draws) for item in _items(section, draws)]}
        for section in structure
    ]


def shuffled(things: Sequence[T], fixed: Sequence[bool], draws: Draws) -> list[T]:
    """The things in a drawn order, the fixed ones where they were."""
    free = [place for place, held in enumerate(fixed) if not held]
    drawn = list(free)
    draws.shuffle(drawn)
    result = list(things)
    for place, other in zip(free, drawn, strict=True):
        result[place] = things[other]
    return result


def _items(section: dict[str, Any], draws: Draws) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = section["items"]
    if not section["shuffle"]:
        return items
    return shuffled(items, [item["fixed"] for item in items], draws)


def _item(item: dict[str, Any], draws: Draws) -> dict[str, Any]:
    choices = {
        response: [choice for group in groups for choice in _group(group, draws)]
        for response, groups in item["choices"].items()
    }
    return {"item": item["item"], "choices": choices}


def _group(group: list[list[Any]], draws: Draws) -> list[str]:
    names = [name for name, _ in group]
    fixed = [held for _, held in group]
    return names if all(fixed) else shuffled(names, fixed, draws)

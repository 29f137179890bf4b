"""What one pupil's test is made of, and in which order: drawn from the session's seed and from nothing else.

A second seat, another worker and the scorer draw the same. First each section selects among its children,
innermost last; then it puts what it selected in order. Routes (`items.routing`) are followed over the
result. What is fixed keeps its place among the selected; rows and columns of a table, gaps and words, never
change sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from items.draws import Draws

T = TypeVar("T")
Node = Mapping[str, Any]


class Place(NamedTuple):
    """One item in its place; `sections` from the outermost to the innermost."""

    item: str
    part: str
    sections: tuple[str, ...]
    node: Node

    @property
    def path(self) -> tuple[str, ...]:
        """What is entered to get there, the item itself last."""
        return (self.part, *self.sections, self.item)


def order_for(structure: Mapping[str, Any], seed: bytes) -> list[dict[str, Any]]:
    """`order` of the API, when no rule leaves anything out."""
    places = draw(structure, seed)
    return order_of(places, parts_of(structure), seed)


def parts_of(structure: Mapping[str, Any]) -> dict[str, Node]:
    """The parts by name."""
    return {part["part"]: part for part in structure["parts"]}


def is_shuffled(structure: Mapping[str, Any]) -> bool:
    """Whether sessions may have their items in different orders, or different items."""

    def moves(node: Node) -> bool:
        return bool(node.get("shuffle")) or "select" in node or any(map(moves, node.get("children", ())))

    return any(map(moves, structure["parts"]))


def draw(structure: Mapping[str, Any], seed: bytes) -> list[Place]:
    """All items that the session may meet, in order: selected and shuffled, before any route is taken."""
    draws = Draws(seed, "order")
    return [
        place
        for part in structure["parts"]
        for section in part["children"]
        for place in _section(section, part["part"], (), draws)
    ]


def order_of(
    places: Iterable[Place], parts: Mapping[str, Node], seed: bytes, asks: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """`order` of the API: items that follow one another in the same section of the same part, together.

    `asks` names the items before which the server is to be asked for the way, each with the item after which.
    """
    order: list[dict[str, Any]] = []
    asks = asks or {}
    before: object = None
    for place in places:
        here = (place.part, place.sections)
        if here != before or place.item in asks:
            order.append(_run(place, parts[place.part], asks.get(place.item)))
        order[-1]["items"].append(_entry(place, seed))
        before = here
    return order


def _run(place: Place, part: Node, ask: str | None) -> dict[str, Any]:
    run: dict[str, Any] = {"part": place.part, "section": place.sections[-1], "items": []}
    if len(place.sections) > 1:
        run["within"] = list(place.sections[:-1])
    if part.get("linear"):
        run["linear"] = True
    return run if ask is None else run | {"ask": ask}


def _entry(place: Place, seed: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {"item": place.item, "choices": _choices(place, seed)}
    return entry | {"control": place.node["control"]} if "control" in place.node else entry


def _choices(place: Place, seed: bytes) -> dict[str, list[str]]:
    """Drawn for each item by itself, so that no selection and no route turns the choices of another round."""
    if not place.node["choices"]:
        return {}
    draws = Draws(seed, f"choices {place.item}", words=64)
    return {
        response: [choice for group in groups for choice in _group(group, draws)]
        for response, groups in place.node["choices"].items()
    }


def shuffled(things: Sequence[T], fixed: Sequence[bool], draws: Draws) -> list[T]:
    """The things in a drawn order, the fixed ones where they were."""
    free = [place for place, held in enumerate(fixed) if not held]
    drawn = list(free)
    draws.shuffle(drawn)
    result = list(things)
    for place, other in zip(free, drawn, strict=True):
        result[place] = things[other]
    return result


def _section(node: Node, part: str, within: tuple[str, ...], draws: Draws) -> list[Place]:
    within = (*within, node["section"])
    blocks = [
        block for child in _selected(node, draws) for block in _blocks(child, node, part, within, draws)
    ]
    if node.get("shuffle"):
        blocks = shuffled(blocks, [fixed for fixed, _ in blocks], draws)
    return [place for _, places in blocks for place in places]


def _blocks(
    child: Node, section: Node, part: str, within: tuple[str, ...], draws: Draws
) -> list[tuple[bool, list[Place]]]:
    """What is shuffled as one: an item, or a section that is kept together; each with whether it is fixed.

    A mixed section gives its items away one by one, unless it is fixed itself.
    """
    fixed = bool(child.get("fixed"))
    if "item" in child:
        return [(fixed, [Place(child["item"], part, within, child)])]
    if not (section.get("shuffle") and child.get("mixed") and not fixed):
        return [(fixed, _section(child, part, within, draws))]
    inside = (*within, child["section"])
    # For the ones below it, the section around decides whether they are shuffled.
    shuffling = {**child, "shuffle": True}
    return [
        block for inner in _selected(child, draws) for block in _blocks(inner, shuffling, part, inside, draws)
    ]


def _selected(section: Node, draws: Draws) -> list[Node]:
    """The children drawn, in authored order; required ones always, copies one after another."""
    children: list[Node] = section["children"]
    select = section.get("select")
    if select is None:
        return children
    required = [place for place, child in enumerate(children) if child.get("required")]
    if any("copies" in child for child in children):
        return _with_replacement(children, required, select, draws)
    others = [place for place in range(len(children)) if place not in required]
    draws.shuffle(others)
    drawn = sorted([*required, *others[: select - len(required)]])
    return [children[place] for place in drawn]


def _with_replacement(
    children: Sequence[Node], required: Sequence[int], select: int, draws: Draws
) -> list[Node]:
    times = [0] * len(children)
    for place in required:
        times[place] += 1
    for _ in range(select - len(required)):
        times[draws.below(len(children))] += 1
    return [
        {**copy, "fixed": child.get("fixed", False)}
        for child, count in zip(children, times, strict=True)
        for copy in child["copies"][:count]
    ]


def _group(group: list[list[Any]], draws: Draws) -> list[str]:
    names = [name for name, _ in group]
    fixed = [held for _, held in group]
    return names if all(fixed) else shuffled(names, fixed, draws)

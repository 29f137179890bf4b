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
Turning = dict[str, list[tuple[str, list[tuple[list[str], list[int]]]]]]
"""By item: for each response the groups of its choices, each with the places in which they change."""


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
    places: Iterable[Place],
    parts: Mapping[str, Node],
    seed: bytes,
    asks: Mapping[str, str] | None = None,
    turning: Turning | None = None,
) -> list[dict[str, Any]]:
    """`order` of the API: items that follow one another in the same section of the same part, together.

    `asks` names the items before which the server is to be asked for the way, each with the item after which.
    `turning` keeps from one session to the next what is the same for all.
    """
    turning = {} if turning is None else turning
    order: list[dict[str, Any]] = []
    asks = asks or {}
    before: object = None
    for place in places:
        here = (place.part, place.sections)
        if here != before or place.item in asks:
            order.append(_run(place, parts[place.part], asks.get(place.item)))
        order[-1]["items"].append(_entry(place, seed, turning))
        before = here
    return order


def _run(place: Place, part: Node, ask: str | None) -> dict[str, Any]:
    run: dict[str, Any] = {"part": place.part, "section": place.sections[-1], "items": []}
    if len(place.sections) > 1:
        run["within"] = list(place.sections[:-1])
    if part.get("linear"):
        run["linear"] = True
    return run if ask is None else run | {"ask": ask}


def _entry(place: Place, seed: bytes, turning: Turning) -> dict[str, Any]:
    entry: dict[str, Any] = {"item": place.item, "choices": _choices(place, seed, turning)}
    if "control" in place.node:
        entry["control"] = place.node["control"]
    return entry


def _choices(place: Place, seed: bytes, turning: Turning) -> dict[str, list[str]]:
    """Drawn for each item by itself, so that no selection and no route turns the choices of another round."""
    turns = turning.get(place.item)
    if turns is None:
        turns = turning[place.item] = _turns(place.node["choices"])
    if not turns:
        return {}
    draws = Draws(seed, f"choices {place.item}", words=64)
    found = {}
    for response, groups in turns:
        choices: list[str] = []
        for names, free in groups:
            choices += _moved(names, free, draws) if free else names
        found[response] = choices
    return found


def _turns(
    choices: Mapping[str, list[list[list[Any]]]],
) -> list[tuple[str, list[tuple[list[str], list[int]]]]]:
    return [
        (
            response,
            [
                ([name for name, _ in group], [place for place, (_, held) in enumerate(group) if not held])
                for group in groups
            ],
        )
        for response, groups in choices.items()
    ]


def shuffled(things: Sequence[T], fixed: Sequence[bool], draws: Draws) -> list[T]:
    """The things in a drawn order, the fixed ones where they were."""
    return _moved(things, [place for place, held in enumerate(fixed) if not held], draws)


def _moved(things: Sequence[T], free: Sequence[int], draws: Draws) -> list[T]:
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

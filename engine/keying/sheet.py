"""What of a form can be keyed: a column for each response that a digit or a number says.

On paper there is one order of choices, the authored one: a response whose choices may change places cannot be
keyed, since the compiled form no longer tells which one was first.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from items.model import Content, Item

CHOICES_MAX = 9
"""One key each, 1 to 9."""
NUMBER = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,6})?")
TEXT_MAX = 60
CHOICE, NUMERIC = "choice", "number"
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


class Column(NamedTuple):
    """One column of the grid: a response of an item; `choices` are (opaque id, text) as on paper."""

    cell: str
    item: str
    response: str
    label: str
    section: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()

    def takes(self, value: str) -> bool:
        """Whether a keyed value is one of this column's."""
        if self.kind == CHOICE:
            return any(value == choice for choice, _ in self.choices)
        return bool(NUMBER.fullmatch(value))

    def to_json(self) -> dict[str, Any]:
        """As the page gets it."""
        return {
            "cell": self.cell,
            "label": self.label,
            "section": self.section,
            "kind": self.kind,
            "choices": [{"value": value, "text": text} for value, text in self.choices],
        }


class NotKeyable(ValueError):
    """A form with a question that cannot be keyed; the message names it."""


def columns(content: Content, schema: Mapping[str, Any]) -> tuple[Column, ...]:
    """The columns in the order of the paper, or NotKeyable."""
    if content.structure["routed"]:
        raise NotKeyable("the way through this form depends on the answers: paper has one way")
    moving = {item: names for item, names in _moving(content.structure["parts"])}
    items = {item.id: item for item in content.items}
    found: list[Column] = []
    number = 0
    for section in content.sections:
        for name in section.items:
            number += 1
            shapes = schema["items"][name]
            for place, (response, shape) in enumerate(shapes.items()):
                label = f"{number}{chr(97 + place)}" if len(shapes) > 1 else str(number)
                column = Column(f"{name}.{response}", name, response, label, section.title, NUMERIC)
                found.append(_with_kind(column, shape, items[name], moving.get(name, ())))
    if not found:
        raise NotKeyable("this form asks nothing that could be keyed")
    return tuple(found)


def _with_kind(column: Column, shape: Mapping[str, Any], item: Item, moving: tuple[str, ...]) -> Column:
    where = f"question {column.label}"
    if shape["cardinality"] != "single":
        raise NotKeyable(
            f"{where} takes several values at once: key it as right or wrong, with a choice of two"
        )
    if "choices" in shape:
        if column.response in moving:
            raise NotKeyable(f"{where} shuffles its choices: on paper they have one order (shuffle=false)")
        if len(shape["choices"]) > CHOICES_MAX:
            raise NotKeyable(f"{where} has more than {CHOICES_MAX} choices: one key each")
        return column._replace(kind=CHOICE, choices=_choices(item.html, column.response, shape["choices"]))
    if shape["base_type"] in ("integer", "float"):
        return column
    raise NotKeyable(f"{where} ({shape['kind']}) takes neither a choice nor a number")


def _choices(text: str, response: str, names: list[str]) -> tuple[tuple[str, str], ...]:
    """The choices as they follow one another in the item, each with the first words of its text."""
    begin = max(0, text.find(f'data-response="{response}"'))
    places = sorted((text.find(f'"{name}"', begin), name) for name in names)
    ends = [place for place, _ in places[1:]] + [-1]
    return tuple(
        (name, _words(text[place:end]) or str(number))
        for number, ((place, name), end) in enumerate(zip(places, ends, strict=True), 1)
    )


def _words(text: str) -> str:
    """The words in a piece of HTML that begins within a tag and may end within one."""
    inside = text.partition(">")[2].partition("</li>")[0].partition("</option>")[0].rpartition(">")
    plain = _TAG.sub(" ", "".join(inside[:2]) + inside[2])
    return _SPACE.sub(" ", html.unescape(plain)).strip()[:TEXT_MAX]


def _moving(nodes: list[dict[str, Any]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Items with the responses whose choices may change places."""
    for node in nodes:
        if "item" in node:
            yield node["item"], tuple(name for name, sets in node["choices"].items() if _shuffled(sets))
        yield from _moving(node.get("children", []))


def _shuffled(sets: list[list[tuple[str, bool]]]) -> bool:
    """Whether any choice of these sets is not fixed to its place."""
    return any(not is_fixed for choices in sets for _, is_fixed in choices)

"""What the operators on containers, records and points compute."""

from __future__ import annotations

from collections import Counter
from typing import Final

from items.scoring import lots
from items.scoring.areas import area
from items.scoring.logic import Attributes, Build, Evaluate, Variables, strict
from items.scoring.values import MOST_MEMBERS, Point, Value

Container = tuple[Value, ...]


def _collected(values: list[Value]) -> Container | None:
    """Values and containers as one container: NULL is left out, and nothing left is NULL."""
    members: list[Value] = []
    for value in values:
        if type(value) is tuple:
            members += value
        elif value is not None:
            members.append(value)
        if len(members) > MOST_MEMBERS:
            return None
    return tuple(members) or None


def _collect(_attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    return lambda variables: _collected([operand(variables) for operand in operands])


def _repeat(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    times = attributes["number_repeats"]

    def repeat(variables: Variables) -> Value:
        """Nothing is drawn by lot here, so every repetition would give what the first gave."""
        count = times(variables)
        members = _collected([operand(variables) for operand in operands])
        if members is None or count is None or count < 1 or count * len(members) > MOST_MEMBERS:
            return None
        return members * count

    def draw_again(variables: Variables) -> Value:
        count = times(variables)
        if count is None or not 1 <= count <= MOST_MEMBERS:
            return None
        variables[lots.NAME].spend(count)
        return _collected([operand(variables) for _ in range(count) for operand in operands])

    return draw_again if attributes["draws"] else repeat


def _size(_attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    operand = operands[0]

    def size(variables: Variables) -> Value:
        value = operand(variables)
        return 0 if value is None else len(value)

    return size


def _index(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    operand, place = operands[0], attributes["n"]

    def index(variables: Variables) -> Value:
        members, n = operand(variables), place(variables)
        if members is None or n is None or not 1 <= n <= len(members):
            return None
        return members[n - 1]

    return index


def _is_member(value: Value, members: Container) -> bool:
    return value in members


def _without(value: Value, members: Container) -> Container | None:
    return tuple(member for member in members if member != value) or None


def _holds_all(outer: Container, inner: Container) -> bool:
    return Counter(inner) <= Counter(outer)


def _holds_run(outer: Container, inner: Container) -> bool:
    """Whether the inner members follow one another, in their order, somewhere in the outer."""
    span = len(inner)
    return any(outer[start : start + span] == inner for start in range(len(outer) - span + 1))


def _contains(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    return strict(_holds_all if attributes["unordered"] else _holds_run)(attributes, operands)


# The Python types of base types; all the others are text.
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "integer": (int,),
    "float": (float, int),
    "duration": (float, int),
    "boolean": (bool,),
    "point": (Point,),
}


def _field(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    """A field's value, if it is of the type that the rules were checked with."""
    field, base_type = attributes["field"], attributes["base_type"]
    expected = _TYPES.get(base_type, (str,)) if base_type else ()

    def value_of(record: dict[str, Value]) -> Value:
        value = record.get(field)
        return value if type(value) in expected else None

    return strict(value_of)(attributes, operands)


def _inside(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    contains = area(attributes["shape"], attributes["coords"])

    def inside(points: Value) -> bool:
        return contains(points) if isinstance(points, Point) else any(map(contains, points))

    return strict(inside)(attributes, operands)


BUILDERS: Final[dict[str, Build]] = {
    "multiple": _collect,
    "ordered": _collect,
    "repeat": _repeat,
    "container-size": _size,
    "index": _index,
    "member": strict(_is_member),
    "delete": strict(_without),
    "contains": _contains,
    "field-value": _field,
    "inside": _inside,
}

"""Types of expressions, as far as an item's XML tells them, and what an operand may be.

A type is a cardinality and a base type. "any" and None stand for NULL, which fits everywhere:
an expression of unknown type has no other value, so that a run never meets a wrong type.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from items.scoring.values import NUMERIC, TEXTUAL


class Type(NamedTuple):
    cardinality: str
    base: str | None

    def __str__(self) -> str:
        return f"{self.cardinality} {self.base or 'value'}"

    @property
    def is_numeric(self) -> bool:
        return self.base is None or self.base in NUMERIC

    @property
    def is_single(self) -> bool:
        return self.cardinality in ("single", "any")

    @property
    def is_record(self) -> bool:
        return self.cardinality == "record"

    def has_base(self, *bases: str) -> bool:
        return self.base is None or self.base in bases


ANY: Final = Type("any", None)
BOOLEAN: Final = Type("single", "boolean")
INTEGER: Final = Type("single", "integer")
FLOAT: Final = Type("single", "float")

# What an operator takes: a name, the words for an author, the test.
KINDS: Final[dict[str, tuple[str, Callable[[Type], bool]]]] = {
    "any": ("any value", lambda _type: True),
    "boolean": ("a single boolean", lambda type_: type_.is_single and type_.has_base("boolean")),
    "number": ("a single integer or float", lambda type_: type_.is_single and type_.is_numeric),
    "numbers": ("integers or floats", lambda type_: not type_.is_record and type_.is_numeric),
    "integer": ("a single integer", lambda type_: type_.is_single and type_.has_base("integer")),
    "integers": ("integers", lambda type_: not type_.is_record and type_.has_base("integer")),
    "text": ("a single string", lambda type_: type_.is_single and type_.has_base(*TEXTUAL)),
    "duration": ("a single duration", lambda type_: type_.is_single and type_.has_base("duration")),
    "single": ("a single value", lambda type_: type_.is_single),
    "members": (
        "a multiple or ordered container",
        lambda type_: type_.cardinality in ("multiple", "ordered", "any"),
    ),
    "ordered": ("an ordered container", lambda type_: type_.cardinality in ("ordered", "any")),
    "values": ("single values or containers", lambda type_: not type_.is_record),
    "points": ("a point or points", lambda type_: not type_.is_record and type_.has_base("point")),
    "record": ("a record", lambda type_: type_.cardinality in ("record", "any")),
}


def alike(first: str | None, second: str | None) -> bool:
    """Whether values of these base types can be equal: numbers are numbers, and text is text."""
    if first is None or second is None or first == second:
        return True
    return any({first, second} <= family for family in (NUMERIC, TEXTUAL))


def numeric_result(types: list[Type]) -> Type:
    """Integer if every operand is one, float if one is a float."""
    return FLOAT if any(type_.base == "float" for type_ in types) else INTEGER


def container_of(cardinality: str) -> Callable[[list[Type]], Type]:
    def result(types: list[Type]) -> Type:
        bases = {type_.base for type_ in types if type_.base is not None}
        if len(bases) > 1:
            return Type(cardinality, "float" if bases <= NUMERIC else "string")
        return Type(cardinality, bases.pop() if bases else None)

    return result

"""Values: from the text in an item, or the text a pupil sent, to what the expressions compute with.

NULL is None. A container is a tuple and never empty: QTI takes an empty container for NULL,
and an empty string too. A pair is its two identifiers in alphabetical order with one space
between, so that equality needs to know nothing; a point is a pair of numbers; a record is
a dictionary. Every value that leaves here can be written as JSON.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final, NamedTuple

Value = Any  # bool | int | float | str | Point | tuple[Value, ...] | dict[str, Value] | None
Read = Callable[[str], Value]


class Point(NamedTuple):
    x: float
    y: float


NUMERIC: Final = frozenset({"integer", "float"})
TEXTUAL: Final = frozenset({"identifier", "string", "uri", "intOrIdentifier", "file"})
BASE_TYPES: Final = NUMERIC | TEXTUAL | {"boolean", "pair", "directedPair", "point", "duration"}
CARDINALITIES: Final = frozenset({"single", "multiple", "ordered", "record"})

# A browser holds whole numbers exactly up to here, and JSON libraries agree on no more.
GREATEST_INTEGER: Final = 2**53
# No interaction has more choices; what computes with containers stays cheap below it.
MOST_MEMBERS: Final = 1000

# The fields of a number's record that spell it, the best first.
RECORD_TEXTS: Final = ("stringValue", "floatValue", "integerValue")

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_SPACES = " \u00a0\u2009\u202f"
_GROUPED = re.compile(rf"(?<![0-9])[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+(?![0-9])")
_SPACE = re.compile(rf"[{_SPACES}]")
_LONGEST_NUMBER: Final = 64


def finite(number: float) -> float | None:
    """The number, or NULL where arithmetic ran out of numbers."""
    return number if math.isfinite(number) else None


def whole(number: int) -> int | None:
    """The number, or NULL where JSON readers would disagree about it."""
    return number if -GREATEST_INTEGER <= number <= GREATEST_INTEGER else None


def read_text(text: str) -> str | None:
    """Surrounding white space is no part of an answer, nor is the way an accent was typed."""
    text = text.strip()
    return (text if text.isascii() else unicodedata.normalize("NFC", text)) or None


def read_number(text: str) -> float | None:
    """A number as an author writes it: `0.5`, `-1e3`."""
    text = text.strip()
    if len(text) > _LONGEST_NUMBER or not _DECIMAL.fullmatch(text):
        return None
    return finite(float(text))


def read_whole(text: str) -> int | None:
    """A whole number; `7.0` is one and `7.5` is none."""
    number = read_number(text)
    return whole(int(number)) if number is not None and number == int(number) else None


def _as_authored(text: str) -> str:
    """A number as a pupil types it (`−1 234,5`: a comma, a gap, a minus of its own), spelled for authors."""
    text = text.strip().replace("\u2212", "-")
    if "," in text:
        # Comma and point together mean a thousands separator in one language and a mistake in another.
        text = "" if "." in text else text.replace(",", ".", 1)
    return _GROUPED.sub(lambda group: _SPACE.sub("", group[0]), text, count=1)


def read_typed_number(text: str) -> float | None:
    return read_number(_as_authored(text)) if len(text) <= _LONGEST_NUMBER else None


def read_typed_whole(text: str) -> int | None:
    return read_whole(_as_authored(text)) if len(text) <= _LONGEST_NUMBER else None


def read_boolean(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.strip())


def read_pair(text: str) -> str | None:
    """`B A` and `A B` are one pair."""
    ends = text.split()
    return " ".join(sorted(ends)) if len(ends) == 2 else None


def read_directed_pair(text: str) -> str | None:
    ends = text.split()
    return " ".join(ends) if len(ends) == 2 else None


def read_point(text: str) -> Point | None:
    ends = [read_number(part) for part in text.split()]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return Point(ends[0], ends[1])


_AUTHORED: Final[dict[str, Read]] = {
    "integer": read_whole,
    "float": read_number,
    "duration": read_number,
    "boolean": read_boolean,
    "pair": read_pair,
    "directedPair": read_directed_pair,
    "point": read_point,
}
_TYPED: Final[dict[str, Read]] = _AUTHORED | {"integer": read_typed_whole, "float": read_typed_number}


def authored(base_type: str) -> Read:
    """How the item's own text of this type is read; None means that it is no such value."""
    return _AUTHORED.get(base_type, read_text)


def typed(base_type: str) -> Read:
    """How a pupil's text of this type is read: as the item's, and numbers as people type them."""
    return _TYPED.get(base_type, read_text)


def members(values: list[Value], cardinality: str) -> Value:
    """A container of what could be read, NULL when empty.

    An ordered container with a gap is NULL as a whole: what follows the gap would change its place.
    """
    if len(values) > MOST_MEMBERS:
        return None
    if cardinality == "ordered" and None in values:
        return None
    return tuple(value for value in values if value is not None) or None


def in_json(value: Value) -> Value:
    """The value as JSON holds it; a point is written `80 94`, as pupils' points are."""
    if isinstance(value, Point):
        return f"{value.x:.15g} {value.y:.15g}"
    if isinstance(value, tuple):
        return [in_json(member) for member in value]
    if isinstance(value, dict):
        return {field: in_json(member) for field, member in value.items()}
    return finite(value) if isinstance(value, float) else value


def as_response(value: Value) -> Any:
    """The value in the shape of a pupil's response: text, or a list of texts."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Point):
        return in_json(value)
    if isinstance(value, tuple):
        return [as_response(member) for member in value]
    if isinstance(value, dict):
        return next((as_response(value[name]) for name in RECORD_TEXTS if value.get(name) is not None), None)
    return str(value).lower() if isinstance(value, bool) else repr(value)

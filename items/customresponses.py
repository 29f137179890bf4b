"""Responses of an author's own modules: of the declared type, few and short; nothing else is known of them.

The modules run in the pupil's browser, so what they give is judged as anything a pupil sends. A record is an
object of fields `{"base_type", "value"}`, as a record's right answer stands in a key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

Check = Callable[[Any], str | None]

MOST_MEMBERS: Final = 1000
MOST_FIELDS: Final = 100
LONGEST_NAME: Final = 100
_NUMBER = r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,4})?"
_SPELLED: Final[dict[str, re.Pattern[str]]] = {
    "boolean": re.compile("true|false"),
    "integer": re.compile(r"[+-]?\d{1,40}"),
    "float": re.compile(_NUMBER),
    "duration": re.compile(_NUMBER),
    "point": re.compile(f"{_NUMBER} {_NUMBER}"),
    "identifier": re.compile(r"\S{1,200}"),
    "pair": re.compile(r"\S{1,200} \S{1,200}"),
    "directedPair": re.compile(r"\S{1,200} \S{1,200}"),
}
_FREE: Final = frozenset({"string", "uri", "intOrIdentifier"})


def custom_check(shape: Mapping[str, Any]) -> Check:
    """Judges a value of this shape, which is never null here."""
    longest, base_type = shape["custom"], shape["base_type"]
    if shape["cardinality"] == "record":
        return lambda value: _record(value, longest)
    if shape["cardinality"] == "single":
        return lambda value: _one(value, base_type, longest)
    return lambda values: _several(values, base_type, longest)


def _one(value: Any, base_type: str, longest: int) -> str | None:
    if type(value) is not str:
        return "wrong_cardinality" if type(value) is list else "not_a_string"
    if len(value) > longest:
        return "too_long"
    spelled = _SPELLED.get(base_type)
    return None if spelled is None or spelled.fullmatch(value) else "wrong_base_type"


def _several(values: Any, base_type: str, longest: int) -> str | None:
    if type(values) is not list:
        return "wrong_cardinality"
    if len(values) > MOST_MEMBERS:
        return "too_many"
    for value in values:
        if (problem := _one(value, base_type, longest)) is not None:
            return problem
    return "too_long" if sum(map(len, values)) > longest else None


def _record(value: Any, longest: int) -> str | None:
    if type(value) is not dict:
        return "wrong_cardinality"
    if len(value) > MOST_FIELDS:
        return "too_many"
    for name, field in value.items():
        if (problem := _field(name, field, longest)) is not None:
            return problem
    return "too_long" if sum(len(field["value"]) for field in value.values()) > longest else None


def _field(name: str, field: Any, longest: int) -> str | None:
    if not 0 < len(name) <= LONGEST_NAME or type(field) is not dict or set(field) != {"base_type", "value"}:
        return "wrong_cardinality"
    base_type = field["base_type"]
    if type(base_type) is not str or (base_type not in _SPELLED and base_type not in _FREE):
        return "wrong_base_type"
    return _one(field["value"], base_type, longest)

"""Responses that are records: a number as it was typed, or what a custom interaction gives."""

from __future__ import annotations

import re
from typing import Any

from items.scoring.values import BASE_TYPES, read_text, read_typed_number, typed, whole

_PARTS = re.compile(r"[+-]?([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")


def typed_number(text: str) -> dict[str, Any] | None:
    """The fields that QTI gives such a record; those of the number are NULL when it is none."""
    string = read_text(text)
    if string is None:
        return None
    number = read_typed_number(string)
    fields: dict[str, Any] = {"stringValue": string, "floatValue": number}
    spelled = re.sub(r"\s", "", string).replace("\u2212", "-").replace(",", ".")
    parts = _PARTS.fullmatch(spelled)
    if number is None or parts is None:
        return fields
    left, right, power = parts[1], parts[2] or "", int(parts[3] or 0)
    plain = parts[2] is None and parts[3] is None
    fields["integerValue"] = whole(int(number)) if plain else None
    fields["leftDigits"], fields["rightDigits"] = len(left), len(right)
    fields["ndp"] = max(0, len(right) - power)
    # In 1200 the zeros may be a matter of size; in 1200.0 they were measured.
    digits = (left + right).lstrip("0")
    fields["nsf"] = len(digits if right else digits.rstrip("0"))
    fields["exponent"] = int(parts[3]) if parts[3] else None
    return fields


def given_record(given: Any) -> dict[str, Any] | None:
    """A record of fields `{"base_type", "value"}`; a field that is no value of its type is NULL."""
    if not isinstance(given, dict):
        return None
    return {str(name): _given_field(field) for name, field in given.items()} or None


def _given_field(field: Any) -> Any:
    if not isinstance(field, dict):
        return None
    base_type, text = field.get("base_type"), field.get("value")
    is_known = isinstance(base_type, str) and base_type in BASE_TYPES
    return typed(str(base_type))(text) if is_known and isinstance(text, str) else None

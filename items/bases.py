"""Whole numbers to another base than ten: pupils type them so, authors and results have them to ten."""

from __future__ import annotations

from typing import Any

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGEST_WHOLE = 60  # digits; 53 of base two are as many as JSON holds exactly


def to_ten(value: Any, base: int) -> Any:
    """What was typed, to ten; what is no number to this base is marked so that it is none to ten either."""
    if type(value) is not str or not value.strip():
        return value
    try:
        if len(value) <= LONGEST_WHOLE and "_" not in value:
            return str(int(value, base))
    except ValueError:
        pass
    return f"{value} (base {base})"


def from_ten(value: Any, base: int) -> Any:
    """A number as its author wrote it, as a pupil would type it; what is none stays as it is."""
    try:
        left = abs(int(value))
    except (TypeError, ValueError):
        return value
    digits = ""
    while left:
        left, digit = divmod(left, base)
        digits = DIGITS[digit] + digits
    return ("-" if int(value) < 0 else "") + (digits or "0")

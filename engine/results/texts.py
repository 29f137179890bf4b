"""How values are written in tables: one text each, and none that a spreadsheet would run."""

from __future__ import annotations

import re
from typing import Any

import orjson

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula; some read the wide signs of East Asia so too."""
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")


def canonical(value: Any) -> str:
    """A response as one text: nothing, the value, or a JSON array of values."""
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def safe(value: Any) -> Any:
    """What a spreadsheet shows as it stands: text that it would run as a formula gets an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def yes(value: bool) -> str:
    return "true" if value else "false"

"""The few JSON Schema forms that the description is written with."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def reference(name: str) -> Schema:
    """The schema called `name` in the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def closed(required: Schema, optional: Schema | None = None, **more: Any) -> Schema:
    """An object with these properties and no others: what the server sends."""
    return {**taken(required, optional), "additionalProperties": False, **more}


def taken(required: Schema, optional: Schema | None = None, **more: Any) -> Schema:
    """An object with at least these properties: what the server takes; what it does not know it ignores."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        **more,
    }


def whole(low: int, high: int | None = None, **more: Any) -> Schema:
    """A whole number within bounds."""
    upper = {} if high is None else {"maximum": high}
    return {"type": "integer", "format": "int64", "minimum": low, **upper, **more}


def words(pattern: str, **more: Any) -> Schema:
    """A string that the pattern matches as a whole."""
    return {"type": "string", "pattern": f"^{pattern}$", **more}


def text(longest: int, **more: Any) -> Schema:
    """A string of at most so many characters; null says the same as leaving it out."""
    return {"type": ["string", "null"], "maxLength": longest, **more}


def listed(of: Schema, **more: Any) -> Schema:
    """An array."""
    return {"type": "array", "items": of, **more}


def moment(description: str) -> Schema:
    """A time of day by the server's clock."""
    return whole(0, description=f"{description} Milliseconds since 1970, by the server's clock.")

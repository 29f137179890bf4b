"""How a call is described: its parts, what it gives, how it may be refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.api.openapi.refusals import refusals
from engine.api.openapi.shapes import Schema, reference
from engine.wire import OTHER_BYTES_MAX

JSON = "application/json"
UNREAD = ("too_large", "unsupported_media")
BODY = ("bad_json", "bad_request", *UNREAD)
STORE = ("store_away", "store_full")
ALWAYS = ("wrong_method", "internal")
"""What any call may be refused with: the other methods of its address, a mistake of ours."""
OURS = (*ALWAYS, "overloaded")
"""The same and, for all but those who look after the server, the gate."""


def call(
    name: str,
    summary: str,
    description: str,
    replies: dict[str, Schema],
    *codes: Iterable[str],
    limit_bytes: int = OTHER_BYTES_MAX,
    allow: str = "",
    ours: Iterable[str] = OURS,
    **parts: Any,
) -> Schema:
    all_codes = [code for some in (*codes, ours) for code in some]
    allow = allow or ("POST" if "requestBody" in parts else "GET, HEAD")
    responses = replies | refusals(all_codes, limit_bytes=limit_bytes, allow=allow)
    texts = {"summary": summary} | ({"description": description} if description else {})
    return {"operationId": name, **texts, "security": [], **parts, "responses": responses}


def body(schema: Schema, **samples: Any) -> Schema:
    values = {name: {"value": value} for name, value in samples.items()}
    return {"required": True, "content": {JSON: {"schema": schema, "examples": values}}}


def json_reply(description: str, schema: Schema, sample: Any) -> Schema:
    return {"description": description, "content": {JSON: {"schema": schema, "example": sample}}}


def one_of(description: str, names: Iterable[str], sample: Any) -> Schema:
    return json_reply(description, {"oneOf": [reference(name) for name in names]}, sample)

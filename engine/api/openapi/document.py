"""The description as one OpenAPI 3.1 document."""

from __future__ import annotations

from typing import Any

from engine.api.openapi.attempts import attempt_schemas
from engine.api.openapi.calls import paths
from engine.api.openapi.classresults import classresults_paths, classresults_schemas
from engine.api.openapi.keying import keying_paths, keying_schemas
from engine.api.openapi.refusals import refusal_schemas
from engine.api.openapi.replies import reply_schemas
from engine.api.openapi.requests import request_schemas
from engine.api.openapi.rooms import room_paths, room_schemas
from engine.api.openapi.ways import way_schemas
from engine.errors import KINDS
from engine.teacherdoor import COOKIE

ABOUT = """Delivers a sealed form, takes answers, acknowledges them once they are on disk.

JSON in and out; a request without `Content-Type` is taken for JSON. Unknown fields of a request are ignored.
Times are whole milliseconds by the server's clock; whole numbers have no decimal point. `HEAD` goes wherever
`GET` goes.

Every refusal is `{"error": {"code", "message", ...}}` with a code of one closed table; each code tells the
client one thing to do. `overloaded` alone has no body. 503 and 429 carry `Retry-After`."""


def document() -> dict[str, Any]:
    """The description; the same on each call."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Passation: the pupil's API",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths() | room_paths() | keying_paths() | classresults_paths(),
        "components": {
            "schemas": request_schemas()
            | reply_schemas()
            | attempt_schemas()
            | way_schemas()
            | room_schemas()
            | keying_schemas()
            | classresults_schemas()
            | refusal_schemas(),
            "securitySchemes": _tokens(),
        },
        "x-refusals": {code: kind._asdict() for code, kind in KINDS.items()},
    }


def _tokens() -> dict[str, Any]:
    return {
        "pupil": {
            "type": "http",
            "scheme": "bearer",
            "description": "`token` of the last reply that carried one.",
        },
        "operator": {
            "type": "http",
            "scheme": "bearer",
            "description": "The operator's token, made with the keys of the engine.",
        },
        "teacher": {
            "type": "apiKey",
            "in": "cookie",
            "name": COOKIE,
            "description": "Given at the teacher's door; it counts beside the header `X-Passation` alone.",
        },
        "authority": {
            "type": "http",
            "scheme": "assertion",
            "description": "Signed by the authority, for a quarter of an hour: who may see which rooms.",
        },
    }

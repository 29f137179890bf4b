"""The table of refusals as replies: for each code its schema, for each status of a call what can come back.

Status, sentence and action are those of `engine.errors`; here stands only what goes beside the code.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from engine.api.openapi.shapes import Schema, closed, listed, moment, reference, whole, words
from engine.errors import KINDS
from engine.files import CHUNK_BYTES_MAX
from engine.wire import ANSWERS_BYTES_MAX, ANSWERS_MAX, NUMBER_MAX, OTHER_BYTES_MAX, TEXT_MAX
from items.filetypes import ENDINGS

NO_BODY = "overloaded"
"""The admission layer's 503 must cost less than what it refuses."""

PROBLEMS = (
    "unknown_item",
    "not_an_object",
    "unknown_response",
    "wrong_cardinality",
    "not_a_string",
    "unknown_choice",
    "too_long",
    "not_a_number",
    "not_a_point",
    "out_of_bounds",
    "too_many",
    "repeated",
    "not_a_file",
    "unknown_file",
    "wrong_base_type",
)
"""What `items.responses` finds wrong with an answer, and `engine.api.handedin` with a file that it names."""

_LIMITS = (ANSWERS_BYTES_MAX, OTHER_BYTES_MAX, CHUNK_BYTES_MAX)
_LAST = whole(0, NUMBER_MAX, description="The highest number held without a hole.")
_WAIT = whole(1, description="Come back after this time; `Retry-After` says the same in seconds, rounded up.")
_PLACE = words("[A-Za-z0-9_-]{24}", description="Bring it along as `Passation-Place`: it keeps the turn.")
_ENTRY = closed(
    {
        "index": whole(0, ANSWERS_MAX - 1, description="Place in `answers`."),
        "item": {"type": "string", "maxLength": TEXT_MAX},
        "problem": {"enum": list(PROBLEMS)},
    }
)

BESIDE: dict[str, dict[str, tuple[Schema, Any]]] = {
    "bad_request": {"field": ({"type": "string"}, "answers")},
    "too_large": {
        "limit_bytes": ({"enum": [ANSWERS_BYTES_MAX, OTHER_BYTES_MAX, CHUNK_BYTES_MAX]}, ANSWERS_BYTES_MAX)
    },
    "wrong_method": {"allow": (words("[A-Z]+(, [A-Z]+)*"), "POST")},
    "slow_down": {"retry_after_ms": (_WAIT, 12_500)},
    "not_open": {
        "opens_at_ms": (moment("Come back then."), 1_795_376_725_371),
        "retry_after_ms": (_WAIT, 60_000),
    },
    "seat_wait": {"retry_after_ms": (_WAIT, 118_400)},
    "waiting_room": {
        "place": (_PLACE, "AAABogTKviKx2d0QnmFyPw4t"),
        "number": (whole(1, description="About so many log in first, this one included."), 340),
        "wait_ms": (whole(0, description="About when the turn comes."), 110_000),
        "retry_after_ms": (_WAIT, 31_400),
    },
    "gap": {"last": (_LAST, 3)},
    "fork": {"last": (_LAST, 3)},
    "bad_answer": {
        "entries": (
            listed(_ENTRY, minItems=1, maxItems=ANSWERS_MAX),
            [{"index": 1, "item": "i7", "problem": "unknown_choice"}],
        )
    },
    "wrong_offset": {"offset": (whole(0, description="How much of the file is held."), 262_144)},
    "file_type": {"types": (listed({"enum": sorted(ENDINGS)}), ["application/pdf"])},
    "file_too_large": {"limit_bytes": (whole(1, description="What a file may have."), 20_971_520)},
    "store_away": {"retry_after_ms": (_WAIT, 6_130)},
    "archive_away": {"retry_after_ms": (_WAIT, 6_130)},
    "store_full": {"retry_after_ms": (_WAIT, 6_130)},
}
"""What a refusal carries beside code and message: its schema, and an example."""


def refusal_schemas() -> dict[str, Schema]:
    """A schema for each code that has a body."""
    return {_name(code): _refusal(code) for code in KINDS if code != NO_BODY}


def refusals(codes: Iterable[str], **samples: Any) -> dict[str, Schema]:
    """The responses of a call that may be refused with these codes; `samples` go into the examples."""
    found = sorted(codes, key=lambda code: KINDS[code].status)
    grouped = groupby(found, key=lambda code: KINDS[code].status)
    return {str(status): _response(status, list(group), samples) for status, group in grouped}


def _example(code: str, samples: Schema) -> Schema:
    beside = BESIDE.get(code, {})
    extra = {name: samples.get(name, sample) for name, (_, sample) in beside.items()}
    return {"error": {"code": code, "message": KINDS[code].message, **extra}}


def _refusal(code: str) -> Schema:
    extra = {name: schema for name, (schema, _) in BESIDE.get(code, {}).items()}
    error = closed({"code": {"const": code}, "message": {"const": KINDS[code].message}, **extra})
    return closed({"error": error}, description=f"The client: {KINDS[code].action}.")


def _response(status: int, codes: list[str], samples: Schema) -> Schema:
    lines = [
        f"`{code}`: {KINDS[code].message or 'No body.'} The client: {KINDS[code].action}." for code in codes
    ]
    described = [code for code in codes if code != NO_BODY]
    schemas = [reference(_name(code)) for code in described]
    body = {
        "schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas},
        "examples": {code: {"value": _example(code, samples)} for code in described},
    }
    response: Schema = {"description": "\n".join(lines)}
    if described:
        response["content"] = {"application/json": body}
    headers = _headers(status, codes)
    return response | ({"headers": headers} if headers else {})


def _headers(status: int, codes: list[str]) -> dict[str, Schema]:
    headers = {}
    waits = [code == NO_BODY or "retry_after_ms" in BESIDE.get(code, {}) for code in codes]
    if any(waits):
        schema = {"type": "integer", "minimum": 1}
        headers["Retry-After"] = _header("Seconds to wait, spread by chance.", schema, required=all(waits))
    if status == 401:
        scheme = "Assertion" if "assertion_invalid" in codes else "Bearer"
        headers["WWW-Authenticate"] = _header("How to come in.", {"const": scheme})
    if status == 405:
        headers["Allow"] = _header("The methods that this address takes.", {"type": "string"})
    return headers


def _header(description: str, schema: Schema, *, required: bool = True) -> Schema:
    return {"description": description, "required": required, "schema": schema}


def _name(code: str) -> str:
    return f"refused_{code}"

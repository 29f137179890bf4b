"""The keying grid and the teacher's door, described."""

from __future__ import annotations

from engine.api.keying import OVER_MAX, TAG_MAX, TYPED_MAX
from engine.api.openapi import examples
from engine.api.openapi.calling import BODY, STORE, body, call, json_reply
from engine.api.openapi.rooms import ASSERTED, NUMBER, ROOM_PART, SESSION, TEACHERS, preflight
from engine.api.openapi.shapes import Schema, closed, listed, moment, reference, taken, words
from engine.keying.cells import KINDS, MARKS_MAX
from engine.keying.sheet import CHOICE, CHOICES_MAX, NUMERIC, TEXT_MAX
from engine.seats import SEATS_MAX
from engine.wire import ANSWERS_BYTES_MAX, CODE_MAX
from engine.wire import TEXT_MAX as ROOM_TEXT_MAX
from sessions.states import Status

MARK_ID = words("[0-9a-f]{8}-[0-9]{1,9}")
_SHORT: Schema = {"type": "string", "maxLength": TEXT_MAX}
_ROOM_NAME = {"type": "string", "description": "The room that the cookie opens; empty: none."}


def keying_paths() -> dict[str, dict[str, Schema]]:
    """The calls of the grid, and of the engine's own door."""
    return {
        "/api/v1/rooms/{room}/keying": {
            "get": _look(),
            "post": _key(),
            "options": preflight("key", "GET, POST", "GET, HEAD, OPTIONS, POST", [ROOM_PART]),
        },
        "/api/v1/teacher": {"get": _room(), "post": _enter(), "delete": _leave()},
    }


def keying_schemas() -> dict[str, Schema]:
    """Bodies and replies of these calls, by name."""
    return {
        "Grid": closed(
            {"now_ms": moment("Now."), "columns": listed(reference("GridColumn"))},
            _of_keyed_room(),
            description="No columns: nothing is keyed in this room.",
        ),
        "GridColumn": _column(),
        "GridRow": closed(
            {
                "session": SESSION,
                "number": NUMBER,
                "status": {"enum": list(map(str, Status))},
                "tag": {"type": "string", "maxLength": TAG_MAX, "description": "Changes with the row."},
                "cells": {
                    "type": "object",
                    "additionalProperties": listed(reference("Mark"), maxItems=MARKS_MAX),
                    "description": "By cell what was typed and not typed over; more than one: a dispute.",
                },
            }
        ),
        "Mark": _mark(),
        "Keyed": taken({}, _keyed()),
        "KeyedReply": closed(
            {
                "now_ms": moment("Now."),
                "rows": listed(reference("GridRow"), maxItems=SEATS_MAX),
                "refused": listed(MARK_ID, description="Handed in already, or too many differing values."),
            }
        ),
        "Door": taken({"code": {"type": "string", "minLength": 1, "maxLength": CODE_MAX}}, _door()),
        "TeachersRoom": closed({"room": _ROOM_NAME}),
    }


def _of_keyed_room() -> dict[str, Schema]:
    return {
        "who": words("[0-9a-f]{32}", description="Whoever asks, as marks name them."),
        "holder": words("[0-9a-f]{32}", description="Whose is what waits on this device."),
        "title": {"type": "string"},
        "ends_ms": moment("When nothing is taken any more."),
        "lock": {"type": "string", "description": "A key for what waits on this device, in base64."},
        "rows": listed(reference("GridRow"), maxItems=SEATS_MAX),
    }


def _column() -> Schema:
    choice = closed({"value": {"type": "string"}, "text": _SHORT})
    return closed(
        {
            "cell": {"type": "string"},
            "label": {"type": "string", "description": "The number of the question on the paper."},
            "section": {"type": "string"},
            "kind": {"enum": [CHOICE, NUMERIC]},
            "choices": listed(choice, maxItems=CHOICES_MAX, description="As on the paper: key 1, 2, 3 ..."),
        }
    )


def _mark() -> Schema:
    return closed(
        {
            "id": MARK_ID,
            "kind": {"enum": list(KINDS)},
            "value": _SHORT,
            "who": words("[0-9a-f]{32}"),
            "at_ms": moment("When it was taken."),
        }
    )


def _keyed() -> Schema:
    entry = taken(
        {
            "session": SESSION,
            "cell": _SHORT,
            "id": MARK_ID,
            "kind": {"enum": list(KINDS)},
            "value": _SHORT,
            "over": listed(MARK_ID, maxItems=OVER_MAX, description="The marks that its keyer had seen."),
        }
    )
    tags = {"type": "object", "additionalProperties": {"type": "string", "maxLength": TAG_MAX}}
    return {
        "known": {**tags, "maxProperties": SEATS_MAX, "description": "By session the tag of the row."},
        "typed": listed(entry, maxItems=TYPED_MAX),
        "hand_in": listed(SESSION, maxItems=SEATS_MAX, description="Rows to hand in, if complete."),
    }


def _door() -> Schema:
    return {"room": {"type": ["string", "null"], "maxLength": ROOM_TEXT_MAX, "example": ROOM_PART["example"]}}


def _look() -> Schema:
    return call(
        "grid",
        "What is to be keyed in a room, and what was",
        "A column for each response, a row for each pupil, by number.",
        {"200": json_reply("The grid.", reference("Grid"), examples.KEYING)},
        ASSERTED,
        ("archive_away", *STORE),
        allow="GET, HEAD, OPTIONS, POST",
        security=TEACHERS,
        parameters=[ROOM_PART],
    )


def _key() -> Schema:
    reply = {"now_ms": examples.NOW_MS, "rows": examples.KEYING["rows"], "refused": []}
    return call(
        "key",
        "Put what was typed into the grid",
        "On disk when the reply comes; with it the rows that are not as the page knows them. A mark replaces "
        "those in `over` and no others, so two keyers who do not know of each other both stay.",
        {"200": json_reply("Taken.", reference("KeyedReply"), reply)},
        ASSERTED,
        ("archive_away", *STORE, *BODY),
        limit_bytes=ANSWERS_BYTES_MAX,
        allow="GET, HEAD, OPTIONS, POST",
        security=TEACHERS,
        parameters=[ROOM_PART],
        requestBody=body(reference("Keyed"), typed=examples.KEYED),
    )


def _room() -> Schema:
    return call(
        "teachers_room",
        "The room of this visit",
        "",
        {"200": json_reply("The room.", reference("TeachersRoom"), {"room": "R1"})},
        ("assertion_invalid", "origin_wrong"),
        allow="DELETE, GET, HEAD, POST",
        security=[{"teacher": []}],
    )


def _enter() -> Schema:
    return call(
        "enter_room",
        "A room's code becomes a cookie for the day",
        "The code is on the teacher's sheet. Wrong ones are slowed, per browser.",
        {"200": json_reply("The room.", reference("TeachersRoom"), {"room": "R1"})},
        ("code_typo", "code_unknown", "slow_down", "archive_away", *STORE, *BODY),
        allow="DELETE, GET, HEAD, POST",
        requestBody=body(reference("Door"), door={"room": "R1", "code": "K7QF 2M9X T4HD"}),
    )


def _leave() -> Schema:
    return call(
        "leave_room",
        "The visit ends",
        "",
        {"200": json_reply("No room.", reference("TeachersRoom"), {"room": ""})},
        (),
        allow="DELETE, GET, HEAD, POST",
    )

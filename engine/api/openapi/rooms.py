"""The class page, described: the seats of a room, and what is done to one or to all of them."""

from __future__ import annotations

from engine.api.crossing import PREFLIGHT_SECONDS
from engine.api.openapi import examples
from engine.api.openapi.calling import BODY, STORE, body, call, json_reply
from engine.api.openapi.shapes import Schema, closed, listed, moment, reference, taken, whole, words
from engine.assertion import ROOM
from engine.seats import NUMBERS_FROM, NUMBERS_TO, SEATS_MAX, STATUSES
from engine.staff import ACTS, REASONS
from engine.wire import MINUTES_MAX, NUMBER_MAX

SESSION = words("[0-9a-f]{32}")
NUMBER = whole(NUMBERS_FROM, NUMBERS_TO, description="What the pupil is called where there are no names.")
TEACHERS: list[dict[str, list[str]]] = [{"authority": []}, {"teacher": []}]
"""From the authority's page with its assertion, from our own with the cookie of the door."""
ASSERTED = ("assertion_invalid", "origin_wrong", "room_other", "room_unknown", "not_found", "delivery_over")
ROOM_PART = {"name": "room", "in": "path", "required": True, "schema": words(ROOM.pattern), "example": "R1"}
_SEAT = {
    "name": "session",
    "in": "path",
    "required": True,
    "schema": SESSION,
    "example": examples.ROOM["seats"][0]["session"],
}


def room_paths() -> dict[str, dict[str, Schema]]:
    """The calls of the class page, and the questions that its browser asks first."""
    return {
        "/api/v1/rooms/{room}/seats": {
            "get": _seats(),
            "post": _act_on_all(),
            "options": preflight("seats", "GET, POST", "GET, HEAD, OPTIONS, POST", [ROOM_PART]),
        },
        "/api/v1/rooms/{room}/seats/{session}": {
            "post": _act(),
            "options": preflight("act", "POST", "OPTIONS, POST", [ROOM_PART, _SEAT]),
        },
    }


def room_schemas() -> dict[str, Schema]:
    """Bodies and replies of these calls, by name."""
    return {
        "Seats": closed(
            {"now_ms": moment("Now."), "seats": listed(reference("RoomSeat"), maxItems=SEATS_MAX)},
            description="The seats of the room in all deliveries of the campaign that are not closed.",
        ),
        "RoomSeat": _seat(),
        "Act": taken({"act": {"enum": list(ACTS)}}),
        "Extension": taken(
            {
                "act": {"const": "extend"},
                "minutes": whole(1, MINUTES_MAX),
                "reason": {"enum": list(REASONS), "description": "A fixed list, without health."},
            }
        ),
        "AllDone": closed({"act": {"enum": [*ACTS, "extend"]}, "done": {"type": "boolean"}}),
        "ActDone": closed(
            {
                "session": SESSION,
                "act": {"enum": [*ACTS, "extend"]},
                "done": {
                    "type": "boolean",
                    "description": "false: it is in the audit log, takes effect by itself, and must not be "
                    "given again.",
                },
            }
        ),
    }


def _seat() -> Schema:
    return closed(
        {
            "session": SESSION,
            "number": NUMBER,
            "is_keyed": {"type": "boolean", "description": "Answered on paper, and keyed by teachers."},
            "status": {
                "enum": list(STATUSES),
                "description": "`absent`: nobody has logged in. `unknown`: the server is finding out.",
            },
            "at": whole(0, description="The question on the screen, from 1, when last told of; 0: none."),
            "items": whole(0, description="How many questions there are."),
            "held": whole(0, NUMBER_MAX, description="Batches that waited on the device when it last spoke."),
            "last": whole(0, NUMBER_MAX, description="The highest batch number accepted without a hole."),
            "sealed": whole(0, NUMBER_MAX, description="Up to here the archive has them."),
            "seen_ms": moment("When the device last spoke; 0: never."),
            "deadline_ms": moment("When its time is over; 0: it has not started."),
            "safe": {
                "type": "boolean",
                "description": "The server has every answer that the device told of, and heard from it "
                "within a minute, or the test was handed in. A silent device is never safe.",
            },
        }
    )


def _seats() -> Schema:
    return call(
        "seats",
        "How the seats of a room stand",
        "By pseudonym: no name, no code, no answer. For pages of the authority's origin alone.",
        {"200": json_reply("The seats.", reference("Seats"), examples.ROOM)},
        ASSERTED,
        ("archive_away", *STORE),
        allow="GET, HEAD, OPTIONS, POST",
        security=TEACHERS,
        parameters=[ROOM_PART],
    )


def _act() -> Schema:
    session = examples.ROOM["seats"][0]["session"]
    done = {"session": session, "act": "extend", "done": True}
    return call(
        "act",
        "Do something to a seat",
        "Pause or resume its clock, give it more time, allow the next change of device, or close it. Each "
        "act stands in the audit log before it takes effect, with the opaque id of who gave it.",
        {
            "200": json_reply("Done.", reference("ActDone"), done),
            "202": json_reply("It will be done.", reference("ActDone"), done | {"done": False}),
        },
        (*ASSERTED, "act_refused"),
        ("archive_away", *STORE, *BODY),
        allow="OPTIONS, POST",
        security=TEACHERS,
        parameters=[ROOM_PART, _SEAT],
        requestBody=_asked_act(),
    )


def _act_on_all() -> Schema:
    done = {"act": "pause", "done": True}
    return call(
        "act_on_all",
        "Do something to every seat that takes it",
        "The same acts, for the whole room, in one line of the audit log.",
        {
            "200": json_reply("Done.", reference("AllDone"), done),
            "202": json_reply("It will be done.", reference("AllDone"), done | {"done": False}),
        },
        (*ASSERTED, "act_refused"),
        ("archive_away", *STORE, *BODY),
        allow="GET, HEAD, OPTIONS, POST",
        security=TEACHERS,
        parameters=[ROOM_PART],
        requestBody=_asked_act(),
    )


def _asked_act() -> Schema:
    return body(
        {"anyOf": [reference("Act"), reference("Extension")]},
        pause={"act": "pause"},
        extend={"act": "extend", "minutes": 10, "reason": "technical"},
    )


def preflight(name: str, method: str, allow: str, parameters: list[Schema]) -> Schema:
    headers: dict[str, Schema] = {
        "Access-Control-Allow-Origin": {"type": "string", "description": "The authority's origin."},
        "Access-Control-Allow-Methods": {"const": method},
        "Access-Control-Allow-Headers": {"const": "authorization, content-type"},
        "Access-Control-Max-Age": {"type": "integer", "const": PREFLIGHT_SECONDS},
    }
    """The question that a browser asks before a page of the authority may call."""
    any_name = {"schema": {"type": "string", "minLength": 1}}  # whether it is there is told to no stranger
    told = {title: {"required": True, "schema": schema} for title, schema in headers.items()}
    return call(
        f"may_{name}",
        "What a browser asks before it lets a page ask",
        "",
        {"204": {"description": "It may.", "headers": told}},
        ("origin_wrong", "not_found"),
        allow=allow,
        parameters=[parameter | any_name for parameter in parameters],
    )

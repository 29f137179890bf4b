"""What a client sends, with the very bounds that `engine.wire` checks."""

from __future__ import annotations

from engine.api.openapi.shapes import Schema, listed, reference, taken, text, whole
from engine.wire import (
    AGE_MS_MAX,
    ANSWERS_BYTES_MAX,
    ANSWERS_MAX,
    CODE_MAX,
    COMMENT_MAX,
    NUMBER_MAX,
    TEXT_MAX,
)


def request_schemas() -> dict[str, Schema]:
    """The bodies of requests, by name."""
    return {
        "LogIn": _log_in(),
        "Batch": _batch(),
        "Heartbeat": _heartbeat(),
        "Answer": _answer(),
        "Response": _response(),
        "HandIn": taken(
            {"last": whole(0, NUMBER_MAX, description="Number of the last batch sent; 0 if none was.")}
        ),
    }


def _log_in() -> Schema:
    code = {
        "type": "string",
        "minLength": 1,
        "maxLength": CODE_MAX,
        "description": "12 symbols, or 24 of a QR code, as typed: small letters, spaces, dashes are fine.",
    }
    room = text(TEXT_MAX, description="If given, the code must belong to this room.")
    mark = text(
        TEXT_MAX,
        description="Drawn by the device for each log-in, the same when it asks again: for ten minutes that "
        "gives the same seat, or `seat_moved` if another device has it by now, and moves nothing.",
    )
    return taken({"code": code}, {"room": room, "mark": mark})


def _batch() -> Schema:
    n = whole(
        1,
        NUMBER_MAX,
        description="1, 2, 3 ... through the whole session, on whatever device. Frozen once sent: "
        "the same number is only ever sent again with the same bytes.",
    )
    full = {
        "type": ["boolean", "null"],
        "description": "These are all answers that the device knows: every hole below `n` is closed.",
    }
    return taken(
        {"n": n, "answers": listed(reference("Answer"), maxItems=ANSWERS_MAX)},
        {"full": full, **_riders()},
        description=f"Answers under the next number; at most {ANSWERS_BYTES_MAX} bytes.",
    )


def _heartbeat() -> Schema:
    return taken(
        {"answers": listed({}, maxItems=0)},
        {
            "n": whole(1, NUMBER_MAX, description="With a number it is a batch without answers."),
            "full": {"type": ["boolean", "null"]},
            **_riders(),
        },
        description="The device is there. Without `n` it consumes no number.",
    )


def _riders() -> dict[str, Schema]:
    return {
        "at": text(TEXT_MAX, description="The item on screen."),
        "held": whole(0, NUMBER_MAX, description="Batches on the device that are not acknowledged yet."),
        "lease": text(TEXT_MAX, description="`lease` of the last reply, as it came."),
        "route": {"description": "The steps that the session has been given: kept with the answers."},
        "entered": {"description": "`entered` as the session tells it, for tests with times of their parts."},
        "frozen_ms": {"description": "In such tests: when the batch was made, by the server's clock."},
    }


def _answer() -> Schema:
    duration = whole(0, AGE_MS_MAX, default=0)
    return taken(
        {
            "item": {"type": "string", "maxLength": TEXT_MAX},
            "response": {
                "type": "object",
                "additionalProperties": reference("Response"),
                "description": "By response id; a response that is missing counts as null.",
            },
        },
        {
            "elapsed_ms": {**duration, "description": "Time spent on the item so far."},
            "age_ms": {
                **duration,
                "description": "How long ago the answer was given, by the device's monotonic clock.",
            },
            "comment": {
                "type": "string",
                "maxLength": COMMENT_MAX,
                "description": "The pupil's comment on the item, sent with each answer to it.",
            },
        },
        description="The state of one item. It replaces what was sent for the item before.",
    )


def _response() -> Schema:
    return {
        "type": ["null", "string", "array", "object"],
        "items": {"type": "string"},
        "description": "null: no answer. A string: one choice, one pair of choices (`abcd efgh`), one point "
        "(`80 94`), a number or a text as typed. An array of strings: several of them, in order where "
        "the item asks for an order. An object: a record, its fields `{base_type, value}` by name.",
    }

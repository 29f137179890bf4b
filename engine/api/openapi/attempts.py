"""Attempts and views, described: what an item shows one pupil, and the call that asks for it."""

from __future__ import annotations

from engine.api.openapi.shapes import Schema, closed, listed, moment, reference, taken, text, whole, words
from engine.wire import NUMBER_MAX, TEXT_MAX
from items.scoring.itemsession import MOST_ATTEMPTS

PART = "[a-z]([1-9][0-9]*|[a-z]{3})"
"""A printed value, a part that comes and goes, a feedback; a choice's own name."""


def attempt_schemas() -> dict[str, Schema]:
    """Bodies and replies of the call, by name."""
    return {
        "Attempt": _attempt(),
        "AskVariant": taken(
            {"kind": {"const": "variant"}},
            description="What the items show this pupil now: for a seat that has not seen the last attempts.",
        ),
        "Variant": closed({"views": views(), "now_ms": moment("Now.")}),
        "View": _view(),
        "AskSolution": taken(
            {"kind": {"const": "solution"}, "item": {"type": "string", "maxLength": TEXT_MAX}},
            description="The right answer to an item whose control says `show_solution`.",
        ),
        "Solution": closed(
            {"item": words("i[1-9][0-9]*"), "solution": _solution(), "now_ms": moment("Now.")}
        ),
    }


def _solution() -> Schema:
    return {
        "type": ["object", "null"],
        "additionalProperties": reference("Response"),
        "description": "By response id, the right response. null: not yet, since an answer to the item may "
        "still count: the pupil has not gone on for good, and has attempts left.",
    }


def views() -> Schema:
    """Views by item, of those items that show something of their own to each pupil."""
    return {
        "type": "object",
        "propertyNames": words("i[1-9][0-9]*"),
        "additionalProperties": reference("View"),
        "description": "What an item shows this pupil, beyond the form that all share; by item.",
    }


def _attempt() -> Schema:
    answer = {
        "allOf": [
            reference("Answer"),
            taken({"attempt": {"const": True}}),
        ]
    }
    return taken(
        {
            "kind": {"const": "attempt"},
            "n": whole(1, NUMBER_MAX, description="Of the same row of numbers as batches of answers."),
            "answers": listed(answer, minItems=1, maxItems=1),
        },
        {
            "full": {"enum": [False, None]},
            "at": text(TEXT_MAX, description="The item on screen."),
            "held": whole(0, NUMBER_MAX, description="Batches on the device not acknowledged yet."),
            "lease": text(TEXT_MAX, description="`lease` of the last reply, as it came."),
        },
        description="A batch of one answer, kept like any other, whose feedback is wanted.",
    )


def attempted(acknowledgement: Schema) -> Schema:
    """The reply to an attempt: that to a batch, and what the item shows now."""
    taken_ = {
        "type": "boolean",
        "description": "false: no attempt was left, so it is an answer like others.",
    }
    fields = {"item": words("i[1-9][0-9]*"), "taken": taken_, "view": reference("View")}
    return acknowledgement | {
        "properties": acknowledgement["properties"] | fields,
        "required": [*acknowledgement["required"], *fields],
        "description": "The attempt stands on disk, and this is what the item shows after it.",
    }


def _view() -> Schema:
    left = whole(0, MOST_ATTEMPTS) | {"type": ["integer", "null"], "description": "null: no limit."}
    return closed(
        {},
        {
            "printed": _by_part({"type": "string"}, "Texts for the places marked `data-printed`."),
            "shown": _parts("The parts marked `data-template` that are shown."),
            "feedback": _by_part({"type": "string"}, "Fragments for `data-feedback`, for choices, or below."),
            "choices": _by_part(words("[a-z]{4}"), "The choice that a feedback belongs to."),
            "modal": _parts("Feedback shown below the item."),
            "media": _media(),
            "attempts": whole(0, MOST_ATTEMPTS, description="Attempts made."),
            "left": left,
            "over": {"type": "boolean", "description": "No attempt is left, or the item is completed."},
        },
        description="What an item shows one pupil now; of what is hidden nothing is told.",
    )


def _parts(description: str) -> Schema:
    return listed(words(PART), uniqueItems=True, description=description)


def _by_part(of: Schema, description: str) -> Schema:
    return {
        "type": "object",
        "propertyNames": words(PART),
        "additionalProperties": of,
        "description": description,
    }


def _media() -> Schema:
    data = {"type": "string", "contentEncoding": "base64"}
    return {
        "type": "object",
        "additionalProperties": closed({"type": words("image/[a-z+]+"), "data": data}),
        "description": "Pictures of the feedback, by name.",
    }

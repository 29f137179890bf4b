"""Tests with a structure, described: the order that a session sees, the way through it, its times."""

from __future__ import annotations

from engine.api.openapi.shapes import Schema, closed, listed, moment, reference, taken, text, whole, words
from engine.courses import STEP_CHARACTERS_MAX, STEPS_MAX
from engine.wire import NUMBER_MAX, TEXT_MAX

NODE = "[tsi][1-9][0-9]*"
STEP = words(
    "[a-z0-9]+>[a-z0-9]*@[0-9]+~[A-Za-z0-9_-]{22}",
    maxLength=STEP_CHARACTERS_MAX,
    description="A decision about the way, signed by the server; opaque, kept and sent back.",
)
LAST = whole(0, NUMBER_MAX, description="The highest batch number held without a hole.")
SEALED = whole(0, NUMBER_MAX, description="Up to here the archive has them; keep the others.")


def way_schemas() -> dict[str, Schema]:
    """Questions for the way and what comes back, by name."""
    known = {"last": LAST, "sealed": SEALED, "now_ms": moment("Now.")}
    feedback = listed(reference("Words"), description="What the author says at this point.")
    return {
        "AskWay": taken(
            {"kind": {"const": "route"}, "after": text(TEXT_MAX, description="`ask` of the order.")},
            {"route": route(), "last": whole(0, NUMBER_MAX, description="Of the last batch sent.")},
            description="Where the test goes on after an item; asked when all answers are acknowledged.",
        ),
        "Way": closed({"order": reference("Order"), "feedback": feedback, **known}, {"step": STEP}),
        "AskLastWords": taken(
            {"kind": {"const": "last-words"}},
            {"route": route()},
            description="What the test says at its end; after hand-in only.",
        ),
        "LastWords": closed({"feedback": feedback, **known}),
        "Words": closed({"title": {"type": "string"}, "html": {"type": "string"}}),
        "Order": _order(),
    }


def route() -> Schema:
    """The steps that a session has been given."""
    step = {"type": "string", "maxLength": STEP_CHARACTERS_MAX}
    return listed(step, maxItems=STEPS_MAX, description="The steps given so far, as they came.")


def entered() -> Schema:
    """When what is timed was entered."""
    return {
        "type": "object",
        "propertyNames": words(NODE),
        "additionalProperties": listed(whole(0), minItems=2, maxItems=2),
        "description": "By timed part, section or item: when it was entered, and the deadline of the test "
        "then. Both by the server's clock.",
    }


def within() -> Schema:
    """Times of parts, sections and items."""
    limits = closed(
        {},
        {
            "min_ms": whole(1, description="Nobody leaves before."),
            "max_ms": whole(1, description="Answers after it do not count; factor included."),
            "late": {"const": True, "description": "They do count all the same."},
        },
    )
    return {
        "type": "object",
        "propertyNames": words(NODE),
        "additionalProperties": limits,
        "description": "Times of parts, sections and items, by the names that the order uses.",
    }


def _order() -> Schema:
    choices = {
        "type": "object",
        "propertyNames": words("r[1-9][0-9]*"),
        "additionalProperties": listed(words("[a-z]{4}")),
        "description": "By response id, all its choices; rows and columns of a table in one list.",
    }
    control = closed(
        {},
        {
            "max_attempts": whole(0, description="0: no limit."),
            "show_feedback": {"type": "boolean"},
            "allow_skipping": {"type": "boolean", "description": "false: not left without an answer."},
            "validate_responses": {"type": "boolean", "description": "true: not left incomplete."},
            "allow_review": {"type": "boolean", "description": "false: not shown again once it is closed."},
            "show_solution": {"type": "boolean", "description": "true: its solution may be asked for then."},
            "allow_comment": {"type": "boolean", "description": "true: the pupil may comment on it."},
        },
        description="Item session control, where it differs from QTI's defaults.",
    )
    item = closed({"item": words("i[1-9][0-9]*"), "choices": choices}, {"control": control})
    ask = words("i[1-9][0-9]*") | {
        "description": "Before this run the server says where the way goes on after that item; while it is "
        "away, this run is the agreed way. Alone in the last run: it says whether the test goes on."
    }
    run = closed(
        {"items": listed(item)},
        {
            "part": words("t[1-9][0-9]*"),
            "section": words("s[1-9][0-9]*"),
            "within": listed(words("s[1-9][0-9]*"), description="Sections around it, the outermost first."),
            "linear": {"const": True, "description": "One after the other, and never back."},
            "ask": ask,
        },
    )
    return listed(
        run, description="The order that this pupil sees; the same on every seat. A part left is closed."
    )

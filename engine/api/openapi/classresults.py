"""The results page, described."""

from __future__ import annotations

from typing import Any

from engine.api.openapi.calling import STORE, call, json_reply
from engine.api.openapi.rooms import ASSERTED, NUMBER, ROOM_PART, SESSION, TEACHERS, preflight
from engine.api.openapi.shapes import Schema, closed, listed, moment, reference, whole
from engine.keying.cells import KINDS
from engine.published.mastery import GROUPS_MAX
from engine.seats import SEATS_MAX
from sessions.states import Status

_MARK = {"score": 3.0, "max": 4.0, "group": 1, "absent": 0, "unkeyed": 0}
EXAMPLE: dict[str, Any] = {
    "now_ms": 1_790_000_000_000,
    "results": [
        {
            "title": "Mathématiques",
            "language": "fr",
            "closes_ms": 1_790_600_000_000,
            "groups": [
                {"id": "needs", "fr": "À besoins", "en": "Needs support"},
                {"id": "secure", "fr": "Satisfaisant", "en": "Secure"},
            ],
            "rows": [{"domain": "", "bounds": [0.5]}],
            "items": [{"title": "Ranger des nombres", "domain": "", "max": 1.0}],
            "national": {
                "pupils": 812_345,
                "rows": [{"counted": 812_345, "mean": 0.61, "groups": [312_345, 500_000]}],
            },
            "pupils": [
                {
                    "session": "5f" * 16,
                    "number": 471,
                    "status": "submitted",
                    "marks": [_MARK],
                    "items": [1.0],
                    "kinds": ["value"],
                }
            ],
        }
    ],
}
_SCORE: Schema = {"type": ["number", "null"]}
_COUNT: Schema = {
    "type": ["integer", "null"],
    "description": "null: too small to be published, or needed to hide one.",
}


def classresults_paths() -> dict[str, dict[str, Schema]]:
    """The call, and the question that browsers ask first."""
    return {
        "/api/v1/rooms/{room}/results": {
            "get": _look(),
            "options": preflight("results", "GET", "GET, HEAD, OPTIONS", [ROOM_PART]),
        }
    }


def classresults_schemas() -> dict[str, Schema]:
    """The reply, by name."""
    return {
        "ClassResults": closed({"now_ms": moment("Now."), "results": listed(reference("ResultsOfForm"))}),
        "ResultsOfForm": closed(
            {
                "title": {"type": "string"},
                "language": {"type": "string"},
                "closes_ms": moment("When nobody can look any more."),
                "groups": listed(reference("MasteryGroup"), minItems=2, maxItems=GROUPS_MAX),
                "rows": listed(reference("ResultsRow"), description="The whole test, then each domain."),
                "items": listed(reference("ResultsItem")),
                "national": {"anyOf": [reference("NationalResults"), {"type": "null"}]},
                "pupils": listed(reference("PupilsResults"), maxItems=SEATS_MAX),
            }
        ),
        "MasteryGroup": closed({name: {"type": "string"} for name in ("id", "fr", "en")}),
        "ResultsRow": closed({"domain": {"type": "string"}, "bounds": listed({"type": "number"})}),
        "ResultsItem": closed({"title": {"type": "string"}, "domain": {"type": "string"}, "max": _SCORE}),
    } | _parts()


def _parts() -> dict[str, Schema]:
    """What the reply is made of."""
    return {
        "NationalResults": closed(
            {
                "pupils": _COUNT,
                "rows": listed(closed({"counted": _COUNT, "mean": _SCORE, "groups": listed(_COUNT)})),
            }
        ),
        "PupilsResults": closed(
            {
                "session": SESSION,
                "number": NUMBER,
                "status": {"enum": list(map(str, Status))},
                "marks": listed(reference("ResultsMark"), description="One for each row."),
                "items": listed(
                    _SCORE, description="One for each item; null: absent, not marked, or not of this test."
                ),
                "kinds": listed(
                    {"enum": [*KINDS, None]},
                    description="What stands behind each: a value, nothing (left blank), absent, or empty "
                    "(nothing came); null: not of this test.",
                ),
            }
        ),
        "ResultsMark": closed(
            {
                "score": {"type": "number"},
                "max": {"type": "number"},
                "group": {
                    **whole(0, GROUPS_MAX),
                    "type": ["integer", "null"],
                    "description": "The number of the group; null: something in it is not marked, not keyed, "
                    "or the pupil was absent for it.",
                },
                "absent": whole(0, description="Questions for which the pupil was absent."),
                "unkeyed": whole(0, description="Questions on paper that no teacher has keyed."),
            }
        ),
    }


def _look() -> Schema:
    return call(
        "results",
        "The published results of a room",
        "By pseudonym, between the two dates of the publication alone, also when the delivery is closed.",
        {"200": json_reply("The results.", reference("ClassResults"), EXAMPLE)},
        (*ASSERTED, "results_closed"),
        ("archive_away", *STORE),
        allow="GET, HEAD, OPTIONS",
        security=TEACHERS,
        parameters=[ROOM_PART],
    )

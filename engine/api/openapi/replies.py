"""What the server sends: every field, and no field that is not here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.admission.opening import SPREAD_MAX_MS
from engine.api.openapi.attempts import attempted, views
from engine.api.openapi.shapes import Schema, closed, listed, moment, reference, text, whole, words
from engine.api.openapi.ways import STEP, entered, within
from engine.archive.records import MESSAGE_MAX
from engine.codesfile import FACTOR_HIGH, FACTOR_LOW
from engine.needs import NEEDS
from engine.wire import COMMENT_MAX, NUMBER_MAX, TEXT_MAX
from sessions.model import Late
from sessions.states import Status

FORM = words("[0-9a-f]{64}", description="SHA-256 of the sealed form: its address below `/content/`.")
TOKEN = words(
    "[A-Za-z0-9_-]+",
    maxLength=512,
    description="Goes with each further call as `Authorization: Bearer`. It carries the session's state: "
    "always send the last one received.",
)
LAST = whole(0, NUMBER_MAX, description="The highest batch number held without a hole.")
SEALED = whole(0, NUMBER_MAX, description="Up to here the archive has them; keep the others.")
RECEIPT = words(
    "[1-9B-DF-HJ-NP-TV-Z]{4} [1-9B-DF-HJ-NP-TV-Z]{4}",
    description="For the pupil to copy; the same however often it is asked for.",
)
INSTRUCTIONS = {
    "type": "string",
    "description": "The form's own words before the start, HTML; with the status `ready` only.",
}
SLOT = whole(
    0,
    SPREAD_MAX_MS,
    description="So long after `opens_at_ms` a player that waits for the bell starts: each has its own "
    "moment. Whoever comes later starts at once.",
)
OPEN = (Status.READY, Status.RUNNING, Status.PAUSED)
BEGUN = (Status.RUNNING, Status.PAUSED)
OVER = (Status.SUBMITTED, Status.CLOSED)
NOTICES = (Status.PAUSED, "extended", *OVER)


def reply_schemas() -> dict[str, Schema]:
    """The bodies of replies, by name."""
    nothing = {"type": "object", "maxProperties": 0}
    return {
        "Session": _session(),
        "Seat": _seat(OPEN, may={"instructions": INSTRUCTIONS, "slot_ms": SLOT}),
        "Opening": closed({"opens_at_ms": moment("The bell."), "slot_ms": SLOT, "now_ms": moment("Now.")}),
        "Over": _seat(OVER, receipt=RECEIPT),
        "Started": _seat(BEGUN, {"views": views()}, content_key=_key(), order=reference("Order")),
        "Resumed": _resumed(),
        "ResumedOver": _seat(OVER, receipt=RECEIPT, answers=nothing),
        "Acknowledgement": _acknowledgement(),
        "Attempted": attempted(_acknowledgement()),
        "FileHeld": closed(
            {
                "file": words("[0-9a-f]{32}", description="Its id, as it was asked."),
                "offset": whole(1, description="How much of it stands on disk: send on from here."),
                "size": whole(1, description="Bytes of the whole file."),
                "now_ms": moment("Now."),
            }
        ),
        "Time": closed({"now_ms": moment("Now.")}),
        "Alive": closed({"alive": {"const": True}}),
        "Ready": closed({"ready": {"const": True}}),
        "NotReady": closed({"ready": {"const": False}}),
        "LedgerLine": _ledger_line(),
    }


def _session() -> Schema:
    started = moment("When the clock began to run; null before.") | {"type": ["integer", "null"]}
    deadline = moment("When it ends; null before the start.") | {"type": ["integer", "null"]}
    return closed(
        {
            "id": words("[0-9a-f]{32}"),
            "status": {"enum": [str(status) for status in Status]},
            "form": FORM,
            "title": {"type": "string"},
            "language": words("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", description="BCP 47."),
            "factor": {
                "type": "number",
                "minimum": FACTOR_LOW,
                "maximum": FACTOR_HIGH,
                "description": "Of the time that all have: 1.333 gives a third more.",
            },
            "needs": listed({"enum": sorted(NEEDS)}, uniqueItems=True, description="Switches of the player."),
            "limits": closed(
                {
                    "duration_ms": whole(1, description="Time for the whole test, factor included."),
                    "items": whole(1, description="How many questions the test has."),
                },
                {"within": within()},
            ),
            "navigation": {
                "enum": ["free", "parts", "linear"],
                "description": "Everywhere at any time; parts one after the other; never back.",
            },
            "leads": {"type": "boolean", "description": "There is more to it than showing every question."},
            "tells": {"type": "boolean", "description": "Something is said after hand-in."},
            "opens_at_ms": moment("Nobody starts before."),
            "closes_at_ms": moment("Nobody starts later; who has started goes on."),
            "started_at_ms": started,
            "deadline_ms": deadline,
        },
        description="One pupil's sitting.",
    )


def _seat(status: Sequence[str], may: Schema | None = None, **more: Schema) -> Schema:
    session = reference("Session") | {"properties": {"status": {"enum": [str(one) for one in status]}}}
    return closed(
        {
            "token": TOKEN,
            "session": session,
            "last": LAST,
            "sealed": SEALED,
            "now_ms": moment("Now."),
            **more,
        },
        may,
    )


def _resumed() -> Schema:
    resumed = _seat(OPEN, may={"instructions": INSTRUCTIONS}, answers=_held(), at=_at())
    route = listed(STEP, description="The steps that the last seat had been given.")
    resumed["properties"] |= {"route": route, "entered": entered()}
    return resumed


def _key() -> Schema:
    return words(
        "[A-Za-z0-9+/]{43}=",
        contentEncoding="base64",
        description="Opens the sealed form: AES-256-GCM, 32 bytes.",
    )


def _held() -> Schema:
    held = closed(
        {
            "response": {"type": "object", "additionalProperties": reference("Response")},
            "n": whole(1, NUMBER_MAX, description="The batch that brought it."),
        },
        {"comment": text(COMMENT_MAX, description="The pupil's comment on the item.")},
    )
    return {
        "type": "object",
        "propertyNames": _named("i"),
        "additionalProperties": held,
        "description": "The answer that counts, by item.",
    }


def _at() -> Schema:
    return {
        "type": "string",
        "maxLength": TEXT_MAX,
        "description": "The item on screen when a device last spoke: where a new one opens. Empty: none did.",
    }


def _acknowledgement() -> Schema:
    lease = TOKEN | {
        "description": "The server's word to this device; opaque, send it back with the next batch."
    }
    changed = closed({"kind": {"enum": [str(kind) for kind in NOTICES]}})
    texts = {name: {"type": "string", "maxLength": MESSAGE_MAX} for name in ("fr", "en")}
    told = closed({"kind": {"const": "message"}, "id": words("[a-z0-9]+"), **texts})
    notice = {"oneOf": [changed, told]}
    late = {
        "enum": [str(late) for late in Late if late],
        "description": "Came after the time: how sure the server is that it was answered before.",
    }
    return closed(
        {
            "last": LAST,
            "sealed": SEALED,
            "lease": lease,
            "now_ms": moment("Now."),
            "remaining_ms": whole(0, description="Until the deadline; 0 after it."),
            "flush_after_ms": whole(1, description="Gather answers so long before the next batch."),
            "notices": listed(
                notice,
                uniqueItems=True,
                description="What has changed since the token was made; a message for everybody comes with "
                "each reply for as long as it holds: show it once.",
            ),
        },
        {"late": late, "token": TOKEN},
        description="What is up to `last` stands on disk.",
    )


def _named(letter: str) -> Schema:
    return words(f"{letter}[1-9][0-9]*")


def _ledger_line() -> Schema:
    fields: dict[str, Any] = {
        "session": words("[0-9a-f]{32}"),
        "epoch": whole(0, description="The seat that sent it."),
        "n": whole(1, NUMBER_MAX),
        "sha256": words("[0-9a-f]{64}", description="Of the body as it came."),
    }
    return closed(fields, description="One archived batch; one line of the ledger.")

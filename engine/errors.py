"""Every refusal there is, in one closed table: what happened, and the one thing the client does.

    Problem            an expected refusal, raised anywhere below a request, answered as JSON
    StoreAway          (sessions) Redis cannot be reached        -> 503 store_away
    StoreFull          (sessions) Redis cannot write             -> 503 store_full

The admission layer's 503 alone has no body: it must cost less than what it refuses.
"""

from __future__ import annotations

import random
from typing import Any, NamedTuple

import orjson


class Kind(NamedTuple):
    """One row of the table: HTTP status, the sentence for a person, and what the client does."""

    status: int
    message: str
    action: str


KINDS: dict[str, Kind] = {
    "bad_json": Kind(400, "The body is not JSON.", "keep the answers, report"),
    "bad_request": Kind(400, "The request has not the agreed form.", "keep the answers, report"),
    "too_large": Kind(413, "The body is too large.", "split the batch"),
    "unsupported_media": Kind(415, "The body must be application/json.", "keep the answers, report"),
    "not_found": Kind(404, "There is nothing at this address.", "report"),
    "wrong_method": Kind(405, "This address does not take that method.", "report"),
    "code_typo": Kind(422, "This code is mistyped: look at each sign again.", "type again"),
    "code_unknown": Kind(401, "This code is not known.", "type again, ask the teacher"),
    "code_revoked": Kind(403, "This code has been withdrawn.", "ask the teacher for another"),
    "room_wrong": Kind(403, "This code belongs to another room.", "ask the teacher"),
    "slow_down": Kind(429, "Too many wrong codes from this browser.", "wait, then type again"),
    "not_open": Kind(403, "The test is not open yet.", "wait until it opens"),
    "delivery_over": Kind(410, "The test is over.", "stop"),
    "delivery_paused": Kind(409, "The test is paused for everybody.", "wait, keep working if started"),
    "start_over": Kind(403, "It is too late to start this test.", "ask the teacher"),
    "token_missing": Kind(401, "The token is missing.", "ask for the code, keep the outbox"),
    "token_invalid": Kind(401, "The token is not valid.", "ask for the code, keep the outbox"),
    "not_allowed": Kind(403, "This needs an operator's token.", "stop"),
    "assertion_invalid": Kind(
        401, "The authority's assertion is missing, not valid, or over.", "fetch a new one, ask again"
    ),
    "origin_wrong": Kind(403, "Only the authority's pages may ask this.", "stop"),
    "room_other": Kind(403, "The assertion does not list this room.", "stop"),
    "results_closed": Kind(410, "The results are not open now.", "say between which dates they are"),
    "room_unknown": Kind(404, "There is no such seat here, or not yet.", "ask again later"),
    "act_refused": Kind(409, "This session does not take that act now.", "look at the seat again"),
    "seat_moved": Kind(409, "This test goes on at another computer.", "stop, keep the outbox"),
    "seat_wait": Kind(409, "The teacher must allow this change of computer.", "wait"),
    "not_started": Kind(409, "The test has not been started.", "start"),
    "handed_in": Kind(409, "The test has been handed in.", "show the receipt"),
    "session_closed": Kind(409, "The test has been closed.", "show the receipt"),
    "intake_over": Kind(410, "Answers are no longer taken.", "show that they stay on this device"),
    "bad_answer": Kind(422, "Some answers cannot be taken.", "set them aside visibly, send n without them"),
    "too_many": Kind(409, "This session holds too many batches.", "call the teacher, keep the outbox"),
    "wrong_offset": Kind(409, "Another part of this file comes next.", "send on from offset"),
    "file_type": Kind(422, "This question does not take such a file.", "say which files it takes"),
    "file_too_large": Kind(413, "This file is too large.", "say how large it may be"),
    "files_full": Kind(409, "This session holds too many files.", "call the teacher, keep the file"),
    "gap": Kind(
        409, "A batch is missing.", "send from last + 1; where nothing is missing, all answers, above last"
    ),
    "fork": Kind(409, "This number was given to other answers.", "send all answers under last + 1"),
    "waiting_room": Kind(
        503, "Many pupils are logging in: your place is kept.", "keep the place, come back after Retry-After"
    ),
    "overloaded": Kind(503, "", "keep working, try again after Retry-After"),
    "store_away": Kind(503, "Answers cannot be written now.", "keep working, try again after Retry-After"),
    "store_full": Kind(503, "The disk of the server is full.", "keep working, try again after Retry-After"),
    "archive_away": Kind(503, "The archive cannot be reached now.", "try again after Retry-After"),
    "internal": Kind(500, "Something went wrong on the server.", "keep working, try again"),
}
"""Which codes exist; the README and the OpenAPI document are tested against it."""


class Problem(Exception):
    """A refusal of the table; `extra` goes beside the code (`last`, `entries`, `opens_at_ms`, ...)."""

    def __init__(self, code: str, *, retry_after_ms: int | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = KINDS[code].status
        self.retry_after_ms = retry_after_ms
        if retry_after_ms is None and self.status in (429, 503):
            self.retry_after_ms = jittered_ms(2_000, 10_000)
        self.extra = extra

    def body(self) -> bytes:
        """The reply as JSON."""
        error = {"code": self.code, "message": KINDS[self.code].message, **self.extra}
        if self.retry_after_ms is not None:
            error["retry_after_ms"] = self.retry_after_ms
        return orjson.dumps({"error": error})


def jittered_ms(low: int, high: int) -> int:
    """A waiting time, spread so that those who were refused together do not come back together."""
    return random.randint(low, high)

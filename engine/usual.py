"""The batch that nearly every player sends: bounded while its JSON is decoded, in two thirds of the time.

What passes here passes the careful reading of `engine.wire`, with the same result. All else - a field that is
unknown or out of its bounds, an answer that has not the shape of its item - is None, and the careful reading
says what is wrong with it. No field may be unknown, since the decoder does not look into what it skips, and
each has a type, since it holds numbers that no other reader of JSON can: what is sealed others will read.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from engine.wire import (
    AGE_MS_MAX,
    ANSWERS_MAX,
    COMMENT_MAX,
    NUMBER_MAX,
    TEXT_MAX,
    AnswerBatch,
    Check,
)
from sessions.model import RECEIPT

Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=AGE_MS_MAX)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]


class _Answer(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    item: Text
    response: dict[str, str | list[str] | None]
    comment: Annotated[str, msgspec.Meta(max_length=COMMENT_MAX)] = ""
    elapsed_ms: Milliseconds = 0
    age_ms: Milliseconds = 0


class _Batch(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    answers: Annotated[list[_Answer], msgspec.Meta(max_length=ANSWERS_MAX)]
    n: Annotated[int, msgspec.Meta(ge=1, le=NUMBER_MAX)] = 0
    full: bool | None = None
    at: Text | None = None
    held: Annotated[int, msgspec.Meta(ge=0, le=NUMBER_MAX)] = 0
    lease: Text | None = None
    # Of a test that goes by the answers: whoever scores it judges these.
    route: list[str] | None = None
    entered: dict[str, Moment] | None = None
    frozen_ms: Moment | None = None


_decode = msgspec.json.Decoder(_Batch).decode


def usual_batch(body: bytes, check: Check) -> AnswerBatch | None:
    """The batch of `body`; None if it is for the careful reading to say what it is."""
    try:
        batch = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    n, at = batch.n, batch.at
    items: dict[str, None] = {}
    newest_age_ms = AGE_MS_MAX if batch.answers else 0
    for answer in batch.answers:
        item = answer.item
        if answer.age_ms < newest_age_ms:
            newest_age_ms = answer.age_ms
        if check(item, answer.response) is not None:
            return None
        items[item] = None
    if (items and not n) or at == RECEIPT:
        return None
    return AnswerBatch(n, tuple(items), newest_age_ms, batch.full is True, at or "", batch.held)

"""Requests as they come in, and their bounds: decoded and checked here and nowhere else.

Bodies are bounded before they are parsed, numbers before they are used, and what a pupil sent is never
encoded again: the bytes that came are the bytes that are sealed and kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from engine.courses import STEP_CHARACTERS_MAX, STEPS_MAX
from engine.errors import Problem
from engine.staff import ACTS, REASONS
from sessions.model import RECEIPT

ANSWERS_BYTES_MAX = 64 * 1024
"""A batch of 200 answers of a few words; a long text of 20,000 characters fits twice."""
OTHER_BYTES_MAX = 4 * 1024
ANSWERS_MAX = 200
NUMBER_MAX = 1_000_000
AGE_MS_MAX = 7 * 24 * 3600 * 1000
TEXT_MAX = 64
COMMENT_MAX = 2_000
"""Characters of a comment: a page of handwriting."""
MINUTES_MAX = 60
"""So much a teacher may give at a time; each time stands in the audit log."""
CODE_MAX = 200
"""A code with any separators a hand may put in; what passes here is looked at by `sessions.codes`."""


Check = Callable[[str, object], str | None]
"""What is wrong with the response to an item: a code, None if nothing."""


class AnswerBatch(NamedTuple):
    """The body of `POST /answers`; a heartbeat has no number and no answers."""

    n: int
    """0 for a heartbeat."""
    items: tuple[str, ...]
    """Those that are answered, each once."""
    newest_age_ms: int
    full: bool
    at: str
    held: int


def decode(body: bytes) -> dict[str, Any]:
    """The JSON object of `body`, or Problem `bad_json` / `bad_request`."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem("bad_json") from error
    if type(value) is not dict:
        raise Problem("bad_request", field="(body)")
    return value


def answer_batch(body: bytes, check: Check) -> AnswerBatch:
    """The batch of `body`, or Problem: `bad_request` names the field of the envelope, `bad_answer` each entry
    that has not the shape of its item (the batch uses no number then)."""
    value = decode(body)
    n, answers, full, held = value.get("n", 0), value.get("answers"), value.get("full"), value.get("held", 0)
    at, _ = _text(value, "at"), _text(value, "lease")
    if at == RECEIPT:  # ours to say, when the device has been given one
        at = ""
    if type(n) is not int or not 0 <= n <= NUMBER_MAX or ("n" in value and n == 0):
        raise Problem("bad_request", field="n")
    if type(answers) is not list or len(answers) > ANSWERS_MAX or (answers and not n):
        raise Problem("bad_request", field="answers")
    if type(held) is not int or not 0 <= held <= NUMBER_MAX:
        raise Problem("bad_request", field="held")
    if full is not None and type(full) is not bool:
        raise Problem("bad_request", field="full")
    items, newest_age_ms = _answered(answers, check)
    return AnswerBatch(n, items, newest_age_ms, bool(full), at, held)


def _answered(answers: list[Any], check: Check) -> tuple[tuple[str, ...], int]:
    """The items of the answers, each once, and the age of the newest answer."""
    items: dict[str, None] = {}
    newest_age_ms, entries = AGE_MS_MAX if answers else 0, []
    for index, answer in enumerate(answers):
        if type(answer) is not dict:
            raise Problem("bad_request", field="answers")
        item, elapsed_ms, age_ms = answer.get("item"), answer.get("elapsed_ms", 0), answer.get("age_ms", 0)
        if type(item) is not str or len(item) > TEXT_MAX or type(elapsed_ms) is not int:
            raise Problem("bad_request", field="answers")
        if type(age_ms) is not int or not (0 <= elapsed_ms <= AGE_MS_MAX and 0 <= age_ms <= AGE_MS_MAX):
            raise Problem("bad_request", field="answers")
        items[item] = None
        if age_ms < newest_age_ms:
            newest_age_ms = age_ms
        problem = check(item, answer.get("response")) or (
            _comment_problem(answer["comment"]) if "comment" in answer else None
        )
        if problem is not None:
            entries.append({"index": index, "item": item, "problem": problem})
    if entries:
        raise Problem("bad_answer", entries=entries)
    return tuple(items), newest_age_ms


def _comment_problem(comment: object) -> str | None:
    """What is wrong with a pupil's comment on an item; it rides on the answer, and "" takes it back."""
    if type(comment) is not str:
        return "not_a_string"
    return None if len(comment) <= COMMENT_MAX else "too_long"


def log_in(body: bytes) -> tuple[str, str, str]:
    """Code, room and mark ("" if none was given) of `POST /login`, as they came."""
    value = decode(body)
    code = value.get("code")
    if type(code) is not str or not 0 < len(code) <= CODE_MAX:
        raise Problem("bad_request", field="code")
    return code, _text(value, "room"), _text(value, "mark")


class WayQuestion(NamedTuple):
    """The body of `POST /attempts` that asks for the way."""

    after: str
    route: list[str]
    last: int


def way_question(value: dict[str, Any]) -> WayQuestion:
    """`after`, `route` and `last` of a question for the way."""
    last = value.get("last", 0)
    if type(last) is not int or not 0 <= last <= NUMBER_MAX:
        raise Problem("bad_request", field="last")
    return WayQuestion(_text(value, "after"), _route(value), last)


def asked_item(value: dict[str, Any]) -> str:
    """`item` of a question about one item."""
    return _text(value, "item")


def taken_route(body: bytes) -> object:
    """`route` of `POST /start`, whatever it is: steps count by their signatures, and no start fails."""
    try:
        return decode(body).get("route")
    except Problem:
        return None


def _route(value: dict[str, Any]) -> list[str]:
    route = value.get("route", [])
    if type(route) is not list or len(route) > STEPS_MAX:
        raise Problem("bad_request", field="route")
    if not all(type(step) is str and len(step) <= STEP_CHARACTERS_MAX for step in route):
        raise Problem("bad_request", field="route")
    return route


def hand_in(body: bytes) -> int:
    """`last` of `POST /submit`: the number of the last batch that the player sent."""
    last = decode(body).get("last")
    if type(last) is not int or not 0 <= last <= NUMBER_MAX:
        raise Problem("bad_request", field="last")
    return last


class StaffAct(NamedTuple):
    """The body of an act on a seat; minutes and reason with `extend` alone."""

    act: str
    minutes: int = 0
    reason: str = ""


def staff_act(body: bytes) -> StaffAct:
    """What a teacher asks to be done to a seat."""
    value = decode(body)
    act = value.get("act")
    if act not in (*ACTS, "extend"):
        raise Problem("bad_request", field="act")
    if act != "extend":
        return StaffAct(act)
    minutes, reason = value.get("minutes"), value.get("reason")
    if type(minutes) is not int or not 0 < minutes <= MINUTES_MAX:
        raise Problem("bad_request", field="minutes")
    if reason not in REASONS:
        raise Problem("bad_request", field="reason")
    return StaffAct(act, minutes, reason)


def _text(value: dict[str, Any], field: str) -> str:
    """A short text, "" if it is missing or null; no other value passes for "nothing"."""
    text = value.get(field)
    if text is None:
        return ""
    if type(text) is not str or len(text) > TEXT_MAX:
        raise Problem("bad_request", field=field)
    return text

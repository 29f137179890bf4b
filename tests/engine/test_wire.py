"""Requests at their bounds: what is taken, and what each refusal is called."""

from __future__ import annotations

import orjson
import pytest

from engine.errors import KINDS, Problem
from engine.wire import ANSWERS_MAX, AnswerBatch, hand_in, log_in
from engine.wire import answer_batch as checked_batch

ANSWER = {"item": "i1", "response": {"r1": "abcd"}, "elapsed_ms": 900, "age_ms": 20}


def body(**changes: object) -> bytes:
    return orjson.dumps({"n": 1, "answers": [ANSWER], **changes})


def answer_batch(text: bytes) -> AnswerBatch:
    return checked_batch(text, lambda item, response: None)


def test_a_receipt_on_the_screen_is_not_for_the_browser_to_claim() -> None:
    """It would make a seat safe whose device still holds answers."""
    assert answer_batch(body(at="receipt")).at == ""


def test_a_batch_is_taken_as_it_is() -> None:
    """Number, answers, and what rides along."""
    batch = answer_batch(body(full=True, at="i1", held=2))
    assert (batch.n, batch.full, batch.at, batch.held) == (1, True, "i1", 2)
    assert (batch.items, batch.newest_age_ms) == (("i1",), 20)


def test_the_newest_answer_gives_a_batch_its_age_and_an_item_stands_once() -> None:
    """However often a pupil changed an answer in between."""
    ages = [{**ANSWER, "age_ms": age} for age in (70, 30, 50)]
    batch = answer_batch(body(answers=[*ages, {"item": "i2", "response": {}}]))
    assert (batch.items, batch.newest_age_ms) == (("i1", "i2"), 0)
    assert answer_batch(body(answers=[])).newest_age_ms == 0


def test_every_answer_of_the_wrong_shape_is_named_in_one_refusal() -> None:
    """The player sets them all aside at once; what is well shaped is not named."""

    def check(item: str, response: object) -> str | None:
        return "too_long" if item == "i2" else None

    answers = [ANSWER, {**ANSWER, "item": "i2"}, {**ANSWER, "item": "i2", "age_ms": 7}]
    with pytest.raises(Problem, match="bad_answer") as refused:
        checked_batch(body(answers=answers), check)
    assert refused.value.extra["entries"] == [
        {"index": place, "item": "i2", "problem": "too_long"} for place in (1, 2)
    ]


def test_a_heartbeat_has_no_number_and_no_answers() -> None:
    """It consumes no number: n is 0 inside."""
    assert answer_batch(b'{"answers": [], "at": "i2", "held": 0}').n == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"n": 0},
        {"n": -1},
        {"n": "1"},
        {"n": 1.0},
        {"n": True},
        {"n": 10**9},
        {"answers": {}},
        {"answers": [ANSWER] * (ANSWERS_MAX + 1)},
        {"answers": [7]},
        {"answers": [{**ANSWER, "item": 7}]},
        {"answers": [{**ANSWER, "item": "i" * 65}]},
        {"answers": [{**ANSWER, "age_ms": -1}]},
        {"answers": [{**ANSWER, "elapsed_ms": 1.5}]},
        {"held": -1},
        {"at": 7},
        {"full": "yes"},
    ],
)
def test_an_envelope_that_is_not_as_agreed_is_refused(changes: dict[str, object]) -> None:
    """Wrong types and numbers out of bounds are the client's mistake and are named."""
    with pytest.raises(Problem, match="bad_request"):
        answer_batch(body(**changes))


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 5000, b"NaN"])
def test_what_is_not_json_is_refused_as_such(text: bytes) -> None:
    """However deep or broken it is."""
    with pytest.raises(Problem, match="bad_json"):
        answer_batch(text)


@pytest.mark.parametrize("text", [b"[]", b"7", b"null", b'"x"'])
def test_a_body_that_is_no_object_is_refused(text: bytes) -> None:
    """JSON, but not a request."""
    with pytest.raises(Problem, match="bad_request"):
        answer_batch(text)


@pytest.mark.parametrize("text", [b"{}", b'{"code": 7}', b'{"code": ""}', b'{"code": "K7", "room": 7}'])
def test_a_log_in_needs_a_code_in_words(text: bytes) -> None:
    """Nothing else is looked at."""
    with pytest.raises(Problem, match="bad_request"):
        log_in(text)


@pytest.mark.parametrize("text", [b"{}", b'{"last": "7"}', b'{"last": -1}', b'{"last": true}'])
def test_a_hand_in_needs_the_number_of_the_last_batch(text: bytes) -> None:
    """0 when nothing was ever answered."""
    with pytest.raises(Problem, match="bad_request"):
        hand_in(text)
    assert hand_in(b'{"last": 0}') == 0


def test_every_refusal_tells_the_client_one_thing_to_do() -> None:
    """The table is closed: no code without status, sentence and action (the prepared 503 has no sentence)."""
    for code, kind in KINDS.items():
        assert 400 <= kind.status < 600, code
        assert kind.action, code
        assert kind.message or code == "overloaded"

"""The quick reading of a batch takes nothing that the careful one would not, and makes the same of it."""

from __future__ import annotations

import json
import random
from typing import Any

import orjson
import pytest

from engine.errors import Problem
from engine.usual import usual_batch
from engine.wire import AGE_MS_MAX, ANSWERS_MAX, COMMENT_MAX, NUMBER_MAX, TEXT_MAX, answer_batch

ANSWER = {"item": "i1", "response": {"r1": ["a", "é"]}, "elapsed_ms": 900, "age_ms": 20}
BATCH = {"n": 3, "answers": [ANSWER], "full": False, "at": "i1", "held": 1, "lease": "AQ", "route": ["i1>i2"]}
VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1.0,
        2**63,
        2**64,
        10**30,
        "",
        "receipt",
        "i1",
        "\u0000",
        "🎓",
        [],
        {},
        [1],
        {"a": None},
    ),
    *(
        AGE_MS_MAX,
        AGE_MS_MAX + 1,
        NUMBER_MAX,
        NUMBER_MAX + 1,
        "x" * TEXT_MAX,
        "é" * TEXT_MAX,
        "🎓" * (TEXT_MAX + 1),
    ),
    *("c" * COMMENT_MAX, "c" * (COMMENT_MAX + 1)),
]
FIELDS = [*BATCH, "kind", "entered", "frozen_ms", "surprise"]
ENTRIES = [*ANSWER, "comment", "surprise"]
RAW = [
    b"\xff",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u0041",
    b"\x01",
    b"\\q",
    b"NaN",
    b"1e999",
    b"01",
    b"-",
    b",",
    b"}",
    b"\xef\xbb\xbf",
]

DIGITS = b"9" * 400
"""Digits that make no number of 64 bits: `orjson`, which reads batches ever after, refuses the whole body."""


def check(item: str, response: object) -> str | None:
    """Shapes of a form with two items."""
    return None if item in ("i1", "") and type(response) is dict else "not_an_object"


def a_batch(chance: random.Random) -> bytes:
    """A batch with something unusual in it, or in its bytes."""
    batch: dict[str, Any] = dict(BATCH, answers=[dict(ANSWER) for _ in range(chance.choice((0, 1, 2)))])
    entries = batch["answers"]
    for _ in range(chance.randrange(3)):
        fields: dict[str, Any] = chance.choice([batch, *entries])
        name = chance.choice(FIELDS if fields is batch else ENTRIES)
        if chance.random() < 0.3:
            fields.pop(name, None)
        else:
            fields[name] = chance.choice(VALUES)
    text = (
        b'{"n":1,"answers":[],"at":"%d"}' % chance.randrange(9)
        if chance.random() < 0.1
        else json.dumps(batch, ensure_ascii=False).encode()
    )
    if chance.random() < 0.3:
        place = chance.randrange(len(text) + 1)
        text = text[:place] + chance.choice(RAW) + text[place + chance.randrange(2) :]
    return text


@pytest.mark.parametrize("seed", range(8))
def test_what_the_quick_reading_takes_the_careful_one_takes_alike(seed: int) -> None:
    """Whatever field is strange, wherever a byte is wrong: what is sealed can be read by all."""
    chance, taken = random.Random(seed), 0
    for _ in range(4_000):
        text = a_batch(chance)
        batch = usual_batch(text, check)
        if batch is not None:
            taken += 1
            assert batch == answer_batch(text, check), text
    assert taken > 500


def test_what_players_send_takes_the_quick_way() -> None:
    """Batches, full ones, heartbeats, what a test with branches adds; refusals take the careful one."""
    course = {"route": ["i1>i2@1~x"], "entered": {"i1": 5}, "frozen_ms": 7}
    for more in ({}, {"full": True}, course, {"lease": None}, {"answers": [{**ANSWER, "comment": "hm"}]}):
        assert usual_batch(orjson.dumps({**BATCH, **more}), check) is not None
    assert usual_batch(b'{"answers":[],"at":"i1","held":0,"lease":"AQ"}', check) is not None
    assert usual_batch(orjson.dumps({**BATCH, "answers": [{**ANSWER, "item": "i9"}]}), check) is None
    too_many = orjson.dumps({**BATCH, "answers": [ANSWER] * (ANSWERS_MAX + 1)})
    assert usual_batch(too_many, check) is None
    with pytest.raises(Problem, match="bad_request"):
        answer_batch(too_many, check)


@pytest.mark.parametrize("field", ["route", "entered", "frozen_ms"])
@pytest.mark.parametrize("value", [DIGITS, b"[-%b]" % DIGITS, b'{"i1":%b}' % DIGITS])
def test_a_number_that_only_the_quick_reading_can_hold_is_left_to_the_careful_one(
    field: str, value: bytes
) -> None:
    """Sealed, it could be opened for no resuming seat, no rule on the way and no score."""
    body = b'{"n":1,"answers":[],"%b":%b}' % (field.encode(), value)
    assert usual_batch(body, lambda item, response: None) is None

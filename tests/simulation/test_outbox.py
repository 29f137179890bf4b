"""The player's outbox in a real browser and the pure one: same history, same bytes, same box."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from simulation.protocol.outbox import Outbox, fresh_box, has_arrived
from tests.engine.player import browser, page
from tests.simulation.boxes import CORNERS, WAITS, Step, a_history, an_edge

__all__ = ["browser", "page"]

PLAY = (Path(__file__).parent / "outbox.js").read_text()
RESEND_MAX = 3
"""So many batches go in a row: after an outage everybody has some."""
SOME, MANY = range(150), range(150, 3_000)
"""Seeds of random histories."""
LATE = {"late": {"late": "self_attested"}, "proved": {"late": "proved"}}


class Pure:
    """The pure outbox, and the server of `outbox.js`."""

    def __init__(self) -> None:
        self.now_ms, self.last = 1_000_000, 0
        self.outbox = Outbox(fresh_box(0), {})
        self.sent: list[str] = []
        self.idle = 0
        self.script: list[list[Any]] = []
        self.is_over = False

    def do(self, step: Step) -> None:
        name, *given = step
        if name == "answer":
            self.outbox.answer(given[0], {"r1": given[1]}, self.now_ms)
        elif name == "wait":
            self.now_ms += given[0]
        elif name == "moved":
            self.is_over = False
            self.outbox.unseat()
        elif name == "reload":
            self.is_over = False
        else:
            steps: dict[str, Callable[..., None]] = {
                "send": self.send_all,
                "lost": self.lost,
                "merge": self.merge,
                "ended": self.ended,
            }
            steps[name](*given)

    def send_all(self, words: list[list[Any]]) -> None:
        self.script, self.idle = list(words), 0
        self.send()

    def lost(self, last: int, words: list[list[Any]]) -> None:
        """As `watchOver` of handin.js: who has the receipt sends what a server has lost since."""
        self.is_over, self.last, self.script, self.idle = True, last, list(words), 0
        self.outbox.settle(last, 0)
        self.send()

    def ended(self, last: int, sealed: int, words: list[list[Any]]) -> None:
        """As `delivered` of resume.js: what is not refused for good is sent until there is an answer."""
        self.last, self.script, self.idle = last, list(words), 0
        self.outbox.settle(last, sealed)
        arrived = [batch for batch in self.outbox.doubtful if self.is_there(batch["body"])]
        self.outbox.merge_ended(self.outbox.delivered(arrived), True, self.now_ms)

    def is_there(self, body: str) -> bool:
        while True:
            self.sent.append(body)
            reply = self.answers(json.loads(body))
            if reply.get("code") not in WAITS:
                return has_arrived(reply)

    def merge(self, known: dict[str, Any], is_new_seat: bool, last: int, sealed: int) -> None:
        self.last = last
        self.outbox.settle(last, sealed)
        self.outbox.merge(known, is_new_seat, self.now_ms)
        if is_new_seat:
            self.outbox.settle(last, sealed)

    def send(self) -> None:
        """As `run` of outbox.js: on until nothing waits or a refusal stands."""
        outbox, taken = self.outbox, 0
        while True:
            batch = outbox.next_batch(self.now_ms)
            body = batch["body"] if batch else outbox.sign_of_life().decode()
            self.sent.append(body)
            reply = self.answers(json.loads(body))
            if reply["ok"]:
                outbox.accepted(batch, reply, self.now_ms)
            elif not outbox.refused(batch, reply, self.is_over) or reply["closes"]:
                return
            is_again = not reply["ok"] and batch is not None and outbox.waiting
            taken += reply["ok"]
            goes_on = taken < RESEND_MAX and (outbox.unacknowledged or outbox.box["full"])
            if not (is_again or goes_on or (self.is_over and outbox.waiting)):
                return

    def answers(self, batch: dict[str, Any]) -> dict[str, Any]:
        if self.script:
            word, value = self.script.pop(0)
        else:
            self.idle += 1
            word, value = ("moved", 0) if self.idle > 12 else ("ok", 0)  # no history is endless
        closes, word = word.endswith("!"), word.rstrip("!")
        if refusal := self.refusal(word, value, batch):
            return {"ok": False, "closes": closes, **refusal}
        self.last = value if word == "lost" else max(self.last, batch.get("n", 0))
        sealed = min(value, self.last) if word == "sealed" else 0
        reply = {"ok": True, "last": self.last, "sealed": sealed}
        return {**reply, **({} if word == "bare" else {"lease": "word"}), **LATE.get(word, {})}

    def refusal(self, word: str, value: int, batch: dict[str, Any]) -> dict[str, Any] | None:
        if word in ("gap", "fork"):
            self.last = value
            return {"code": word, "last": value}
        items = [answer["item"] for answer in batch["answers"]]
        if word == "bad" and items:
            return {"code": "bad_answer", "entries": [{"item": items[0], "problem": "x"}]}
        if word == "refused" and items:
            return {"code": "bad_answer", "entries": [{"item": items[-1]}]}
        others = {
            "moved": "seat_moved",
            "handed in": "handed_in",
            "closed": "session_closed",
            "nonsense": "bad_answer",
        }
        code = (others | dict(zip(WAITS, WAITS, strict=True))).get(word)
        return {"code": code} if code else None


def played(history: list[Step]) -> dict[str, Any]:
    """What the pure outbox makes of a history; a heartbeat's body has no order that matters."""
    pure, boxes = Pure(), []
    for step in history:
        pure.do(step)
        boxes.append(json.loads(json.dumps(pure.outbox.box)))
    return {"boxes": boxes, "sent": pure.sent}


def histories_of(seeds: range) -> list[list[Step]]:
    """Those that were made for one corner, and two of each seed."""
    return [*CORNERS, *(made(random.Random(seed)) for seed in seeds for made in (a_history, an_edge))]


def comparable(box: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in box.items() if value is not None}


@pytest.mark.parametrize("seeds", [SOME, pytest.param(MANY, marks=pytest.mark.long)], ids=["some", "many"])
def test_the_browser_does_what_the_protocol_says(page: Page, seeds: range) -> None:
    """Every batch that is sent, and the whole box after every step: holes, forks, take-overs, reloads."""
    histories = histories_of(seeds)
    found = page.evaluate(f"(given) => {{ {PLAY}; return play(given) }}", {"histories": histories})
    for history, theirs in zip(histories, found, strict=True):
        ours = played(history)
        for step, one, other in zip(history, theirs["boxes"], ours["boxes"], strict=True):
            assert comparable(json.loads(one)) == comparable(other), (step, history)
        assert [json.loads(body) for body in theirs["sent"]] == [json.loads(body) for body in ours["sent"]]


def test_what_was_acknowledged_and_then_lost_goes_again_from_a_new_seat() -> None:
    """A Redis that was failed over forgot batch 1; the pupil, logged in again here, still has it."""
    again: list[Step] = [["moved"], ["merge", {}, True, 0, 0], ["send", []]]
    lost: list[Step] = [["answer", "i1", "a"], ["send", []], *again]
    sent = [json.loads(body)["answers"] for body in played(lost)["sent"]]
    assert len(sent) == 2
    assert [answer["item"] for answer in sent[1]] == ["i1"]


def test_a_new_seat_sends_only_what_the_server_lacks() -> None:
    """Of two batches one was lost; nothing is said twice, and signs of life do not follow without pause."""
    answers: list[Step] = [["answer", "i1", "a"], ["send", []], ["answer", "i2", "b"], ["send", []]]
    held = {"i1": {"response": {"r1": "a"}, "n": 1}}
    again: list[Step] = [["moved"], ["merge", held, True, 1, 1], ["send", []], ["send", []]]
    sent = [json.loads(body)["answers"] for body in played([*answers, *again])["sent"]]
    assert [[answer["item"] for answer in batch] for batch in sent] == [["i1"], ["i2"], ["i2"], []]


def test_an_answer_that_was_given_since_is_not_refused_with_the_one_before() -> None:
    """The first one waited without a line; the server refuses it, and has not seen the second."""
    first: list[Step] = [["answer", "i1", "a"], ["send", [["moved", 0]]]]
    found = played([*first, ["answer", "i1", "b"], ["send", [["bad", 0]]]])
    assert json.loads(found["sent"][-1])["answers"][0]["response"] == {"r1": "b"}
    assert found["boxes"][-1]["aside"] == {}


def test_after_the_end_a_batch_goes_again_as_it_was_whoever_has_its_number() -> None:
    """The server says whether it has it: no question is taken for answered because a number is taken."""
    answers: list[Step] = [["answer", "i1", "a"], ["send", []], ["answer", "i2", "b"], ["send", []]]
    first, second = [json.loads(body)["answers"] for body in played(answers)["sent"]]
    over: list[Step] = [["moved"], ["ended", 2, 0, [["fork", 2], ["away", 0], ["nonsense", 0]]], ["send", []]]
    sent = [json.loads(body)["answers"] for body in played([*answers, *over])["sent"][2:]]
    assert sent[:3] == [first, second, second]
    assert [answer["item"] for answer in sent[3]] == ["i2"]


def test_an_answer_of_another_seat_stands_though_its_number_was_ours_once() -> None:
    """The server lost our batch 1 and gave its number to the device that the pupil went on with."""
    theirs = {"i1": {"response": {"r1": "newer"}, "n": 1}}
    again: list[Step] = [["moved"], ["merge", theirs, True, 1, 0], ["send", []]]
    sent = played([["answer", "i1", "a"], ["send", []], *again])["sent"]
    assert [json.loads(body)["answers"] for body in sent[1:]] == [[]]

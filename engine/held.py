"""What Redis holds of a session's answers, opened: for a seat that resumes, and to decide on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from engine.catalog import Opened
from engine.courses import SessionCourse, last_steps
from engine.services import Services
from engine.turns import moments
from items.scorer import timed
from items.testscorer import Given
from sessions.model import Reply


class HeldBatch(NamedTuple):
    """A batch of which at least one answer counts."""

    n: int
    body: dict[str, Any]


def open_batches(reply: Reply, opened: Opened, services: Services) -> list[HeldBatch]:
    """The batches of a Read, by epoch and number."""
    cipher = services.ciphers.get(reply.state.sid) or services.ciphers.remember(reply.state, opened.kek)
    ordered = sorted(reply.batches, key=lambda batch: (batch[1], batch[0]))
    return [HeldBatch(n, orjson.loads(cipher.open(epoch, n, sealed))) for n, epoch, sealed in ordered]


def latest_answers(batches: Sequence[HeldBatch]) -> dict[str, Any]:
    """Per item the response of the highest (epoch, n), its number, and the comment if there is one."""
    return {
        answer["item"]: {"response": answer["response"], "n": batch.n}
        | ({"comment": answer["comment"]} if answer.get("comment") else {})
        for batch in batches
        for answer in batch.body["answers"]
    }


def given_answers(batches: Sequence[HeldBatch]) -> dict[str, Given]:
    """The same as rules see it: the attempts at an item one after the other, then what was said since."""
    given: dict[str, Given] = {}
    for batch in batches:
        for answer in batch.body["answers"]:
            response, elapsed_ms = answer.get("response"), answer.get("elapsed_ms", 0)
            attempts = given[answer["item"]].attempts if answer["item"] in given else ()
            if answer.get("attempt") is True and response is not None:
                attempts, response = (*attempts, timed(response, elapsed_ms)), None
            given[answer["item"]] = Given(response, elapsed_ms, attempts=attempts)
    return given


def stretches_of(batches: Sequence[HeldBatch], course: SessionCourse) -> dict[str, Any]:
    """`route`, and when timed parts, sections and items were entered, as far as devices have told."""
    bodies = [batch.body for batch in batches]
    route = [signed.text for signed in last_steps(bodies, course)]
    entered: dict[str, tuple[int, int]] = {}
    for body in bodies:
        for node, moment in moments(body.get("entered")).items():
            entered[node] = min(entered.get(node, moment), moment)
    return ({"route": route} if route else {}) | ({"entered": entered} if entered else {})

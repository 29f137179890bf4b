"""`POST /api/v1/attempts`: what only the server may decide in the middle of a sitting.

    attempt    one batch with one answer, saved as any other, played by the item's rules; feedback comes back
    variant    what the moving items show this pupil now: for a new seat, after attempts made elsewhere
    route, last-words    where the test goes on, and what it tells (engine/api/ways.py)
    solution   the right answer, when no answer counts any more (engine/api/solutions.py)

An attempt is acknowledged when it is on disk, and may be repeated: the same bytes under the same number
bring the same view. One that comes when none is left is saved as an answer, is no attempt, and brings
nothing new.
"""

from __future__ import annotations

import os
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from engine.api.answers import acknowledgement, sealed_save, ticket_of
from engine.api.solutions import Solutions
from engine.api.ways import Ways
from engine.attempts.asked import Act, Asked
from engine.attempts.history import ATTEMPTS_MAX, attempts_by_item, entries, names_of, response_of
from engine.attempts.rulebook import Rulebook, sitting_seed
from engine.catalog import Opened, check_intake
from engine.errors import Problem
from engine.respond import read_body, reply_json
from engine.services import ACCEPTED, RANK_ATTEMPT, Services, refusal
from engine.wire import ANSWERS_BYTES_MAX, AnswerBatch, answer_batch, decode
from sessions.cipher import NONCE_BYTES, SessionCipher
from sessions.model import Operation, Read, Reply
from sessions.states import Status

NOT_NOW = {
    Status.READY: "not_started",
    Status.SUBMITTED: "handed_in",
    Status.CLOSED: "session_closed",
}
"""When nothing is shown: of an attempt the saving decides that."""


class Attempts:
    """The kinds of this call by name; each gives the reply."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kinds: dict[str, Act] = {
            "attempt": self._attempt,
            "variant": self._variant,
            **Ways(services).kinds,
            **Solutions(services).kinds,
        }

    async def call(self, request: Request) -> Response:
        """Answer one call, or Problem."""
        services = self._services
        body = await read_body(request.scope, request.receive, ANSWERS_BYTES_MAX)
        ticket = ticket_of(request.scope, services)
        now_ms = services.clock()
        opened = await services.catalog.delivery(ticket.delivery)
        check_intake(opened.record, now_ms)
        value = decode(body)
        act = self._kinds.get(str(value.get("kind")))
        if act is None:
            raise Problem("bad_request", field="kind")
        return reply_json(await act(Asked(ticket, opened, body, value, now_ms)))

    async def _attempt(self, asked: Asked) -> dict[str, Any]:
        batch, answer = _one_attempt(asked)
        book = self._book(asked.opened)
        item, response = answer["item"], response_of(answer)
        if book is None or not book.offers_attempts(item):
            # Whoever made the player knows which items take attempts: their root says so.
            raise Problem("bad_answer", entries=[{"index": 0, "item": item, "problem": "unknown_item"}])
        read, cipher = await self._read(asked)
        if batch.n > read.state.last + 1 and read.state.status not in NOT_NOW:
            # Sent beside the attempt before it: it would be played as if that one had not been made.
            raise Problem("gap", last=read.state.last)
        made = [one for one in entries(_opened(read, cipher)) if one.is_attempt and one.n < batch.n]
        before = [one.response for one in made if one.item == item]
        seed = sitting_seed(asked.opened.kek, asked.ticket.sid)
        taken, view = book.attempt(item, before, response if len(made) < ATTEMPTS_MAX else None, seed)
        kept = batch._replace(items=names_of([answer], batch.n)) if taken else batch
        grace_ms = asked.opened.record["grace_ms"]
        save = sealed_save(kept, asked.body, asked.ticket, cipher, os.urandom(NONCE_BYTES), grace_ms)
        reply = await self._commit(save)
        known: dict[str, Any] = orjson.loads(acknowledgement(reply, asked.ticket, self._services))
        return known | {"item": item, "taken": taken, "view": view}

    async def _variant(self, asked: Asked) -> dict[str, Any]:
        reply, cipher = await self._read(asked)
        if reply.state.status in NOT_NOW:
            raise Problem(NOT_NOW[reply.state.status])
        book = self._book(asked.opened)
        by_item = attempts_by_item(entries(_opened(reply, cipher)))
        made = {item: [entry.response for entry in found] for item, found in by_item.items()}
        seed = sitting_seed(asked.opened.kek, asked.ticket.sid)
        return {"views": {} if book is None else book.views(made, seed), "now_ms": self._services.clock()}

    async def _read(self, asked: Asked) -> tuple[Reply, SessionCipher]:
        """The session with its batches, and what opens them."""
        reply = await self._commit(Read(asked.ticket))
        ciphers = self._services.ciphers
        cipher = ciphers.get(reply.state.sid) or ciphers.remember(reply.state, asked.opened.kek)
        return reply, cipher

    async def _commit(self, operation: Operation) -> Reply:
        reply = await self._services.others.put(operation, RANK_ATTEMPT)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        return reply

    def _book(self, opened: Opened) -> Rulebook | None:
        return self._services.rulebooks.of(opened.record["compiled"])


def _one_attempt(asked: Asked) -> tuple[AnswerBatch, dict[str, Any]]:
    """The batch of an attempt, and its answer: a number, and one answer that says what it is."""
    batch = answer_batch(asked.body, asked.opened.shapes.check)
    if not batch.n or batch.full:
        raise Problem("bad_request", field="full" if batch.full else "n")
    answers = asked.value["answers"]
    if len(answers) != 1 or answers[0].get("attempt") is not True:
        raise Problem("bad_request", field="answers")
    return batch, answers[0]


def _opened(reply: Reply, cipher: SessionCipher) -> list[tuple[int, int, bytes]]:
    return [(epoch, n, cipher.open(epoch, n, sealed)) for n, epoch, sealed in reply.batches]

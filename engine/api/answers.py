"""`POST /api/v1/answers`: the hot path, raw ASGI, one group commit away from the disk.

What costs, in order: HTTP itself, the seal (AES-256-GCM of the body as it came), JSON, the token. Router and
middleware are not on this path. Nothing here waits but the commit.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from engine.catalog import Opened, check_intake
from engine.errors import Problem
from engine.respond import header, read_body, send_json
from engine.services import ACCEPTED, RANK_RESUME, Services, refusal
from engine.wire import ANSWERS_BYTES_MAX, AnswerBatch, answer_batch
from sessions.cipher import SessionCipher
from sessions.model import Heartbeat, Operation, Read, Reply, Save, Ticket
from sessions.states import Status


def ticket_of(scope: Scope, services: Services) -> Ticket:
    """The ticket that the bearer token carries, or Problem."""
    value = header(scope, b"authorization")
    if value[:7] != b"Bearer ":
        raise Problem("token_missing")
    ticket = services.signer.read(value[7:].decode("latin-1"))
    if ticket is None:
        raise Problem("token_invalid")
    return ticket


class Answers:
    """Takes batches and heartbeats."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; Problem if it is refused."""
        services = self._services
        if services.answers.load >= 1:
            raise Problem("overloaded")
        body = await read_body(scope, receive, ANSWERS_BYTES_MAX)
        ticket = ticket_of(scope, services)
        now_ms = services.clock()
        opened = services.catalog.get(ticket.delivery) or await services.catalog.delivery(ticket.delivery)
        check_intake(opened.record, now_ms)
        batch = answer_batch(body)
        if batch.n:
            check_answers(opened, batch)
            cipher = services.ciphers.get(ticket.sid) or await self._cipher(ticket, opened)
            operation: Operation = sealed_save(batch, body, ticket, cipher, opened.record["grace_ms"])
        else:
            operation = Heartbeat(ticket, batch.at, batch.held)
        reply = await services.answers.put(operation)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        await send_json(send, self._acknowledgement(reply, ticket, services.clock()))

    async def _cipher(self, ticket: Ticket, opened: Opened) -> SessionCipher:
        """Ask Redis for a session key that this worker does not hold (another one logged the pupil in)."""
        reply = await self._services.others.put(Read(ticket), RANK_RESUME)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        return self._services.ciphers.remember(reply.state, opened.kek)

    def _acknowledgement(self, reply: Reply, ticket: Ticket, now_ms: int) -> bytes:
        state, services = reply.state, self._services
        document: dict[str, Any] = {
            "last": state.last,
            "sealed": state.sealed,
            "lease": services.signer.lease(now_ms, state.deadline_ms, ticket.sid),
            "now_ms": now_ms,
            "remaining_ms": max(0, state.deadline_ms - now_ms),
            "flush_after_ms": self._flush_after_ms(),
            "notices": [],
        }
        if reply.late:
            document["late"] = reply.late
        if state.version != ticket.version:
            # Something changed since the player's token was made: pause, extension, credit, closing.
            document["notices"] = [
                {"kind": kind} for kind in _notices(state.status, state.deadline_ms, ticket)
            ]
            document["token"] = services.signer.sign(state.ticket(), now_ms)
        return orjson.dumps(document)

    def _flush_after_ms(self) -> int:
        """How long players gather answers: longer as the queue grows, so that they send fewer requests."""
        return int(self._services.settings.flush_after_ms * (1 + 7 * self._services.answers.load))


def check_answers(opened: Opened, batch: AnswerBatch) -> None:
    """Problem `bad_answer` naming each entry that has not the shape of its item; the batch uses no number."""
    check = opened.shapes.check
    entries = [
        {"index": index, "item": answer["item"], "problem": problem}
        for index, answer in enumerate(batch.answers)
        if (problem := check(answer["item"], answer.get("response"))) is not None
    ]
    if entries:
        raise Problem("bad_answer", entries=entries)


def sealed_save(
    batch: AnswerBatch, body: bytes, ticket: Ticket, cipher: SessionCipher, grace_ms: int
) -> Save:
    """The operation that saves a batch: the body as it came, sealed, with what Lua must compare."""
    answers = batch.answers
    return Save(
        ticket=ticket,
        n=batch.n,
        digest=hashlib.sha256(body).digest(),
        body=cipher.seal(ticket.epoch, batch.n, body, os.urandom(12)),
        items=tuple({answer["item"]: None for answer in answers}),
        full=batch.full,
        newest_age_ms=min((answer.get("age_ms", 0) for answer in answers), default=0),
        grace_ms=grace_ms,
        at=batch.at,
        held=batch.held,
    )


def _notices(status: Status, deadline_ms: int, ticket: Ticket) -> list[str]:
    kinds = []
    if status is Status.PAUSED:
        kinds.append("paused")
    if deadline_ms > ticket.deadline_ms:
        kinds.append("extended")
    if status in (Status.SUBMITTED, Status.CLOSED):
        kinds.append(str(status))
    return kinds

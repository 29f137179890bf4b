"""`POST /api/v1/answers`: the hot path, one group commit away from the disk.

A call offers its token and its body and is told what became of it. It comes from the connection directly
(`engine.connection`) or, when its request was not a plain one, through ASGI; what happens in between is the
same. Nothing here waits but the commit, and, seldom, for a delivery or a session key that this worker does
not hold yet.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any, Protocol

import orjson
from starlette.types import Receive, Scope, Send

from engine.api.handedin import check_of
from engine.catalog import Opened, check_intake
from engine.errors import Problem
from engine.nonces import random_nonces
from engine.respond import header, problem_of, read_body, send_json
from engine.services import ACCEPTED, RANK_RESUME, Services, refusal
from engine.usual import usual_batch
from engine.wire import ANSWERS_BYTES_MAX, AnswerBatch, answer_batch
from sessions.cipher import SessionCipher
from sessions.model import Heartbeat, Operation, Read, Reply, Save, Ticket, Verdict
from sessions.states import Status

_NOTHING: list[dict[str, Any]] = []


class Call(Protocol):
    """A request for `Answers`: exactly one of the two methods is called, once."""

    @property
    def token(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...
    @property
    def disconnected(self) -> bool:
        """Whether nobody waits for the reply any more."""

    def acknowledge(self, body: bytes) -> None:
        """200 with this JSON."""

    def refuse(self, problem: Problem) -> None:
        """A row of the table of refusals."""


class Answers:
    """Takes batches and heartbeats."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._nonces = random_nonces()
        self._fetching: set[asyncio.Task[None]] = set()

    def take(self, call: Call) -> None:
        """Answer one call, now or when it is committed; never raises."""
        try:
            self._take(call)
        except Exception as error:
            call.refuse(problem_of(error))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same through ASGI; Problem if it is refused."""
        if self._services.answers.load >= 1:
            raise Problem("overloaded")
        body = await read_body(scope, receive, ANSWERS_BYTES_MAX)
        call = _AsgiCall(bearer(scope), body)
        self.take(call)
        await send_json(send, await call.replied)

    def _take(self, call: Call) -> None:
        services = self._services
        if services.answers.load >= 1:
            raise Problem("overloaded")
        ticket = services.signer.read(call.token.decode("latin-1"))
        if ticket is None:
            raise Problem("token_invalid")
        opened, cipher = services.catalog.get(ticket.delivery), services.ciphers.get(ticket.sid)
        if opened is None or cipher is None:
            task = asyncio.create_task(self._fetch(call, ticket))
            self._fetching.add(task)
            task.add_done_callback(self._fetching.discard)
        else:
            self._commit(call, ticket, opened, cipher)

    async def _fetch(self, call: Call, ticket: Ticket) -> None:
        """Fetch what this worker does not hold (another one logged the pupil in), then go on."""
        services = self._services
        try:
            opened = await services.catalog.delivery(ticket.delivery)
            check_intake(opened.record, services.clock())
            cipher = services.ciphers.get(ticket.sid)
            if cipher is None:
                cipher = await self._cipher(ticket, opened)
            self._commit(call, ticket, opened, cipher)
        except Exception as error:
            call.refuse(problem_of(error))

    async def _cipher(self, ticket: Ticket, opened: Opened) -> SessionCipher:
        """The session's, whoever has its seat: what a former one still sends is kept aside under it."""
        services = self._services
        reply = await services.others.put(Read(ticket), RANK_RESUME)
        if reply.verdict in (Verdict.SEAT_MOVED, Verdict.GAP):
            reply = await services.others.put(Read(reply.state.ticket()), RANK_RESUME)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        return services.ciphers.remember(reply.state, opened.kek)

    def _commit(self, call: Call, ticket: Ticket, opened: Opened, cipher: SessionCipher) -> None:
        services = self._services
        check_intake(opened.record, services.clock())
        check = check_of(opened, services.files, ticket)
        batch = usual_batch(call.body, check) or answer_batch(call.body, check)
        operation: Operation = (
            sealed_save(batch, call.body, ticket, cipher, next(self._nonces), opened.record["grace_ms"])
            if batch.n
            else Heartbeat(ticket, batch.at, batch.held)
        )
        services.answers.tell(_Acknowledgement(call, ticket, services), operation)


class _Acknowledgement:
    """What a call waits for: the reply of its commit becomes the reply to the pupil."""

    __slots__ = ("_call", "_services", "_ticket")

    def __init__(self, call: Call, ticket: Ticket, services: Services) -> None:
        self._call = call
        self._ticket = ticket
        self._services = services

    def done(self) -> bool:
        """Whether the pupil has hung up."""
        return self._call.disconnected

    def set_result(self, reply: Reply) -> None:
        """It is on disk, or refused."""
        try:
            if reply.verdict not in ACCEPTED:
                raise refusal(reply)
            body = acknowledgement(reply, self._ticket, self._services)
        except Exception as error:
            self._call.refuse(problem_of(error))
        else:
            self._call.acknowledge(body)

    def set_exception(self, error: Exception) -> None:
        """Redis did not answer."""
        self._call.refuse(problem_of(error))


class _AsgiCall:
    """A call that came through ASGI."""

    def __init__(self, token: bytes, body: bytes) -> None:
        self.token = token
        self.body = body
        self.replied: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    @property
    def disconnected(self) -> bool:
        """Whether its task was cancelled."""
        return self.replied.done()

    def acknowledge(self, body: bytes) -> None:
        """200."""
        if not self.replied.done():
            self.replied.set_result(body)

    def refuse(self, problem: Problem) -> None:
        """Through the application's own answer to a Problem."""
        if not self.replied.done():
            self.replied.set_exception(problem)


def bearer(scope: Scope) -> bytes:
    """The token of the request, or Problem."""
    value = header(scope, b"authorization")
    if value[:7] != b"Bearer ":
        raise Problem("token_missing")
    return value[7:]


def ticket_of(scope: Scope, services: Services) -> Ticket:
    """The ticket that the bearer token carries, or Problem."""
    ticket = services.signer.read(bearer(scope).decode("latin-1"))
    if ticket is None:
        raise Problem("token_invalid")
    return ticket


def sealed_save(
    batch: AnswerBatch, body: bytes, ticket: Ticket, cipher: SessionCipher, nonce: bytes, grace_ms: int
) -> Save:
    """The operation that saves a batch: the body as it came, sealed, with what Lua must compare."""
    n, items, newest_age_ms, full, at, held = batch
    digest, sealed = hashlib.sha256(body).digest(), cipher.seal(ticket.epoch, n, body, nonce)
    return Save(ticket, n, digest, sealed, items, full, newest_age_ms, grace_ms, at, held)


def acknowledgement(reply: Reply, ticket: Ticket, services: Services) -> bytes:
    """What the pupil is told: the JSON of a reply to a batch or a heartbeat."""
    state, now_ms = reply.state, services.clock()
    document: dict[str, Any] = {
        "last": state.last,
        "sealed": state.sealed,
        "lease": services.signer.lease(now_ms, state.deadline_ms, ticket.sid),
        "now_ms": now_ms,
        "remaining_ms": max(0, state.deadline_ms - now_ms),
        "flush_after_ms": services.gate.flush_after_ms,
        "notices": services.catalog.messages.get(ticket.delivery, _NOTHING),
    }
    if reply.late:
        document["late"] = reply.late
    if state.version != ticket.version:
        # Something changed since the player's token was made: pause, extension, credit, closing.
        changed = [{"kind": kind} for kind in _notices(state.status, state.deadline_ms, ticket)]
        document["notices"] = [*changed, *document["notices"]]
        document["token"] = services.signer.sign(state.ticket(), now_ms)
    return orjson.dumps(document)


def _notices(status: Status, deadline_ms: int, ticket: Ticket) -> list[str]:
    kinds = []
    if status is Status.PAUSED:
        kinds.append("paused")
    if deadline_ms > ticket.deadline_ms:
        kinds.append("extended")
    if status in (Status.SUBMITTED, Status.CLOSED):
        kinds.append(str(status))
    return kinds

"""The pupil's other calls: log in, ask for the opening, start, resume, hand in.

On raw ASGI, as the answers are: in the minutes of a bell they are most of what a worker does, and a router
with its requests and responses costs as much as the calls themselves.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api.answers import ticket_of
from engine.api.device import device_of, new_cookies
from engine.catalog import Opened, check_intake, check_log_in, check_start, is_log_in_open, session_document
from engine.errors import Problem
from engine.held import latest_answers, open_batches, stretches_of
from engine.respond import read_body, send_json, send_problem
from engine.services import (
    ACCEPTED,
    RANK_LOGIN,
    RANK_RESUME,
    RANK_START,
    RANK_SUBMIT,
    Services,
    refusal,
)
from engine.wire import OTHER_BYTES_MAX, hand_in, log_in, taken_route
from sessions.codes import CodeTypo, digest, normalise
from sessions.model import (
    RECEIPT,
    CodeEntry,
    Heartbeat,
    Login,
    Operation,
    Read,
    Reply,
    SessionState,
    Start,
    Submit,
)
from sessions.script import MARK_BYTES
from sessions.states import Status


class Pupil:
    """The calls of one pupil, bound to the services of this worker."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def calls(self) -> dict[str, tuple[ASGIApp, tuple[str, ...]]]:
        """By address: the call and its methods."""
        get, post = ("GET", "HEAD"), ("POST",)
        return {
            "/api/v1/time": (self.time, get),
            "/api/v1/login": (self.login, post),
            "/api/v1/opening": (self.opening, get),
            "/api/v1/start": (self.start, post),
            "/api/v1/session": (self.resume, get),
            "/api/v1/submit": (self.submit, post),
        }

    async def time(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The server's clock; needs no token."""
        await send_json(send, orjson.dumps({"now_ms": self._services.clock()}))

    async def login(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A code becomes a seat: token, session, and how far the answers got.

        A browser without a cookie of ours gets one with whatever is answered, so that its typos are its own.
        """
        device = device_of(scope, self._services)
        cookies = new_cookies(scope, self._services, device)
        try:
            body = await read_body(scope, receive, OTHER_BYTES_MAX)
            document = await self._log_in(body, device)
        except Problem as problem:
            await send_problem(send, problem, cookies)
        else:
            await send_json(send, orjson.dumps(document), extra=cookies)

    async def _log_in(self, body: bytes, device: str) -> dict[str, Any]:
        services = self._services
        typed, room, mark = log_in(body)
        now_ms = services.clock()
        services.guessing.check(device, now_ms)
        entry = await self._entry(typed, device, now_ms)
        if room and room != entry.room:
            raise Problem("room_wrong")
        state = (await self._commit(Login(entry.sid, _short(mark)), RANK_LOGIN)).state
        opened = await services.catalog.delivery(state.delivery)
        if not is_log_in_open(opened.record, now_ms):
            # It may have been opened since this worker's last look.
            await services.catalog.refresh()
            opened = await services.catalog.delivery(state.delivery)
        check_log_in(opened.record, now_ms)
        if state.status is Status.READY and now_ms > opened.record["closes_at_ms"]:
            raise Problem("start_over")
        services.ciphers.remember(state, opened.kek)
        document = self._document(state, opened, now_ms)
        if state.status is Status.READY:
            services.gate.opening.waits(opened.record, state.sid, now_ms)
            document |= self._slot(opened.record, state.sid)
        return document

    async def opening(self, scope: Scope, receive: Receive, send: Send) -> None:
        """When this session starts, asked shortly before the bell: the server knows by then who waits."""
        services = self._services
        ticket = ticket_of(scope, services)
        now_ms = services.clock()
        record = (await services.catalog.delivery(ticket.delivery)).record
        check_log_in(record, now_ms)
        if ticket.status is Status.READY:
            services.gate.opening.waits(record, ticket.sid, now_ms)
        document = {"opens_at_ms": record["opens_at_ms"], **self._slot(record, ticket.sid), "now_ms": now_ms}
        await send_json(send, orjson.dumps(document))

    async def start(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The clock starts, once; content key, order and first views go to the seat that asks."""
        services = self._services
        route = taken_route(await read_body(scope, receive, OTHER_BYTES_MAX))
        ticket = ticket_of(scope, services)
        now_ms = services.clock()
        opened = await services.catalog.delivery(ticket.delivery)
        check_log_in(opened.record, now_ms)
        if ticket.status is Status.READY:
            check_start(opened.record, now_ms)
        reply = await self._commit(Start(ticket, opened.record["duration_ms"]), RANK_START)
        views = services.rulebooks.first_views(opened.record["compiled"], opened.kek, ticket.sid)
        course = opened.of(ticket.sid)
        document = self._document(reply.state, opened, now_ms)
        document["content_key"] = base64.b64encode(opened.content_key).decode()
        document["order"] = course.order(course.read(route))
        if views:
            document["views"] = views
        await send_json(send, orjson.dumps(document))

    async def resume(self, scope: Scope, receive: Receive, send: Send) -> None:
        """All answers held, by item, with the number of the batch that brought each; the item on screen."""
        services = self._services
        ticket = ticket_of(scope, services)
        now_ms = services.clock()
        opened = await services.catalog.delivery(ticket.delivery)
        check_intake(opened.record, now_ms)
        reply = await self._commit(Read(ticket), RANK_RESUME)
        document = self._document(reply.state, opened, now_ms) | {"answers": {}}
        if not _is_over(reply.state):
            glance = await services.glances.put(ticket.sid)
            bodies = open_batches(reply, opened, services)
            document["answers"] = latest_answers(bodies)
            document["at"] = glance.at if glance else ""
            document |= stretches_of(bodies, opened.of(ticket.sid))
        await send_json(send, orjson.dumps(document))

    async def submit(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The test is handed in; repeated, or closed by the server meanwhile, the receipt is the same."""
        services = self._services
        last = hand_in(await read_body(scope, receive, OTHER_BYTES_MAX))
        ticket = ticket_of(scope, services)
        now_ms = services.clock()
        opened = await services.catalog.delivery(ticket.delivery)
        check_intake(opened.record, now_ms)
        state = (await self._commit(Submit(ticket, last), RANK_SUBMIT)).state
        if state.status is Status.CLOSED and last <= state.last:
            # Closed by the server, and the device has nothing beyond what is here: the room is told.
            await self._commit(Heartbeat(state.ticket(), RECEIPT), RANK_SUBMIT)
        if glance := await services.glances.put(ticket.sid):
            # The reply to a hand-in leaves out what never changes.
            known = glance.state
            state = state._replace(factor_permille=known.factor_permille, needs=known.needs)
        await send_json(send, orjson.dumps(self._document(state, opened, now_ms)))

    async def _entry(self, typed: str, device: str, now_ms: int) -> CodeEntry:
        services = self._services
        try:
            code = normalise(typed)
        except CodeTypo as error:
            raise Problem("code_typo") from error
        entry = await services.codes.put(digest(services.pepper, code))
        if entry is None:
            if await services.catalog.has_forgotten():
                raise Problem("store_away")
            if not services.catalog.records():
                raise Problem("delivery_over")  # the campaign is finished: no code is known any more
            services.guessing.wrong(device, now_ms)
            raise Problem("code_unknown")
        if entry.revoked:
            raise Problem("code_revoked")
        return entry

    def _slot(self, record: Mapping[str, Any], sid: bytes) -> dict[str, int]:
        return {"slot_ms": self._services.gate.opening.slot_ms(record, sid)}

    async def _commit(self, operation: Operation, rank: int) -> Reply:
        reply = await self._services.others.put(operation, rank)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        return reply

    def _document(self, state: SessionState, opened: Opened, now_ms: int) -> dict[str, Any]:
        document = {
            "token": self._services.signer.sign(state.ticket(), now_ms),
            "session": session_document(opened.record, state, opened.course),
            "last": state.last,
            "sealed": state.sealed,
            "now_ms": now_ms,
        }
        if state.status is Status.READY:
            document["instructions"] = opened.instructions
        if _is_over(state):
            document["receipt"] = receipt(self._services.pepper, state.sid)
        return document


def receipt(key: bytes, sid: bytes) -> str:
    """Eight signs that a pupil can copy: the same for one session, telling nothing about it."""
    signs = "123456789BCDFGHJKMNPQRSTVWXYZ"
    value = int.from_bytes(hmac.digest(key, b"receipt|" + sid, "sha256")[:8], "big")
    text = ""
    for _ in range(8):
        value, place = divmod(value, len(signs))
        text += signs[place]
    return f"{text[:4]} {text[4:]}"


def _short(mark: str) -> bytes:
    """As much of a device's mark as Redis keeps of it."""
    return hashlib.sha256(mark.encode()).digest()[:MARK_BYTES] if mark else b""


def _is_over(state: SessionState) -> bool:
    return state.status in (Status.SUBMITTED, Status.CLOSED)

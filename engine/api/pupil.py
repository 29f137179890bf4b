"""The pupil's other calls: log in, ask for the opening, start, resume, hand in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response

from engine.api.answers import ticket_of
from engine.api.device import GivesDevice, device_of
from engine.catalog import Opened, check_intake, check_log_in, check_start, is_log_in_open, session_document
from engine.errors import Problem
from engine.held import latest_answers, open_batches, stretches_of
from engine.respond import JSON_HEADERS, read_body
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
from sessions.model import CodeEntry, Login, Operation, Read, Reply, SessionState, Start, Submit
from sessions.script import MARK_BYTES
from sessions.states import Status


class Pupil:
    """The calls of one pupil, bound to the services of this worker."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def routes(self) -> list[Route]:
        """The addresses of these calls."""
        login = GivesDevice(self._services, request_response(self.login))
        return [
            Route("/api/v1/time", self.time, methods=["GET"]),
            Route("/api/v1/login", login, methods=["POST"]),
            Route("/api/v1/opening", self.opening, methods=["GET"]),
            Route("/api/v1/start", self.start, methods=["POST"]),
            Route("/api/v1/session", self.resume, methods=["GET"]),
            Route("/api/v1/submit", self.submit, methods=["POST"]),
        ]

    async def time(self, request: Request) -> Response:
        """The server's clock; needs no token."""
        return reply_json({"now_ms": self._services.clock()})

    async def login(self, request: Request) -> Response:
        """A code becomes a seat: token, session, and how far the answers got."""
        services = self._services
        typed, room, mark = log_in(await read_body(request.scope, request.receive, OTHER_BYTES_MAX))
        now_ms = services.clock()
        device = device_of(request.scope, services)
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
        return reply_json(document)

    async def opening(self, request: Request) -> Response:
        """When this session starts, asked shortly before the bell: the server knows by then who waits."""
        services = self._services
        ticket = ticket_of(request.scope, services)
        now_ms = services.clock()
        record = (await services.catalog.delivery(ticket.delivery)).record
        check_log_in(record, now_ms)
        if ticket.status is Status.READY:
            services.gate.opening.waits(record, ticket.sid, now_ms)
        document = {"opens_at_ms": record["opens_at_ms"], **self._slot(record, ticket.sid), "now_ms": now_ms}
        return reply_json(document)

    async def start(self, request: Request) -> Response:
        """The clock starts, once; content key, order and first views go to the seat that asks."""
        services = self._services
        route = taken_route(await read_body(request.scope, request.receive, OTHER_BYTES_MAX))
        ticket = ticket_of(request.scope, services)
        now_ms = services.clock()
        opened = await services.catalog.delivery(ticket.delivery)
        check_log_in(opened.record, now_ms)
        if ticket.status is Status.READY:
            check_start(opened.record, now_ms)
        reply = await self._commit(Start(ticket, opened.record["duration_ms"]), RANK_START)
        views = services.rulebooks.first_views(opened.record["compiled"], opened.kek, ticket.sid)
        course = opened.of(ticket.sid)
        return reply_json(
            self._document(reply.state, opened, now_ms)
            | {
                "content_key": base64.b64encode(opened.content_key).decode(),
                "order": course.order(course.read(route)),
            }
            | ({"views": views} if views else {})
        )

    async def resume(self, request: Request) -> Response:
        """All answers held, by item, with the number of the batch that brought each; the item on screen."""
        services = self._services
        ticket = ticket_of(request.scope, services)
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
        return reply_json(document)

    async def submit(self, request: Request) -> Response:
        """The test is handed in; repeated, or closed by the server meanwhile, the receipt is the same."""
        services = self._services
        last = hand_in(await read_body(request.scope, request.receive, OTHER_BYTES_MAX))
        ticket = ticket_of(request.scope, services)
        now_ms = services.clock()
        opened = await services.catalog.delivery(ticket.delivery)
        check_intake(opened.record, now_ms)
        state = (await self._commit(Submit(ticket, last), RANK_SUBMIT)).state
        if glance := await services.glances.put(ticket.sid):
            # The reply to a hand-in leaves out what never changes.
            known = glance.state
            state = state._replace(factor_permille=known.factor_permille, needs=known.needs)
        return reply_json(self._document(state, opened, now_ms))

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


def reply_json(document: Any) -> Response:
    """A JSON reply that nobody may keep."""
    response = Response(orjson.dumps(document))
    response.raw_headers.extend(JSON_HEADERS)
    return response


def _short(mark: str) -> bytes:
    """As much of a device's mark as Redis keeps of it."""
    return hashlib.sha256(mark.encode()).digest()[:MARK_BYTES] if mark else b""


def _is_over(state: SessionState) -> bool:
    return state.status in (Status.SUBMITTED, Status.CLOSED)

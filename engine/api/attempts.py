"""`POST /api/v1/attempts`: what only the server may decide while a test is sat; one function a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.api import ways
from engine.api.answers import ticket_of
from engine.api.pupil import reply_json
from engine.catalog import Opened, check_intake
from engine.errors import Problem
from engine.respond import read_body
from engine.services import ACCEPTED, RANK_START, Services, refusal
from engine.wire import ANSWERS_BYTES_MAX, decode
from sessions.model import Read, Reply

Kind = Callable[[dict[str, Any], Reply, Opened, Services], dict[str, Any]]
KINDS: Final[dict[str, Kind]] = {"route": ways.route, "last-words": ways.last_words}


def attempt_routes(services: Services) -> list[Route]:
    """The address of this call."""

    async def attempt(request: Request) -> Response:
        value = decode(await read_body(request.scope, request.receive, ANSWERS_BYTES_MAX))
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            raise Problem("bad_request", field="kind")
        ticket = ticket_of(request.scope, services)
        opened = await services.catalog.delivery(ticket.delivery)
        check_intake(opened.record, services.clock())
        reply = await services.others.put(Read(ticket), RANK_START)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        known = {"last": reply.state.last, "sealed": reply.state.sealed, "now_ms": services.clock()}
        return reply_json(KINDS[kind](value, reply, opened, services) | known)

    return [Route("/api/v1/attempts", attempt, methods=["POST"])]

"""`GET /api/v1/deliveries/{id}/ledger`: what the archive holds, batch by batch, to check a run against.

One JSON object a line: session, epoch, n, SHA-256 of the body as it came. An operator's token is needed; no
answer can be read from it.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import AsyncIterator

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from engine.archive import Archive
from engine.errors import Problem
from engine.keyring import KeyRing
from engine.settings import Settings

DELIVERY = re.compile(r"[a-z0-9][a-z0-9-]{7}")


def ledger_routes(settings: Settings) -> list[Route]:
    """The ledger, read from SQL on each call."""
    operator = KeyRing.of(settings).operator_token()

    async def ledger(request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), operator.encode()):
            raise Problem("not_allowed")
        delivery = request.path_params["delivery"]
        if not DELIVERY.fullmatch(delivery):  # a database asked for a NUL answers with an error, and too late
            raise Problem("not_found")
        return StreamingResponse(_lines(settings, delivery), media_type="application/x-ndjson")

    return [Route("/api/v1/deliveries/{delivery}/ledger", ledger, methods=["GET"])]


async def _lines(settings: Settings, delivery: str) -> AsyncIterator[bytes]:
    archive = Archive(settings.archive_address)
    try:
        async for session, epoch, n, digest in archive.ledger(delivery):
            yield orjson.dumps({"session": session, "epoch": epoch, "n": n, "sha256": digest}) + b"\n"
    finally:
        await archive.close()

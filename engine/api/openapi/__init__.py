"""`GET /api/v1/openapi.json`: the pupil's API described, for whoever writes or tests a client.

    document.py   puts the description together          requests.py   what is sent, with its bounds
    calls.py      each call, and how it may be refused    replies.py    what comes back
    calling.py    what all calls have in common           rooms.py      calls of the class page
    refusals.py   the table of refusals as replies        examples.py   one sitting, as it went over the line

Bounds come from `engine.wire`, refusals from `engine.errors`: none can say otherwise.
"""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.api.openapi.document import document
from engine.respond import JSON_HEADERS

__all__ = ["document", "openapi_routes"]


def openapi_routes() -> list[Route]:
    """The description, made once."""
    described = orjson.dumps(document())

    async def openapi(_: Request) -> Response:
        response = Response(described)
        response.raw_headers.extend(JSON_HEADERS)
        return response

    return [Route("/api/v1/openapi.json", openapi, methods=["GET"])]

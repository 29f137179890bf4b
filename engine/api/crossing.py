"""What another origin's pages may ask: those of the authority, and of nobody else (CORS, DESIGN P7).

A browser asks first (OPTIONS), and lets its page read a reply only if the reply says so; refusals say so too,
since the page must tell an assertion that is over from a server that is away.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import Problem
from engine.respond import ClientGone, header, problem_of, send_problem

PREFLIGHT_SECONDS = 600
"""How long a browser need not ask again."""
_VARY = (b"vary", b"origin")


class Crossing:
    """Serves `inner` to the pages of `origin`; where that is empty there is nothing at this address."""

    def __init__(self, origin: str, methods: Iterable[str], inner: ASGIApp) -> None:
        self._origin = origin.encode()
        self._inner = inner
        self._preflight = [
            (b"content-length", b"0"),
            (b"access-control-allow-methods", ", ".join(methods).encode()),
            (b"access-control-allow-headers", b"authorization, content-type"),
            (b"access-control-max-age", b"%d" % PREFLIGHT_SECONDS),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refusals included: above this their headers could not be reached."""
        if not self._origin:
            raise Problem("not_found")
        if header(scope, b"origin") != self._origin:
            raise Problem("origin_wrong")

        async def allow(message: Message) -> None:
            if message["type"] == "http.response.start":
                allowed = (b"access-control-allow-origin", self._origin)
                message = {**message, "headers": [*message["headers"], allowed, _VARY]}
            await send(message)

        if scope["method"] == "OPTIONS":
            await allow({"type": "http.response.start", "status": 204, "headers": self._preflight})
            await allow({"type": "http.response.body", "body": b""})
            return
        try:
            await self._inner(scope, receive, allow)
        except ClientGone:
            raise
        except Exception as error:
            await send_problem(allow, problem_of(error))

"""The cookie that tells browsers apart: signed, without meaning, set where a code is typed.

Wrong codes are counted by it (`engine.guessing`). The page `/` gives one, and so does the log-in itself,
refused or not: a browser that opens its own copy of the page asks for `/` no more.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import Problem
from engine.guessing import COOKIE, SHARED
from engine.respond import header, send_problem
from engine.services import Services

COOKIE_SECONDS = 30 * 24 * 3600


def device_of(scope: Scope, services: Services) -> str:
    """Whose bucket of wrong codes this request uses."""
    text = header(scope, b"cookie")[:4096].decode("latin-1")
    try:
        morsel = SimpleCookie(text).get(COOKIE)
    except CookieError:
        morsel = None
    return services.guessing.device(morsel.value if morsel else "")


class GivesDevice:
    """Serves `inner`; a browser that has no cookie of ours gets one with whatever is answered."""

    def __init__(self, services: Services, inner: ASGIApp) -> None:
        self._services = services
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refusals included: above this their headers could not be reached."""
        if device_of(scope, self._services) != SHARED:
            await self._inner(scope, receive, send)
            return

        async def give(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"set-cookie", self._cookie(scope))]}
            await send(message)

        try:
            await self._inner(scope, receive, give)
        except Problem as problem:
            await send_problem(give, problem)

    def _cookie(self, scope: Scope) -> bytes:
        is_secure = scope["scheme"] == "https" or self._services.settings.behind_proxy
        attributes = f"Path=/; HttpOnly; SameSite=Strict; Max-Age={COOKIE_SECONDS}"
        attributes += "; Secure" if is_secure else ""
        return f"{COOKIE}={self._services.guessing.new_device()}; {attributes}".encode()

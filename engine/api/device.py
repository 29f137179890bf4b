"""The cookie that tells browsers apart: signed, without meaning, set where a code is typed.

Wrong codes are counted by it (`engine.guessing`). The page `/` gives one, and so does the log-in itself,
refused or not: a browser that opens its own copy of the page asks for `/` no more.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.guessing import COOKIE, SHARED
from engine.respond import header
from engine.services import Services

COOKIE_SECONDS = 30 * 24 * 3600


def device_of(scope: Scope, services: Services) -> str:
    """Whose bucket of wrong codes this request uses."""
    text = header(scope, b"cookie")[:4096].decode("latin-1")
    for pair in text.split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE:
            return services.guessing.device(value)
    return SHARED


def new_cookies(scope: Scope, services: Services, device: str) -> list[tuple[bytes, bytes]]:
    """A cookie for a browser that has none of ours, as headers; nothing for the others."""
    if device != SHARED:
        return []
    is_secure = scope.get("scheme") == "https" or services.settings.behind_proxy
    attributes = f"Path=/; HttpOnly; SameSite=Strict; Max-Age={COOKIE_SECONDS}"
    attributes += "; Secure" if is_secure else ""
    return [(b"set-cookie", f"{COOKIE}={services.guessing.new_device()}; {attributes}".encode())]


class GivesDevice:
    """Serves `inner`; a browser that has no cookie of ours gets one with it."""

    def __init__(self, services: Services, inner: ASGIApp) -> None:
        self._services = services
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        cookies = new_cookies(scope, self._services, device_of(scope, self._services))

        async def give(message: Message) -> None:
            if cookies and message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *cookies]}
            await send(message)

        await self._inner(scope, receive, give)

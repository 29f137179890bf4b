"""The pupil's page, the service worker and their files."""

from __future__ import annotations

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from engine.assets import Assets
from engine.errors import Problem
from engine.guessing import COOKIE
from engine.respond import Headers
from engine.services import Services

COOKIE_SECONDS = 30 * 24 * 3600


def page_routes(services: Services, assets: Assets) -> list[Route]:
    """`/`, `/sw.js` and `/static/...`; raw ASGI inside, since the bytes are ready."""

    def is_secure(scope: Scope) -> bool:
        return scope["scheme"] == "https" or services.settings.behind_proxy

    class Page:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            extra: Headers = []
            if COOKIE not in Request(scope).headers.get("cookie", ""):
                attributes = f"Path=/; HttpOnly; SameSite=Strict; Max-Age={COOKIE_SECONDS}"
                attributes += "; Secure" if is_secure(scope) else ""
                extra.append(
                    (b"set-cookie", f"{COOKIE}={services.guessing.new_device()}; {attributes}".encode())
                )
            await assets.send("index.html", scope, send, extra)

    class ServiceWorker:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await assets.send("sw.js", scope, send, [(b"service-worker-allowed", b"/")])

    class Static:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            name = scope["path_params"]["name"]
            if name not in assets:
                raise Problem("not_found")
            await assets.send(name, scope, send)

    methods = ["GET", "HEAD"]
    return [
        Route("/", Page(), methods=methods),
        Route("/sw.js", ServiceWorker(), methods=methods),
        Route("/static/{name:path}", Static(), methods=methods),
    ]

"""The pupil's page, the service worker and their files."""

from __future__ import annotations

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from engine.api.device import GivesDevice
from engine.assets import Assets
from engine.errors import Problem
from engine.services import Services


def page_routes(services: Services, assets: Assets) -> list[Route]:
    """`/`, `/sw.js` and `/static/...`; raw ASGI inside, since the bytes are ready."""

    class Page:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await assets.send("index.html", scope, send)

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
        Route("/", GivesDevice(services, Page()), methods=methods),
        Route("/sw.js", ServiceWorker(), methods=methods),
        Route("/static/{name:path}", Static(), methods=methods),
    ]

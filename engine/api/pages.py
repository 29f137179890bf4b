"""The pupil's page, the service worker and their files; the files of the pages for people at a desk."""

from __future__ import annotations

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from engine.api.device import GivesDevice
from engine.assets import Assets, Folder
from engine.services import Services
from pages import STATIC


def page_routes(services: Services, assets: Assets) -> list[Route]:
    """`/`, `/sw.js`, `/static/...` and `/pages/...`; raw ASGI inside, since the bytes are ready."""

    class Page:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await assets.send("index.html", scope, send)

    class ServiceWorker:
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await assets.send("sw.js", scope, send, [(b"service-worker-allowed", b"/")])

    methods = ["GET", "HEAD"]
    return [
        Route("/", GivesDevice(services, Page()), methods=methods),
        Route("/sw.js", ServiceWorker(), methods=methods),
        Route("/static/{name:path}", Folder(assets), methods=methods),
        Route("/pages/{name}", Folder(Assets(STATIC)), methods=methods),
    ]

"""The other side of the ratios: an empty Starlette endpoint under the same uvicorn, started as our worker is.

It reads the body, as any endpoint that takes a POST, and answers a few bytes of JSON. Same uvicorn settings,
one process; uvicorn's own protocol class, not ours, whose deadlines nobody else would pay for.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal

import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.settings import Settings
from engine.worker import Server, bind, raise_descriptors, uvicorn_config, watch_parent

PATHS = ("/api/v1/answers", "/api/v1/login", "/api/v1/start")


async def noop(request: Request) -> Response:
    """Nothing."""
    await request.body()
    return Response(b'{"ok":true}', media_type="application/json")


async def serve(settings: Settings) -> None:
    """As `engine.worker.serve`, around an empty application."""
    app = Starlette(routes=[Route(path, noop, methods=["POST"]) for path in PATHS])
    server = Server(uvicorn_config(settings, app))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    loop.add_signal_handler(signal.SIGTERM, stop)
    watch_parent(loop, stop)
    gc.collect()
    gc.freeze()
    await server.serve(sockets=[bind(settings.host, settings.port)])


if __name__ == "__main__":
    raise_descriptors()
    uvloop.run(serve(Settings.load(os.environ)))

"""One server process: uvicorn around the application, its socket shared out by the kernel.

Each worker binds the same port with SO_REUSEPORT, so that connections spread evenly and a worker that dies
takes only its own with it. The supervisor holds the other end of standard input: when it goes, so do we.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
import uvloop

from engine.app import running
from engine.connection import close_overdue, connection_class
from engine.logs import logger, set_up
from engine.settings import Settings
from sessions.link import StoreForeign

LOG = logger("worker")
DESCRIPTORS = 20_000
BACKLOG = 4096
ACCEPTS = 8
"""Connections taken up in a turn of the loop. libuv takes one for each handle that listens (libuv #3696). In
an overload a turn lasts 100 ms: one would be ten a second, and a crowd at log-in would wait for minutes."""
GOODBYE_S = 0.5
"""How long a peer may take to say goodbye when we stop: an idle browser answers TLS's closing word late."""


class Server(uvicorn.Server):
    """uvicorn's server, whose signals are ours to handle, and which waits for replies but for no goodbye."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone: uvicorn would raise them again before our clean-up has run."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is under way, then leave; idle connections hold up nobody."""
        hanging_up = asyncio.create_task(self._hang_up())
        try:
            await super().shutdown(sockets)
        finally:
            hanging_up.cancel()

    async def _hang_up(self) -> None:
        """Cut what we closed and what is still there, with nothing left to send, at the next look."""
        seen: set[object] = set()
        while True:
            await asyncio.sleep(GOODBYE_S)
            closing = {
                connection
                for connection in self.server_state.connections
                if connection.transport.is_closing() and not connection.transport.get_write_buffer_size()
            }
            for connection in closing & seen:
                connection.transport.abort()
            seen = set(closing)


class WatchfulServer(Server):
    """The same, looking at its connections once a second."""

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second; connections are looked at each second."""
        if counter % 10 == 0:
            close_overdue(self.server_state.connections, asyncio.get_running_loop().time())
        return await super().on_tick(counter)


def bind(host: str, port: int) -> socket.socket:
    """A socket on `host:port` that other workers may bind too."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((host, port))
    return bound


def listeners(bound: socket.socket) -> list[socket.socket]:
    """The same socket under so many descriptors as connections are to be taken up in a turn."""
    return [bound, *(bound.dup() for _ in range(ACCEPTS - 1))]


def uvicorn_config(
    settings: Settings, app: object, http: type[asyncio.Protocol] | None = None
) -> uvicorn.Config:
    """How uvicorn serves: no lifespan (ours surrounds it), no access log; `http`: another protocol."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=http or "httptools",
        ws="none",
        lifespan="off",
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        proxy_headers=settings.behind_proxy,
        forwarded_allow_ips="*" if settings.behind_proxy else None,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
    )


async def serve(settings: Settings) -> None:
    """Serve until told to stop; requests under way are answered, batches taken are committed."""
    async with running(settings) as app:
        http = connection_class(app.answers, app.gate, settings)
        server = WatchfulServer(uvicorn_config(settings, app, http))
        loop = asyncio.get_running_loop()

        def stop() -> None:
            server.should_exit = True

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        if app.acknowledging is not None:
            app.acknowledging.add_done_callback(lambda _: stop())
        watch_parent(loop, stop)
        gc.collect()
        gc.freeze()  # what was made at start is never looked at again by the collector
        gc.set_threshold(50_000, 20, 50)  # requests make no cycles worth looking for every 700 objects
        await server.serve(sockets=listeners(bind(settings.host, settings.port)))


def watch_parent(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Call `stop` when standard input ends: the supervisor that held it is gone."""
    descriptor = sys.stdin.fileno()

    def readable() -> None:
        if not os.read(descriptor, 1024):
            loop.remove_reader(descriptor)
            stop()

    if not os.isatty(descriptor):
        loop.add_reader(descriptor, readable)


def raise_descriptors() -> None:
    """As many descriptors as the machine allows, up to what a worker can use."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> None:
    """The process that the supervisor starts; settings come from the environment."""
    settings = Settings.load(os.environ)
    set_up(settings.log_level)
    raise_descriptors()
    try:
        uvloop.run(serve(settings))
    except StoreForeign as error:  # a rolling update meets what the version before it has filled
        LOG.error("cannot serve", extra={"fields": {"why": str(error)}})
        sys.exit(1)


if __name__ == "__main__":
    main()

"""HTTP/1.1 with a deadline for whole requests, which uvicorn's own protocol has not.

A client that drips one byte a second holds a connection for ever: uvicorn's keep-alive timer starts again
with each byte. Here a request that has begun must be whole within `request_seconds`, and a connection that
asks nothing is closed after the keep-alive time. A request that arrives in one piece arms no timer.

uvicorn writes head and body of a reply one after the other, which costs two system calls and wakes the client
twice. Behind `OneWrite` what is written in one turn of the loop leaves together.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class OneWrite:
    """A transport that gathers what is written in one turn of the event loop and sends it as one."""

    __slots__ = ("_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Send `data` at the end of this turn."""
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(data)

    def close(self) -> None:
        """Send what is held, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        held, self._held = self._held, []
        if held and not self._transport.is_closing():
            self._transport.write(b"".join(held))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the two bounds below; see `deadline_protocol`."""

    request_seconds = 20.0
    connections_max = 18_000
    _open = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Refuse past the bound; give a silent client the keep-alive time and no more."""
        super().connection_made(OneWrite(transport, self.loop))  # type: ignore[arg-type]
        if len(self.connections) > self.connections_max:
            transport.close()
            return
        self._deadline = self.loop.call_later(self.timeout_keep_alive, self._too_slow)

    def data_received(self, data: bytes) -> None:
        """Arm the deadline when a request has begun and is not yet whole."""
        super().data_received(data)
        if not self._open:
            self._disarm()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.request_seconds, self._too_slow)

    def on_message_begin(self) -> None:
        """A request has begun."""
        self._disarm()
        self._open = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._open = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._disarm()
        super().connection_lost(exc)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()


def deadline_protocol(request_seconds: float, connections_max: int) -> type[DeadlineProtocol]:
    """The protocol class for `uvicorn.Config(http=...)` with these bounds."""
    bounds = {"request_seconds": request_seconds, "connections_max": connections_max}
    return type("DeadlineProtocol", (DeadlineProtocol,), bounds)

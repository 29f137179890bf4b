"""HTTP/1.1 with a deadline for whole requests, which uvicorn's own protocol has not.

A client that drips one byte a second holds a connection for ever: uvicorn's keep-alive timer starts again
with each byte. Here a request that has begun must be whole within `request_seconds`, and a connection that
asks nothing is closed after the keep-alive time. A request that arrives in one piece arms no timer.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the two bounds below; see `deadline_protocol`."""

    request_seconds = 20.0
    connections_max = 18_000
    _open = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Refuse past the bound; give a silent client the keep-alive time and no more."""
        super().connection_made(transport)
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

"""A transport that sends what is written in one turn of the event loop as one segment.

uvicorn writes head and body of a reply one after the other, which costs two system calls and wakes the client
twice.
"""

from __future__ import annotations

import asyncio
from typing import Any


class OneWrite:
    """A transport around `transport`; everything but writing and closing is the other's."""

    __slots__ = ("_held", "_loop", "_transport", "is_closing")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self.is_closing = transport.is_closing  # asked twice a reply: not by way of __getattr__
        self._loop = loop
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Send `data` at the end of this turn."""
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(data)

    def write_at_once(self, data: bytes) -> None:
        """Send what is held and `data` now: a reply that is whole has nothing to wait for."""
        if self._held:
            self._held.append(data)
            self._flush()
        else:
            self._transport.write(data)

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

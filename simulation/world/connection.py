"""The connection that a Link opens here: to a simulated Redis instead of a socket.

Everything above it is the real `sessions.link.Link` and `sessions.pipe.Pipe`: time-outs, what is dropped and
when, which reply settles whose question. Bytes arrive in order or not at all. A line may be cut (half-open):
nothing arrives, and neither end is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

import hiredis
from redis.exceptions import ConnectionError as RedisAway

from sessions.link import Link
from simulation.world.loop import Process, never
from simulation.world.resp import Command, read_command, reply_bytes


class Node(Protocol):
    """A Redis process, as a connection sees it."""

    is_up: bool

    def receive(self, transport: Transport, commands: Sequence[Command]) -> None:
        """These commands have arrived."""


class Line:
    """Between one process and Redis. `delay_s` draws how long a message takes; `primary` is who listens."""

    def __init__(self, process: Process, primary: Callable[[], Node], delay_s: Callable[[], float]) -> None:
        self.process = process
        self.primary = primary
        self.delay_s = self.usual_delay_s = delay_s
        self.is_cut = False


class Transport(asyncio.Transport):
    """An open connection over a line, as `Pipe` writes to it."""

    def __init__(self, line: Line, node: Node) -> None:
        super().__init__()
        self._line = line
        self._node = node
        self._reader: Any = hiredis.Reader()
        self._protocol: asyncio.Protocol | None = None
        self._is_closed = False
        self._is_dead = False
        """Something did not get through: nothing after it can, for bytes keep their order."""
        self._sent_s = self._delivered_s = 0.0
        self._loop = asyncio.get_running_loop()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = cast(asyncio.Protocol, protocol)

    def is_closing(self) -> bool:
        return self._is_closed

    def write(self, data: Any) -> None:
        """Send; nothing tells whether it arrives."""
        self._reader.feed(data)
        commands = []
        while (parts := self._reader.gets()) is not False:
            commands.append(read_command(parts))
        if self._is_closed or self._is_gone() or not self._line.process.is_alive:
            return
        loop = self._loop
        self._sent_s = max(self._sent_s, loop.time() + self._line.delay_s())
        loop.call_at(self._sent_s, self._node.receive, self, commands)

    def deliver(self, replies: Sequence[Any]) -> None:
        """The node answers."""
        if self._is_closed or not replies or self._is_gone():
            return
        loop = self._loop
        self._delivered_s = max(self._delivered_s, loop.time() + self._line.delay_s())
        loop.call_at(self._delivered_s, self._arrive, b"".join(map(reply_bytes, replies)))

    def _arrive(self, data: bytes) -> None:
        if not (self._is_closed or self._is_gone()) and self._protocol:
            self._protocol.data_received(data)

    def _is_gone(self) -> bool:
        """Whether a message that passes now is lost, and the connection with it."""
        self._is_dead = self._is_dead or self._line.is_cut
        return self._is_dead

    def hang_up(self) -> None:
        """The node has closed the connection; its end gets through unless the line is cut."""
        if not (self._is_closed or self._is_gone()):
            self.abort()

    def abort(self) -> None:
        """Close; what is under way to here is lost."""
        if not self._is_closed:
            self._is_closed = True
            self._loop.call_soon(self._end)

    def _end(self) -> None:
        if self._protocol:
            self._protocol.connection_lost(None)


class Writer:
    """What a Link takes over from the client library: a stream, for its transport."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport


class Connection:
    """In place of the client library's connection, which Link uses to get in and no further."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._reader = None
        self._writer: Writer | None = None

    async def connect(self) -> None:
        """Reach whoever is the primary now."""
        await asyncio.sleep(self._line.delay_s())
        node = self._line.primary()
        if self._line.is_cut or not self._line.process.is_alive:
            await never()
        if not node.is_up:
            raise RedisAway("connection refused")
        self._writer = Writer(Transport(self._line, node))

    async def disconnect(self, nowait: bool = False) -> None:
        """Link has taken the transport by now, or there is none."""


class SimulatedLink(Link):
    """The real Link on a simulated line."""

    def __init__(self, line: Line, *, timeout_s: float, wait_replicas: int, wait_ms: int) -> None:
        super().__init__("unix:///nowhere", timeout_s=timeout_s, wait_replicas=wait_replicas, wait_ms=wait_ms)
        self._line = line
        self._factory = self  # type: ignore[assignment]

    def make_connection(self) -> Any:
        """In place of the client library's pool, which is a factory only."""
        return Connection(self._line)

"""The connection that a Link makes here: to a simulated Redis instead of a socket.

Everything above it is the real `sessions.link.Link`: its lock, its time-outs, what it drops and when. Bytes
arrive in order or not at all. A line may be cut (half-open): nothing arrives, and neither end is told.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import NoScriptError, ResponseError

from sessions.link import Link
from simulation.world.data import Command, Refused
from simulation.world.loop import Process, never


class Node(Protocol):
    """A Redis process, as a connection sees it."""

    is_up: bool

    def receive(self, connection: Connection, commands: Sequence[Command]) -> None:
        """These commands have arrived."""


class Line:
    """Between one process and Redis. `delay_s` draws how long a message takes; `primary` is who listens."""

    def __init__(self, process: Process, primary: Callable[[], Node], delay_s: Callable[[], float]) -> None:
        self.process = process
        self.primary = primary
        self.delay_s = self.usual_delay_s = delay_s
        self.is_cut = False


class Connection:
    """One connection over a line."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._node: Node | None = None
        self._inbox: deque[Any] = deque()
        self._arrived = asyncio.Event()
        self._is_hung_up = False
        self._is_closed = False
        self._sent_s = self._delivered_s = 0.0

    async def connect(self) -> None:
        """Reach whoever is the primary now."""
        await asyncio.sleep(self._line.delay_s())
        node = self._line.primary()
        if self._line.is_cut:
            await never()
        if not node.is_up:
            raise RedisAway("connection refused")
        self._node = node

    async def can_read(self) -> bool:
        """Whether there is something that nobody asked for, the end included."""
        return bool(self._inbox) or self._is_hung_up

    def pack_commands(self, commands: Sequence[Command]) -> list[Command]:
        """They travel as they are."""
        return list(commands)

    async def send_packed_command(self, commands: Sequence[Command], check_health: bool = True) -> None:
        """Send; nothing tells whether it arrives."""
        if self._is_hung_up:
            raise RedisAway("connection reset")
        if not self._line.process.is_alive:
            await never()
        if self._line.is_cut or self._node is None:
            return
        loop = asyncio.get_running_loop()
        self._sent_s = max(self._sent_s, loop.time() + self._line.delay_s())
        loop.call_at(self._sent_s, self._node.receive, self, commands)

    async def read_response(self, disconnect_on_error: bool = True) -> Any:
        """The next reply, in the order of the commands."""
        while not self._inbox:
            if self._is_hung_up:
                raise RedisAway("connection closed by server")
            self._arrived.clear()
            await self._arrived.wait()
        reply = self._inbox.popleft()
        if isinstance(reply, Refused):
            word, _, rest = reply.text.partition(" ")
            raise NoScriptError(rest) if word == "NOSCRIPT" else ResponseError(reply.text)
        return reply

    async def disconnect(self, nowait: bool = False) -> None:
        """Hang up; what is under way to here is lost."""
        self._is_closed = True

    def deliver(self, replies: Sequence[Any]) -> None:
        """The node answers."""
        if self._line.is_cut or self._is_closed:
            return
        loop = asyncio.get_running_loop()
        self._delivered_s = max(self._delivered_s, loop.time() + self._line.delay_s())
        loop.call_at(self._delivered_s, self._arrive, replies)

    def _arrive(self, replies: Sequence[Any]) -> None:
        if self._line.is_cut or self._is_closed:
            return
        self._inbox.extend(replies)
        self._arrived.set()

    def hang_up(self) -> None:
        """The node has closed the connection, and its end got through."""
        if not self._line.is_cut:
            self._is_hung_up = True
            self._arrived.set()


class SimulatedLink(Link):
    """The real Link on a simulated line."""

    def __init__(self, line: Line, *, timeout_s: float, wait_replicas: int, wait_ms: int) -> None:
        super().__init__("unix:///nowhere", timeout_s=timeout_s, wait_replicas=wait_replicas, wait_ms=wait_ms)
        self._line = line
        self._factory = self  # type: ignore[assignment]

    def make_connection(self) -> Any:
        """In place of the client library's pool, which is a factory only."""
        return Connection(self._line)

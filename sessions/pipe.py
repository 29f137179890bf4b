"""One connection to Redis: commands out, replies in, in the same order, many under way at once.

Redis answers in the order in which it was asked. So each question puts a future at the end of a queue and
each reply settles the one at its head; a caller who is cancelled leaves a future that nobody looks at, and
its reply is read like any other. No reply can go to another's question (CVE-2023-28858): there is no state
to get out of step. What does not fit - a reply that nobody asked for, bytes that are no reply, a hang-up -
ends the connection and fails everything under way.

The client library opens the connection (addresses, TLS, log-in). Its own calls would cost more than all the
rest of a commit does in this process.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import hiredis

Argument = bytes | str | int
Command = tuple[Argument, ...]


_packed: Callable[[Any], Any] = hiredis.pack_command


class Broken(ConnectionError):
    """The connection has ended; what was under way may or may not have been done."""


class ErrorReply(Exception):
    """Redis refused a command; the text begins with its code."""


class Pipe(asyncio.Protocol):
    """Speaks over the transport of `writer`, which is connected and logged in; it belongs to the pipe now."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer  # a stream that nobody holds closes its transport
        self._transport = writer.transport
        self._reader = hiredis.Reader(protocolError=Broken, replyError=ErrorReply)
        self._asked: deque[tuple[int, asyncio.Future[list[Any]]]] = deque()
        self._replies: list[Any] = []
        self._broken: Broken | None = None
        self._transport.set_protocol(self)

    @property
    def is_broken(self) -> bool:
        """Whether it has ended; it does not come back."""
        return self._broken is not None or self._transport.is_closing()

    def ask(self, commands: Sequence[Command]) -> asyncio.Future[list[Any]]:
        """A reply for each command, refusals as ErrorReply values; Broken if the connection ends before."""
        answered: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        if self.is_broken:
            answered.set_exception(self._broken or Broken("the connection is closed"))
            return answered
        self._asked.append((len(commands), answered))
        self._transport.write(b"".join(map(_packed, commands)))
        return answered

    async def settled(self) -> None:
        """Return when nobody waits for a reply any more."""
        if waiting := [answered for _, answered in self._asked if not answered.done()]:
            await asyncio.wait(waiting)

    def close(self, reason: str = "closed by us") -> None:
        """End the connection; what is under way fails."""
        self._fail(Broken(reason))

    def data_received(self, data: bytes) -> None:
        """Settle whatever is answered by now."""
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not False:
                self._settle(reply)
        except Broken as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """Redis has hung up."""
        self._fail(Broken(f"the connection was lost: {exc!r}" if exc else "Redis has hung up"))

    def _settle(self, reply: Any) -> None:
        if not self._asked:
            raise Broken("a reply that nobody asked for")
        self._replies.append(reply)
        expected, answered = self._asked[0]
        if len(self._replies) == expected:
            self._asked.popleft()
            replies, self._replies = self._replies, []
            if not answered.done():
                answered.set_result(replies)

    def _fail(self, error: Broken) -> None:
        if self._broken is None:
            self._broken = error
            self._transport.abort()
        asked, self._asked = self._asked, deque()
        for _, answered in asked:
            if not answered.done():
                answered.set_exception(error)

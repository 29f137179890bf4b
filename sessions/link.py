"""The way to one Redis: the only module that knows its client library, which opens connections for it.

Calls go out as they come, over one connection, and each gets its own reply (`sessions.pipe`). Whatever goes
wrong on the wire, the connection is dropped and the next call makes a new one; nothing is sent twice behind
the caller's back, save a script that Redis has forgotten (NOSCRIPT: it did nothing).

    StoreError           ours; `action` says what to do
      StoreAway          Redis cannot be reached, or cannot answer for its writes just now: repeat later
        StoreForeign     another version of the program filled it: drain, empty, begin again
      StoreFull          Redis cannot write, disk or memory is full: repeat when there is room again
      StoreRefused       Redis calls the command wrong: a defect, do not repeat
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import RedisError

from sessions import keys
from sessions.pipe import Argument, Command, ErrorReply, Pipe
from sessions.script import Script


class StoreError(Exception):
    """Redis has not done what was asked."""

    action = ""


class StoreAway(StoreError):
    """Redis cannot be reached, is loading, or has too few replicas; whether it wrote is not known."""

    action = "repeat the operation after a pause; all operations may be repeated"


class StoreForeign(StoreAway):
    """Another version of the program wrote what lies in Redis: nothing of it is read or changed."""

    action = (
        "start the version that filled it again, stop its workers, let its drain empty the journal "
        "(`passation archive status`), then begin with an empty Redis: it is filled from the archive"
    )


class StoreFull(StoreError):
    """Redis refuses to write because its disk or memory is full."""

    action = "free disk or memory of the Redis server, then repeat"


class StoreRefused(StoreError):
    """Redis calls the command wrong."""

    action = "report this as a defect; repeating does not help"


_AWAY = (
    *("LOADING", "READONLY", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "MOVED", "ASK", "BUSY"),
    "UNBLOCKED",  # it became a replica while a write waited for its own replicas
)
_FULL = ("OOM", "MISCONF", "NO SPACE LEFT", "ENOSPC")


class Link:
    """A connection to the Redis at `url`, made on the first call.

    With `wait_replicas` a script is acknowledged only when so many replicas have all that was written up to
    then (on disk, where the server offers WAITAOF), by whomever: what a script calls repeated was perhaps
    written by a call that found too few replicas.
    """

    def __init__(
        self, url: str, *, timeout_s: float = 10.0, wait_replicas: int = 0, wait_ms: int = 2_000
    ) -> None:
        # The pool is used as a factory only: it knows how to read addresses.
        self._factory = ConnectionPool.from_url(
            url, protocol=2, socket_timeout=None, health_check_interval=0, driver_info=None
        )
        self._timeout_s = timeout_s
        self._wait_replicas = wait_replicas
        self._wait_ms = wait_ms
        self._wait: Command = ()
        self._pipe: Pipe | None = None
        self._is_held = False
        self._lock = asyncio.Lock()

    async def command(self, *command: Argument) -> Any:
        """The reply to one command."""
        return (await self.commands([command]))[0]

    async def commands(self, commands: Sequence[Command], *, waits: bool = False) -> list[Any]:
        """The replies to many commands, sent at once; StoreError if one of them failed.

        With `waits` they are writes, and acknowledged as those of a script are.
        """
        replies = await self._exchange(commands, waits=commands[-1][1] if waits else None)
        return self._sound(replies, waited=waits and bool(self._wait))[: len(commands)]

    async def replies(self, commands: Sequence[Command]) -> list[Any]:
        """The replies to many commands, refusals among them as they came."""
        return await self._exchange(commands)

    async def script(self, script: Script, names: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The reply of `script`; it is on disk when this returns (and on the replicas asked for)."""
        call: Command = ("EVALSHA", script.sha, len(names), *names, *arguments)
        written = names[0] if names else ""
        replies = await self._exchange([call], waits=written)
        if isinstance(replies[0], ErrorReply) and str(replies[0]).startswith("NOSCRIPT"):
            await self.command("SCRIPT", "LOAD", script.text)
            replies = await self._exchange([call], waits=written)
        return self._sound(replies, waited=bool(self._wait))[0]

    def hold(self) -> bool:
        """From now on a connection that is lost stays lost (StoreAway), until this is called again.

        For who reads, and acts later on what was read: behind a new connection there may be a server that has
        taken over, with something else under the same names. True if the next call makes a new one.
        """
        self._is_held = True
        if self._pipe is not None and self._pipe.is_broken:
            self._pipe = None
        return self._pipe is None

    async def aclose(self) -> None:
        """Close the connection once the calls under way are done."""
        async with self._lock:
            if self._pipe is not None:
                await self._pipe.settled()
                self._pipe.close()

    async def _exchange(self, commands: Sequence[Command], *, waits: Argument | None = None) -> list[Any]:
        pipe = None
        try:
            async with asyncio.timeout(self._timeout_s):
                pipe = await self._sound_pipe()
                if waits is not None and self._wait:
                    # WAIT looks at what its own connection wrote last, hence a write of no other meaning.
                    commands = [*commands, ("SET", keys.written(str(waits)), 1), self._wait]
                return await pipe.ask(commands)
        except (RedisError, OSError, TimeoutError) as error:
            if pipe is not None:
                pipe.close(f"no reply in time: {error!r}")
            raise StoreAway(f"Redis is away: {error!r}") from error

    async def _sound_pipe(self) -> Pipe:
        if self._pipe is not None and not self._pipe.is_broken:
            return self._pipe
        if self._is_held and self._pipe is not None:
            raise StoreAway("the connection was lost; what was read over it is to be read again")
        async with self._lock:
            if self._pipe is None or self._pipe.is_broken:
                self._pipe = await self._connected()
            return self._pipe

    async def _connected(self) -> Pipe:
        connection: AbstractConnection = self._factory.make_connection()  # type: ignore[no-untyped-call]
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
            assert connection._writer is not None
            pipe = Pipe(connection._writer)
            connection._reader = connection._writer = None  # the library has done its part
        finally:
            await connection.disconnect(nowait=True)
        if self._wait_replicas:
            self._wait = await self._wait_command(pipe)
        return pipe

    async def _wait_command(self, pipe: Pipe) -> Command:
        try:
            (told,) = await pipe.ask([("WAITAOF", 0, 0, 0)])  # unknown or forbidden: then WAIT
        except BaseException:
            pipe.close()
            raise
        if not isinstance(told, ErrorReply):
            return ("WAITAOF", 0, self._wait_replicas, self._wait_ms)
        return ("WAIT", self._wait_replicas, self._wait_ms)

    def _sound(self, replies: list[Any], waited: bool = False) -> list[Any]:
        """The replies, or the first refusal among them as a StoreError."""
        try:
            for reply in replies:
                if isinstance(reply, ErrorReply):
                    raise _translated(reply) from reply
            if waited:
                self._check_replicas(replies[-1])
        except StoreAway as error:
            assert self._pipe is not None  # it brought the replies
            self._pipe.close(str(error))  # a server that lost its role would otherwise be asked for ever
            raise
        return replies

    def _check_replicas(self, reply: Any) -> None:
        held = reply[1] if isinstance(reply, list) else reply
        if held < self._wait_replicas:
            raise StoreAway(f"only {held} of {self._wait_replicas} replicas have the write")


def _translated(error: ErrorReply) -> StoreError:
    text = str(error).upper()
    if any(word in text for word in _FULL):
        return StoreFull(f"Redis cannot write: {error}")
    if any(word in text for word in _AWAY):
        return StoreAway(f"Redis is away: {error}")
    return StoreRefused(f"Redis refused the command: {error}")

"""The wire to one Redis: the only module that speaks its client library.

One connection, one caller at a time. Each call runs to its end in a task of its own: a caller that is
cancelled stops waiting, but its reply is still read, so it can never be taken for another's
(CVE-2023-28858). Whatever goes wrong on the wire, the connection is dropped and the next call makes a new
one; nothing is sent twice behind the caller's back, save a script that Redis has forgotten (NOSCRIPT: it
did nothing).

    StoreError           ours; `action` says what to do
      StoreAway          Redis cannot be reached, or cannot answer for its writes just now: repeat later
      StoreFull          Redis cannot write, disk or memory is full: repeat when there is room again
      StoreRefused       Redis calls the command wrong: a defect, do not repeat
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import NoScriptError, RedisError, ResponseError

from sessions import keys
from sessions.script import Script

Argument = bytes | str | int
Command = tuple[Argument, ...]


class StoreError(Exception):
    """Redis has not done what was asked."""

    action = ""


class StoreAway(StoreError):
    """Redis cannot be reached, is loading, or has too few replicas; whether it wrote is not known."""

    action = "repeat the operation after a pause; all operations may be repeated"


class StoreFull(StoreError):
    """Redis refuses to write because its disk or memory is full."""

    action = "free disk or memory of the Redis server, then repeat"


class StoreRefused(StoreError):
    """Redis calls the command wrong."""

    action = "report this as a defect; repeating does not help"


_AWAY = ("LOADING", "READONLY", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "MOVED", "ASK", "BUSY")
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
        self._connection: AbstractConnection | None = None
        self._lock = asyncio.Lock()

    async def command(self, *command: Argument) -> Any:
        """The reply to one command."""
        return (await self.commands([command]))[0]

    async def commands(self, commands: Sequence[Command]) -> list[Any]:
        """The replies to many commands, sent at once; StoreError if one of them failed."""
        return await _to_its_end(self._locked(commands, None))

    async def script(self, script: Script, names: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The reply of `script`; it is on disk when this returns (and on the replicas asked for)."""
        call: Command = ("EVALSHA", script.sha, len(names), *names, *arguments)
        return (await _to_its_end(self._locked([call], script)))[0]

    async def aclose(self) -> None:
        """Close the connection once the call under way is done."""
        async with self._lock:
            await self._drop()

    async def _locked(self, commands: Sequence[Command], script: Script | None) -> list[Any]:
        async with self._lock:
            try:
                async with asyncio.timeout(self._timeout_s):
                    replies = await self._exchange(commands, script)
                for reply in replies:
                    if isinstance(reply, ResponseError):
                        raise _translated(reply) from reply
            except (StoreFull, StoreRefused):
                raise  # all replies have been read, the connection is sound
            except (RedisError, OSError, TimeoutError) as error:
                await self._drop()
                raise StoreAway(f"Redis is away: {error!r}") from error
            except BaseException:
                # Also StoreAway: a server that lost its role would otherwise be asked for ever.
                await self._drop()
                raise
        return replies

    async def _exchange(self, commands: Sequence[Command], script: Script | None) -> list[Any]:
        connection = await self._sound_connection()
        if script is None:
            return await _sent(connection, commands)
        # WAIT looks at what its own connection wrote last, hence a write of no other meaning.
        waits = [("SET", keys.written(str(commands[0][3])), 1), self._wait] if self._wait else []
        replies = await _sent(connection, [*commands, *waits])
        if isinstance(replies[0], NoScriptError):
            await _sent(connection, [("SCRIPT", "LOAD", script.text)])
            replies = await _sent(connection, [*commands, *waits])
        if waits:
            self._check_replicas(replies.pop())
        return replies[:1]

    async def _sound_connection(self) -> AbstractConnection:
        # Something to read before anything was asked: the server has hung up meanwhile, or has sent a reply
        # that nobody waits for. Nothing of ours is under way, so a new connection costs nobody anything.
        if self._connection is not None and await self._connection.can_read():
            await self._drop()
        return self._connection or await self._connect()

    async def _connect(self) -> AbstractConnection:
        connection: AbstractConnection = self._factory.make_connection()  # type: ignore[no-untyped-call]
        # Kept before it is connected: whatever fails from here on, _drop closes it.
        self._connection = connection
        await connection.connect()  # type: ignore[no-untyped-call]
        if self._wait_replicas:
            (known,) = await _sent(connection, [("COMMAND", "INFO", "WAITAOF")])
            offered = isinstance(known, list) and bool(known) and known[0] is not None
            self._wait = (
                ("WAITAOF", 0, self._wait_replicas, self._wait_ms)
                if offered
                else ("WAIT", self._wait_replicas, self._wait_ms)
            )
        return connection

    def _check_replicas(self, reply: Any) -> None:
        if isinstance(reply, ResponseError):
            raise _translated(reply) from reply
        held = reply[1] if isinstance(reply, list) else reply
        if held < self._wait_replicas:
            raise StoreAway(f"only {held} of {self._wait_replicas} replicas have the write")

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)


async def _to_its_end(work: Any) -> list[Any]:
    """Await `work` in a task that goes on when the caller is cancelled."""
    task: asyncio.Task[list[Any]] = asyncio.ensure_future(work)
    task.add_done_callback(_seen)
    return await asyncio.shield(task)


def _seen(task: asyncio.Task[list[Any]]) -> None:
    """Look at the outcome, since a cancelled caller will not: asyncio would complain of an unseen error."""
    if not task.cancelled():
        task.exception()


async def _sent(connection: AbstractConnection, commands: Sequence[Command]) -> list[Any]:
    """One reply for each command, refusals as values: every reply is read, whatever the first ones say."""
    await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
    replies: list[Any] = []
    for _ in commands:
        try:
            replies.append(await connection.read_response(disconnect_on_error=False))
        except ResponseError as error:
            replies.append(error)
    return replies


def _translated(error: ResponseError) -> StoreError:
    text = f"{getattr(error, 'status_code', '') or ''} {error}".upper()
    if any(word in text for word in _FULL):
        return StoreFull(f"Redis cannot write: {error}")
    if any(word in text for word in _AWAY):
        return StoreAway(f"Redis is away: {error}")
    return StoreRefused(f"Redis refused the command: {error}")

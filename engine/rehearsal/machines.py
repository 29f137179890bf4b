"""Redis servers of three machines, on the loopback of this one, that may be killed or frozen.

Every node keeps its files in a folder of its own and listens on a free port. It has two users: `passation`,
with the application's rights and no more, and `operator`, through whom nodes follow and watch each other;
there is no other way in.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import signal
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from engine.embedded import durable_options, knows_waitaof, redis_binary
from sessions.access import rules
from sessions.link import Link, StoreError

START_S = 60.0
USER, OPERATOR = "passation", "operator"


class NotStarted(RuntimeError):
    """The servers do not start, or do not agree."""


class Passwords:
    """Drawn afresh for each set of servers; on command lines stand their hashes only."""

    def __init__(self) -> None:
        self.user, self.operator = secrets.token_hex(16), secrets.token_hex(16)

    def rules(self) -> tuple[tuple[str, ...], ...]:
        """Both users and the closed default, as options of a server."""
        return (
            ("user", "default", "off"),
            ("user", USER, "on", _hashed(self.user), *rules(waitaof=knows_waitaof())),
            ("user", OPERATOR, "on", _hashed(self.operator), "~*", "&*", "+@all"),
        )


class Process:
    """One server process of a machine."""

    def __init__(self, folder: Path, options: Sequence[str], port: int, passwords: Passwords) -> None:
        folder.mkdir(parents=True, mode=0o700)
        self.folder, self.port = folder, port
        self.address = f"127.0.0.1:{port}"
        self._command = [str(redis_binary()), *options]
        self._running: subprocess.Popen[bytes] | None = None
        self._link = Link(f"redis://{OPERATOR}:{passwords.operator}@{self.address}", timeout_s=5.0)

    def start(self) -> None:
        """Start it (again)."""
        self._running = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        )

    def signal(self, number: signal.Signals) -> None:
        """Tell the process, if there is one."""
        if self._running and self._running.poll() is None:
            self._running.send_signal(number)
            if number == signal.SIGKILL:
                self._running.wait()

    async def ask(self, *command: str | int) -> Any:
        """What the node answers its operator."""
        return await self._link.command(*command)

    async def info(self, section: str) -> dict[str, str]:
        """A section of INFO."""
        lines = (await self.ask("INFO", section)).decode().splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)

    async def aclose(self) -> None:
        """End it and the connection to it."""
        self.signal(signal.SIGKILL)
        await self._link.aclose()


def node(
    folder: Path, port: int, passwords: Passwords, *, replicas: int = 1, more: Sequence[str] = ()
) -> Process:
    """A server with data; it takes writes only while `replicas` of its replicas follow closely."""
    conf = folder / "node.conf"
    options = [
        *(str(conf), "--bind", "127.0.0.1", "--port", str(port), *durable_options(folder)),
        *("--min-replicas-to-write", str(replicas), "--min-replicas-max-lag", "10"),
        *("--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0", "--repl-timeout", "10"),
        *(part for name, *rule in passwords.rules() for part in (f"--{name}", *rule)),
        *more,
    ]
    process = Process(folder, options, port, passwords)
    with os.fdopen(os.open(conf, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"masteruser {OPERATOR}\nmasterauth {passwords.operator}\n")
    return process


async def until(agreed: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait for servers to agree among themselves; NotStarted after a minute."""
    try:
        async with asyncio.timeout(START_S):
            while not await _holds(agreed):  # noqa: ASYNC110  the servers tell nobody when they have
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise NotStarted(f"after {START_S:.0f} s there is still not: {what}") from None


async def _holds(agreed: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await agreed()
    except StoreError:  # still loading, or not there yet
        return False


def _hashed(password: str) -> str:
    return f"#{hashlib.sha256(password.encode()).hexdigest()}"

"""What a fault can reach: the machine, its lines, its PostgreSQL; and the hands that do the harder things."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from engine.logs import logger
from engine.supervisor import Child
from faults.badline import BadWeb, BadWire
from faults.machine import Machine, freeze, kill, wake

if TYPE_CHECKING:
    from tests.postgres import PostgresServer

LOG = logger("faults")
LOADS_S = 8.0
"""A Redis that has not begun to answer by then refuses its file."""


class Scene:
    """One run, as the faults see it."""

    def __init__(self, machine: Machine, web: BadWeb, wire: BadWire, postgres: PostgresServer | None) -> None:
        self.machine = machine
        self.web = web
        self.wire = wire
        self.postgres = postgres
        self.hits = 0
        """Acts so far."""
        self.refused_files = 0
        """Append-only files that Redis refused."""

    def kill(self, child: Child) -> None:
        """kill -9."""
        kill(child)

    async def freeze(self, child: Child, seconds: float) -> None:
        """SIGSTOP, later SIGCONT."""
        pid = child.pid
        freeze(child)
        await asyncio.sleep(seconds)
        if child.pid == pid:
            wake(child)

    async def second_drain(self, seconds: float) -> None:
        """Another drain beside the first, which stands still meanwhile."""
        second = self.machine.make_drain()
        second.start()
        try:
            await self.freeze(self.machine.drain, seconds)
            await asyncio.sleep(1)
        finally:
            await second.stop()

    # --- PostgreSQL -------------------------------------------------------------------------------------

    async def kill_postgres(self, away_s: float) -> None:
        """kill -9 of the whole server, then start it again on the same files."""
        assert self.postgres
        self._signal_postgres(signal.SIGKILL)
        await asyncio.sleep(away_s)
        await asyncio.to_thread(self.postgres.start)

    async def freeze_postgres(self, seconds: float) -> None:
        """SIGSTOP of the whole server, later SIGCONT."""
        self._signal_postgres(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self._signal_postgres(signal.SIGCONT)

    def _signal_postgres(self, number: int) -> None:
        assert self.postgres
        assert self.postgres.process
        parent = psutil.Process(self.postgres.process.pid)
        children = parent.children(recursive=True)
        for process in (*children, parent):
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)
        if number == signal.SIGKILL:
            self.postgres.process.wait()
            psutil.wait_procs(children, timeout=10)  # a new one refuses to start beside them

    # --- Redis's file and disk --------------------------------------------------------------------------

    async def damage(self, harm: Callable[[Path], None]) -> None:
        """Kill Redis, harm its file, start it; a file that it refuses is moved away, then Redis is filled."""
        machine = self.machine
        kill(machine.redis)
        await machine.redis.stop()
        harm(machine.append_only_file)
        await machine.restart_redis()
        if not await machine.answers(LOADS_S):
            self.refused_files += 1
            await machine.redis.stop()
            machine.append_only_file.rename(machine.append_only_file.with_suffix(f".{self.refused_files}"))
            await machine.restart_redis()
        await machine.refill()

    @staticmethod
    def cut(file: Path, count: int) -> None:
        """The last bytes are gone."""
        os.truncate(file, max(0, file.stat().st_size - count))

    @staticmethod
    def flip(file: Path, chance: random.Random) -> None:
        """One bit is another: anywhere, or where the file's own structure is."""
        content = bytearray(file.read_bytes())
        place = chance.randrange(len(content) // 2, len(content))
        if chance.random() < 0.5:
            place = max(content.rfind(b"\r\n$", 0, place) + 2, 0)
        content[place] ^= 1 << chance.randrange(8)
        file.write_bytes(content)

    async def refuse_fsync(self, name: str, child: Child, seconds: float) -> None:
        """From a restart on, fsync fails; after `seconds` the disk is well again."""
        refusal = self.machine.refusal(name)
        refusal.touch()
        kill(child)
        await asyncio.sleep(seconds)
        refusal.unlink()
        while not child.pid:  # noqa: ASYNC110, another process
            await asyncio.sleep(0.05)
        kill(child)  # it may have been started before that, and would go on failing

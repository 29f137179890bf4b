"""A Redis as a machine: what it does at once, what its disk holds, what its replica has, what survives.

Commands that have arrived are done together; one fsync serves them all, and only then the replies leave
(`appendfsync always`). The state after each write is kept, so a crash goes back to what the disk holds and a
fail-over to what the replica has. A script's writes are one unit in the append-only file, as in Redis.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from simulation.protocol.session import Line
from simulation.world.data import Commands, Data
from simulation.world.resp import Command, Refused

if TYPE_CHECKING:
    from simulation.history import History
    from simulation.world.connection import Transport


FSYNC_S = (0.0003, 0.003)
"""What an fsync takes on a good day."""


class Node:
    """One Redis process with its append-only file, and the replica behind it."""

    commands_type = Commands

    def __init__(self, number: int, data: Data, history: History, chance: random.Random) -> None:
        self.number = number
        self.is_up = True
        self.is_frozen = False
        self.is_replica_cut = False
        self.is_deposed = False
        self.fsync_s = FSYNC_S
        self.lag_s = (0.0005, 0.004)
        self.clock_ahead_ms = 0
        self._history = history
        self._chance = chance
        self._commands = self.commands_type(data, self._noted)
        self._states: list[Data] = [data.copy()]
        """After each write; the number of writes is the offset."""
        self.synced = self.replicated = 0
        self._queue: list[tuple[Transport, Sequence[Command]]] = []
        self._blocked: dict[Transport, list[Sequence[Command]]] = {}
        """Who waits in WAIT, and what he has asked since: Redis does it when the wait is over."""
        self._waiting: list[tuple[Transport, int, int, float]] = []
        self._connections: dict[Transport, None] = {}
        self._is_syncing = False
        self._successor: Data | None = None
        """What the replica held when it was promoted."""

    @property
    def data(self) -> Data:
        return self._commands.data

    @property
    def offset(self) -> int:
        """Writes done."""
        return len(self._states) - 1

    def receive(self, connection: Transport, commands: Sequence[Command]) -> None:
        """These commands have arrived."""
        if not self.is_up:
            connection.hang_up()
            return
        self._connections[connection] = None
        self._queue.append((connection, commands))
        self._turn()

    def thaw(self) -> None:
        """Go on after SIGSTOP."""
        self.is_frozen = False
        self._turn()

    def _turn(self) -> None:
        """One turn of Redis's own loop: everything that has arrived, one fsync, the replies."""
        if self._is_syncing or self.is_frozen or not self.is_up or not self._queue:
            return
        queue, self._queue = self._unblocked(), []
        before = self.offset
        replies = [(connection, self._all(connection, commands)) for connection, commands in queue]
        if self.offset == before:
            self._reply(replies)
            return
        self._is_syncing = True
        loop = asyncio.get_running_loop()
        loop.call_later(self._chance.uniform(*self.fsync_s), self._fsynced, self.offset, replies)
        loop.call_later(self._chance.uniform(*self.lag_s), self._replicate, self.offset)

    def _unblocked(self) -> list[tuple[Transport, Sequence[Command]]]:
        """What has arrived from those who do not wait; the rest is put off."""
        found = []
        for connection, commands in self._queue:
            if connection in self._blocked:
                self._blocked[connection].append(commands)
                continue
            found.append((connection, commands))
            if commands[-1][0] == "WAIT":
                self._blocked[connection] = []
        return found

    def _all(self, connection: Transport, commands: Sequence[Command]) -> list[Any]:
        now_ms = self._history.clock_ms() + self.clock_ahead_ms
        replies: list[Any] = []
        for command in commands:
            if command[0] == "WAIT":
                until_s = asyncio.get_running_loop().time() + command[2] / 1000
                self._waiting.append((connection, self.offset, command[1], until_s))
                continue
            if command[0] == "WAITAOF":
                replies.append(Refused("ERR unknown command 'WAITAOF'"))
                continue
            if command[0] == "INFO":
                replies.append(b"run_id:node %d\r\n" % self.number)
                continue
            replies.append(self._commands.do(command, now_ms))
            if self._commands.wrote:
                self._states.append(self.data.copy())
        return replies

    def _noted(self, lines: list[Line], now_ms: int) -> None:
        self._history.write(
            self.number, self.offset + 1, lines, now_ms, "fail-over" if self.is_deposed else ""
        )

    def _fsynced(self, offset: int, replies: list[tuple[Transport, list[Any]]]) -> None:
        if not self.is_up:
            return
        self._is_syncing = False
        self.synced = max(self.synced, offset)
        self._history.synced(self.number, self.synced)
        self._reply(replies)
        self._turn()

    def _reply(self, replies: list[tuple[Transport, list[Any]]]) -> None:
        for connection, found in replies:
            connection.deliver(found)
        self._answer_waiting()

    def _replicate(self, offset: int) -> None:
        if not self.is_up or self.is_deposed:
            return
        if self.is_replica_cut:
            asyncio.get_running_loop().call_later(0.05, self._replicate, offset)
            return
        self.replicated = max(self.replicated, offset)
        self._history.replicated(self.number, self.replicated)
        self._answer_waiting()

    def _answer_waiting(self) -> None:
        """WAIT: as soon as the replica has it, or when the time is over."""
        if not self._waiting:
            return
        loop = asyncio.get_running_loop()
        waiting, self._waiting = self._waiting, []
        for connection, offset, count, until_s in waiting:
            has_it = self.replicated >= offset
            is_its_turn = self.synced >= offset  # what was asked before it has been answered
            if self.is_up and is_its_turn and (has_it or loop.time() >= until_s):
                self._answer(connection, 1 if has_it else 0)
            elif self.is_up:
                self._waiting.append((connection, offset, count, until_s))
        later = [entry[3] for entry in self._waiting if entry[3] > loop.time()]
        if later:
            loop.call_at(min(later) + 1e-6, self._answer_waiting)

    def _answer(self, connection: Transport, replicas: int) -> None:
        connection.deliver([replicas])
        # Before what has come on this connection since: a connection's order is never changed.
        self._queue[:0] = [(connection, commands) for commands in self._blocked.pop(connection, [])]
        asyncio.get_running_loop().call_soon(self._turn)

    def crash(self, *, is_power_cut: bool) -> Data:
        """Die; what the disk holds afterwards: all of what was synced, and perhaps a part of the rest."""
        tail = self.offset - self.synced
        kept = self.synced + (self._chance.randint(0, tail) if is_power_cut else tail)
        self._history.lost(self.number, kept, "crash")
        self._end()
        return self._states[kept].copy()

    def promote(self) -> Data:
        """What the replica holds, which is the primary from now on; the rest was this node's alone."""
        self._history.lost(self.number, self.replicated, "fail-over")
        self.is_deposed = True
        self._successor = self._states[self.replicated].copy()
        return self._successor.copy()

    def step_down(self) -> None:
        """An old primary learns that it is none any more: what it was told of the archive goes with it."""
        known = self._successor.sessions if self._successor else {}
        for sid, session in self.data.sessions.items():
            if sid in known and session.sealed > known[sid].sealed:
                self._history.unsealed.add(sid)
        self._end()

    def outrun_by(self, newer: Data) -> set[bytes]:
        """Sessions of which another primary has taken more meanwhile: this one is behind."""
        known = newer.sessions
        return {
            sid
            for sid, session in self.data.sessions.items()
            if sid in known and known[sid].last > session.last
        }

    def _end(self) -> None:
        self.is_up = False
        for connection in self._connections:
            connection.hang_up()
        self._queue, self._connections = [], {}

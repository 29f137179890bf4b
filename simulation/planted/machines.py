"""Faults of the machines around the script: disks, links, workers and drains that do not keep their word."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from engine.archive.portion import Portion
from engine.archive.reading import JournalReader
from engine.archive.sweep import Sweep
from engine.services import Ciphers
from sessions.cipher import SessionCipher
from sessions.link import StoreError
from sessions.model import Operation, Outage, Reply, Save, SessionState, Verdict
from sessions.pipe import Pipe
from sessions.store import Store
from simulation.world.backstage import DrainProcess
from simulation.world.connection import SimulatedLink
from simulation.world.data import Data
from simulation.world.node import Node
from simulation.world.worker import Worker


class NoFsync(Node):
    """Replies leave before the disk has anything; it has it two seconds later."""

    def _turn(self) -> None:
        self.fsync_s = (0.0, 0.0)
        super()._turn()

    def _fsynced(self, offset: int, replies: list[Any]) -> None:
        super()._fsynced(self.synced, replies)
        asyncio.get_running_loop().call_later(2.0, super()._fsynced, offset, [])


class LyingDisk(Node):
    """After a power cut a part of what was synced is gone as well."""

    def crash(self, *, is_power_cut: bool) -> Data:
        self.synced = max(0, self.synced - 12)
        return super().crash(is_power_cut=is_power_cut)


class LyingWait(Node):
    """WAIT is answered as if the replica had everything."""

    def _answer_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for connection, offset, _count, _until_s in waiting:
            if self.synced >= offset:
                self._answer(connection, 1)
            else:
                self._waiting.append((connection, offset, _count, _until_s))


class ForgetfulReplica(Node):
    """The replica that is promoted is older than it said."""

    def promote(self) -> Data:
        self.replicated = max(0, self.replicated - 10)
        return super().promote()


class TornScript(Node):
    """A crash leaves half of what a script wrote: the record without the journal."""

    def crash(self, *, is_power_cut: bool) -> Data:
        data = super().crash(is_power_cut=is_power_cut)
        for partition, entries in data.journals.items():
            data.journals[partition] = entries[:-1]
        return data


class MiscountingPipe(Pipe):
    """A caller who is cancelled takes his place in the queue with him, and his reply goes to the next."""

    def ask(self, commands: Any) -> asyncio.Future[list[Any]]:
        answered = super().ask(commands)
        place = (len(commands), answered)

        def forget(future: asyncio.Future[list[Any]]) -> None:
            if future.cancelled() and place in self._asked:
                self._asked.remove(place)

        answered.add_done_callback(forget)
        return answered


class MiscountingLink(SimulatedLink):
    """A reply may be another's (CVE-2023-28858)."""

    async def _connected(self) -> Pipe:
        pipe = await super()._connected()
        pipe.__class__ = MiscountingPipe
        return pipe


class AnyServer(SimulatedLink):
    """What was read from one server is sealed and trimmed on the one that took over."""

    def hold(self) -> bool:
        """A connection that is lost is made anew."""
        return False


class NoWait(SimulatedLink):
    """The replicas are not waited for, though they are asked for."""

    def _check_replicas(self, reply: Any) -> None:
        """Whatever it says."""


class AwayIsFine(Worker):
    """A group that Redis did not answer is acknowledged all the same."""

    async def commit(self, store: Store, operations: Sequence[Operation]) -> Sequence[Reply]:
        try:
            return await super().commit(store, operations)
        except StoreError:
            if not all(isinstance(one, Save) for one in operations):
                raise
            saves = [one for one in operations if isinstance(one, Save)]
            return [
                Reply(Verdict.OK, SessionState(*save.ticket[:2], last=save.n, version=save.ticket.version))
                for save in saves
            ]


class MixedReplies(Worker):
    """The replies of a group are one place off."""

    async def commit(self, store: Store, operations: Sequence[Operation]) -> Sequence[Reply]:
        replies = list(await super().commit(store, operations))
        return [*replies[1:], replies[0]]


class LateReplies(Worker):
    """A request is answered with what another one was waiting for."""

    before: tuple[int, dict[str, Any]] | None = None

    async def handle(self, method: str, path: str, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        found = await super().handle(method, path, token, body)
        before, type(self).before = type(self).before, found if path.endswith("answers") else None
        is_like = before and path.endswith("answers") and before[0] == found[0] == 200
        return before if before and is_like else found


class OneNonce(SessionCipher):
    """Every record is sealed with the same nonce."""

    __slots__ = ()

    def seal(self, epoch: int, n: int, body: bytes, nonce: bytes) -> bytes:
        return super().seal(epoch, n, body, bytes(12))


class OneNonceCiphers(Ciphers):
    """Ciphers that never draw."""

    def remember(self, state: SessionState, kek: bytes) -> SessionCipher:
        return self._turned(super().remember(state, kek), state)

    def _turned(self, cipher: SessionCipher, state: SessionState) -> SessionCipher:
        cipher.__class__ = OneNonce
        return cipher


class MixedCiphers(Ciphers):
    """The cipher that is at hand is taken, whoever's it is."""

    def get(self, sid: bytes) -> SessionCipher | None:
        return next(iter(self._ciphers.values()), None)


class OneNonceWorker(Worker):
    ciphers_type = OneNonceCiphers


class MixedCiphersWorker(Worker):
    ciphers_type = MixedCiphers


class SeldomBeats(Worker):
    """Says so rarely that it acknowledges that each silence between is taken for an outage."""

    beat_s = 30.0


class EarlySeal(JournalReader):
    """Sealed and trimmed when it is read, before anything is committed."""

    async def read(self) -> Portion:
        portion = await super().read()
        if portion.positions:
            await super().seal(portion)
        return portion


class HighSeal(JournalReader):
    """One more than what was committed is called sealed."""

    async def seal(self, portion: Portion) -> None:
        portion.highest = {sid: n + 1 for sid, n in portion.highest.items()}
        await super().seal(portion)


class NeverSeals(JournalReader):
    """The journal is let go, and the pupils are never told."""

    async def seal(self, portion: Portion) -> None:
        portion.highest = {}
        await super().seal(portion)


class LosesLines(JournalReader):
    """A line of a portion is trimmed with the others and written nowhere."""

    async def read(self) -> Portion:
        portion = await super().read()
        if len(portion.batches) > 1:
            portion.batches.pop()
        return portion


class LosesAsides(JournalReader):
    """What was refused does not reach the archive."""

    async def read(self) -> Portion:
        portion = await super().read()
        portion.asides.clear()
        return portion


class LosesEvents(JournalReader):
    """The archive never hears how sessions end."""

    async def read(self) -> Portion:
        portion = await super().read()
        portion.states = {sid: state for sid, state in portion.states.items() if state[0] != "submitted"}
        return portion


class ClocksAnew(Store):
    """A Redis that came up empty has never acknowledged anything before."""

    async def set_clocks(self, moments: Mapping[int, int]) -> None:
        """They run again, after all."""


class SilentCredit(Sweep):
    """Time is given back without a line in the archive and in the audit log."""

    async def _note_outages(self, lease: Any, waiting: Sequence[Outage], now_ms: int) -> None:
        """Nobody needs to know."""


class NoCredit(Sweep):
    """Outages are seen and never given back."""

    async def _credit(self, outage: Outage, parts: Sequence[Outage], now_ms: int) -> None:
        """Perhaps later."""


class NewEnds(Sweep):
    """An outage is given back as this Redis tells of it, whatever was written down of it before."""

    async def _parts(self, waiting: Sequence[Outage]) -> dict[Outage, list[Outage]]:
        return {outage: [outage] for outage in waiting}


class NoClosing(Sweep):
    """Whoever does not hand in stays open."""

    async def _close_due(self, deliveries: Any, now_ms: int) -> None:
        """Perhaps later."""


class NoReplay(Sweep):
    """What staff did and a fail-over forgot is not done again from the audit log."""

    async def _do_again(self, waiting: Sequence[Outage], now_ms: int) -> None:
        """It stands in the log, after all."""


class NoNewcomers(Sweep):
    """A replica that took over is taken for the Redis that was."""

    async def _processes(self) -> frozenset[str]:
        return frozenset()


class NoGrace(Sweep):
    """Closed at the deadline, not after the grace."""

    async def _close_due(self, deliveries: Any, now_ms: int) -> None:
        for partition in range(self._partitions):
            sids = await self._store.due(partition, now_ms, 0, 100)
            if sids:
                await self._close(sids, "deadline", now_ms, now_ms)


def drain_with(
    *, reader: type[JournalReader] = JournalReader, sweep: type[Sweep] = Sweep
) -> type[DrainProcess]:
    """A drain with one of its parts wrong."""
    return type("WrongDrain", (DrainProcess,), {"reader_type": reader, "sweep_type": sweep})

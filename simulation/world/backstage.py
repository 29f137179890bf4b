"""What runs behind the workers: drains with their sweep, the morning, staff, recovery.

The drain, its reader, lease, sweep, replay and recovery are the real ones. Three seams: the drain rests
longer between two looks (a world has two minutes), scores are not computed, a teacher's clock is the world's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from engine.archive import Archive, acts
from engine.archive.acts import Act, Outcome
from engine.archive.drain import Drain
from engine.archive.lease import Lease
from engine.archive.reading import JournalReader
from engine.archive.sweep import Sweep
from engine.recovery import publish
from engine.replay import operation, outcome
from engine.scorekeeper import ScoreKeeper
from sessions.link import StoreError
from sessions.store import Store
from simulation.history import History, StaffAct
from simulation.world.connection import Line
from simulation.world.hall import DELIVERY, NAME, PARTITIONS, Keys, session_rows
from simulation.world.loop import Process


class NoScores(ScoreKeeper):
    """Scores are pure and tested elsewhere."""

    def __init__(self) -> None:
        """Keeps nothing."""

    async def begin(self, lease: Lease, now_ms: int) -> None:
        """Nothing is outdated."""

    async def score_some(self, lease: Lease, now_ms: int) -> int:
        """There is nothing to score."""
        return 0


class UnhurriedDrain(Drain):
    """The real drain; its rests are longer."""

    stretch = 24.0

    async def _rest(self, seconds: float) -> None:
        await super()._rest(seconds * self.stretch if seconds < 1 else seconds)


class DrainProcess:
    """A drain that can be killed and started again."""

    reader_type: type[JournalReader] = JournalReader
    sweep_type: type[Sweep] = Sweep

    def __init__(
        self,
        name: str,
        archive: Archive,
        open_store: Callable[[Line], Store],
        line_of: Callable[[Process], Line],
        clock_ms: Callable[[], int],
        defect: Callable[[str], None],
    ) -> None:
        self.defect = defect
        self.process = Process(name)
        self.line = line_of(self.process)
        store = open_store(self.line)
        lease = Lease(archive.database, name)
        sweep = self.sweep_type(archive, store, partitions=PARTITIONS)
        self.drain = UnhurriedDrain(
            archive.database, self.reader_type(store), lease, sweep, NoScores(), clock=clock_ms
        )

    def start(self) -> None:
        """Drain until told to stop."""
        self.running = self.process.spawn(self._run())

    async def _run(self) -> None:
        try:
            await self.drain.run()
        except Exception as error:
            self.defect(f"{self.process.name} ended: {error!r}")
            raise


async def found(archive: Archive, store: Store, pupils: int, now_ms: int) -> None:
    """What staff have done before the day: the delivery, its sessions and codes."""
    await archive.create_delivery(DELIVERY, who="op-1", now_ms=now_ms)
    rows = session_rows(pupils)
    await archive.import_sessions(NAME, rows, sha256="a" * 64, campaign="sim", who="op-1", now_ms=now_ms)
    await publish(archive, store, Keys())


async def recover(archive: Archive, store: Store) -> None:
    """What the supervisor does with a Redis that came up empty, until it is done."""
    while True:
        try:
            await publish(archive, store, Keys())
            return
        except (StoreError, SQLAlchemyError):
            await asyncio.sleep(0.7)


_ACTS = {"end": "close"}
"""What the plan calls otherwise than staff do."""


async def act(archive: Archive, store: Store, history: History, staff_act: StaffAct) -> None:
    """As `engine.staff`: the line in the audit log first; then the act, at its moment, until it is done."""
    staff_act.at_ms = history.at_ms
    history.acts.append(staff_act)
    kind = _ACTS.get(staff_act.act, staff_act.act)
    at_ms = 0
    while not staff_act.change:
        with suppress(SQLAlchemyError):
            at_ms = history.clock_ms()
            line = await acts.write(
                *(archive.database, kind, [staff_act.sid]), who="t-1", now_ms=at_ms, value=staff_act.value
            )
            staff_act.change = str(line)
        await asyncio.sleep(0 if staff_act.change else 1.3)
    one = operation(kind, staff_act.sid, staff_act.value, staff_act.change)
    while not staff_act.verdict:
        with suppress(StoreError):
            (reply,) = await store.commit([one], at_ms)
            staff_act.verdict, staff_act.done_ms = str(reply.verdict), history.at_ms
            await _note(archive, outcome(Act(int(staff_act.change), staff_act.sid, kind, 0, at_ms), reply))
        await asyncio.sleep(0 if staff_act.verdict else 0.9)


async def _note(archive: Archive, told: Outcome) -> None:
    """What was told helps the replay; it is no promise, and an archive that is away is not waited for."""
    with suppress(SQLAlchemyError):
        await acts.note(archive.database, [told])

"""A store as a cluster has it, with a lane and a journal for each partition, beside one without partitions.

The first is on the real Redis, the other on the model. `test_script.py` and `test_corners.py` give both the
same bytes; here they are given the same days. What is divided among partitions comes to what a single node
makes of it: each reply in its place, and in each journal the lines of its own sessions.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sessions.journal import BatchLine, JournalLine, PassedLine
from sessions.link import Link
from sessions.model import Destroy, Operation, Reply, Save, Seal, Ticket
from sessions.store import Store
from simulation.protocol.session import Session
from simulation.protocol.upkeep import Partition
from simulation.world.data import SESSIONS, UPKEEP, Commands, Data
from tests.patience import PATIENCE_S
from tests.simulation.test_corners import a_moment, a_row, an_act
from tests.simulation.test_script import GRACE_MS, NOW

PARTITIONS = 3
SOME, MANY = range(8), range(8, 150)
"""Seeds of random days."""


class Model:
    """Stands where a Link stands: the pure protocol and what it keeps."""

    def __init__(self) -> None:
        self.commands_of = Commands(Data(PARTITIONS))
        for script in (SESSIONS, UPKEEP):
            self.commands_of.script(0, "LOAD", script.text)

    @property
    def data(self) -> Data:
        return self.commands_of.data

    async def command(self, *command: Any) -> Any:
        return self.commands_of.do(command, 0)

    async def commands(self, commands: Sequence[Any], *, waits: bool = False) -> list[Any]:
        return [await self.command(*command) for command in commands]

    async def script(self, script: Any, names: Sequence[str], arguments: Sequence[Any]) -> Any:
        now_ms = arguments[1] if script is SESSIONS else 0
        return self.commands_of.do(("EVALSHA", script.sha, len(names), *names, *arguments), now_ms)

    async def aclose(self) -> None:
        """Nothing is open."""


class Both:
    """The two stores, asked the same. `waiting`: of each partition what its journal has to hold."""

    def __init__(self, link: Link) -> None:
        self.model = Model()
        self.real = Store(link, partitions=PARTITIONS, partitioned=True)
        self.pure = Store(self.model, partitions=PARTITIONS)  # type: ignore[arg-type]
        self.waiting: dict[int, list[JournalLine]] = {partition: [] for partition in range(PARTITIONS)}
        self._read_id = "0-0"

    async def commit(self, operations: Sequence[Operation], now_ms: int) -> list[Reply]:
        real, ours = [await store.commit(operations, now_ms) for store in (self.real, self.pure)]
        for operation, one, other in zip(operations, real, ours, strict=True):
            assert comparable(one) == comparable(other), (operation, now_ms)
        for line in await self.pure.journal([0], 10**6, {0: self._read_id}):
            assert not isinstance(line, PassedLine)
            partition, self._read_id = line.sid[0] % PARTITIONS, line.stream_id
            self.waiting[partition].append(line._replace(partition=partition, stream_id=""))
        return ours

    async def upkeep(self, now_ms: int, until_ms: int) -> None:
        """All partitions acknowledge; one outage is settled; who is due, and who is there."""
        stores = (self.real, self.pure)
        real, ours = [await store.tick(now_ms) for store in stores]
        assert real == ours
        for store in stores:
            for outage in ours[:1]:
                await store.settle(outage)
        real, ours = [await store.waiting() for store in stores]
        assert real == ours
        for partition in range(PARTITIONS):
            real_due, due = [await store.due(partition, now_ms, now_ms - until_ms) for store in stores]
            assert real_due == due
            real_open, open_ = [await store.running(partition) for store in stores]
            assert sorted(real_open[1]) == sorted(open_[1])

    async def archive(self, journals: Sequence[int], count: int) -> None:
        """The oldest entries of some journals: what was written there, in its order; then they are sealed."""
        lines = await self.real.journal(journals, count)
        for partition in journals:
            found = [line._replace(stream_id="") for line in lines if line.partition == partition]
            assert found == self.waiting[partition][: len(found)]
            del self.waiting[partition][: len(found)]
        batches = sorted((line.sid, line.n) for line in lines if isinstance(line, BatchLine))
        await self.real.sealed([*dict(batches).items()], {line.partition: line.stream_id for line in lines})
        await self.pure.sealed([*dict(batches).items()], {})
        left = [line for lines in self.waiting.values() for line in lines if isinstance(line, BatchLine)]
        assert await self.real.unsealed(10**6) == Counter(line.sid for line in left)

    async def same_glances(self, sids: Sequence[bytes]) -> None:
        assert await self.real.glance(sids) == await self.pure.glance(sids)


def comparable(reply: Reply) -> Reply:
    """Batches have no order of their own."""
    return reply._replace(batches=tuple(sorted(reply.batches)))


def a_run(chance: random.Random, session: Session, ticket: Ticket) -> list[Operation]:
    """Several batches of one pupil in one group: the next numbers, mostly in their order."""
    saves: list[Operation] = []
    for n in range(session.last + 1, session.last + chance.randint(2, 5)):
        body, items = f"{n} in a run".encode(), tuple(chance.sample(("i1", "i2", "i3"), 2))
        digest = hashlib.sha256(body).digest()
        saves.append(Save(ticket, n, digest, body, items, chance.random() < 0.1, 0, GRACE_MS, "i1", 0))
    if chance.random() < 0.3:
        chance.shuffle(saves)
    return saves


def a_group(
    chance: random.Random, told: dict[bytes, list[Ticket]], data: Data, now_ms: int
) -> list[Operation]:
    """Acts on sessions of all partitions, runs of batches among them, mixed as a writer mixes them."""
    group: list[Operation] = []
    sessions = chance.choices([*data.sessions.values()], k=chance.randint(1, 6))
    for session in sessions:
        known = told[session.sid]
        outages = data.clocks.get(session.sid[0] % PARTITIONS, Partition()).outages
        if chance.random() < 0.3:
            group += a_run(chance, session, known[-1])
        elif not isinstance(act := an_act(chance, session, known, outages, now_ms), Seal | Destroy):
            group.append(act)  # what is sealed here, the archive has read before
    if chance.random() < 0.1:  # it cannot be an operation, and harms none beside it
        group.insert(chance.randint(0, len(group)), Save(told[sessions[0].sid][-1], 1, b"", b"", ()))
    return group


async def day(both: Both, seed: int, steps: int = 40) -> None:
    """Two sessions a partition; groups, clocks, and an archive that comes by now and then."""
    chance, now_ms, data = random.Random(f"lanes {seed}"), NOW, both.model.data
    sids = [bytes([number % PARTITIONS]) + seed.to_bytes(14) + bytes([number]) for number in range(6)]
    rows = [a_row(chance, sid) for sid in sids]
    told = {row.sid: [Ticket(row.sid, "maths26a", *row[7:9], row.status, *row[9:11])] for row in rows}
    await both.commit(rows, now_ms)
    for _ in range(steps):
        first = data.sessions[chance.choice(sids)]
        now_ms = a_moment(chance, first, data.clocks.get(0, Partition()), now_ms)
        if chance.random() < 0.3:
            await both.upkeep(now_ms, first.deadline_ms + chance.choice([-1, 0, 1]))
        await both.commit(a_group(chance, told, data, now_ms), now_ms)
        for sid, session in data.sessions.items():
            fields = (session.epoch, session.version, session.status, session.started_ms)
            told[sid].append(Ticket(sid, "maths26a", *fields, session.deadline_ms))
        if chance.random() < 0.2:
            await both.archive(chance.sample(range(PARTITIONS), 2), chance.choice([1, 3, 100]))
            await both.same_glances(sids)
    await both.archive(range(PARTITIONS), 10**6)
    assert [*both.waiting.values()] == [[], [], []]
    assert await both.real.journal_length() == 0


@asynccontextmanager
async def both_on(redis_url: str) -> AsyncIterator[Both]:
    """Both, with an empty Redis."""
    link = Link(redis_url, timeout_s=PATIENCE_S)
    try:
        await link.command("FLUSHALL")
        yield Both(link)
    finally:
        await link.aclose()


@pytest.mark.parametrize("seeds", [SOME, pytest.param(MANY, marks=pytest.mark.long)], ids=["some", "many"])
def test_lanes_do_what_the_protocol_says(redis_url: str, seeds: range) -> None:
    """Whatever the partitions of a group: every reply in its place, every journal, what is sealed and due."""

    async def played(seed: int) -> None:
        async with both_on(redis_url) as both:
            await day(both, seed)

    for seed in seeds:
        asyncio.run(played(seed))

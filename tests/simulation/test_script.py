"""The Lua and the pure protocol: the same bytes in, the same replies and the same journal out."""

from __future__ import annotations

import asyncio
import hashlib
import random
import struct
from collections.abc import Awaitable, Callable
from itertools import chain
from typing import Any

import pytest

from sessions import keys
from sessions.journal import RawLine, raw_lines
from sessions.keys import STATE_FIELDS
from sessions.link import Link
from sessions.model import (
    RECEIPT,
    Allow,
    Close,
    Credit,
    Destroy,
    Extend,
    Heartbeat,
    Login,
    Operation,
    Pause,
    Read,
    Resume,
    Save,
    Seal,
    SessionRow,
    Start,
    Submit,
    Ticket,
)
from sessions.packing import encode, glance, packed, sid_of
from sessions.script import ASIDES_MAX, BATCHES_MAX, OUTAGES_MAX
from sessions.states import Status
from simulation.world.data import SESSIONS, UPKEEP, Commands, Data
from tests.patience import PATIENCE_S

NOW = 1_800_000_000_000
MINUTE = 60_000
GRACE_MS = 10_000
ITEMS = ("i1", "i2", "i3", "i4")
JOURNAL = keys.journal(0)
BEFORE_SPILLED = [*STATE_FIELDS.values()][: [*STATE_FIELDS].index("spilled")]
SPILLED = struct.calcsize(">" + "".join(code for _, code in BEFORE_SPILLED))
"""Where a record says how many digests lie under a key of their own, which the pure protocol has not."""
SOME, MANY = range(40), range(40, 600)
"""Seeds of random histories."""


def a_ticket(chance: random.Random, sid: bytes, known: list[Ticket]) -> Ticket:
    """The newest state that a pupil was told, an older one, or one that the store has not reached."""
    ticket = known[-1 if chance.random() < 0.7 else chance.randrange(len(known))]
    if chance.random() < 0.08:
        status = chance.choice(list(Status))
        epoch, version = ticket.epoch + chance.randrange(2), ticket.version + chance.randrange(4)
        ticket = Ticket(sid, "maths26a", epoch, version, status, NOW, NOW + chance.randrange(90) * MINUTE)
    return ticket


def a_save(chance: random.Random, ticket: Ticket) -> Save:
    n, full = chance.randint(1, 12), chance.random() < 0.2
    items = tuple(chance.sample(ITEMS, chance.randint(0, 3)))
    body = f"{n}{items}{chance.choice('xxxxy')}".encode()
    age_ms, held = chance.randrange(20) * MINUTE, chance.randrange(4)
    digest = hashlib.sha256(body).digest()
    return Save(ticket, n, digest, body, items, full, age_ms, GRACE_MS, chance.choice(ITEMS), held)


def an_operation(chance: random.Random, sid: bytes, known: list[Ticket], now_ms: int) -> Operation:
    """One of everything that can be asked, saves more often."""
    ticket = a_ticket(chance, sid, known)
    change = chance.choice(["", "1", "2", "3"])
    from_ms = now_ms - chance.randrange(40) * MINUTE
    due_ms = chance.choice([0, now_ms - GRACE_MS, now_ms])
    choices: list[Operation] = [
        *[a_save(chance, ticket) for _ in range(8)],
        *[Start(ticket, 60 * MINUTE)] * 2,
        *[Read(ticket)] * 2,
        Heartbeat(ticket, chance.choice([*ITEMS, RECEIPT]), chance.randrange(4)),
        Submit(ticket, chance.randint(0, 9), chance.random() < 0.3),
        Login(sid),
        Login(sid, chance.choice([b"mark of1", b"mark of2", b"mark of3"])),
        Pause(sid, change),
        Resume(sid, change),
        Resume(sid, ""),
        Allow(sid, change),
        Extend(sid, chance.randrange(-5, 20) * MINUTE, change),
        Close(sid, "deadline", due_ms, change),
        *[Credit(sid, from_ms, from_ms + chance.randrange(1, 30) * MINUTE)] * 2,
        Seal(sid, chance.randrange(12)),
        SessionRow(
            sid, "maths26a", "R1", 1333, "", b"wrapped", Status.RUNNING, 5, 3, NOW, NOW + MINUTE, 4, 2
        ),
    ]
    if chance.random() < 0.02:
        return Destroy(sid)
    return chance.choice(choices)


class Both:
    """The real script and the pure protocol, side by side, given the same commands."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.pure = Commands(Data(64))
        for script in (SESSIONS, UPKEEP):
            self.pure.script(0, "LOAD", script.text)

    async def commit(self, operations: list[Operation], now_ms: int) -> list[Any]:
        """One call; the replies, which must be the same."""
        sids = [sid_of(one) for one in operations]
        owners = [keys.owner(sid, 64) for sid in sids]
        parts = ((name, encode(one, name)) for one, name in zip(operations, owners, strict=True))
        call = packed(list(chain.from_iterable(parts)))
        real = await self.link.script(SESSIONS, [JOURNAL], [call, now_ms])
        ours = self.pure.do(("EVALSHA", SESSIONS.sha, 1, JOURNAL, call, now_ms), now_ms)
        for operation, one, other in zip(operations, real, ours, strict=True):
            assert comparable(one) == comparable(other), (operation, now_ms)
        return list(ours)

    async def upkeep(self, names: list[str], arguments: list[Any]) -> None:
        real = await self.link.script(UPKEEP, names, arguments)
        assert real == self.pure.do(("EVALSHA", UPKEEP.sha, len(names), *names, *arguments), 0)

    async def same_journal(self) -> None:
        real = await self.link.command("XRANGE", JOURNAL, "-", "+")
        ours = self.pure.data.journals.get(0, [])
        assert [lines_of([one]) for one in real] == [lines_of([one]) for one in ours]
        if named := sorted({line.line for one in ours for line in lines_of([one]) if line.names_key}):
            held = zip(await self.link.command("MGET", *named), self.pure.mget(0, *named), strict=True)
            # What is sealed and counts no more the script lets go a few saves later.
            assert all(real == pure for real, pure in held if pure is not None)

    async def same_glances(self, sids: list[bytes]) -> None:
        """What a teacher's page shows: when a device was seen, what it holds, evidence kept and dropped."""
        for sid in sids:
            names = [f"{kind}:{keys.owner(sid, 64)}" for kind in "sce"]
            shown = [await self.link.command("MGET", *names), self.pure.mget(0, *names)]
            one, other = (
                glance(sid, record, constants, int(sealed or 0)) if record else None
                for record, constants, sealed in shown
            )
            assert one == other


def comparable(reply: list[Any] | bytes) -> list[Any] | bytes:
    """Batches have no order of their own."""
    return reply if isinstance(reply, bytes) else [*reply[:5], *[sorted(part) for part in reply[5:]]]


def lines_of(entries: list[Any]) -> list[RawLine]:
    """The lines of an entry without its place in the stream, and without how many digests lie elsewhere."""
    lines = [line._replace(where=(0, "", line.where[2])) for line in raw_lines(0, entries)]
    assert all(len(line.line) >= SPILLED + 4 for line in lines if line.label.startswith(b"state:"))
    return [
        line._replace(line=line.line[:SPILLED] + line.line[SPILLED + 4 :])
        if line.label.startswith(b"state:")
        else line
        for line in lines
    ]


async def walk(both: Both, seed: int, steps: int = 60) -> None:
    """A history of groups of three sessions, with outages, on both."""
    chance, now_ms = random.Random(seed), NOW
    sids = [bytes([number]) + seed.to_bytes(14, "big") + b"\x01" for number in range(3)]
    told = {sid: [Ticket(sid, "maths26a", 0, 0, Status.READY, 0, 0)] for sid in sids}
    rows: list[Operation] = [SessionRow(sid, "maths26a", "R1", 1000, "", b"wrapped") for sid in sids]
    clocks = [
        name for part in range(3) for name in (keys.clock(part), keys.outages(part), keys.uncredited(part))
    ]
    await both.commit(rows, now_ms)
    for _ in range(steps):
        now_ms += chance.choice([0, 0, 500, 3_000, MINUTE, 5 * MINUTE])
        if chance.random() < 0.3:
            await both.upkeep(clocks, ["tick", now_ms, 5_000])
        picked = [chance.choice(sids) for _ in range(chance.randint(1, 4))]
        group = [an_operation(chance, sid, told[sid], now_ms) for sid in picked]
        for sid, reply in zip(picked, await both.commit(group, now_ms), strict=True):
            session = both.pure.data.sessions.get(sid)
            if session and len(reply) > 2:
                told[sid].append(
                    Ticket(
                        sid,
                        "maths26a",
                        session.epoch,
                        session.version,
                        session.status,
                        session.started_ms,
                        session.deadline_ms,
                    )
                )
        for names in ([keys.clock(p), keys.uncredited(p), keys.open_sessions(p)] for p in range(3)):
            await both.upkeep(names[1:2], ["waiting", now_ms, 5_000])
            await both.upkeep(names, ["due", now_ms, 5_000, now_ms - GRACE_MS, 10])
    await both.same_journal()
    await both.same_glances(sids)


def on_both(redis_url: str, work: Callable[[Both], Awaitable[None]]) -> None:
    """Run `work` on both, with an empty Redis."""

    async def run() -> None:
        link = Link(redis_url, timeout_s=PATIENCE_S)
        try:
            await link.command("FLUSHALL")
            await work(Both(link))
        finally:
            await link.aclose()

    asyncio.run(run())


@pytest.mark.parametrize("seeds", [SOME, pytest.param(MANY, marks=pytest.mark.long)])
def test_the_script_does_what_the_protocol_says(redis_url: str, seeds: range) -> None:
    """Every verdict, state, late class and journal line, tickets ahead of the store included."""
    for seed in seeds:
        on_both(redis_url, lambda both, seed=seed: walk(both, seed))  # type: ignore[misc]


def a_batch(ticket: Ticket, n: int, body: str = "x", *, full: bool = False) -> Save:
    digest = hashlib.sha256(f"{n}{body}".encode()).digest()
    return Save(ticket, n, digest, body.encode(), (f"i{n % 4}",), full, 0, GRACE_MS, "i1", 0)


async def bounds(both: Both) -> None:
    """A session with too many batches, forks and log-ins, one closed before it began."""
    sids = [bytes([0]) + number.to_bytes(15) for number in range(3)]
    await both.commit([SessionRow(sid, "maths26a", "R1") for sid in sids], NOW)
    await both.commit([Login(sids[0], b"mark of%d" % number) for number in range(9)], NOW)
    ticket = Ticket(sids[0], "maths26a", NOW + 16, 9, Status.READY, 0, 0)
    await both.commit([Start(ticket, 60 * MINUTE)], NOW)
    await both.commit([a_batch(ticket, n, full=True) for n in (1, BATCHES_MAX, BATCHES_MAX + 1)], NOW)
    await both.commit([a_batch(ticket, 1, f"fork {number}") for number in range(ASIDES_MAX + 2)], NOW)
    for number in (*range(9), 0, 8, 4, 2):
        await both.commit([Login(sids[2], b"mark of%d" % number)], NOW + number)
    never = Ticket(sids[1], "maths26a", 0, 0, Status.READY, 0, 0)
    await both.commit([Close(sids[1]), a_batch(never, 1), Submit(never, 0)], NOW)
    glances = [both.pure.data.sessions[sid] for sid in sids]
    assert (glances[0].asides, glances[0].dropped) == (ASIDES_MAX, 2)
    assert glances[1].last == 0
    other = Ticket(sids[2], "maths26a", NOW + 99, 99, Status.RUNNING, NOW, NOW + 60 * MINUTE)
    for n in range(1, 6):
        await both.commit([a_batch(other, n)._replace(items=("i1",)), Seal(sids[2], n)], NOW + MINUTE)
        await both.commit([Read(other)], NOW + MINUTE)
    # Bytes wait for the archive, and go with the next batch that counts for something.
    await both.commit([a_batch(other, n)._replace(items=("i1",)) for n in (6, 7, 8)], NOW + MINUTE)
    assert list(both.pure.data.sessions[sids[2]].retained) == [6, 7, 8]
    await both.commit([Seal(sids[2], 6), a_batch(other, 9), Read(other)], NOW + MINUTE)
    assert list(both.pure.data.sessions[sids[2]].retained) == [7, 8, 9]
    await both.same_journal()
    await both.same_glances(sids)


def test_the_bounds_of_a_session_are_the_same_in_both(redis_url: str) -> None:
    """Batches, evidence, log-ins remembered: what random histories seldom reach."""
    on_both(redis_url, bounds)


async def settled(both: Both) -> None:
    """More outages than are remembered, some of them credited."""
    names = [keys.clock(0), keys.outages(0), keys.uncredited(0)]
    for number in range(OUTAGES_MAX + 2):
        await both.upkeep(names, ["tick", NOW + number * MINUTE, 5_000])
    for from_ms in (NOW, NOW + MINUTE, NOW + 1):
        done = ("HDEL", keys.uncredited(0), from_ms)
        assert await both.link.command(*done) == both.pure.do(done, 0)
        await both.upkeep(names[2:], ["waiting", 0, 5_000])
    assert len(both.pure.data.clocks[0].outages) == OUTAGES_MAX


def test_an_outage_that_is_settled_waits_no_more_in_both(redis_url: str) -> None:
    """And the last of them alone are remembered."""
    on_both(redis_url, settled)


async def delivered(both: Both) -> None:
    """Newer, older, the same again, and records without a version."""
    names = [keys.DELIVERIES, keys.DELIVERIES_VERSION]
    versions = ['{"version": 3}', '{"version": 20}', '{"version": 4}', '{"version": 20, "state": "closed"}']
    for record in (*versions, "{}", "no record", "[]", '{"version": null}'):
        for delivery in ("maths26a", record):
            await both.upkeep(names, ["deliver", delivery, record])
    real, ours = await both.link.command("HVALS", names[0]), both.pure.do(("HVALS", names[0]), 0)
    assert sorted(real) == sorted(ours)
    assert await both.link.command("GET", names[1]) == both.pure.do(("GET", names[1]), 0)


def test_a_delivery_is_replaced_by_no_older_record_in_both(redis_url: str) -> None:
    """The record that workers see has the highest version that came."""
    on_both(redis_url, delivered)

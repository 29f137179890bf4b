"""Edges that random days seldom reach: what the real script does there, the pure protocol does.

A sitting on the edge plays to the moment: the deadline, the end of the grace, of a pause, of an outage, of
the ten minutes of a take-over, and a millisecond to either side; the next number, the last one, one too far.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Awaitable, Callable
from itertools import chain

from sessions import keys
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
from sessions.script import LOGIN_MARK_MS, TAKE_OVER_WAIT_MS
from sessions.states import Status
from simulation.protocol.session import Outages, Session
from simulation.protocol.upkeep import Partition
from tests.simulation.test_script import GRACE_MS, MINUTE, NOW, Both, a_batch, on_both

Corner = Callable[[Both], Awaitable[None]]
SITTINGS = range(80)
ITEMS = (
    "i1",
    "i2",
    "i3",
    *("an item whose author gave it a name of sixty characters and more: " + n for n in "45"),
)
GAP_MS = 5_000


def clock_of(partition: int) -> list[str]:
    return [keys.clock(partition), keys.outages(partition), keys.uncredited(partition)]


CLOCK = clock_of(0)


def a_moment(chance: random.Random, session: Session, clock: Partition, now_ms: int) -> int:
    """One on which something hangs, give or take a millisecond; or a little later."""
    ends = [
        session.started_ms,
        session.deadline_ms,
        session.deadline_ms + GRACE_MS,
        session.paused_at_ms,
        session.paused_from_ms,
        session.taken_over_ms + TAKE_OVER_WAIT_MS,
        *(epoch + LOGIN_MARK_MS for _, epoch in session.logins[:2]),
        *chain.from_iterable(clock.outages[-2:]),
        (clock.last_ms or 0) + GAP_MS,
    ]
    if chance.random() < 0.6:
        return now_ms + chance.choice([0, 1, 1_000, MINUTE])
    return chance.choice([end for end in ends if end > NOW] or [now_ms]) + chance.choice([-1, 0, 0, 1])


def a_ticket(chance: random.Random, told: list[Ticket]) -> Ticket:
    """Mostly the newest; an older one, or one that is ahead in one thing alone."""
    ticket = told[-1 if chance.random() < 0.8 else chance.randrange(len(told))]
    if chance.random() > 0.15:
        return ticket
    newest = told[-1]._replace(
        version=max(1, told[-1].version), deadline_ms=max(MINUTE, told[-1].deadline_ms)
    )
    return chance.choice(
        [
            newest._replace(epoch=newest.epoch + 1),
            newest._replace(version=newest.version + 1, deadline_ms=newest.deadline_ms + MINUTE),
            newest._replace(version=newest.version + 1, deadline_ms=newest.deadline_ms - MINUTE),
            newest._replace(version=newest.version + 1, started_ms=NOW - 1, deadline_ms=NOW + MINUTE),
            newest._replace(version=newest.version + 1, status=Status.PAUSED),
            newest._replace(version=newest.version - 1, status=Status.PAUSED),
            newest._replace(version=newest.version - 1, epoch=newest.epoch + 1, status=Status.RUNNING),
            newest._replace(version=newest.version - 1, status=chance.choice(list(Status))),
        ]
    )


def a_save(chance: random.Random, session: Session, ticket: Ticket, outages: Outages, now_ms: int) -> Save:
    """The next batch, or one that comes again, too soon, for a hole; given at a moment that matters."""
    last = session.last
    n = chance.choice([*[last + 1] * 7, last, 1, last + 2, chance.randint(1, last + 1)])
    items = tuple(chance.sample(ITEMS, chance.choice([0, 1, 1, 2, 3])))
    body = f"{n}{chance.choice('aaab')}".encode()
    ends = [session.deadline_ms, *chain.from_iterable(outages[-2:])]
    age_ms = max(0, chance.choice([0, now_ms - chance.choice(ends) + chance.choice([-1, 0, 1])]))
    digest, full = hashlib.sha256(body).digest(), chance.random() < 0.2
    at, held = chance.choice(ITEMS[:3]), chance.randrange(3)
    return Save(ticket, max(1, n), digest, body, items, full, min(age_ms, 2**40), GRACE_MS, at, held)


def an_outage(chance: random.Random, session: Session, outages: Outages) -> Credit:
    """One that was, or one that touches the start, a pause, the deadline."""
    moments = [
        session.started_ms,
        session.deadline_ms,
        session.paused_at_ms,
        session.paused_from_ms,
        session.paused_to_ms,
    ]
    moments = [moment for moment in moments if moment] or [NOW]
    from_ms = chance.choice(moments) + chance.choice([-MINUTE, -1, 0, 1, MINUTE])
    to_ms = max(from_ms, chance.choice(moments) + chance.choice([-1, 0, 1, MINUTE]))
    return Credit(session.sid, *chance.choice([(from_ms, to_ms), *outages[-1:]]))


def an_act(
    chance: random.Random, session: Session, told: list[Ticket], outages: Outages, now_ms: int
) -> Operation:
    """What somebody might ask of this session now."""
    sid, ticket = session.sid, a_ticket(chance, told)
    change = chance.choice(["", "", "a1", "a2"])
    due_ms = chance.choice([0, session.deadline_ms - 1, session.deadline_ms, session.deadline_ms + 1])
    picked: list[Callable[[], Operation]] = [
        *[lambda: a_save(chance, session, ticket, outages, now_ms)] * 12,
        *[lambda: Start(ticket, 60 * MINUTE + 1)] * 2,
        *[lambda: Read(ticket)] * 2,
        *[lambda: Login(sid, chance.choice([b"", b"mark of1", b"mark of2"]))] * 2,
        *[lambda: an_outage(chance, session, outages)] * 3,
        *[lambda: Seal(sid, max(0, session.last - chance.choice([0, 0, 1, 2])))] * 3,
        lambda: Pause(sid, change),
        *[lambda: Resume(sid, change)] * 2,
        lambda: Allow(sid, change),
        lambda: Extend(sid, chance.choice([-MINUTE, 1, MINUTE]), change),
        lambda: Heartbeat(ticket, chance.choice([*ITEMS[:2], RECEIPT]), chance.randrange(3)),
        lambda: Submit(ticket, session.last + chance.choice([-1, 0, 1, 1, 1]) if session.last else 1),
        lambda: Close(sid, "deadline", due_ms, change) if chance.random() < 0.4 else Pause(sid, ""),
        lambda: Destroy(sid) if chance.random() < 0.1 else Read(ticket),
    ]
    return chance.choice(picked)()


def a_row(chance: random.Random, sid: bytes) -> SessionRow:
    """A session that was never begun, or one that the archive gives back."""
    row = SessionRow(sid, "maths26a", "R1", chance.choice([1000, 1333, 1500]), "", b"wrapped")
    if chance.random() < 0.7:
        return row
    status, last = chance.choice(list(Status)), chance.randrange(5)
    sealed = chance.randint(0, last)
    return row._replace(
        status=status, epoch=7, version=3, started_ms=NOW, deadline_ms=NOW + MINUTE, last=last, sealed=sealed
    )


async def sitting(both: Both, seed: int, steps: int = 60) -> None:
    """Two sessions, groups of one to three acts, and the partition's clock."""
    chance, now_ms = random.Random(f"sitting {seed}"), NOW
    sids = [bytes([0]) + seed.to_bytes(14) + bytes([number]) for number in range(2)]
    rows = [a_row(chance, sid) for sid in sids]
    await both.commit([*rows], now_ms)
    told = {row.sid: [Ticket(row.sid, "maths26a", *row[7:9], row.status, *row[9:11])] for row in rows}
    data = both.pure.data
    for step in range(steps):
        if gone := [row for row in rows if row.sid not in data.sessions]:
            await both.commit([*(Heartbeat(told[row.sid][-1]) for row in gone), *gone], now_ms)
        clock, first = data.clocks.get(0, Partition()), data.sessions[chance.choice(sids)]
        now_ms = a_moment(chance, first, clock, now_ms)
        if chance.random() < 0.3:
            await clockwork(both, chance, now_ms)
        picked = [data.sessions[first.sid if chance.random() < 0.8 else sids[0]] for _ in range(3)]
        picked = picked[: chance.choice([1, 1, 2, 3])]
        outages = data.clocks.get(0, Partition()).outages
        group = [an_act(chance, session, told[session.sid], outages, now_ms) for session in picked]
        await both.commit(group, now_ms)
        for sid, session in data.sessions.items():
            fields = (session.epoch, session.version, session.status, session.started_ms)
            told[sid].append(Ticket(sid, "maths26a", *fields, session.deadline_ms))
        if step % 10 == 9:
            await both.same_journal()
            await both.same_glances(sids)


async def clockwork(both: Both, chance: random.Random, now_ms: int) -> None:
    """The partition acknowledges; what is due is looked for; an outage is settled."""
    names = [CLOCK[0], CLOCK[2], keys.open_sessions(0)]
    deadlines = [session.deadline_ms for session in both.pure.data.sessions.values()]
    until_ms = chance.choice(deadlines) + chance.choice([-1, 0, 1])
    await both.upkeep(names, ["due", now_ms, GAP_MS, until_ms, chance.choice([1, 10])])
    await both.upkeep(CLOCK, ["tick", now_ms, GAP_MS])
    for from_ms, _ in both.pure.data.clocks[0].uncredited[:1]:
        done = ("HDEL", CLOCK[2], from_ms)
        assert await both.link.command(*done) == both.pure.do(done, 0)
    last_ms = both.pure.data.clocks[0].last_ms or 0
    due = ["due", last_ms + GAP_MS + chance.choice([-1, 0, 1]), GAP_MS, until_ms, 10]
    await both.upkeep(names, due)


async def excuses(both: Both) -> None:
    """An outage excuses that begins as the grace ends, or ends as the answer is given; a moment off, not."""
    end_ms = NOW + 60 * MINUTE
    given_ms, until_ms = end_ms - MINUTE, end_ms + GRACE_MS
    now_ms = until_ms + 9 * MINUTE
    outages = [(until_ms, now_ms), (until_ms + 1, now_ms), (NOW, given_ms), (NOW, given_ms - 1)]
    for partition, outage in enumerate(outages):
        for moment_ms in outage:
            await both.upkeep(clock_of(partition), ["tick", moment_ms, GAP_MS])
        row = a_running(bytes([partition]) + bytes(15), end_ms)
        late = a_batch(seat_of(row), 1)._replace(newest_age_ms=now_ms - given_ms)
        await both.commit([row, late], now_ms)
    await both.same_journal()


def a_running(sid: bytes, end_ms: int = NOW + 60 * MINUTE) -> SessionRow:
    return SessionRow(sid, "maths26a", "R1", 1000, "", b"", Status.RUNNING, 1, 1, NOW, end_ms)


def seat_of(row: SessionRow) -> Ticket:
    return Ticket(row.sid, row.delivery, row.epoch, row.version, row.status, row.started_ms, row.deadline_ms)


async def without_a_clock(both: Both) -> None:
    """A server that starts in 1970: the first take-over is free there too."""
    sid = bytes(16)
    await both.commit([a_running(sid)._replace(started_ms=1)], 1)
    for now_ms in (1, 2, 3, TAKE_OVER_WAIT_MS, TAKE_OVER_WAIT_MS + 1, TAKE_OVER_WAIT_MS + 2):
        await both.commit([Login(sid)], now_ms)


async def alike(both: Both) -> None:
    """Digests that begin alike are one; so is an outage and an act of staff that bear one name."""
    row = a_running(bytes(16))
    first = a_batch(seat_of(row), 1)
    other = first._replace(digest=first.digest[:8] + bytes(24), body=b"y")
    credit = Credit(row.sid, NOW, NOW + MINUTE)
    named = Extend(row.sid, MINUTE, f"credit:{NOW}")
    await both.commit([row, first, other, credit, named, Close(row.sid, "", 1, "a1")], NOW + MINUTE)


async def apart(both: Both) -> None:
    """What a group has written leaves before batches are read or a session goes, if there are any."""
    full, empty, other = [a_running(bytes([0]) + bytes([number]) * 15) for number in range(3)]
    await both.commit([full, empty, other], NOW)
    saves = [a_batch(seat_of(full), n) for n in range(1, 6)]
    read, look = Read(seat_of(full)), Read(seat_of(empty))
    await both.commit(
        [look, saves[0], look, saves[1], read, read, saves[2], Destroy(bytes(16)), saves[3]], NOW
    )
    first, second = [a_batch(seat_of(other), n) for n in (1, 2)]
    await both.commit([first, Destroy(empty.sid), second, look, Destroy(empty.sid), read, saves[4]], NOW)
    await both.same_journal()


async def given_since(both: Both) -> None:
    """A start that was lost: its ticket's deadline has what staff gave before it, not what came since."""
    started_ms, end_ms = NOW, NOW + 60 * MINUTE
    for number, (extra_ms, first) in enumerate((one, two) for one in (MINUTE, -90 * MINUTE) for two in "ab"):
        sid = bytes(15) + bytes([number])
        seat = Ticket(sid, "maths26a", NOW, 9, Status.RUNNING, started_ms, end_ms)
        old = a_batch(seat._replace(epoch=1, status=Status.READY, started_ms=0, deadline_ms=0), 1)
        rows: list[Operation] = [SessionRow(sid, "maths26a", "R1"), Login(sid), old]
        await both.commit(rows, NOW - MINUTE)
        for at_ms in (NOW - 1, NOW, NOW + 1):
            await both.commit([Extend(sid, extra_ms, f"{at_ms}"), Extend(sid, 7, f"{at_ms}")], at_ms)
        last: list[Operation] = [Extend(sid, 1_000, first), Extend(sid, 500, "")]
        if first == "a":  # in the very group that brings the ticket, and another pupil's time
            other = SessionRow(bytes(14) + bytes([1, number]), "maths26a", "R1")
            last += [other, Extend(other.sid, 9_000, first)]
            await both.commit([*last, old._replace(digest=bytes(32)), Heartbeat(seat)], NOW + 2)
        else:
            await both.commit(last, NOW + 2)
            await both.commit([Read(seat._replace(status=Status.PAUSED))], NOW + 3)
        await both.commit([Extend(sid, 1, "c"), Heartbeat(seat._replace(version=99))], NOW + 4)
    await both.same_journal()


async def holes(both: Both) -> None:
    """A new seat's batch for a hole counts for more than all of the seat before, and less than its own."""
    for number, names in enumerate((("i1",), ITEMS)):
        row = a_running(bytes(15) + bytes([number]))
        seat = seat_of(row)
        early = [a_batch(seat, n, full=True)._replace(items=names) for n in (5, 7)]
        await both.commit([row, *early, Login(row.sid)], NOW)
        new = seat._replace(epoch=NOW, version=2)
        for n in (2, 4, 9, 8, 3):
            late = a_batch(new, n, full=n == 9)._replace(items=names[: 1 + n % 2])
            await both.commit([late, Read(new)], NOW)
        await both.same_journal()


async def sealed_before(both: Both) -> None:
    """Where the archive is ahead, it may have other bytes under a number: those that come now stand whole."""
    for number, version in enumerate((1, 0)):  # by the older ticket no batch is the commonest one
        row = a_running(bytes(15) + bytes([number]))._replace(last=5)
        seat = seat_of(row)._replace(version=version)
        await both.commit([row, Seal(row.sid, 8), *(a_batch(seat, n) for n in range(5, 11)), Read(seat)], NOW)
    await both.same_journal()


async def taken_back(both: Both) -> None:
    """Time may be taken back, down to nothing and no further."""
    for number, extra_ms in enumerate((-MINUTE - 1, -MINUTE, 1 - MINUTE)):
        row = a_running(bytes(15) + bytes([number]), MINUTE)
        await both.commit([row, Extend(row.sid, extra_ms), Extend(row.sid, 5)], NOW)
    await both.same_journal()


async def shown(both: Both) -> None:
    """A receipt on the screen of a closed session is told once, as of the version before, and stays there."""
    for number, version in enumerate((0, 1, 5)):
        closed = a_running(bytes(15) + bytes([number]))._replace(status=Status.CLOSED, version=version)
        seat = seat_of(closed)
        for ats in (["i1"], [RECEIPT], [RECEIPT, "i2"], ["i1", RECEIPT]):
            await both.commit([closed, *(Heartbeat(seat, at, 2) for at in ats)], NOW)
            await both.same_glances([closed.sid])
    row = a_running(bytes(15) + bytes([9]))
    beat = Heartbeat(seat_of(row), RECEIPT)
    await both.commit([row, beat, beat._replace(at="i1"), Close(row.sid), beat, beat], NOW)
    await both.same_glances([row.sid])
    await both.same_journal()


def a_sitting(seed: int) -> Corner:
    return lambda both: sitting(both, seed)


SMALL: list[Corner] = [
    excuses,
    without_a_clock,
    alike,
    apart,
    given_since,
    holes,
    sealed_before,
    taken_back,
    shown,
]
CORNERS: list[Corner] = [*SMALL, *(a_sitting(seed) for seed in SITTINGS)]


def test_the_script_does_what_the_protocol_says_on_every_edge(redis_url: str) -> None:
    """Every reply, every line of the journal, and what is held under the keys that it names."""
    for corner in CORNERS:
        on_both(redis_url, corner)

"""The commonest save takes a short way through the script, and leaves what the long way would have left."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import pytest
from redis.asyncio import Redis

from sessions import keys
from sessions.model import (
    Close,
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
    Ticket,
)
from sessions.packing import decode, encode, packed, sid_of
from sessions.script import BATCHES_MAX, DIGESTS_KEPT, sessions_script
from sessions.states import Status
from tests.sessions.given import HOUR, NOW, a_row, a_save, a_sid
from tests.sessions.test_layout import everything

SHORT = sessions_script().text
LONG, CUT = re.subn(r"(local function save_next\(.*\)\n)", r"\1    if true then return nil end\n", SHORT)
SOME, MANY = range(6), range(6, 150)
"""Seeds of random histories."""


@dataclass(slots=True)
class Side:
    """A Redis and the script that works in it."""

    redis: Redis
    text: str

    async def commit(self, operations: list[Operation], now_ms: int) -> list[Any]:
        """The replies as they came."""
        owners = [keys.owner(sid_of(one), 64) for one in operations]
        parts = ((name, encode(one, name)) for one, name in zip(operations, owners, strict=True))
        calls = packed(list(chain.from_iterable(parts)))
        found: Any = await self.redis.eval(self.text, 1, keys.journal(0), calls, now_ms)
        return list(found)


@dataclass(slots=True)
class Pupil:
    """A session and the states that it was told."""

    sid: bytes
    told: list[tuple[Ticket, int]] = field(default_factory=list)


@pytest.fixture
async def sides(redis: Redis, redis_url: str) -> AsyncIterator[tuple[Side, Side]]:
    """The script as it is, and one that knows the long way alone, in a database of its own."""
    other = Redis.from_url(redis_url, db=1)
    await other.flushdb()
    yield Side(redis, SHORT), Side(other, LONG)
    await other.aclose()


def a_session(chance: random.Random, sid: bytes) -> Operation:
    """One that begins, or one that the archive gave back in the middle, with numbers and without digests."""
    last = chance.choice([0, 0, 0, 1, 5, DIGESTS_KEPT, 40, BATCHES_MAX - 10, BATCHES_MAX])
    status = chance.choice([Status.RUNNING] * 12 + list(Status))
    started = chance.choice([NOW] * 9 + [0])
    sealed = chance.choice([0, last, last // 2, last + 3])
    epoch, deadline = chance.choice([0, 5]), NOW + chance.choice([0, HOUR, HOUR])
    return a_row(
        sid,
        status=status,
        epoch=epoch,
        version=3,
        started_ms=started,
        deadline_ms=deadline,
        last=last,
        sealed=sealed,
    )


def a_batch(chance: random.Random, ticket: Ticket, n: int) -> Save:
    items = chance.sample(["i1", "i2", "é%", "i4", "i5", "i6", "i7"], chance.choice([1, 1, 2, 3, 7]))
    at = chance.choice(["i1", "", "é", "z" * 256])
    return a_save(
        ticket, n, *items, full=chance.random() < 0.1, grace_ms=9_000, at=at, held=chance.randrange(4)
    )


def some_operations(chance: random.Random, pupil: Pupil) -> list[Operation]:
    """Mostly the next save, or the next few at once; else one of all that may come in between."""
    sid = pupil.sid
    ticket, last = chance.choice(pupil.told[-1:] * 9 + pupil.told)
    if chance.random() < 0.75:
        first = last + chance.choice([1] * 9 + [-1, 0, 2])
        return [
            a_batch(chance, ticket, max(1, n)) for n in range(first, first + chance.choice([1, 1, 1, 2, 19]))
        ]
    between: list[list[Operation]] = [
        [Destroy(sid), a_session(chance, sid), a_batch(chance, ticket, last + 1)],
        [Pause(sid), a_batch(chance, ticket, last + 1), Resume(sid)],
        [Login(sid)],
        [Extend(sid, -HOUR // 2)],
        [Close(sid, "deadline")],
        [Heartbeat(ticket, "i2", 1), Read(ticket)],
        [Seal(sid, max(0, last + chance.choice([-1, 0, 2])))],
    ]
    return chance.choice(between)


@pytest.mark.parametrize("seed", [*SOME, *(pytest.param(seed, marks=pytest.mark.long) for seed in MANY)])
async def test_the_short_way_of_a_save_leaves_what_the_long_way_leaves(
    sides: tuple[Side, Side], seed: int
) -> None:
    """Replies, records, digests, batches and journal, byte for byte, whatever came before."""
    assert CUT == 1
    chance, now_ms = random.Random(seed), NOW
    pupils = [Pupil(a_sid(number)) for number in range(3)]
    group = [a_session(chance, pupil.sid) for pupil in pupils]
    for _ in range(60):
        short, long = [await side.commit(group, now_ms) for side in sides]
        assert short == long
        for one, reply in zip(group, short, strict=True):
            state = decode(one, reply).state
            pupil = next(pupil for pupil in pupils if pupil.sid == state.sid)
            pupil.told.append((state.ticket(), state.last))
        now_ms += chance.choice([0, 500, 9_000, 60_000])
        group = list(chain.from_iterable(some_operations(chance, chance.choice(pupils)) for _ in range(3)))
    assert await everything(sides[0].redis) == await everything(sides[1].redis)

"""A drain that runs by itself: stopped, without its database, without Redis, beside another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from engine.archive.drain import Drain
from engine.archive.lease import Lease
from engine.archive.portion import Portion
from engine.archive.reading import JournalReader
from engine.archive.sweep import Sweep
from sessions import keys
from sessions.link import Link, StoreForeign
from sessions.store import Store
from tests.engine.archives import NOON_MS
from tests.engine.days import Day, until
from tests.engine.test_archive_drain import Blinking, day

__all__ = ["day"]


def a_drain(day: Day, lease: Lease | None = None) -> Drain:
    """The loop, on the day's archive and Redis."""
    sweep = Sweep(day.archive, day.store, partitions=64)
    database = day.archive.database
    return Drain(database, day.reader, lease or day.lease, sweep, day.keeper, clock=lambda: NOON_MS + 2000)


async def _said(truth: bool) -> bool:
    return truth


async def _journal_is_empty(day: Day) -> bool:
    return not await day.store.journal_length()


async def test_a_drain_that_is_told_to_stop_empties_the_journal_first(day: Day) -> None:
    """Workers stop before the drain, so nothing comes after; its place is free at once."""
    await day.save([day.save_of(number, 1) for number in day.tickets])
    drain = a_drain(day)
    drain.stop()

    await drain.run()

    assert await day.ledger() == day.sent
    assert await Lease(day.archive.database, "next").take(NOON_MS)


class Counted(Sweep):
    """A sweep that knows how often it was run."""

    runs = 0

    async def run(self, lease: Lease, now_ms: int) -> None:
        """One more."""
        self.runs += 1
        await super().run(lease, now_ms)


async def test_it_sweeps_once_a_second_however_often_it_turns(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idle drain looks at its journal all the time; clocks and deadlines can wait."""
    monkeypatch.setattr("engine.archive.drain.IDLE_S", 0)
    asked: list[int] = []

    def clock() -> int:
        asked.append(NOON_MS + 2000)
        return asked[-1]

    sweep = Counted(day.archive, day.store, partitions=64)
    drain = Drain(day.archive.database, day.reader, day.lease, sweep, day.keeper, clock=clock)
    running = asyncio.create_task(drain.run())
    await until(lambda: _said(len(asked) > 50), running)
    drain.stop()
    await running
    assert sweep.runs == 1


class Fed(JournalReader):
    """A reader that finds new lines at each of its first looks."""

    def __init__(self, day: Day, looks: int) -> None:
        super().__init__(day.store)
        self._day, self._looks, self.count = day, looks, 0

    async def read(self) -> Portion:
        """Something came just now."""
        self.count += 1
        if self.count <= self._looks:
            await self._day.save([self._day.save_of(1, self.count)])
        return await super().read()


class Noting(Sweep):
    """A sweep that notes how often the journal had been looked at when it was run."""

    reader: Fed
    runs_at: Sequence[int] = ()

    async def run(self, lease: Lease, now_ms: int) -> None:
        """One more."""
        self.runs_at = (*self.runs_at, self.reader.count)
        await super().run(lease, now_ms)


class Resting(Drain):
    """A drain that notes how often it had looked when it rested, and ends after four times."""

    reader: Fed
    rests_at: Sequence[int] = ()

    async def _rest(self, seconds: float) -> None:
        self.rests_at = (*self.rests_at, self.reader.count)
        if len(self.rests_at) == 4:
            self.stop()


async def run_fed(day: Day, looks: int) -> tuple[Sequence[int], Sequence[int]]:
    """At which looks a drain swept, and rested, that found new lines at so many of its first looks."""
    reader, sweep = Fed(day, looks), Noting(day.archive, day.store, partitions=64)
    drain = Resting(day.archive.database, reader, day.lease, sweep, day.keeper, clock=lambda: NOON_MS + 2000)
    sweep.reader = drain.reader = reader
    await drain.run()
    assert await day.ledger() == day.sent
    return sweep.runs_at, drain.rests_at


async def test_what_comes_while_it_rests_goes_together(day: Day) -> None:
    """A few lines do not ask for a transaction each, however steadily they come."""
    _, rests_at = await run_fed(day, 4)
    assert rests_at == (1, 2, 3, 4)


async def test_pupils_get_their_time_back_while_the_journal_is_long(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full portion is followed by the next at once; even a journal without an end gives time back."""
    monkeypatch.setattr("engine.archive.reading.AHEAD_FROM", 1)
    sweeps_at, rests_at = await run_fed(day, 8)
    assert sweeps_at == (1,)
    assert min(rests_at) > 8


@asynccontextmanager
async def archive_away(day: Day) -> AsyncIterator[None]:
    """Nobody reaches the archive: PostgreSQL's socket is gone, or SQLite lacks a table."""
    database = day.archive.database
    if database.is_sqlite:
        async with database.writing.begin() as connection:
            await connection.execute(text("ALTER TABLE leases RENAME TO leases_away"))
        yield
        async with database.writing.begin() as connection:
            await connection.execute(text("ALTER TABLE leases_away RENAME TO leases"))
        return
    socket = Path(str(database.reading.url.query["host"])) / ".s.PGSQL.5432"
    away = socket.rename(socket.with_name("away"))
    kill = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    async with database.reading.connect() as connection:
        await connection.execute(kill)
        await connection.invalidate()
    yield
    away.rename(socket)


async def test_the_journal_waits_while_the_archive_is_away(day: Day) -> None:
    """SQL fails, pupils notice nothing, and when it is back everything is there, once."""
    await day.save([day.save_of(number, 1) for number in day.tickets])
    drain = a_drain(day)
    async with archive_away(day):
        running = asyncio.create_task(drain.run())
        await until(lambda: _said(drain.is_waiting), running)
        await day.save([day.save_of(number, 2) for number in day.tickets])
        assert await day.store.journal_length() > 1
        assert await day.sealed_numbers() == [0, 0, 0]

    await until(lambda: _journal_is_empty(day), running)
    drain.stop()
    await running

    assert await day.ledger() == day.sent
    assert await day.sealed_numbers() == [2, 2, 2]


async def test_a_redis_that_is_away_for_a_while_is_waited_for(
    day: Day, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said once, however often it is asked; then everything goes on, once."""
    monkeypatch.setattr("engine.archive.drain.IDLE_S", 0)
    monkeypatch.setattr("engine.archive.drain.PAUSE_FIRST_S", 0)
    monkeypatch.setattr(Blinking, "blinks", 2)
    store, turns = Blinking(Link(redis_url)), count()
    day.reader = JournalReader(store)
    await day.save([day.save_of(number, 1) for number in day.tickets])
    drain = a_drain(day)
    running = asyncio.create_task(drain.run())
    await until(lambda: _said(drain.is_waiting), running)
    await until(lambda: _journal_is_empty(day), running)
    await until(lambda: _said(next(turns) > 500), running)
    drain.stop()
    await running
    await store.aclose()
    assert await day.ledger() == day.sent


class Defective(Lease):
    """A lease in whose code something is wrong."""

    async def give_back(self) -> None:
        raise RuntimeError("a defect")


async def test_a_defect_is_not_waited_for(day: Day, redis: Redis) -> None:
    """It will not pass by itself: the process ends, and its supervisor starts another one."""
    await redis.xadd("j:{p00}", {"t": "no time", "l": b"\x90"})
    with pytest.raises(ValueError, match="no time"):
        await a_drain(day).run()
    await redis.delete("j:{p00}")
    drain = a_drain(day, Defective(day.archive.database, "test"))
    drain.stop()
    with pytest.raises(RuntimeError, match="a defect"):
        await drain.run()


async def test_a_redis_of_another_version_behind_a_new_connection_is_not_drained(
    day: Day, redis: Redis
) -> None:
    """It came while ours was away: what waits there is for the drain of its own version."""
    running = asyncio.create_task(a_drain(day).run())
    await until(lambda: _journal_is_empty(day), running)
    async with redis.pipeline(transaction=True) as at_once:
        at_once.flushall()
        at_once.set(keys.LAYOUT_MARK, keys.LAYOUT + 1)
        at_once.xadd(keys.journal(0), {"t": "no time", "l": b"\x90"})
        at_once.execute_command("CLIENT", "KILL", "TYPE", "normal")  # all but this one
        await at_once.execute()
    with pytest.raises(StoreForeign):
        await running
    assert await redis.xlen(keys.journal(0)) == 1


async def test_a_drain_that_found_no_redis_looks_whose_it_is_once_there_is_one(
    day: Day, redis: Redis, tmp_path: Path, redis_url: str
) -> None:
    """Not one line is read before; one without deliveries and without a mark is not ours either."""
    socket = tmp_path / "redis.sock"
    store = Store(Link(f"unix://{socket}"))
    day.reader = JournalReader(store)
    running = asyncio.create_task((drain := a_drain(day)).run())
    await until(lambda: _said(drain.is_waiting), running)
    await redis.flushall()
    await redis.xadd(keys.journal(0), {"t": "no time", "l": b"\x90"})
    socket.symlink_to(redis_url.removeprefix("unix://"))
    with pytest.raises(StoreForeign):
        await running
    await store.aclose()
    assert await redis.xlen(keys.journal(0)) == 1


async def test_a_lease_that_cannot_be_given_back_runs_out(day: Day) -> None:
    """The archive went away while the drain was ending: its work is done all the same."""
    drain = a_drain(day)
    holding = await drain._is_on_duty()
    async with archive_away(day):
        await drain._give_back()
    assert holding
    assert not await Lease(day.archive.database, "next").take(NOON_MS + 2000)


async def test_a_second_drain_waits_for_the_first(day: Day) -> None:
    """Two supervisors by mistake: one works, the other takes nothing and breaks nothing."""
    await day.save([day.save_of(1, 1)])
    second = a_drain(day, Lease(day.archive.database, "second"))
    second.stop()

    await second.run()

    assert await day.ledger() == {}
    assert await day.store.journal_length() > 0

"""The drain as the process it is, killed without warning at moments nobody chose."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine.archive.drain import drain
from engine.archive.lease import LeaseLost
from engine.clock import now_ms
from engine.settings import Settings
from sessions.link import Link
from sessions.model import Submit
from sessions.store import Store
from tests.engine.archives import DATABASES, NOON_MS, emptied, empty_address, opened
from tests.engine.days import Day

ROOT = Path(__file__).parents[2]
HOUR_MS = 3_600_000


@pytest.fixture(params=DATABASES)
async def day(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    redis: Redis,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Day]:
    """An open delivery, and settings by which another process finds it."""
    store = Store(Link(redis_url))
    address = await emptied(empty_address(request, request.param))
    monkeypatch.setenv("PASSATION_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PASSATION_KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("PASSATION_REDIS_URL", redis_url)
    monkeypatch.setenv("PASSATION_ARCHIVE_URL", address)
    async with opened(address) as archive:
        day = Day(archive, tmp_path, store)
        await day.open(pupils=20)
        await day.lease.give_back()
        yield day
    await store.aclose()


async def a_process(
    stdin: int = asyncio.subprocess.PIPE, stderr: int = asyncio.subprocess.DEVNULL
) -> asyncio.subprocess.Process:
    """The drain, as the supervisor starts it."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "engine.archive.drain"),
        cwd=ROOT,
        env=dict(os.environ),
        stdin=stdin,
        stderr=stderr,
    )


async def save_more(day: Day, drawn: random.Random, n: int) -> int:
    """Each pupil saves a few batches more; gives the number of the last one."""
    for number in range(n + 1, n + 1 + drawn.randint(1, 4)):
        await day.save([day.save_of(pupil, number) for pupil in day.tickets])
        n = number
    return n


@pytest.mark.long
async def test_nothing_is_lost_nor_doubled_however_often_the_drain_is_killed(day: Day) -> None:
    """Killed while the journal is full, half way, or just when it is empty; the last one finishes."""
    drawn = random.Random(7)
    n = 0
    for _ in range(6):
        process = await a_process()
        for _ in range(drawn.randint(2, 12)):
            n = await save_more(day, drawn, n)
            if drawn.random() < 0.5:
                length = await day.store.journal_length()
                while length and await day.store.journal_length() >= length and process.returncode is None:
                    pass
        process.kill()
        await process.wait()

    process = await a_process()
    while await day.store.journal_length():
        assert process.returncode is None
    process.terminate()
    assert await process.wait() == 0
    assert await day.ledger() == day.sent
    assert set(await day.sealed_numbers()) == {n}


async def test_a_drain_whose_supervisor_is_gone_ends_its_work(day: Day) -> None:
    """It notices that nobody holds its standard input any more, empties the journal, and ends well."""
    await day.save([day.save_of(pupil, 1) for pupil in day.tickets])
    process = await a_process()
    assert process.stdin is not None

    process.stdin.write(b"a word that means nothing to it")
    process.stdin.close()

    assert await process.wait() == 0
    assert await day.ledger() == day.sent


async def test_a_drain_that_finds_no_archive_says_so_and_ends(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The supervisor starts it again, with longer and longer pauses."""
    monkeypatch.setenv("PASSATION_ARCHIVE_URL", "postgresql://nobody@127.0.0.1:1/archive")
    process = await a_process(stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 1
    assert b"archive away" in said


async def test_by_hand_it_drains_until_the_journal_is_empty(day: Day) -> None:
    """`passation archive drain`; not beside the one that does it already."""
    await day.save([day.save_of(pupil, 1) for pupil in day.tickets])
    await day.store.commit([Submit(day.tickets[1], 1)], NOON_MS + 5000)
    settings = Settings.load(os.environ)
    await day.lease.take(now_ms() + HOUR_MS)  # so that it does not run out meanwhile
    with pytest.raises(LeaseLost, match="nothing to do by hand"):
        await drain(settings, once=True)
    await day.lease.give_back()

    assert await drain(settings, once=True) >= len(day.tickets)

    assert await day.ledger() == day.sent


@pytest.mark.long
async def test_until_it_is_told_to_end_it_drains_without_a_supervisor(day: Day) -> None:
    """Its standard input is no pipe: started by hand or by the system, it ends at a signal."""
    process = await a_process(stdin=asyncio.subprocess.DEVNULL)
    await day.save([day.save_of(pupil, 1) for pupil in day.tickets])
    while await day.store.journal_length():
        assert process.returncode is None
    process.terminate()
    assert await process.wait() == 0
    assert await day.ledger() == day.sent

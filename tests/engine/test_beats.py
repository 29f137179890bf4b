"""What a worker does by itself: it says that it can acknowledge, and takes up what others have changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from redis.asyncio import Redis

from engine.app import Application, running
from engine.archive import Archive
from engine.beats import renew_keys
from engine.clock import now_ms
from engine.keyring import KeyRing
from engine.settings import Settings
from sessions import keys
from sessions.link import Link, StoreForeign
from sessions.model import Ticket
from sessions.states import Status
from sessions.store import Store
from sessions.ticket import Signer
from tests.sessions.servers import running_redis

TICKET = Ticket(bytes(16), "maths26a", 1, 1, Status.RUNNING, 1, 2)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests wait on what happens, not on the clock."""
    monkeypatch.setattr("engine.beats.BEAT_MS", 1)


@asynccontextmanager
async def a_worker(folder: Path, redis_url: str) -> AsyncIterator[Application]:
    """The application of one worker, on an archive with nothing in it."""
    given = {"data_dir": folder / "data", "keys_dir": folder / "keys", "redis_url": redis_url}
    settings = Settings.load({}, **given)
    (folder / "data").mkdir()
    KeyRing.of(settings).ensure()
    await (await Archive.open(settings.archive_address)).close()
    async with running(settings) as application:
        yield application


async def is_ready(application: Application) -> bool:
    """What the balancer is told."""
    transport = httpx2.ASGITransport(app=application)
    async with httpx2.AsyncClient(transport=transport, base_url="http://worker") as client:
        return (await client.get("/readyz")).status_code == 200


async def until_ready(application: Application) -> None:
    while not await is_ready(application):  # noqa: ASYNC110  it does not call its balancer
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  nobody tells of a log line
        await asyncio.sleep(0)


async def test_a_worker_that_cannot_read_its_deliveries_is_not_ready(
    tmp_path: Path, redis: Redis, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Redis acknowledges, but no pupil could log in here; as soon as they can be read it is."""
    store = Store(Link(redis_url))
    await store.put_delivery("maths26a", b"no record")
    async with a_worker(tmp_path, redis_url) as application:
        await until(lambda: caplog.text.count("beat failed") > 1)
        assert not await is_ready(application)
        await store.drop_delivery("maths26a")
        await until_ready(application)
    await store.aclose()


async def test_a_worker_whose_redis_is_gone_says_so_and_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is asked again at every beat."""
    with running_redis(tmp_path / "first") as url:
        async with a_worker(tmp_path, url) as application:
            await until_ready(application)
            link = Link(url)
            with suppress(Exception):
                await link.command("SHUTDOWN", "NOSAVE")
            await until(lambda: caplog.text.count("store away") > 1)


async def test_a_worker_that_could_not_look_at_its_redis_looks_before_it_ticks(
    tmp_path: Path, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was still loading at the start, and is another version's.

    Partitions that nobody serves must not acknowledge: that is an outage, to be found and given back.
    """
    monkeypatch.setattr("engine.stores.MEET_S", 0)
    await other_version(redis)
    with pytest.raises(StoreForeign, match="filled by another version"):
        async with a_worker(tmp_path, redis_url) as application:
            await has_ended(application)
    assert await redis.dbsize() == 2


async def test_a_worker_ends_when_another_version_has_filled_its_redis(
    tmp_path: Path, redis: Redis, redis_url: str
) -> None:
    """It was emptied meanwhile; nothing that the worker still has goes there."""

    async def a_day() -> None:
        async with a_worker(tmp_path, redis_url) as application:
            await until_ready(application)
            await other_version(redis)
            await has_ended(application)

    with pytest.raises(StoreForeign, match="filled by another version"):
        await a_day()


async def has_ended(application: Application) -> None:
    """The worker acknowledges no more."""
    assert application.acknowledging is not None
    await asyncio.wait([application.acknowledging])


async def other_version(redis: Redis) -> None:
    """A Redis that another version has filled."""
    async with redis.pipeline(transaction=True) as at_once:
        at_once.flushall()
        at_once.hset(keys.DELIVERIES, "maths26a", "{}")
        at_once.set(keys.LAYOUT_MARK, keys.LAYOUT + 1)
        await at_once.execute()


async def test_a_worker_in_a_tight_place_measures_no_capacity(
    tmp_path: Path, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it saves while calls wait says nothing of what it could; when nobody waits any more it is not."""
    async with a_worker(tmp_path, redis_url) as application:
        gate, told = application.gate, list[str]()
        of_saves, of_waits = gate.control.saved, gate.look

        def saved(count: int) -> None:
            told.append("saved")
            of_saves(count)

        def look(*given: Any, **more: Any) -> None:
            told.append("look")
            of_waits(*given, **more)

        with monkeypatch.context() as heard:
            heard.setattr(gate.control, "saved", saved)
            heard.setattr(gate, "look", look)
            gate.is_tight = True
            await until(lambda: len(told) >= 3)
    assert told[:3] == ["look", "saved", "look"]


async def test_token_keys_that_were_made_meanwhile_are_taken_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Those that cannot be read change nothing: tokens already given are still read."""
    keyring = KeyRing(tmp_path / "keys")
    keyring.ensure()
    path = tmp_path / "keys" / "token.json"
    signer = Signer(*keyring.token_keys())
    before = signer.sign(TICKET, 0)
    renewing = asyncio.create_task(renew_keys(signer, keyring))

    path.chmod(0o644)
    await until(lambda: "others may read" in str([getattr(one, "fields", "") for one in caplog.records]))
    path.chmod(0o600)
    sound = path.read_bytes()
    path.write_bytes(json.dumps(json.loads(sound) | {"next": {"from_ms": "soon"}}).encode())
    await until(lambda: any(one.exc_info for one in caplog.records))
    path.write_bytes(sound)
    assert signer.read(before) == TICKET

    keyring.add_token_key(now_ms())
    other = Signer(*keyring.token_keys(now_ms()))
    token = other.sign(TICKET, 0)
    await until(lambda: signer.read(token) is not None)
    assert signer.read(before) == TICKET
    renewing.cancel()
    await asyncio.gather(renewing, return_exceptions=True)

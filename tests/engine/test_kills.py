"""P1 and P2 against real kills: 200 pupils answer while workers and Redis die; nothing told is lost."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from engine.keyring import KeyRing
from tests.served import Served, served

PUPILS = 200
BATCHES = 15


class Crowd:
    """Pupils who send again until they are acknowledged, and remember what they were told."""

    def __init__(self, url: str) -> None:
        self.http = httpx2.AsyncClient(base_url=url, timeout=10, limits=httpx2.Limits(max_connections=PUPILS))
        self.told: dict[tuple[str, int], str] = {}
        self._at: dict[int, Callable[[], None]] = {}

    def when(self, acknowledged: int, act: Callable[[], None]) -> None:
        """Do `act` as soon as so many batches have been acknowledged."""
        self._at[acknowledged] = act

    async def sit(self, code: str) -> None:
        """One pupil's test."""
        login = await self._until_taken("POST", "/api/v1/login", orjson.dumps({"code": code}), "")
        start = await self._until_taken("POST", "/api/v1/start", b"{}", login["token"])
        token, session = start["token"], start["session"]["id"]
        for n in range(1, BATCHES + 1):
            answer = {"item": "i1", "response": {"r1": None}, "elapsed_ms": n, "age_ms": 0}
            body = orjson.dumps({"n": n, "answers": [answer]})
            reply = await self._until_taken("POST", "/api/v1/answers", body, token)
            assert reply["last"] == n
            self.told[session, n] = hashlib.sha256(body).hexdigest()
            if act := self._at.pop(len(self.told), None):
                act()
        await self._until_taken("POST", "/api/v1/submit", orjson.dumps({"last": BATCHES}), token)

    async def _until_taken(self, method: str, path: str, body: bytes, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        while True:
            try:
                reply = await self.http.request(method, path, content=body, headers=headers)
            except (httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.TimeoutException):
                reply = None
            if reply is not None and reply.status_code == 200:
                return dict(reply.json())
            assert reply is None or reply.status_code in (500, 503), reply.text
            await asyncio.sleep(random.uniform(0.02, 0.2))  # a dead line, an overload: the player waits too


async def ledger(engine: Served, http: httpx2.AsyncClient, delivery: str) -> Counter[tuple[str, int, str]]:
    """What the archive holds, counted."""
    token = KeyRing.of(engine.settings).operator_token()
    reply = await http.get(
        f"/api/v1/deliveries/{delivery}/ledger", headers={"Authorization": f"Bearer {token}"}
    )
    rows = map(orjson.loads, reply.content.splitlines())
    return Counter((row["session"], row["n"], row["sha256"]) for row in rows)


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An engine whose processes may be killed."""
    with served(tmp_path_factory.mktemp("fragile")) as running:
        yield running


def kill(engine: Served, word: str) -> None:
    """kill -9 the first process of the engine whose command holds `word`."""
    engine.processes(word)[0].kill()


async def test_nothing_acknowledged_is_lost_or_doubled_when_a_worker_and_redis_are_killed(
    fragile: Served,
) -> None:
    """Every batch that a pupil was told is saved stands in the archive, once, with the very bytes."""
    delivery = (await asyncio.to_thread(fragile.prepare, codes_each=PUPILS))[0]
    crowd = Crowd(fragile.url)
    crowd.when(PUPILS * 3, lambda: kill(fragile, "engine.worker"))
    crowd.when(PUPILS * 7, lambda: kill(fragile, "redis-server"))
    crowd.when(PUPILS * 10, lambda: kill(fragile, "engine.archive.drain"))
    async with asyncio.timeout(240), asyncio.TaskGroup() as pupils:
        for code in delivery.codes:
            pupils.create_task(crowd.sit(code))
    told = Counter((session, n, digest) for (session, n), digest in crowd.told.items())
    assert len(told) == PUPILS * BATCHES
    async with asyncio.timeout(120):
        while len(held := await ledger(fragile, crowd.http, delivery.delivery)) < len(told):  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # another process fills the archive
    assert held == told
    await crowd.http.aclose()


def test_stopping_the_engine_leaves_nothing_behind(tmp_path: Path) -> None:
    """After SIGTERM no process of it is left, and the exit is clean."""
    with served(tmp_path) as engine:
        children = engine.processes("")
        assert children
        engine.stop()
        assert engine.process.returncode == 0
        assert [child for child in children if child.is_running()] == []

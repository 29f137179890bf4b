"""Real servers for the tests: one Redis and one PostgreSQL for the whole run, in a folder of pytest's own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from redis.asyncio import Redis

from engine.embedded import redis_binary

if TYPE_CHECKING:
    from tests.served import Served


settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")
"""How long an example takes says what the machine does besides, and nothing of what is tested."""


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of the tests' own behind a unix socket: no port to collide, nothing of anybody's to flush."""
    folder = tmp_path_factory.mktemp("redis")
    socket = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--appendonly", "yes"]
    with subprocess.Popen(
        [str(redis_binary()), *options, "--appendfsync", "always", "--save", "", "--daemonize", "no"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "eady to accept connections" in line:
                break
        yield f"unix://{socket}"
        process.terminate()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """An empty Redis."""
    client = Redis.from_url(redis_url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture(scope="session")
def pg_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of the tests' own: the server on the path, else the one that a Python package carries."""
    from tests.postgres import running_postgres

    with running_postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


def pytest_configure(config: pytest.Config) -> None:
    """Files that the engine makes in tests are readable by their owner alone, as in production."""
    os.umask(0o077)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One engine, two workers, embedded Redis and SQLite, shared by the tests that harm nobody."""
    from tests.asserted import ORIGIN, put_key
    from tests.served import served

    folder = tmp_path_factory.mktemp("engine")
    put_key(folder / "keys")
    with served(folder, authority_origin=ORIGIN) as running:
        yield running


@pytest.fixture(autouse=True)
def close_clients() -> Iterator[None]:
    """No connection of a test outlives it."""
    yield
    from tests.pupil import PupilClient

    while PupilClient.clients:
        PupilClient.clients.pop().close()

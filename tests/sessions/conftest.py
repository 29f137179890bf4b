"""A store on the tests' own Redis, empty at the beginning of each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from sessions.link import Link
from sessions.store import Store


@pytest.fixture
async def store(redis_url: str, redis: Redis) -> AsyncIterator[Store]:
    """A store as the engine has it."""
    store = Store(Link(redis_url))
    yield store
    await store.aclose()

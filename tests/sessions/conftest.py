"""A store on the tests' own Redis, empty at the beginning of each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from sessions.link import Link
from sessions.store import Store
from tests.patience import PATIENCE_S, patient_ticks

__all__ = ["patient_ticks"]


@pytest.fixture
async def store(redis_url: str, redis: Redis) -> AsyncIterator[Store]:
    """A store as the engine has it, which waits for its Redis as long as the machine needs."""
    store = Store(Link(redis_url, timeout_s=PATIENCE_S))
    yield store
    await store.aclose()

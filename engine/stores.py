"""The one way from the settings to Redis, so that no command acknowledges less than the server does."""

from __future__ import annotations

import asyncio

from engine.settings import Settings
from sessions.link import StoreError, StoreForeign
from sessions.store import Store, open_store

MEET_S = 2.0
"""A process that starts while Redis is away serves refusals meanwhile, and looks before it does anything."""


def store_of(settings: Settings) -> Store:
    """The store that `settings` name; nothing is connected before the first call."""
    return open_store(
        settings.redis_address, partitions=settings.partitions, wait_replicas=settings.replicas_wait
    )


async def meet(store: Store) -> None:
    """StoreForeign, before anything is served, if another version of the program filled this Redis."""
    try:
        async with asyncio.timeout(MEET_S):
            await store.meet()
    except StoreForeign:
        raise
    except (StoreError, TimeoutError):
        return

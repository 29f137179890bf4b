"""The one way from the settings to Redis, so that no command acknowledges less than the server does."""

from __future__ import annotations

from engine.settings import Settings
from sessions.store import Store, open_store


def store_of(settings: Settings) -> Store:
    """The store that `settings` name; nothing is connected before the first call."""
    return open_store(
        settings.redis_address, partitions=settings.partitions, wait_replicas=settings.replicas_wait
    )

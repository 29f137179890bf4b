"""The day as it stands: workers, Redis, journal, archive, sessions. One look is shared by all who ask.

Nothing here is counted for each pupil: workers say how they do once a second (`engine.figures`), sessions by
state come from the archive, some seconds behind, and are counted again only after twenty times as long as
the counting took.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from typing import Any, NamedTuple

from engine.admission.ranks import Rank
from engine.archive import Archive, Delivery
from engine.archive.database import is_away
from engine.archive.standing import Standing, standing
from engine.figures import FRESH_MS, Figures, quantile_s, workers
from engine.settings import Settings
from sessions.link import StoreError
from sessions.store import Store

AGAIN_MS = 1_000
COUNT_AGAIN = 20
STATUSES = ("ready", "running", "paused", "submitted", "closed")


class RedisFigures(NamedTuple):
    """What Redis holds: entries of the journal, the age of the oldest, memory, its share of all there is."""

    entries: int
    lag_s: float
    used_bytes: float
    share: float


class Look(NamedTuple):
    """The day at one moment; None where something is away."""

    at_ms: int
    workers: list[Figures]
    redis: RedisFigures | None
    standing: Standing | None
    deliveries: list[Delivery]
    sessions: dict[str, dict[str, int]]
    """By delivery, the sessions by status."""
    disk_free_bytes: int

    def fresh(self) -> list[Figures]:
        """The workers that speak."""
        return [one for one in self.workers if one.at_ms >= self.at_ms - FRESH_MS]

    def refusing(self) -> dict[str, float]:
        """The share of each rank that is refused now: of the worker that refuses most."""
        fresh = self.fresh()
        return {rank.name.lower(): max((one.refusing[rank] for one in fresh), default=0.0) for rank in Rank}

    def admitted(self) -> dict[str, float]:
        """Calls a second that are let in, by rank."""
        return {rank.name.lower(): sum(one.admitted[rank] for one in self.fresh()) for rank in Rank}

    def buckets(self) -> list[int]:
        """Latencies of the last ten seconds, of all workers."""
        return [sum(counts) for counts in zip(*(one.recent for one in self.fresh()), strict=True)]

    def quantile_ms(self, share: float) -> float | None:
        """A quantile of the answers' time in the server, as the bound of its bucket."""
        found = quantile_s(self.buckets(), share)
        return None if found is None else 10_000.0 if found == float("inf") else found * 1000


class Watch:
    """Looks at the day for whoever asks, at most about once a second."""

    def __init__(self, archive: Archive, store: Store, settings: Settings) -> None:
        self._archive = archive
        self._store = store
        self._settings = settings
        self._lock = asyncio.Lock()
        self._last: Look | None = None
        self._sessions: dict[str, dict[str, int]] = {}
        self._count_at_s = 0.0

    async def look(self, now_ms: int) -> Look:
        """The day as it is, or was a second ago; what is away is None, and no error."""
        async with self._lock:
            if self._last is None or not 0 <= now_ms - self._last.at_ms < AGAIN_MS:
                self._last = await self._look(now_ms)
            return self._last

    async def _look(self, now_ms: int) -> Look:
        told: list[Figures] = []
        redis = found = None
        deliveries: list[Delivery] = []
        try:
            told = await workers(self._store, now_ms)
            redis = await self._of_redis(now_ms)
        except StoreError:
            pass
        try:
            found = await standing(self._archive.database)
            deliveries = [one for one in await self._archive.deliveries() if one.state != "closed"]
            await self._count(deliveries)
        except Exception as error:
            if not is_away(error):
                raise
            found = None
        free = shutil.disk_usage(self._settings.data_dir).free
        return Look(now_ms, told, redis, found, deliveries, dict(self._sessions), free)

    async def _of_redis(self, now_ms: int) -> RedisFigures:
        oldest_ms = await self._store.journal_since()
        lag_s = max(0, now_ms - oldest_ms) / 1000 if oldest_ms else 0.0
        memory = await self._store.memory()
        entries = await self._store.journal_length()
        return RedisFigures(entries, lag_s, memory["used"], memory["share"])

    async def _count(self, deliveries: list[Delivery]) -> None:
        began_s = time.monotonic()
        is_new = any(one.id not in self._sessions for one in deliveries)
        if began_s < self._count_at_s and not is_new:
            return
        self._sessions = {one.id: await self._archive.counts(one.id) for one in deliveries}
        took_s = time.monotonic() - began_s
        self._count_at_s = began_s + max(AGAIN_MS / 1000, COUNT_AGAIN * took_s)


def telling(delivery: Delivery, now_ms: int) -> dict[str, Any] | None:
    """What a delivery's pupils are told now, None if nothing."""
    message = delivery.message
    return message if message and now_ms < message["until_ms"] else None


def document(look: Look) -> dict[str, Any]:
    """The figures for the page's module."""
    fresh, redis, found = look.fresh(), look.redis, look.standing
    return {
        "now_ms": look.at_ms,
        "answers_per_s": sum(one.answers_per_s for one in fresh),
        "logins_per_s": sum(one.logins_per_s for one in fresh),
        "p50_ms": look.quantile_ms(0.5),
        "p99_ms": look.quantile_ms(0.99),
        "wait_ms": max((one.wait_s for one in fresh), default=0.0) * 1000,
        "ranks": {
            name: {"admitted": look.admitted()[name], "refusing": share}
            for name, share in look.refusing().items()
        },
        "redis": redis and redis._asdict(),
        "archive": found and {"unscored": found.unscored, "drains": found.drain_until_ms > look.at_ms},
        "sessions": {
            one.id: {status: look.sessions.get(one.id, {}).get(status, 0) for status in STATUSES}
            for one in look.deliveries
        },
        "deliveries": {one.id: one.state for one in look.deliveries},
        "workers": [
            {
                "name": one.name,
                "is_fresh": one in fresh,
                "up_s": (look.at_ms - one.started_ms) // 1000,
                "answers_per_s": one.answers_per_s,
                "wait_ms": one.wait_s * 1000,
                "is_tight": one.is_tight,
            }
            for one in look.workers
        ],
    }

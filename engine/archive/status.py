"""How far the archive is: what waits in the journal, and since when; whether the audit log holds.

A journal that is not emptied fills Redis's memory in the end, and a full Redis takes no answer: the status
says how full it is, and warns long before.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import desc, func, select

from engine.archive.answers import unscored
from engine.archive.archive import Archive
from engine.archive.database import PAGE
from engine.archive.tables import audit, batches, leases, sessions
from sessions.link import StoreError
from sessions.store import Store

LAG_WARN_S = 60.0
"""A drain that lives is never a minute behind on one machine's pupils."""
MEMORY_WARN = 0.7
"""Share of Redis's memory: what is left lasts for hours at a peak day's rate."""
LOOKED_AT = 20_000
"""Lines of the journal counted by delivery; of a longer one the rest is told as a number only."""


async def archive_status(archive: Archive, store: Store, now_ms: int) -> dict[str, Any]:
    """The figures of `passation archive status`; those of Redis are None while it is away."""
    try:
        waiting: int | None = await store.journal_length()
        redis = await _of_redis(archive, store, now_ms)
    except StoreError:
        waiting, redis = None, {"lag_s": None, "not_sealed": None, "redis_memory": None}
    async with archive.database.reading.connect() as connection:
        newest = (await connection.execute(select(audit).order_by(desc(audit.c.seq)).limit(1))).first()
        lease = (await connection.execute(select(leases).where(leases.c.name == "drain"))).first()
        counts = select(sessions.c.status, func.count()).group_by(sessions.c.status)
        found = {status: count for status, count in await connection.execute(counts)}
        stored = (await connection.execute(select(func.count()).select_from(batches))).scalar_one()
    return {
        "journal_entries": waiting,
        **redis,
        "batches": stored,
        "sessions": found,
        "unscored": await unscored(archive.database),
        "drain": lease.holder if lease else None,
        "drain_until_ms": lease.until_ms if lease else None,
        "audit_lines": newest.seq if newest else 0,
        "audit_hash": newest.hash.hex() if newest else None,
        "audit_broken_at": await archive.first_broken_audit_line(),
        "warnings": _warnings(redis),
    }


async def _of_redis(archive: Archive, store: Store, now_ms: int) -> dict[str, Any]:
    """How long the oldest line has waited, the batches not yet sealed by delivery, how full the memory is."""
    oldest_ms = await store.journal_since()
    counts = await store.unsealed(LOOKED_AT)
    by_delivery: Counter[str] = Counter()
    sids = list(counts)
    async with archive.database.reading.connect() as connection:
        for start in range(0, len(sids), PAGE):
            query = select(sessions.c.sid, sessions.c.delivery).where(
                sessions.c.sid.in_(sids[start : start + PAGE])
            )
            for sid, delivery in await connection.execute(query):
                by_delivery[delivery] += counts[sid]
    return {
        "lag_s": round(max(0, now_ms - oldest_ms) / 1000, 1) if oldest_ms else 0.0,
        "not_sealed": dict(sorted(by_delivery.items())),
        "redis_memory": await store.memory(),
    }


def _warnings(redis: dict[str, Any]) -> list[str]:
    """What an operator has to look at now, one sentence each."""
    found = []
    if (redis["lag_s"] or 0) > LAG_WARN_S:
        found.append(
            f"the oldest batch has waited for {redis['lag_s']:.0f} s: is the drain running, and SQL there?"
        )
    if (memory := redis["redis_memory"]) and memory["share"] > MEMORY_WARN:
        found.append(
            f"Redis uses {memory['share']:.0%} of its memory: bring SQL back or give Redis more; when it is "
            "full it takes no answer, and the players keep what they have"
        )
    return found

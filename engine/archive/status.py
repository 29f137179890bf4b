"""How far the archive is: what waits in the journal, what for the scorer, whether the audit log holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import desc, func, select

from engine.archive.answers import unscored
from engine.archive.archive import Archive
from engine.archive.tables import audit, batches, leases, sessions
from sessions.link import StoreError
from sessions.store import Store


async def archive_status(archive: Archive, store: Store) -> dict[str, Any]:
    """The figures of `passation archive status`; `journal` is None while Redis is away."""
    try:
        waiting: int | None = await store.journal_length()
    except StoreError:
        waiting = None
    async with archive.database.reading.connect() as connection:
        newest = (await connection.execute(select(audit).order_by(desc(audit.c.seq)).limit(1))).first()
        lease = (await connection.execute(select(leases).where(leases.c.name == "drain"))).first()
        counts = select(sessions.c.status, func.count()).group_by(sessions.c.status)
        found = {status: count for status, count in await connection.execute(counts)}
        stored = (await connection.execute(select(func.count()).select_from(batches))).scalar_one()
    return {
        "journal_entries": waiting,
        "batches": stored,
        "sessions": found,
        "unscored": await unscored(archive.database),
        "drain": lease.holder if lease else None,
        "drain_until_ms": lease.until_ms if lease else None,
        "audit_lines": newest.seq if newest else 0,
        "audit_hash": newest.hash.hex() if newest else None,
        "audit_broken_at": await archive.first_broken_audit_line(),
    }

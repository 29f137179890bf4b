"""The records of scores of a delivery on a running engine, opened, by session."""

from __future__ import annotations

import asyncio
from typing import Any

from engine.archive import Archive
from engine.archive.answers import scored_sessions
from engine.keyring import KeyRing
from engine.scorerecord import open_record
from sessions.cipher import unwrap_key
from tests.served import Served


def records_of(engine: Served, delivery: str, count: int) -> dict[str, dict[str, Any]]:
    """The records of all sessions that were handed in, when that many have been scored."""
    return asyncio.run(_records(engine, delivery, count))


async def _records(engine: Served, delivery: str, count: int) -> dict[str, dict[str, Any]]:
    settings = engine.settings
    kek = KeyRing.of(settings).delivery(delivery).kek
    archive = await Archive.open(settings.archive_address)
    try:
        while True:
            scored = [session async for session in scored_sessions(archive.database, delivery, 50)]
            if len(scored) == count:
                break
            await asyncio.sleep(0.05)
    finally:
        await archive.close()
    return {
        session.sid.hex(): open_record(
            session.body, unwrap_key(kek, session.wrapped_key, session.sid, delivery), session.sid, delivery
        )
        for session in scored
    }

"""Outages on purpose: the server that a rehearsal owns is killed at set moments, and started again.

The moments come from the crowd in a file (`loadtest/outages.py`), in seconds since its beginning. What was
done goes beside it, one JSON line an outage. Killed with SIGKILL, as a machine that goes dark: whatever an
orderly stop would have saved must not be needed.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.archive import Archive
from engine.archive.audit import lines
from engine.clock import now_ms
from engine.settings import Settings
from engine.stores import store_of
from engine.supervisor import Child, Supervisor
from sessions.link import StoreError
from sessions.store import Store

LOOK_S = 0.1
CREDITED_S = 60.0
"""A beat of the workers and a sweep of the drain take a second or two."""
CREDIT = "outage.credit"


async def keep_to(plan: Path, supervisor: Supervisor) -> None:
    """Wait for the plan, then do what it says; ends after the last outage.

    One that begins late, on a machine that stood still, lasts as long as it was to.
    """
    while (wanted := _read(plan)) is None:  # noqa: ASYNC110, another process writes it
        await asyncio.sleep(LOOK_S)
    begin_s = float(wanted["begin_s"])
    for outage in sorted(wanted["outages"], key=lambda outage: float(outage["from_s"])):
        await _until(begin_s + outage["from_s"])
        children = affected(supervisor, outage["what"])
        await asyncio.gather(*(child.stop(kill=True) for child in children))
        from_s = time.monotonic() - begin_s  # from here on nothing of it runs
        to_s = max(outage["to_s"], from_s + outage["to_s"] - outage["from_s"])
        await _until(begin_s + to_s)
        to_s = time.monotonic() - begin_s
        for child in children:
            child.start()
        done = {"what": outage["what"], "from_s": round(from_s, 2), "to_s": round(to_s, 2)}
        _note(plan.with_suffix(".done"), done)


def affected(supervisor: Supervisor, what: str) -> Sequence[Child]:
    """The processes that an outage takes, in the order in which they are started again."""
    redis = [supervisor.redis] if supervisor.redis else []
    if what == "redis":
        if not redis:
            raise ValueError("this Redis is not ours to stop: unset PASSATION_REDIS_URL")
        return redis
    return [*redis, supervisor.drain, *supervisor.workers]


async def credits(settings: Settings) -> list[dict[str, Any]]:
    """What the audit log says of outages: `from_ms`, `to_ms` and how many partitions got that time back.

    Of the engine that runs; what it has not given back yet is waited for.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(CREDITED_S):
            await _credited(settings)
    archive = await Archive.open(settings.archive_address)
    try:
        details = [line.detail async for line in lines(archive.database) if line.act == CREDIT]
    finally:
        await archive.close()
    return [detail | {"partitions": len(detail["partitions"])} for detail in details]


async def _credited(settings: Settings) -> None:
    """Return when every partition has acknowledged since this call, and no outage waits any more."""
    since_ms, store = now_ms(), store_of(settings)
    try:
        while not await _is_credited(store, since_ms):  # noqa: ASYNC110, other processes
            await asyncio.sleep(LOOK_S)
    finally:
        await store.aclose()


async def _is_credited(store: Store, since_ms: int) -> bool:
    try:
        return min((await store.clocks()).values(), default=0) >= since_ms and not await store.waiting()
    except StoreError:
        return False


def _read(plan: Path) -> dict[str, Any] | None:
    """What the crowd wants; None until it has begun. The file is there at once, as a whole."""
    return json.loads(plan.read_text()) if plan.exists() else None


def _note(notes: Path, done: dict[str, Any]) -> None:
    with notes.open("a") as file:
        file.write(json.dumps(done) + "\n")


async def _until(moment_s: float) -> None:
    """Return at that moment of the clock that all processes of a machine share."""
    await asyncio.sleep(max(0.0, moment_s - time.monotonic()))

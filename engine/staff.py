"""What staff do to sessions: pause, resume, extend, close, allow a change of device.

Each act stands in the audit log before it takes effect, and carries the number of its line there, so that the
same line applied twice changes a session once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from engine.archive import Archive, Conflict
from engine.clock import now_ms
from sessions.model import Allow, Close, Extend, Operation, Pause, Reply, Resume, Verdict
from sessions.store import Store

PAGE = 256
ACTS: dict[str, Callable[[bytes, str], Operation]] = {
    "pause": lambda sid, change: Pause(sid, change),
    "resume": lambda sid, change: Resume(sid, change),
    "close": lambda sid, change: Close(sid, "staff", change=change),
    "allow": lambda sid, change: Allow(sid, change),
}
REASONS = ("technical", "evacuation", "arrangement", "other")
"""Why time is given: a fixed list, without health."""


class Staff:
    """Acts of one person, known by an opaque id."""

    def __init__(self, archive: Archive, store: Store, *, partitions: int, who: str) -> None:
        self._archive = archive
        self._store = store
        self._partitions = partitions
        self._who = who

    async def act(self, sids: Sequence[bytes], act: str) -> int:
        """Do `act` to sessions; how many took it. Conflict if none did."""
        change = await self._line(f"session.{act}", sids)
        return _taken(await self._commit([ACTS[act](sid, change) for sid in sids]), act)

    async def extend(self, sids: Sequence[bytes], extra_ms: int, reason: str) -> int:
        """Give more time; how many sessions took it."""
        if reason not in REASONS:
            raise Conflict(f"the reason must be one of {', '.join(REASONS)}")
        change = await self._line("session.extend", sids, extra_ms=extra_ms, reason=reason)
        return _taken(await self._commit([Extend(sid, extra_ms, change) for sid in sids]), "extend")

    async def all_clocks(self, delivery: str, act: str) -> int:
        """Pause or resume every session of a delivery that has started; how many took it."""
        count = 0
        async for sids in self._started(delivery):
            change = await self._line(f"session.{act}", sids, delivery=delivery)
            replies = await self._commit([ACTS[act](sid, change) for sid in sids])
            count += sum(reply.verdict is Verdict.OK for reply in replies)
        return count

    async def _started(self, delivery: str) -> AsyncIterator[list[bytes]]:
        """The running and paused sessions of a delivery, some at a time."""
        for partition in range(self._partitions):
            cursor, begun = 0, False
            while cursor or not begun:
                begun = True
                cursor, sids = await self._store.running(partition, cursor, PAGE)
                glances = await self._store.glance(sids)
                if own := [
                    glance.state.sid for glance in glances if glance and glance.state.delivery == delivery
                ]:
                    yield own

    async def _line(self, act: str, sids: Sequence[bytes], delivery: str = "", **detail: object) -> str:
        sessions = [sid.hex() for sid in sids]
        line = await self._archive.audit(
            act, who=self._who, now_ms=now_ms(), delivery=delivery, sessions=sessions, **detail
        )
        return str(line)

    async def _commit(self, operations: Sequence[Operation]) -> list[Reply]:
        return await self._store.commit(operations, now_ms())


def _taken(replies: Sequence[Reply], act: str) -> int:
    taken = sum(reply.verdict is Verdict.OK for reply in replies)
    if not taken:
        verdicts = ", ".join(sorted({str(reply.verdict) for reply in replies}))
        raise Conflict(f"no session took `{act}`: {verdicts}")
    return taken

"""What staff do to sessions: pause, resume, extend, close, allow a change of device.

Each act stands in the audit log before it takes effect, and carries the number of its line there, so that
the same line applied twice changes a session once. It is done at the moment of its line, here or by
`engine.replay`, when Redis was away or has forgotten it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from engine.archive import Archive, Conflict, acts
from engine.archive.acts import Act
from engine.clock import now_ms
from engine.replay import operation, outcome
from sessions.link import StoreAway, StoreError
from sessions.model import Reply, Verdict
from sessions.store import Store

PAGE = 256
ACTS = ("pause", "resume", "close", "allow")
REASONS = ("technical", "evacuation", "arrangement", "other")
"""Why time is given: a fixed list, without health."""


class Staff:
    """Acts of one person, known by an opaque id."""

    def __init__(
        self,
        archive: Archive,
        store: Store,
        *,
        partitions: int,
        who: str,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._archive = archive
        self._store = store
        self._partitions = partitions
        self._who = who
        self._clock = clock

    async def act(self, sids: Sequence[bytes], act: str) -> int:
        """Do `act`, one of ACTS, to sessions; how many took it. Conflict if none did."""
        return _taken(await self._do(act, sids), act)

    async def extend(self, sids: Sequence[bytes], extra_ms: int, reason: str) -> int:
        """Give more time; how many sessions took it."""
        if reason not in REASONS:
            raise Conflict(f"the reason must be one of {', '.join(REASONS)}")
        replies = await self._do("extend", sids, value=extra_ms, extra_ms=extra_ms, reason=reason)
        return _taken(replies, "extend")

    async def all_clocks(self, delivery: str, act: str) -> int:
        """Pause or resume every session of a delivery that has started; how many took it."""
        count = 0
        async for sids in self._started(delivery):
            replies = await self._do(act, sids, delivery=delivery)
            count += sum(reply.verdict is Verdict.OK for reply in replies)
        return count

    async def extend_all(self, delivery: str, extra_ms: int, reason: str, since_ms: int) -> int:
        """Give more time to every session of a delivery that has started; how many took it.

        Those that were given it since `since_ms` are left out: what broke off may be done again.
        """
        done = await acts.extended_since(self._archive.database, since_ms, extra_ms)
        count = 0
        async for sids in self._started(delivery):
            if left := [sid for sid in sids if sid not in done]:
                detail = {"delivery": delivery, "extra_ms": extra_ms, "reason": reason}
                replies = await self._do("extend", left, value=extra_ms, **detail)  # type: ignore[arg-type]
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

    async def _do(
        self, act: str, sids: Sequence[bytes], *, value: int = 0, delivery: str = "", **detail: object
    ) -> list[Reply]:
        """The line, the act, and what was told about it. StoreAway: it stands, and will be done."""
        at_ms, database = self._clock(), self._archive.database
        line = await acts.write(
            *(database, act, sids), who=self._who, now_ms=at_ms, delivery=delivery, value=value, detail=detail
        )
        try:
            replies = await self._store.commit([operation(act, sid, value, str(line)) for sid in sids], at_ms)
        except StoreError as error:
            raise StoreAway(
                f"Redis is away. `{act}` stands in the audit log as line {line} and takes effect by itself "
                "when Redis is back: do not give it again"
            ) from error
        rows = [Act(line, sid, act, value, at_ms) for sid in sids]
        await acts.note(database, [outcome(*pair) for pair in zip(rows, replies, strict=True)])
        return replies


def _taken(replies: Sequence[Reply], act: str) -> int:
    taken = sum(reply.verdict is Verdict.OK for reply in replies)
    if not taken:
        verdicts = ", ".join(sorted({str(reply.verdict) for reply in replies}))
        raise Conflict(f"no session took `{act}`: {verdicts}")
    return taken

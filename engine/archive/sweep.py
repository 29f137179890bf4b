"""What time brings about: staff acts that were lost are done again, outages given back, sessions closed whose
time is over; in this order.

The workers say once a second that they acknowledge; the drain never says so for them, it only asks what was
missed. While an outage waits to be credited nobody is closed. An outage and its line in the audit log stand
in the archive before anybody gets his time back, and a credit that comes twice is given once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import chain

from sqlalchemy import select

from engine.archive import audit, clocks, tables
from engine.archive.archive import Archive
from engine.archive.lease import Lease
from engine.archive.records import Delivery
from engine.keyring import KeyRing
from engine.logs import logger
from engine.recovery import publish
from engine.replay import AFTER_MS, catch_up, replay
from sessions.model import Close, Credit, Outage, Verdict
from sessions.store import Store

LOG = logger("sweep")
WHO = "engine"
PAGE = 256
"""Sessions in one call to Redis, which serves nobody else meanwhile."""

CLOSED_AT_ONCE = 8192
"""Sessions of a delivery that is over, closed in one sweep; the next sweep closes more."""


class Sweep:
    """Looks after the time of all sessions."""

    def __init__(
        self, archive: Archive, store: Store, *, partitions: int, keyring: KeyRing | None = None
    ) -> None:
        self._archive = archive
        self._store = store
        self._partitions = partitions
        self._keyring = keyring
        self._kept_ms = 0
        self._known: frozenset[str] = frozenset()
        """The Redis processes that held the keys at the last look."""
        self._seen_ms: int | None = None
        """When they did so in a sweep that went well: what was lost since, is done again."""

    async def run(self, lease: Lease, now_ms: int) -> None:
        """Replay, credit, then close."""
        moments = await self._begin(now_ms)
        waiting = await self._store.waiting()
        await self._do_again(waiting, now_ms)
        if moments:  # not before: the next drain looks back to them
            await clocks.keep(self._archive.database, lease, moments, now_ms)
            self._kept_ms = now_ms
        parts = await self._parts(waiting) if waiting else {}
        if waiting:
            await self._note_outages(lease, list(chain(*parts.values())), now_ms)
        for outage, known in parts.items():
            await self._credit(outage, known, now_ms)
        deliveries = await self._archive.deliveries()
        await self._close_due(deliveries, now_ms)
        for delivery in deliveries:
            if delivery.state == "closed" or delivery.intake_ends_ms < now_ms:
                await self._close_all(delivery, now_ms)
        self._seen_ms = now_ms

    async def _begin(self, now_ms: int) -> Mapping[int, int]:
        """Fill a Redis that came up empty; else give what is to be kept of its clocks, mostly nothing.

        In a cluster a node may have done so alone: whether it lacks anything is looked at when one is new.
        """
        if self._seen_ms is None:
            self._seen_ms = await clocks.earliest(self._archive.database, self._partitions)
        is_filled = bool(await self._store.deliveries_version())
        may_lack = not is_filled or (self._store.lanes > 1 and await self._processes() != self._known)
        if may_lack and self._keyring is not None:  # nobody is credited or closed before it is filled
            await publish(self._archive, self._store, self._keyring)
        is_due = is_filled and now_ms - self._kept_ms >= clocks.EVERY_MS
        return await self._store.clocks() if is_due else {}

    async def _do_again(self, waiting: Sequence[Outage], now_ms: int) -> None:
        """What staff did and Redis has forgotten, or never heard of.

        It may have lost its last moments where it was away, and where another process is Redis now, or one
        again that was: a replica that takes over within seconds leaves no outage behind. It did so after the
        last sweep that went well, which may be minutes ago.
        """
        processes = await self._processes()
        since_ms = [outage.from_ms for outage in waiting]
        if processes != self._known:
            since_ms.append(min(self._seen_ms or 0, now_ms))
        if since_ms:
            await catch_up(self._archive, self._store, min(since_ms), now_ms)
        await replay(self._archive, self._store, now_ms - AFTER_MS)
        self._known = processes

    async def _processes(self) -> frozenset[str]:
        return await self._store.processes()

    async def _parts(self, waiting: Sequence[Outage]) -> dict[Outage, list[Outage]]:
        """Each outage as it is given back: what the archive has of it stands as it was written down.

        A Redis that takes over may not know that its predecessor had found the end of the outage, and finds a
        later one; what of that was an outage too is one of its own.
        """
        table, since_ms = tables.outages, min(outage.from_ms for outage in waiting)
        async with self._archive.database.reading.connect() as connection:
            rows = await connection.execute(select(table).where(table.c.from_ms >= since_ms))
            known = {(row.partition, row.from_ms): row.to_ms for row in rows}
        return {outage: list(_as_known(outage, known, self._store.gap_ms)) for outage in waiting}

    async def _note_outages(self, lease: Lease, waiting: Sequence[Outage], now_ms: int) -> None:
        """Write outages down, each once; those of one time are one line of the audit log."""
        times: dict[tuple[int, int], list[int]] = {}
        for outage in waiting:
            times.setdefault((outage.from_ms, outage.to_ms), []).append(outage.partition)
        async with lease.transaction(now_ms) as connection:
            for (from_ms, to_ms), partitions in times.items():
                rows = [(partition, from_ms, to_ms) for partition in partitions]
                if await self._archive.database.add_new(connection, tables.outages, rows):
                    detail = {"from_ms": from_ms, "to_ms": to_ms, "partitions": partitions}
                    await audit.append(
                        connection, at_ms=now_ms, who=WHO, act="outage.credit", delivery="", detail=detail
                    )
                    LOG.warning("outage", extra={"fields": detail | {"partitions": len(partitions)}})

    async def _credit(self, outage: Outage, parts: Sequence[Outage], now_ms: int) -> None:
        """Give an outage back to all whose time ran, then say that it is done."""
        async for sids in self._running(outage.partition):
            for _, from_ms, to_ms in parts:
                await self._store.commit([Credit(sid, from_ms, to_ms) for sid in sids], now_ms)
        await self._store.settle(outage)

    async def _running(self, partition: int) -> AsyncIterator[Sequence[bytes]]:
        cursor = 0
        while True:
            cursor, sids = await self._store.running(partition, cursor, PAGE)
            if sids:
                yield sids
            if not cursor:
                return

    async def _close_due(self, deliveries: Sequence[Delivery], now_ms: int) -> None:
        """Sessions whose deadline and grace are past; the longest grace serves all deliveries."""
        grace_ms = max((delivery.grace_ms for delivery in deliveries), default=0)
        for partition in range(self._partitions):
            sids = await self._store.due(partition, now_ms, grace_ms, PAGE)
            while sids and await self._close(sids, "deadline", now_ms, now_ms - grace_ms):
                sids = await self._store.due(partition, now_ms, grace_ms, PAGE)

    async def _close_all(self, delivery: Delivery, now_ms: int) -> None:
        """All open sessions of a delivery that is over, as far as the archive knows them."""
        table = tables.sessions
        is_open = table.c.status.in_(("running", "paused"))
        query = select(table.c.sid).where(table.c.delivery == delivery.id, is_open).limit(CLOSED_AT_ONCE)
        async with self._archive.database.reading.connect() as connection:
            sids = list((await connection.execute(query)).scalars())
        for start in range(0, len(sids), PAGE):
            await self._close(sids[start : start + PAGE], "over", now_ms, 0)

    async def _close(self, sids: Sequence[bytes], reason: str, now_ms: int, due_ms: int) -> bool:
        """Close sessions; whether any of them could be closed."""
        replies = await self._store.commit([Close(sid, reason, due_ms) for sid in sids], now_ms)
        return any(reply.verdict is Verdict.OK for reply in replies)


def _as_known(outage: Outage, known: Mapping[tuple[int, int], int], gap_ms: int) -> Iterator[Outage]:
    """The parts of `outage` that stand in the archive (partition, from -> to), and what is left of it."""
    partition, from_ms, to_ms = outage
    while end_ms := known.get((partition, from_ms)):
        yield Outage(partition, from_ms, end_ms)
        if to_ms - end_ms <= gap_ms:
            return
        from_ms = end_ms
    yield Outage(partition, from_ms, to_ms)

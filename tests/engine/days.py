"""A delivery whose pupils talk to Redis, for tests of the drain, the sweep and recovery."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from engine.archive import Archive
from engine.archive.drain import drain_once
from engine.archive.reading import JournalReader
from engine.recovery import publish_delivery, publish_sessions
from sessions.cipher import SessionCipher
from sessions.link import Link
from sessions.model import Login, Reply, Save, Start, Ticket, Verdict
from sessions.store import Store
from tests.engine.archives import NOON_MS, a_sid, emptied, opened
from tests.engine.sittings import KEY, NAME, Sitting

PUPILS = 3


class Day(Sitting):
    """A sitting whose pupils talk to Redis."""

    def __init__(self, archive: Archive, folder: Path, store: Store) -> None:
        super().__init__(archive, folder)
        self.store = store
        self.reader = JournalReader(store)
        self.tickets: dict[int, Ticket] = {}
        self.sent: dict[tuple[str, int, int], str] = {}

    async def open(self, pupils: int = PUPILS) -> None:
        """Begin, with all pupils started."""
        delivery = await self.begin(pupils)
        await publish_sessions(self.archive, self.store, self.keyring, delivery)
        await publish_delivery(self.store, delivery)
        for number in range(1, pupils + 1):
            (reply,) = await self.store.commit([Login(a_sid(number))], NOON_MS)
            start = Start(reply.state.ticket()._replace(delivery=NAME), delivery.duration_ms)
            (reply,) = await self.store.commit([start], NOON_MS)
            self.tickets[number] = reply.state.ticket()._replace(delivery=NAME)

    def save_of(self, number: int, n: int, word: str = "") -> Save:
        """The operation that saves the n-th batch of a pupil."""
        ticket = self.tickets[number]
        right = self.right()
        item = self.items[(n - 1) % len(self.items)]
        batch = self.batch(number, n, {item: right[item]}, epoch=ticket.epoch)
        body = SessionCipher(KEY, a_sid(number), NAME).open(ticket.epoch, n, batch.body) + word.encode()
        sealed = SessionCipher(KEY, a_sid(number), NAME).seal(ticket.epoch, n, body, n.to_bytes(12, "big"))
        return Save(ticket, n, hashlib.sha256(body).digest(), sealed, (item,))

    async def save(self, saves: Sequence[Save], now_ms: int = NOON_MS + 1000) -> list[Reply]:
        """Save batches, and remember what was acknowledged."""
        replies = await self.store.commit(saves, now_ms)
        for save, reply in zip(saves, replies, strict=True):
            if reply.verdict is Verdict.OK:
                key = (save.ticket.sid.hex(), save.ticket.epoch, save.n)
                self.sent[key] = save.digest.hex()
        return replies

    async def drain(self) -> int:
        """Drain until the journal is empty."""
        total = 0
        while count := await drain_once(self.archive.database, self.reader, self.lease, NOON_MS):
            total += count
        return total

    async def ledger(self) -> dict[tuple[str, int, int], str]:
        """What the archive holds; twice the same key would be a row too many."""
        rows = [row async for row in self.archive.ledger(NAME)]
        found = {(row.session, row.epoch, row.n): row.sha256 for row in rows}
        assert len(found) == len(rows)
        return found

    async def sealed_numbers(self) -> list[int]:
        """How far Redis tells each pupil that the archive is."""
        glances = await self.store.glance([a_sid(number) for number in sorted(self.tickets)])
        return [glance.state.sealed for glance in glances if glance]


async def until(condition: Callable[[], Awaitable[bool]], running: asyncio.Task[None]) -> None:
    """Let the others work until `condition` holds; a task that ends before tells why."""
    while True:
        if await condition():
            return
        if running.done():
            running.result()
            raise AssertionError("it ended before")
        await asyncio.sleep(0)


@asynccontextmanager
async def begun(address: str, folder: Path, redis_url: str) -> AsyncIterator[Day]:
    """Pupils who have started, all of it archived."""
    store = Store(Link(redis_url))
    async with opened(await emptied(address)) as archive:
        day = Day(archive, folder, store)
        await day.open()
        await day.drain()
        yield day
    await store.aclose()

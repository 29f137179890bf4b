"""The journal read a portion at a time, from its beginning: what is sealed is no longer there.

While SQL works on a large portion the one behind it is read ahead, and the one before it is sealed. What was
read ahead is used only if all before it was committed and could be sealed; otherwise it is forgotten, and the
next reading begins at the beginning again. The same holds when the connection to Redis is lost: what was
read from one server is never sealed on another.

An entry of the journal is what one commit wrote, of one line on a quiet day and of a hundred on a busy one.
How many entries are asked for follows from what the last ones held, so that a portion stays within bounds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from engine.archive.portion import Portion
from sessions.journal import AsideLine, MissingLine, StateLine
from sessions.pages import Page
from sessions.store import LINES_MAX, Store

LINES = LINES_MAX
"""Lines in one transaction: far past the knee of the commit; many batches of one pupil are sealed as one."""
BYTES = 16 * 1024 * 1024
"""Bodies in one transaction; a body has 500 bytes as a rule, 64 KiB at most. A portion takes some 50 MB."""
ENTRIES_FIRST, ENTRIES_MAX = 16, 4096
AHEAD_FROM = 1_000
"""Lines of a portion behind which it is worth while to read on: fewer, and the journal is nearly empty."""


class JournalReader:
    """Reads all journals of a store, or those that `of` names."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entries = ENTRIES_FIRST
        self._journals: Sequence[int] = store.journals()
        self._ahead: asyncio.Task[Portion] | None = None
        self._sealing: asyncio.Task[None] | None = None
        self._is_met = False
        self._is_behind = False

    @property
    def is_behind(self) -> bool:
        """Whether the last portion was full: go on at once."""
        return self._is_behind

    async def of(self, journals: Sequence[int]) -> None:
        """Read these journals from now on."""
        if list(journals) != list(self._journals):
            await self.forget()
            self._journals = journals

    async def read(self) -> Portion:
        """The oldest lines, sorted for the archive; an empty portion when there are none.

        StoreForeign where a new connection leads to a Redis that another version has filled.
        """
        ahead, self._ahead = self._ahead, None
        portion = await ahead if ahead is not None else None
        if portion is None or not portion.positions:
            await self.sealed()
            await self._meet()
            portion = await self._read({})
        self._is_behind = portion.is_full
        return portion

    async def _meet(self) -> None:
        if self._store.hold():  # nothing of another server's is under way
            self._is_met = False
        if not self._is_met:
            await self._store.meet()
            self._is_met = True

    def look_ahead(self, portion: Portion) -> None:
        """Begin to read what comes behind `portion`, if that is large."""
        if len(portion) >= AHEAD_FROM:
            self._ahead = asyncio.create_task(self._read(portion.positions))

    async def looked(self) -> None:
        """Return when what is being read ahead is here, and Redis has been told what is sealed."""
        if under_way := [task for task in (self._ahead, self._sealing) if task is not None]:
            await asyncio.wait(under_way)

    async def forget(self) -> None:
        """What was read ahead is not to be used: what lies before it was not committed, or not sealed."""
        ahead, sealing, self._ahead, self._sealing = self._ahead, self._sealing, None, None
        if ahead is not None:
            ahead.cancel()
        under_way = [task for task in (ahead, sealing) if task is not None]
        await asyncio.gather(*under_way, return_exceptions=True)

    async def committed(self, portion: Portion) -> None:
        """Have `portion` sealed: now, or while SQL writes the next one, if that is being read already.

        In order: its trim would pass what Redis has not been told of. StoreError if the one before it failed.
        """
        await self.sealed()
        if self._ahead is None:
            await self.seal(portion)
        else:
            self._sealing = asyncio.create_task(self.seal(portion))

    async def sealed(self) -> None:
        """Return when the portion before is sealed; StoreError if it is not."""
        sealing, self._sealing = self._sealing, None
        if sealing is not None:
            await sealing

    async def seal(self, portion: Portion) -> None:
        """Tell Redis what is committed: it moves `sealed` up and lets go of the journal up to there."""
        await self._store.sealed(list(portion.highest.items()), portion.positions)

    async def _read(self, behind: Mapping[int, str]) -> Portion:
        portion = Portion()
        async for page in self._store.journal_pages(self._journals, self._entries, behind):
            add_page(portion, page)
        portion.is_full = len(portion) >= AHEAD_FROM or portion.entries >= self._entries
        self._adapt(portion)
        return portion

    def _adapt(self, portion: Portion) -> None:
        share = max(len(portion) / LINES, portion.size() / BYTES)
        if share > 1:
            self._entries = max(1, int(self._entries / share))
        elif portion.entries >= self._entries and share < 0.5:
            self._entries = min(ENTRIES_MAX, self._entries * 2)


def add_page(portion: Portion, page: Page) -> None:
    """Sort the lines of another page into `portion`."""
    for partition, stream_id in page.reached():
        portion.reach(partition, stream_id)
    portion.add_batches(page.rows())
    for line in page.others():
        if isinstance(line, AsideLine):
            portion.asides.append(
                (line.sid, line.epoch, line.n, line.verdict, line.digest, line.received_ms, line.body)
            )
        elif isinstance(line, MissingLine):
            portion.add_missing(line.sid, line.n, line.received_ms)
        elif isinstance(line, StateLine):
            _add_state(portion, line)


def _add_state(portion: Portion, line: StateLine) -> None:
    state = line.state
    portion.add_event(
        line.sid,
        line.event,
        line.received_ms,
        status=state.status.value,
        epoch=state.epoch,
        version=state.version,
        started_ms=state.started_ms,
        deadline_ms=state.deadline_ms,
        last=state.last,
    )

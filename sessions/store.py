"""Live sessions in Redis. Operations of many pupils go in as one call and come out one reply each.

One EVALSHA carries a whole group on a single node; in a cluster (`partitioned`) one carries the operations of
one partition. An operation that fails, fails alone. When `commit` returns, what it acknowledges is on disk.
"""

from __future__ import annotations

import asyncio
import struct
from collections import Counter, deque
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from sessions import keys
from sessions.journal import JournalLine, after, owner_of, raw_lines, sealed_key
from sessions.link import Link, StoreAway
from sessions.model import (
    Destroy,
    Glance,
    Operation,
    Reply,
    SessionRow,
    SessionState,
    Verdict,
)
from sessions.packing import WrongOwner, decode, encode, glance, packed, sid_of, unpacked
from sessions.pages import PASSED, Page, RawPage, raw_pages
from sessions.partitions import GAP_MS, TICK_S, Partitions
from sessions.registry import CALL_MAX
from sessions.routes import Cluster, Routed, connect, holders
from sessions.script import sessions_script

LINES_MAX = 16_384
"""Lines of the journal at once: some 10 MB with the batches that they name."""
ENTRIES_PAGE = 64
"""Entries looked at in one call when lines are only counted."""
PAGES_AHEAD = 2
"""Asked for while one is read: three are in memory at once, a megabyte of usual batches."""
SEALS_MAX = 2_000
"""Sessions sealed in one call, some 2 ms; Lua passes 8,000 arguments at once."""


def open_store(url: str, *, partitions: int = 64, wait_replicas: int = 0) -> Store:
    """A store on whatever `url` names: one node, a cluster, or a primary behind sentinels."""
    link = connect(url, wait_replicas=wait_replicas)
    return Store(link, partitions=partitions, partitioned=isinstance(link, Cluster))


class Store(Partitions):
    """What the engine knows of Redis."""

    def __init__(
        self, link: Link | Routed, *, partitions: int = 64, partitioned: bool = False, gap_ms: int = GAP_MS
    ) -> None:
        super().__init__(link, partitions=partitions, partitioned=partitioned, gap_ms=gap_ms)
        self._sessions = sessions_script()

    async def commit(self, operations: Sequence[Operation], now_ms: int) -> list[Reply]:
        """Do `operations`, in order; a reply for each. After a StoreError repeat all of them."""
        if not self._is_met:
            await self._look()
        if not self._partitioned:
            return await self._commit_in_calls(operations, 0, now_ms)
        replies: dict[int, Reply] = {}
        groups = self._by_journal(operations)
        # Side by side, since in a cluster they go to several nodes; in order within a journal.
        commits = (
            self._commit_in_calls([operations[place] for place in places], partition, now_ms)
            for partition, places in groups.items()
        )
        for places, found in zip(groups.values(), await asyncio.gather(*commits), strict=True):
            replies |= zip(places, found, strict=True)
        return [replies[place] for place in range(len(operations))]

    async def create_sessions(self, rows: Sequence[SessionRow]) -> int:
        """Create those sessions that do not exist yet; how many that were."""
        return sum(reply.verdict is Verdict.OK for reply in await self.commit(rows, 0))

    async def destroy_sessions(self, sids: Sequence[bytes]) -> int:
        """Remove sessions with all their keys; how many there were."""
        replies = await self.commit([Destroy(sid) for sid in sids], 0)
        return sum(reply.verdict is Verdict.OK for reply in replies)

    async def glance(self, sids: Sequence[bytes]) -> list[Glance | None]:
        """How sessions stand, without taking part in them: a teacher's page."""
        if not self._is_met:
            await self._look()
        owners = [keys.owner(sid, self._partitions) for sid in sids]
        reads = [("MGET", f"s:{owner}", f"c:{owner}", f"e:{owner}") for owner in owners]
        found = await self._link.commands(reads) if reads else []
        return [
            glance(sid, record, constants, int(sealed or 0)) if record else None
            for sid, (record, constants, sealed) in zip(sids, found, strict=True)
        ]

    # The journal, for the archive.

    def journals(self) -> range:
        """The partitions that have a journal: all in a cluster, one on a single node."""
        return range(self.lanes)

    def hold(self) -> bool:
        """From now on a server that is lost stays lost (StoreAway), until this is called again.

        So that what is read from a server is sealed and trimmed there and nowhere else: one that has taken
        over may have lines that the former one never had, under the same ids or below them. True if it may be
        another one than before: then `meet` comes first.
        """
        return self._link.hold()

    async def journal(
        self,
        partitions: Iterable[int],
        count: int,
        behind: Mapping[int, str] | None = None,
        lines_max: int = LINES_MAX,
    ) -> list[JournalLine]:
        """The oldest lines: of each journal all those of `count` entries (one entry per commit).

        Those `behind` a stream id, where it names one for the journal. From `lines_max` on no further entry
        is begun: one may hold a single line or a thousand.
        """
        pages = self.journal_pages(partitions, count, behind, lines_max)
        return [line async for page in pages for line in page]

    async def journal_pages(
        self,
        partitions: Iterable[int],
        count: int,
        behind: Mapping[int, str] | None = None,
        lines_max: int = LINES_MAX,
    ) -> AsyncGenerator[Page]:
        """The same lines, CALL_MAX at a time: some 1 ms of work, and whoever shares this loop gets a turn.

        Those of the next PAGES_AHEAD pages are asked for before a page is read: Redis and we work side by
        side, and what it has to say does not wait for us to listen.
        """
        if not self._is_met:
            await self._look()
        names = [partition for partition in partitions if partition in self.journals()]
        firsts = {partition: after(stream_id) for partition, stream_id in (behind or {}).items()}
        reads = [
            ("XRANGE", keys.journal(partition), firsts.get(partition, "-"), "+", "COUNT", count)
            for partition in names
        ]
        found = await self._link.commands(reads) if reads else []
        pages = raw_pages(zip(names, found, strict=True), lines_max, CALL_MAX)
        asked: deque[tuple[RawPage, asyncio.Task[list[bytes | None]]]] = deque()
        try:
            asked.extend(map(self._asked, islice(pages, PAGES_AHEAD)))
            while asked:
                asked.extend(map(self._asked, islice(pages, 1)))
                page, answer = asked[0]
                batches = await answer
                asked.popleft()
                await asyncio.sleep(0)  # what has come is taken in, what is to be asked goes out
                yield Page(page, batches)
        finally:
            for _, answer in asked:
                answer.cancel()
            await asyncio.gather(*(answer for _, answer in asked), return_exceptions=True)

    def _asked(self, page: RawPage) -> tuple[RawPage, asyncio.Task[list[bytes | None]]]:
        return page, asyncio.create_task(self._named_batches(page))

    async def _named_batches(self, page: RawPage) -> list[bytes | None]:
        """The batches whose keys lines name, in the order of the lines: None for one that is lost.

        PASSED for one that is not there and sealed: its line is read again, since the journal is trimmed
        last. So does one whose session has been destroyed.
        """
        slices = [
            names[start : start + CALL_MAX]
            for names in page.keys().values()  # lines come a journal after the other
            for start in range(0, len(names), CALL_MAX)
        ]
        found = await self._link.commands([("MGET", *names) for names in slices]) if slices else []
        batches: list[bytes | None] = list(chain(*found))
        if gone := [place for place, batch in enumerate(batches) if batch is None]:
            names = list(chain(*slices))
            sealed = await self._link.commands([("GET", sealed_key(names[place])) for place in gone])
            for place, number in zip(gone, sealed, strict=True):
                if number is None or int(number) >= owner_of(names[place])[1]:
                    batches[place] = PASSED
        return batches

    async def journal_length(self) -> int:
        """How many entries wait for the archive."""
        return sum(
            await self._link.commands([("XLEN", keys.journal(partition)) for partition in self.journals()])
        )

    async def journal_since(self) -> int:
        """When the oldest line that waits was written, in ms; 0 if none waits."""
        reads = [("XRANGE", keys.journal(partition), "-", "+", "COUNT", 1) for partition in self.journals()]
        found = await self._link.commands(reads)
        return min((int(entries[0][0].partition(b"-")[0]) for entries in found if entries), default=0)

    async def unsealed(self, lines_max: int) -> dict[bytes, int]:
        """Batches that wait for the archive, by session, as far as the first `lines_max` lines tell."""
        counts: Counter[bytes] = Counter()
        for partition in self.journals():
            first, entries = "-", [None] * ENTRIES_PAGE
            while len(entries) == ENTRIES_PAGE and counts.total() < lines_max:
                read = ("XRANGE", keys.journal(partition), first, "+", "COUNT", ENTRIES_PAGE)
                entries = await self._link.command(*read)
                for line in raw_lines(partition, entries):
                    if not line.label.startswith((b"state:", b"aside:")):
                        counts[owner_of(line.line)[0] if line.names_key else unpacked(line.line)[0]] += 1
                first = after(entries[-1][0].decode()) if entries else first
        return dict(counts)

    async def memory(self) -> dict[str, float]:
        """Bytes that Redis uses and may use, of the node that is fullest; without a limit the machine's."""
        fullest = {"used": 0.0, "limit": 0.0, "share": 0.0}
        for link in (await holders(self._link)).values():
            text = (await link.command("INFO", "memory")).decode()
            fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
            used = float(fields["used_memory"])
            limit = float(fields["maxmemory"]) or float(fields["total_system_memory"])
            if used / limit >= fullest["share"]:
                fullest = {"used": used, "limit": limit, "share": round(used / limit, 4)}
        return fullest

    async def processes(self) -> frozenset[str]:
        """The Redis processes that hold the keys now, by the name that each draws when it starts.

        A name that is new has taken over, or has started again: it may have forgotten its last moments. A
        node of a cluster that is away is left out; StoreAway if none tells its name.
        """

        async def named(link: Link) -> str:
            async with asyncio.timeout(TICK_S if self._partitioned else None):
                text: str = (await link.command("INFO", "server")).decode()
            return next((line for line in text.splitlines() if line.startswith("run_id:")), "")

        links = (await holders(self._link)).values()
        told = await asyncio.gather(*map(named, links), return_exceptions=True)
        for problem in told:
            if isinstance(problem, BaseException) and not isinstance(problem, StoreAway | TimeoutError):
                raise problem
        if names := frozenset(name for name in told if isinstance(name, str) and name):
            return names
        raise StoreAway("no Redis tells the name of its process (`run_id` in INFO server)")

    async def sealed(self, numbers: Sequence[tuple[bytes, int]], last_ids: Mapping[int, str]) -> None:
        """The archive has committed: each session up to its number, each journal up to the id given."""
        groups: dict[int, list[tuple[str, int]]] = {}
        for sid, n in numbers:
            partition = keys.partition_of(sid, self._partitions) if self._partitioned else 0
            groups.setdefault(partition, []).append((f"e:{keys.owner(sid, self._partitions)}", n))
        await asyncio.gather(
            *(
                self._seal(group[start : start + SEALS_MAX])
                for group in groups.values()
                for start in range(0, len(group), SEALS_MAX)
            )
        )
        trims = [
            ("XTRIM", keys.journal(partition), "MINID", after(stream_id))
            for partition, stream_id in last_ids.items()
        ]
        if trims:
            await self._write(trims)

    async def _seal(self, numbers: Sequence[tuple[str, int]]) -> None:
        names = [name for name, _ in numbers]
        await self._keep(names, ["seal", *(n for _, n in numbers)])

    async def aclose(self) -> None:
        """Close the connection."""
        await self._link.aclose()

    async def _commit_in_calls(
        self, operations: Sequence[Operation], partition: int, now_ms: int
    ) -> list[Reply]:
        replies: list[Reply] = []
        for start in range(0, len(operations), CALL_MAX):
            replies += await self._commit_group(operations[start : start + CALL_MAX], partition, now_ms)
        return replies

    async def _commit_group(
        self, operations: Sequence[Operation], partition: int, now_ms: int
    ) -> list[Reply]:
        calls: list[Any] = []
        sound = []
        for operation in operations:
            owner = keys.owner(sid_of(operation), self._partitions)
            try:
                calls += owner, encode(operation, owner)
                sound.append(operation)
            except (ValueError, TypeError, OverflowError, struct.error):
                continue  # it cannot be an operation: it alone gets the verdict error
        names = [keys.journal(partition)]
        found = await self._link.script(self._sessions, names, [packed(calls), now_ms]) if calls else []
        try:
            replies = [decode(operation, reply) for operation, reply in zip(sound, found, strict=True)]
        except WrongOwner:
            await self._link.aclose()  # whatever mixed the replies up, it ends with this connection
            raise
        if len(sound) == len(operations):
            return replies
        told = dict(zip(map(id, sound), replies, strict=True))
        return [told.get(id(it)) or Reply(Verdict.ERROR, SessionState(sid_of(it))) for it in operations]

    def _by_journal(self, operations: Sequence[Operation]) -> dict[int, list[int]]:
        """In a cluster: the partition of each journal written to, and the places of its operations."""
        groups: dict[int, list[int]] = {}
        for place, operation in enumerate(operations):
            partition = keys.partition_of(sid_of(operation), self._partitions)
            groups.setdefault(partition, []).append(place)
        return groups

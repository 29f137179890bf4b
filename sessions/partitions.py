"""What is true of a partition as a whole: when it last acknowledged, its outages, who is due in it.

All sessions of a partition lie on one node, so they are away together, and get the same time back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sessions import keys
from sessions.link import Link, StoreAway
from sessions.model import Outage
from sessions.registry import CALL_MAX, Registry
from sessions.routes import Routed

TICK_S = 2.0
"""A tick waits so long for a node of a cluster: with the pause between two, well below the gap."""
GAP_MS = 5_000
"""A partition that acknowledged nothing for so long had an outage; ticks come every second or so."""


class Partitions(Registry):
    """The partitions of the sessions in the Redis behind `link`; `gap_ms`: a longer silence is an outage."""

    def __init__(
        self, link: Link | Routed, *, partitions: int = 64, partitioned: bool = False, gap_ms: int = GAP_MS
    ) -> None:
        super().__init__(link, partitioned=partitioned)
        self._partitions = partitions
        self._gap_ms = gap_ms

    @property
    def gap_ms(self) -> int:
        """A silence of more than this is an outage."""
        return self._gap_ms

    @property
    def lanes(self) -> int:
        """How many groups of sessions can be committed without regard to each other: 1 on one node."""
        return self._partitions if self._partitioned else 1

    async def tick(self, now_ms: int) -> list[Outage]:
        """All partitions acknowledge; the outages that wait to be credited (until `settle`).

        In a cluster those of a node that is away do not, and have an outage; StoreAway if none does.
        """
        return await self._waiting("tick", (keys.clock, keys.outages, keys.uncredited), now_ms)

    async def waiting(self) -> list[Outage]:
        """The same outages, without a word about who acknowledges: no clock is moved or started."""
        return await self._waiting("waiting", (keys.uncredited,), 0)

    async def _waiting(self, verb: str, named: Sequence[Callable[[int], str]], now_ms: int) -> list[Outage]:
        async def asked(group: Sequence[int]) -> list[Outage]:
            names = [name(partition) for partition in group for name in named]
            try:
                async with asyncio.timeout(TICK_S if self._partitioned else None):
                    found = await self._keep(names, [verb, now_ms, self._gap_ms])
            except TimeoutError as error:
                raise StoreAway("a node does not answer") from error
            return [
                Outage(group[place - 1], from_ms, to_ms)
                for place, from_ms, to_ms in zip(found[::3], found[1::3], found[2::3], strict=True)
            ]

        told = await asyncio.gather(*map(asked, self._tick_groups()), return_exceptions=True)
        problems = [found for found in told if isinstance(found, BaseException)]
        if problems and (len(problems) == len(told) or not isinstance(problems[0], StoreAway)):
            raise problems[0]
        return [outage for found in told if not isinstance(found, BaseException) for outage in found]

    async def clocks(self) -> dict[int, int]:
        """When each partition last acknowledged, as far as Redis knows."""
        reads = [("GET", keys.clock(partition)) for partition in range(self._partitions)]
        found = await self._link.commands(reads)
        return {partition: int(moment) for partition, moment in enumerate(found) if moment is not None}

    async def set_clocks(self, moments: Mapping[int, int]) -> None:
        """After a loss of everything: when partitions last acknowledged, before the loss."""
        known = {partition: at_ms for partition, at_ms in moments.items() if partition < self._partitions}
        writes = [("SET", keys.clock(partition), at_ms) for partition, at_ms in known.items()]
        if writes:
            await self._write(writes)

    async def unfilled(self) -> set[int]:
        """Partitions of a cluster whose node came up empty, and lacks what the archive knows of them.

        Of a single node they are none: it has lost everything or nothing, which its deliveries tell.
        """
        if self.lanes == 1:
            return set()
        found = await self._link.commands([("GET", keys.filled(part)) for part in range(self._partitions)])
        return {part for part, mark in enumerate(found) if mark is None}

    async def set_filled(self, partitions: Iterable[int]) -> None:
        """All that the archive knows of these partitions is there: to be said last."""
        if writes := [("SET", keys.filled(part), 1) for part in partitions]:
            await self._write(writes)

    async def settle(self, outage: Outage) -> None:
        """The outage has been credited to every running session of its partition."""
        await self._write([("HDEL", keys.uncredited(outage.partition), outage.from_ms)])

    async def due(self, partition: int, now_ms: int, grace_ms: int = 0, count: int = CALL_MAX) -> list[bytes]:
        """Sessions to close: deadline and grace are past. None while an outage waits to be credited."""
        names = [keys.clock(partition), keys.uncredited(partition), keys.open_sessions(partition)]
        arguments = ("due", now_ms, self._gap_ms, now_ms - grace_ms, count)
        found = await self._keep(names, arguments)
        return [bytes.fromhex(sid.decode()) for sid in found]

    async def running(self, partition: int, cursor: int = 0, count: int = 256) -> tuple[int, list[bytes]]:
        """Running and paused sessions from `cursor` on (0: the beginning) and the next cursor (0: done).

        A session may come twice, but none that is there all the while is left out.
        """
        name = keys.open_sessions(partition)
        following, found = await self._link.command("ZSCAN", name, cursor, "COUNT", count)
        return int(following), [bytes.fromhex(sid.decode()) for sid in found[::2]]

    def _tick_groups(self) -> Iterator[Sequence[int]]:
        """Partitions that one call may touch together."""
        size = 1 if self._partitioned else CALL_MAX
        for start in range(0, self._partitions, size):
            yield range(start, min(start + size, self._partitions))

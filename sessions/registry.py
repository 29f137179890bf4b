"""What belongs to no session: whose Redis this is, codes, deliveries, the words of workers, jobs.

Deliveries are a copy of what SQL holds, so that no pupil waits for SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sessions import keys
from sessions.link import Link, StoreForeign
from sessions.model import CodeEntry
from sessions.packing import WrongOwner, packed, unpacked
from sessions.pipe import Argument, Command
from sessions.routes import Routed
from sessions.script import upkeep_script

CALL_MAX = 512
"""Operations in one call: Redis serves nobody else meanwhile, for some 6 ms."""
OURS = str(keys.LAYOUT).encode()


class Registry:
    """Codes, deliveries and workers in the Redis behind `link`; `partitioned`: a cluster."""

    def __init__(self, link: Link | Routed, *, partitioned: bool = False) -> None:
        self._link = link
        self._partitioned = partitioned
        self._upkeep = upkeep_script()
        self._is_met = False

    async def meet(self) -> None:
        """StoreForeign if another version of the program filled this Redis; an empty one is nobody's yet.

        Empty is one without deliveries and, on one node, without a journal: in a cluster the node of the
        deliveries may have come up empty, and is filled again, while others have kept what waits.
        """
        await self._look()
        if not (self._is_met or self._partitioned) and await self._link.command("XLEN", keys.journal(0)):
            raise self._foreign(None)

    async def _look(self) -> None:
        """As much of it as stands before each call, until a Redis of ours has been met."""
        reads = [("GET", keys.LAYOUT_MARK), ("EXISTS", keys.DELIVERIES)]
        mark, is_filled = await self._link.commands(reads)
        self._is_met = mark == OURS
        if not self._is_met and (mark is not None or is_filled):
            raise self._foreign(mark)

    def _foreign(self, mark: bytes | None) -> StoreForeign:
        found = "none" if mark is None else mark.decode(errors="replace")
        return StoreForeign(
            f"this Redis was filled by another version of the program (its layout: {found}, "
            f"here: {keys.LAYOUT}): {StoreForeign.action}"
        )

    async def _write(self, commands: Sequence[Command], *, waits: bool = False) -> list[Any]:
        """The replies to writes, which go into no Redis of another version."""
        if not self._is_met:
            await self._look()
        return await self._link.commands(commands, waits=waits)

    async def claim(self) -> None:
        """The same, and from now on an empty Redis is this version's."""
        self._is_met = False
        await self.meet()
        if not self._is_met:
            await self._link.commands([("SET", keys.LAYOUT_MARK, keys.LAYOUT, "NX")], waits=True)
            await self.meet()

    async def _keep(self, names: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The reply of the script `upkeep`, which runs in no Redis of another version."""
        if not self._is_met:
            await self._look()
        return await self._link.script(self._upkeep, names, arguments)

    async def put_codes(self, entries: Iterable[CodeEntry]) -> None:
        """Make codes known (again: the last word counts)."""
        writes = [("SET", keys.code(entry.digest), packed(entry)) for entry in entries]
        for start in range(0, len(writes), CALL_MAX):
            await self._write(writes[start : start + CALL_MAX], waits=True)

    async def find_codes(self, digests: Sequence[bytes]) -> list[CodeEntry | None]:
        """Where codes lead to; None for a code that is not known."""
        if not digests:
            return []
        names = [keys.code(digest) for digest in digests]
        if self._partitioned:
            found = await self._link.commands([("GET", name) for name in names])
        else:
            found = await self._link.command("MGET", *names)
        return [_code_entry(digest, value) for digest, value in zip(digests, found, strict=True)]

    async def revoke(self, digests: Sequence[bytes]) -> int:
        """Withdraw codes; how many of them were known."""
        known = [entry for entry in await self.find_codes(digests) if entry is not None]
        await self.put_codes([entry._replace(revoked=True) for entry in known])
        return len(known)

    async def drop_codes(self, digests: Sequence[bytes]) -> None:
        """Forget codes: their delivery is closed."""
        for start in range(0, len(digests), CALL_MAX):
            names = map(keys.code, digests[start : start + CALL_MAX])
            await self._write([("DEL", name) for name in names])

    async def put_delivery(self, delivery: str, record: str | bytes) -> bool:
        """Keep the JSON record of a delivery, unless one of a higher `version` is kept: False then."""
        await self.claim()  # at each one: Redis may have come up empty since the last
        names = [keys.DELIVERIES, keys.DELIVERIES_VERSION]
        return bool(await self._link.script(self._upkeep, names, ["deliver", delivery, record]))

    async def drop_delivery(self, delivery: str) -> None:
        """Forget a delivery."""
        await self._write([("HDEL", keys.DELIVERIES, delivery), ("INCR", keys.DELIVERIES_VERSION)])

    async def deliveries(self) -> list[bytes]:
        """The JSON records of all deliveries."""
        return list(await self._link.command("HVALS", keys.DELIVERIES))

    async def deliveries_version(self) -> int:
        """Grows with every change of a delivery: what to ask before reading them all again.

        Each beat asks, so here is seen whose Redis it is by now: one that was met may have been emptied.
        """
        version, mark = await self._link.command("MGET", keys.DELIVERIES_VERSION, keys.LAYOUT_MARK)
        self._is_met = mark == OURS
        if not self._is_met:
            await self.meet()
        return int(version or 0)

    async def tell_workers(self, name: str, word: bytes) -> dict[bytes, bytes]:
        """Leave a word under a worker's name; gives the last words of all."""
        await self._write([("HSET", keys.WORKERS, name, word)])
        found = await self._link.command("HGETALL", keys.WORKERS)
        return dict(zip(found[::2], found[1::2], strict=True))

    async def tell_figures(self, name: str, word: bytes) -> None:
        """Leave a process's figures under its name."""
        await self._write([("HSET", keys.FIGURES, name, word)])

    async def figures(self) -> dict[bytes, bytes]:
        """The last figures of all processes."""
        found = await self._link.command("HGETALL", keys.FIGURES)
        return dict(zip(found[::2], found[1::2], strict=True))

    async def forget_figures(self, names: Sequence[str]) -> None:
        """Take the figures of processes away that are gone."""
        await self._write([("HDEL", keys.FIGURES, *names)])

    async def forget_workers(self, names: Sequence[bytes]) -> None:
        """Take the words of workers away that are gone."""
        await self._write([("HDEL", keys.WORKERS, *names)])

    async def lease(self, name: str, owner: str, ttl_ms: int) -> bool:
        """Take or renew the job `name` for `ttl_ms` (0: give it back); whether `owner` has it now."""
        return bool(await self._keep([keys.lease(name)], ["lease", owner, ttl_ms]))


def _code_entry(digest: bytes, value: bytes | None) -> CodeEntry | None:
    if value is None:
        return None
    owner, sid, room, revoked = unpacked(value)
    if owner != digest:
        raise WrongOwner("a code's entry names another code than the one asked for")
    return CodeEntry(digest, sid, room.decode(), revoked)

"""More than one Redis: which node has a key (cluster), which node is the primary (sentinels).

    redis+cluster://host:7000,host:7001          the nodes to ask for the map of slots
    redis+sentinel://host:26379,host:26380/NAME  the sentinels that watch the primary NAME

A map is asked for when it is needed and forgotten as soon as a node is away or says that a key has moved; the
call fails then like any other (StoreAway), and its repetition finds the new node. Slots are not to be moved
between nodes on the day itself: while one is under way its pupils wait.
"""

from __future__ import annotations

import asyncio
import binascii
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from sessions.access import privileges
from sessions.link import Link, StoreAway, StoreError
from sessions.pipe import Argument, Command, ErrorReply
from sessions.script import Script

Value = TypeVar("Value")
SLOTS = 16_384
ASK_S = 1.0
"""How long nodes and sentinels may take to say who has what."""
TIMEOUT_S = 4.0
"""After so long a node of several is taken for dead: another one has its keys by then, or will have soon."""


class Routed(ABC):
    """Calls like those of a Link, each sent to the node of its key, which is a command's first argument."""

    def __init__(self, addresses: Sequence[str], connect: Callable[[str], Link]) -> None:
        self._addresses = addresses
        self._connect = connect
        self._links: dict[str, Link] = {}
        self._is_held = self._is_lost = False
        self._lock = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def command(self, *command: Argument) -> Any:
        """The reply to one command."""
        return (await self.commands([command]))[0]

    async def commands(self, commands: Sequence[Command], *, waits: bool = False) -> list[Any]:
        """The replies to many commands, each node's sent at once; see Link."""
        groups: dict[Link, list[int]] = {}
        for place, command in enumerate(commands):
            groups.setdefault(await self._way_to(_text(command[1])), []).append(place)
        replies: dict[int, Any] = {}
        calls = (
            link.commands([commands[place] for place in places], waits=waits)
            for link, places in groups.items()
        )
        for places, found in zip(groups.values(), await self._watched(asyncio.gather(*calls)), strict=True):
            replies |= zip(places, found, strict=True)
        return [replies[place] for place in range(len(commands))]

    async def script(self, script: Script, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The reply of `script`; all its keys have the tag of the first."""
        link = await self._way_to(keys[0])
        return await self._watched(link.script(script, keys, arguments))

    def hold(self) -> bool:
        """From now on a node that is lost, or replaced, stays lost until this is called again; see Link."""
        was_lost, self._is_held, self._is_lost = self._is_lost, True, False
        lost = [link.hold() for link in self._links.values()]
        return was_lost or not lost or any(lost)

    async def aclose(self) -> None:
        """Close all connections."""
        self._let_go_but([])
        await self._forget()
        await asyncio.gather(*self._closing)

    async def _watched(self, work: Awaitable[Value]) -> Value:
        try:
            return await work
        except StoreAway:
            self._is_lost = self._is_held
            await self._forget()
            raise

    async def _way_to(self, key: str) -> Link:
        if self._is_lost:
            raise StoreAway("a node was lost; what was read from it is to be read again")
        return await self._watched(self._link_of(key))

    async def _ask(
        self,
        addresses: Sequence[str],
        ask: Callable[[Link], Awaitable[Value]],
        enough: Callable[[Sequence[Value]], bool],
    ) -> list[Value]:
        """What `addresses` say, quickest first, until it is `enough`; else what all say that answer in time.

        All are asked at once: one that is frozen would hold up every pupil.
        """
        answers: list[Value] = []
        problem: Exception = StoreAway("no address given")
        asking = [asyncio.create_task(self._ask_one(address, ask)) for address in addresses]
        try:
            for answered in asyncio.as_completed(asking, timeout=ASK_S):
                try:
                    answers.append(await answered)
                except (StoreError, TimeoutError) as error:
                    problem = error
                    continue
                if enough(answers):
                    return answers
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        if not answers:
            raise StoreAway(f"no node answers: {problem!r}") from problem
        return answers

    async def _ask_one(self, address: str, ask: Callable[[Link], Awaitable[Value]]) -> Value:
        link = self._connect(address)
        try:
            return await ask(link)
        finally:
            await link.aclose()

    def _at(self, address: str) -> Link:
        if address not in self._links:
            self._links[address] = self._connect(address)
            if self._is_held:
                self._links[address].hold()
        return self._links[address]

    def _let_go_but(self, addresses: Collection[str]) -> None:
        """Forget all nodes but these; their connections are closed once the calls under way are done."""
        for address in self._links.keys() - set(addresses):
            closing = asyncio.create_task(self._links.pop(address).aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    @abstractmethod
    async def _link_of(self, key: str) -> Link:
        """The node that has `key`."""

    @abstractmethod
    async def holders(self) -> dict[str, Link]:
        """The nodes that hold keys now, by address."""

    @abstractmethod
    async def _forget(self) -> None:
        """What is known of the nodes does not hold any more."""


class Cluster(Routed):
    """A Redis Cluster."""

    _slots: list[str] | None = None
    _members: Sequence[str] = ()
    """Primaries and replicas of the last whole map: any of them knows the next one."""

    async def _link_of(self, key: str) -> Link:
        async with self._lock:
            if self._slots is None:
                self._slots = await self._slots_now()
            address = self._slots[slot_of(key)]
        if not address:
            raise StoreAway(f"no node has the slot of {key}")
        return self._at(address)

    async def holders(self) -> dict[str, Link]:
        await self._link_of("deliveries")
        assert self._slots is not None
        return {address: self._at(address) for address in dict.fromkeys(self._slots) if address}

    async def _slots_now(self) -> list[str]:
        """The node of each slot. Whoever has none by a map without holes has left: it is asked no more.

        One that has left without being told so, and stands among the addresses given, is asked and may be the
        quickest, with a map of then. So more than half are heard, and the newest map counts.
        """
        known = list(dict.fromkeys([*self._members, *self._links, *self._addresses]))

        def enough(told: Sequence[_Map]) -> bool:  # one that knows nothing may be the quickest
            return 2 * sum(one.has_slots for one in told) > len(known)

        newest = max(await self._ask(known, _map_of, enough), key=lambda one: one[:3])
        slots = _slot_map(newest.ranges)
        if all(slots):
            self._members = list(dict.fromkeys(_members(newest.ranges)))
            self._let_go_but(slots)
        return slots

    async def _forget(self) -> None:
        self._slots = None


class Sentinels(Routed):
    """A primary with replicas, watched by sentinels."""

    def __init__(self, addresses: Sequence[str], name: str, connect: Callable[[str], Link]) -> None:
        super().__init__(addresses, connect)
        self._name = name
        self._primary = ""

    async def _link_of(self, key: str) -> Link:
        async with self._lock:
            if not self._primary:
                found = await self._primary_now()
                if not found:
                    raise StoreAway(f"the sentinels do not know {self._name}")
                self._primary = f"{found[0].decode()}:{found[1].decode()}"
            return self._at(self._primary)

    async def _primary_now(self) -> Any:
        """What most say: one that is cut off from the others may still name a primary that was replaced."""

        async def named_by(link: Link) -> Any:
            return await link.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._name)

        def enough(told: Sequence[Any]) -> bool:
            return 2 * told.count(told[-1]) > len(self._addresses) and bool(told[-1])

        told = await self._ask(self._addresses, named_by, enough)
        return max(told, key=told.count)

    async def holders(self) -> dict[str, Link]:
        link = await self._link_of("deliveries")
        return {self._primary: link}

    async def _forget(self) -> None:
        primary, self._primary = self._primary, ""
        # A node that lost its role is not kept.
        if link := self._links.pop(primary, None):
            await link.aclose()


def connect(url: str, *, wait_replicas: int = 0, wait_ms: int = 2_000) -> Link | Routed:
    """The wire to whatever `url` names: one node, a cluster, or a primary behind sentinels."""
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if not kind:
        return Link(url, wait_replicas=wait_replicas, wait_ms=wait_ms)
    user, at, hosts = parts.netloc.rpartition("@")
    addresses = hosts.split(",")

    def node_at(address: str) -> Link:
        address = f"{scheme}://{user}{at}{address}"
        return Link(address, timeout_s=TIMEOUT_S, wait_replicas=wait_replicas, wait_ms=wait_ms)

    if kind == "cluster":
        return Cluster(addresses, node_at)
    if kind == "sentinel" and parts.path.strip("/"):
        return Sentinels(addresses, parts.path.strip("/"), node_at)
    raise ValueError(
        f"{url} is no address; write redis+cluster://HOST:PORT,... or redis+sentinel://HOST:PORT,.../NAME"
    )


async def holders(wire: Link | Routed) -> dict[str, Link]:
    """The nodes that hold keys now, by address."""
    return {"Redis": wire} if isinstance(wire, Link) else await wire.holders()


async def rights(url: str) -> dict[str, tuple[list[str], list[str]]]:
    """For each node that holds keys: what the user of `url` lacks there, and what it has and should not."""
    wire = connect(url)
    try:
        return {address: await privileges(link) for address, link in (await holders(wire)).items()}
    finally:
        await wire.aclose()


def slot_of(key: str) -> int:
    """The slot of a key: CRC-16 of what stands between the first braces, if anything does."""
    start = key.find("{")
    end = key.find("}", start + 1)
    if start >= 0 and end > start + 1:
        key = key[start + 1 : end]
    return binascii.crc_hqx(key.encode(), 0) % SLOTS


def _text(key: Argument) -> str:
    return key.decode() if isinstance(key, bytes) else str(key)


class _Map(NamedTuple):
    """The map of slots as one node has it; the newer one is greater in the first three."""

    has_slots: bool
    epoch: int
    """Each fail-over and each slot that is moved raises it; who is cut off from the others hears of none."""
    is_sound: bool
    """It reaches most primaries."""
    ranges: list[Any]


async def _map_of(link: Link) -> _Map:
    ranges = await link.command("CLUSTER", "SLOTS")
    (told,) = await link.replies([("CLUSTER", "INFO")])
    if isinstance(told, ErrorReply):  # its user may not ask this yet: then all are of one epoch
        return _Map(bool(ranges), 0, True, ranges)
    about = dict(line.split(b":", 1) for line in told.splitlines() if b":" in line)
    epoch = int(about.get(b"cluster_current_epoch", 0))
    return _Map(bool(ranges), epoch, about.get(b"cluster_state") == b"ok", ranges)


def _slot_map(ranges: Sequence[Any]) -> list[str]:
    slots = [""] * SLOTS
    for first, last, primary, *_replicas in ranges:
        slots[first : last + 1] = [_address(primary)] * (last + 1 - first)
    return slots


def _members(ranges: Sequence[Any]) -> list[str]:
    return [address for _, _, *nodes in ranges for node in nodes if (address := _address(node))]


def _address(node: Sequence[Any]) -> str:
    """Empty for a node that has not heard of its own address yet."""
    host, port, *_ = node
    return f"{host.decode()}:{port}" if host else ""

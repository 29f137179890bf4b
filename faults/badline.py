"""Bad lines: a proxy before the engine that knows requests, one before Redis that knows bytes.

Between pupils and engine each request draws its fate: late, lost, its reply lost, half-open, doubled,
overtaken by those after it, in drips. TCP itself neither doubles nor reorders, so what a network and its
boxes make of a request is done to whole requests. Towards Redis there are only bytes: late, cut, half-open,
in drips.
"""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOREVER_S = 3_600.0
FATES = ("late", "lost", "reply lost", "half-open", "doubled", "overtaken", "drips")
LOG_IN = b"POST /api/v1/login "
"""Never doubled here: a log-in that comes twice is a second seat by intent, not the same thing again."""
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
BROKEN = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)


class Proxy(ABC):
    """A server of whose connections nothing is left once it has stopped."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def stop(self) -> None:
        """Drop everything."""
        if self._server:
            self._server.close()
        await _dropped(self._tasks)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A task of ours: of one of its own asyncio says that it failed when it is cancelled."""
        self._begin(self._carry(reader, writer))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @abstractmethod
    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection, until it ends."""


class BadWeb(Proxy):
    """HTTP from pupils; one request in `1/share` meets a fate of `fates`."""

    def __init__(self, port: int, upstream: int, chance: random.Random) -> None:
        super().__init__()
        self.port, self._upstream = port, upstream
        self._chance = chance
        self.share = 0.0
        self.fates: tuple[str, ...] = FATES
        self.counts = dict.fromkeys(FATES, 0)

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(*BROKEN), ending(writer) as ends:
            upstream = await asyncio.open_connection("127.0.0.1", self._upstream)
            ends.append(upstream[1])
            while await self._one(await _message(reader), writer, upstream):
                pass

    async def _one(self, request: bytes, writer: asyncio.StreamWriter, upstream: Stream) -> bool:
        """One request and its reply; False if the line is cut afterwards."""
        fate = self._chance.choice(self.fates) if self._chance.random() < self.share else ""
        if fate:
            self.counts[fate] += 1
        if fate == "late":
            await asyncio.sleep(self._chance.uniform(0, 2))
        elif fate == "lost":
            return False
        elif fate == "half-open":
            await asyncio.sleep(FOREVER_S)
        elif fate in ("doubled", "overtaken") and not request.startswith(LOG_IN):
            self._again_later(request)
            if fate == "overtaken":
                return False
        await self._say(upstream[1], request, fate)
        reply = await _message(upstream[0])
        if fate == "reply lost":
            return False
        await self._say(writer, reply, fate)
        return True

    async def _say(self, writer: asyncio.StreamWriter, message: bytes, fate: str) -> None:
        step = self._chance.randrange(20, 200) if fate == "drips" else len(message)
        for start in range(0, len(message), step):
            writer.write(message[start : start + step])
            await writer.drain()
            if fate == "drips":
                await asyncio.sleep(self._chance.uniform(0, 0.05))

    def _again_later(self, request: bytes) -> None:
        """The same request on a line of its own, at once or seconds later; nobody reads the reply."""
        self._begin(self._alone(request, self._chance.choice([0.0, 0.01, 0.5, 3.0])))

    async def _alone(self, request: bytes, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        with suppress(*BROKEN):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
            with ending(writer):
                writer.write(request)
                await _message(reader)


async def _message(reader: asyncio.StreamReader) -> bytes:
    """A whole request or reply, by its Content-Length."""
    head = await reader.readuntil(b"\r\n\r\n")
    _, _, rest = head.lower().partition(b"content-length:")
    return head + await reader.readexactly(int(rest.partition(b"\r\n")[0] or 0))


class BadWire(Proxy):
    """Bytes to Redis and back. `trouble` is what is wrong now: "", "late", "cut", "half-open" or "drips"."""

    def __init__(self, socket: Path, upstream: Path, chance: random.Random) -> None:
        super().__init__()
        self._socket, self._upstream = socket, upstream
        self._chance = chance
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self.trouble = ""

    @property
    def trouble(self) -> str:
        return self._trouble

    @trouble.setter
    def trouble(self, trouble: str) -> None:
        self._trouble = trouble
        if trouble == "half-open":  # nothing is lost, nothing arrives
            self._flows.clear()
        else:
            self._flows.set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_unix_server(self._serve, self._socket)

    def cut(self) -> None:
        """Reset every connection, in the midst of whatever it carries."""
        for writer in self._writers:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError), ending(writer) as ends:
            far_reader, far_writer = await asyncio.open_unix_connection(self._upstream)
            ends.append(far_writer)
            self._writers.update(ends)
            try:
                await _first_of([self._pump(reader, far_writer), self._pump(far_reader, writer)])
            finally:
                self._writers.difference_update(ends)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65_536):
                await self._flows.wait()
                if self.trouble == "late":
                    await asyncio.sleep(self._chance.uniform(0.02, 0.5))
                step = self._chance.randrange(1, 500) if self.trouble == "drips" else len(chunk)
                for start in range(0, len(chunk), step):
                    writer.write(chunk[start : start + step])
                    await writer.drain()
                    if step < len(chunk):
                        await asyncio.sleep(0)


@contextmanager
def ending(*writers: asyncio.StreamWriter) -> Iterator[list[asyncio.StreamWriter]]:
    """The connections of a line: all those in the list are cut when the line ends, however it does."""
    ends = list(writers)
    try:
        yield ends
    finally:
        for end in ends:
            end.transport.abort()


async def _first_of(pumps: Iterable[Awaitable[None]]) -> None:
    """Run all until one ends."""
    tasks = [asyncio.ensure_future(pump) for pump in pumps]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _dropped(tasks)


async def _dropped(tasks: Iterable[asyncio.Future[None]]) -> None:
    """Cancel what is under way, and return when all of it has ended."""
    under_way = list(tasks)
    for task in under_way:
        task.cancel()
    await asyncio.gather(*under_way, return_exceptions=True)

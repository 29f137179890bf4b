"""A light HTTP load generator: prepared bytes out, as little as possible read of what comes back.

    closed    each connection sends its next request when the last reply is whole: how much the server can do
    opened    requests fall due at random moments, whatever the server does; each is timed from the moment it
              fell due, also when all connections were busy (no coordinated omission)

It costs some 15 microseconds a request, a sixth of what it measures. A reply that is not 200 voids the run.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import cast

NextRequest = Callable[[], bytes | None]
"""The bytes of a connection's next request; None when it has no more."""
SETTLE_S = 10.0
PAUSE_S = 0.0005


class Void(Exception):
    """The run says nothing: the message tells why."""


@dataclass(slots=True)
class Run:
    """What came of one slice."""

    seconds: float = 0.0
    replies: int = 0
    refused: int = 0
    first_refusal: bytes = b""
    delays_s: list[float] = field(default_factory=list)
    slips_s: list[float] = field(default_factory=list)
    bodies: list[bytes] | None = None

    @property
    def rate(self) -> float:
        """Replies a second."""
        return self.replies / self.seconds

    def p(self, percentile: float) -> float:
        """A percentile of the delays, in milliseconds."""
        return percentile_of(self.delays_s, percentile) * 1000

    def checked(self) -> Run:
        """This run, or Void."""
        if self.refused:
            raise Void(f"{self.refused} of {self.replies} replies were not 200: {self.first_refusal[:200]!r}")
        if not self.replies:
            raise Void("no reply came")
        return self


def percentile_of(values: Sequence[float], percentile: float) -> float:
    """The percentile of a list, by the nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * percentile / 100))]


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, next_request: NextRequest) -> None:
        self.next_request = next_request
        self.on_reply: Callable[[Connection], None] = lambda connection: None
        self.run = Run()
        self.due_s = 0.0
        self.transport: asyncio.Transport
        self._partial = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it; uvloop's transports are no subclass of asyncio's."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Find the end of the reply; there is never more than one under way."""
        if self._partial:
            data = self._partial + data
        if not is_whole(data):
            self._partial = data
            return
        self._partial = b""
        run = self.run
        run.replies += 1
        if data[9:12] != b"200":
            run.refused += 1
            run.first_refusal = run.first_refusal or data
        if run.bodies is not None:
            run.bodies.append(data.partition(b"\r\n\r\n")[2])
        self.on_reply(self)

    def send(self) -> bool:
        """Send the next request; False if there is none."""
        request = self.next_request()
        if request is None:
            return False
        self.transport.write(request)
        return True


def is_whole(data: bytes) -> bool:
    """Whether a reply that tells its length has all of it."""
    end = data.find(b"\r\n\r\n")
    place = data.find(b"ontent-length: ", 0, end)
    if place < 0:  # nginx writes it with capitals
        place = data.find(b"ontent-Length: ", 0, end)
    return end >= 0 and place >= 0 and len(data) >= end + 4 + int(data[place + 15 : data.find(b"\r", place)])


async def connect(
    port: int, sources: Sequence[NextRequest], tls: ssl.SSLContext | None = None
) -> list[Connection]:
    """One connection for each source of requests, over TLS where a context is given."""
    loop = asyncio.get_running_loop()
    connections = []
    for source in sources:

        def made(source: NextRequest = source) -> Connection:
            return Connection(source)

        _, connection = await loop.create_connection(
            made, "127.0.0.1", port, ssl=tls, server_hostname="localhost" if tls else None
        )
        connections.append(connection)
    return connections


def hang_up(connections: Sequence[Connection]) -> None:
    """Close them."""
    for connection in connections:
        connection.transport.close()


async def closed(connections: Sequence[Connection], seconds: float, bodies: list[bytes] | None = None) -> Run:
    """As fast as the server answers, for so long or until there is nothing more to send."""
    run = Run(bodies=bodies)
    end_s = time.perf_counter() + seconds
    under_way = len(connections)
    done = asyncio.Event()

    def on_reply(connection: Connection) -> None:
        nonlocal under_way
        if time.perf_counter() >= end_s or not connection.send():
            under_way -= 1
            if not under_way:
                done.set()

    start_s = time.perf_counter()
    for connection in connections:
        connection.run, connection.on_reply = run, on_reply
        if not connection.send():
            under_way -= 1
    if under_way:
        await asyncio.wait_for(done.wait(), seconds + SETTLE_S)
    run.seconds = time.perf_counter() - start_s
    return run.checked()


async def opened(connections: Sequence[Connection], rate: float, seconds: float, seed: int) -> Run:
    """Requests that fall due at random moments, `rate` a second on average."""
    arrivals = _Arrivals(connections)
    random = Random(seed)
    start_s = next_s = time.perf_counter()
    while next_s < start_s + seconds:
        now_s = time.perf_counter()
        while next_s <= now_s:
            arrivals.arrive(next_s, now_s)
            next_s += random.expovariate(rate)
        await asyncio.sleep(max(0.0, min(PAUSE_S, next_s - time.perf_counter())))
    await arrivals.settled()
    arrivals.run.seconds = time.perf_counter() - start_s
    return arrivals.run.checked()


class _Arrivals:
    """Gives what falls due to an idle connection, else to the first one that is idle again."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self.run = Run()
        self._connections = connections
        self._idle = deque(connections)
        self._waiting: deque[float] = deque()
        for connection in connections:
            connection.run, connection.on_reply = self.run, self._replied

    def arrive(self, due_s: float, now_s: float) -> None:
        """One request is due; how late this process notices is its own fault."""
        self.run.slips_s.append(now_s - due_s)
        if self._idle:
            self._send(self._idle.popleft(), due_s)
        else:
            self._waiting.append(due_s)

    async def settled(self) -> None:
        """Return when all have been answered, or nothing comes any more."""
        for _ in range(int(SETTLE_S / PAUSE_S)):
            if len(self._idle) == len(self._connections):
                return
            await asyncio.sleep(PAUSE_S)

    def _send(self, connection: Connection, due_s: float) -> None:
        connection.due_s = due_s
        if not connection.send():
            raise Void("there was nothing more to send")

    def _replied(self, connection: Connection) -> None:
        self.run.delays_s.append(time.perf_counter() - connection.due_s)
        if self._waiting:
            self._send(connection, self._waiting.popleft())
        else:
            self._idle.append(connection)

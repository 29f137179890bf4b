"""A light HTTP load generator: prepared bytes out, as little as possible read of what comes back.

Each connection sends its next request when the last reply is whole. It costs some 15 microseconds a request,
and speaks TLS where it is told to; `lines.py` and `arrivals.py` cost less. A reply that is not 200 voids
the run.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

NextRequest = Callable[[], bytes | None]
"""The bytes of a connection's next request; None when it has no more."""
SETTLE_S = 10.0


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

    def count(self, reply: bytes) -> None:
        """One reply more, whole."""
        self.replies += 1
        if reply[9:12] != b"200":
            self.refused += 1
            self.first_refusal = self.first_refusal or reply

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
        self.run.count(data)
        if self.run.bodies is not None:
            self.run.bodies.append(data.partition(b"\r\n\r\n")[2])
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

"""A crowd for more than the engine can do: pupils with intended moments, each on a connection of his own.

Who is refused waits as long as he was told, and a quarter at most longer, then sends the same bytes again.
`obey` "all" also gathers answers as long as `flush_after_ms` asks; "nothing" sends again at once, for ever.
A crowd that thinks for 0 s is a hammer: each reply is followed by the next request, `line_s` after it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import cast

from benchmarks.generator import percentile_of
from benchmarks.pupils import VARIANTS, head

OBEY = ("all", "retry-after", "nothing")
CONNECT_AT_ONCE = 64
HEARTBEAT = b'Content-Length: 23\r\n\r\n{"answers":[],"held":0}'


@dataclass(slots=True)
class Counts:
    """What happened in one step."""

    intended: int = 0
    saves: int = 0
    answers: int = 0
    refused: int = 0
    other: int = 0
    delays_s: list[float] = field(default_factory=list)
    by_second: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    """The same delays by the second of the acknowledgement, counted from the beginning of the step."""

    def p_ms(self, percentile: float) -> int | None:
        """A percentile of the delays, in milliseconds."""
        return round(percentile_of(self.delays_s, percentile) * 1000) if self.delays_s else None


class Crowd:
    """All pupils of a step, and what they share."""

    def __init__(self, bodies: list[bytes], think_s: float, obey: str, line_s: float = 0.0) -> None:
        self.counts = Counts()
        self.bodies = bodies
        self.think_s = think_s
        self.obey = obey
        self.line_s = line_s
        self.random = Random(1)
        self.loop = asyncio.get_running_loop()
        self.began_s = self.loop.time()
        self.is_over = False


class Pupil(asyncio.Protocol):
    """One pupil on a connection of his own."""

    def __init__(self, token: str) -> None:
        self.head = head("/api/v1/answers", token)
        self.n = self.told = 0
        """The last number that was given, and the last one that was acknowledged."""
        self.crowd: Crowd
        self.transport: asyncio.Transport | None = None
        self.last: asyncio.Future[int] | None = None
        self._due_s: list[float] = []
        self._request = b""
        self._is_resting = False
        self._flush_s = self._sent_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """The step goes on without this pupil; `other` tells."""
        self.transport = None
        self.crowd.counts.other += not self.crowd.is_over

    def begin(self, crowd: Crowd) -> None:
        """Act from now on, at moments of this pupil's own."""
        self.crowd, self._due_s, self._flush_s = crowd, [], 0.0
        if not self._is_resting:
            self._send()  # what the step before left unacknowledged: a number is never left out
        crowd.loop.call_later(crowd.random.random() * crowd.think_s, self._act, crowd)

    def ask_last(self) -> asyncio.Future[int]:
        """The highest number that the server holds of this pupil, by a heartbeat."""
        assert self.transport is not None
        self.last = self.crowd.loop.create_future()
        self.transport.write(self.head + HEARTBEAT)
        return self.last

    def _act(self, crowd: Crowd) -> None:
        """An answer is given; it goes with the next batch."""
        if crowd.is_over or crowd is not self.crowd:
            return
        crowd.counts.intended += 1
        self._due_s.append(crowd.loop.time())
        if crowd.think_s:
            crowd.loop.call_later(crowd.think_s * (0.5 + crowd.random.random()), self._act, crowd)
        self._send_new()

    def _send_new(self) -> None:
        crowd, now_s = self.crowd, self.crowd.loop.time()
        if self._request or not self._due_s or crowd.is_over:
            return
        wait_s = self._sent_s + self._flush_s - now_s
        if wait_s > 0:
            crowd.loop.call_later(wait_s, self._send_new)
            return
        self.n += 1
        self._request = self.head + crowd.bodies[self.n % VARIANTS] % self.n
        self._send()

    def _again(self) -> None:
        self._is_resting = False
        self._send()

    def _send(self) -> None:
        if self.transport is not None and self._request and not self.crowd.is_over:
            self._sent_s = self.crowd.loop.time()
            self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """A reply; it comes in one piece."""
        counts, status = self.crowd.counts, data[9:12]
        if self.last is not None:
            self._answered(data if status == b"200" else b"")
        elif status == b"200":
            self._acknowledged(data)
        elif status == b"503":
            counts.refused += 1
            wait_s = retry_after_s(data) * (1 + self.crowd.random.random() / 4)
            self._is_resting = True
            wait_s = self.crowd.line_s if self.crowd.obey == "nothing" else wait_s
            self.crowd.loop.call_later(wait_s, self._again)
        else:
            counts.other += 1

    def _answered(self, data: bytes) -> None:
        assert self.last is not None
        if not self.last.done():
            self.last.set_result(int(_number(data, b'"last":') or -1))
        self.last = None

    def _acknowledged(self, data: bytes) -> None:
        crowd, counts, now_s = self.crowd, self.crowd.counts, self.crowd.loop.time()
        self.told = max(self.told, int(_number(data, b'"last":')))
        if self.told < self.n or not self._request:
            return  # the reply to what was sent twice, at the turn of two steps
        sent, self._due_s = self._due_s, []
        counts.saves += 1
        counts.answers += len(sent)
        delays_s = [now_s - due_s for due_s in sent]
        counts.delays_s += delays_s
        counts.by_second[int(now_s - crowd.began_s)] += delays_s
        self._request = b""
        if crowd.obey == "all":
            self._flush_s = int(_number(data, b'"flush_after_ms":')) / 1000
        if crowd.think_s:
            self._send_new()
        else:
            crowd.loop.call_later(crowd.line_s, self._act, crowd)


def retry_after_s(data: bytes) -> int:
    """What a refusal asks for; 1 where it does not say, as a proxy's may not."""
    return int(_number(data.lower(), b"retry-after: ") or 1)


def _number(data: bytes, name: bytes) -> bytes:
    begin = data.find(name) + len(name)
    end = begin
    while data[end : end + 1].isdigit():
        end += 1
    return data[begin:end]


async def connected(pupils: list[Pupil], crowd: Crowd, port: int) -> None:
    """Give a connection to each who has none: one that is idle for long is closed by the server."""
    loop = asyncio.get_running_loop()
    for pupil in pupils:
        pupil.crowd = crowd
    missing = [pupil for pupil in pupils if pupil.transport is None]
    for begin in range(0, len(missing), CONNECT_AT_ONCE):
        some = missing[begin : begin + CONNECT_AT_ONCE]
        made = (loop.create_connection(partial(_same, pupil), "127.0.0.1", port) for pupil in some)
        await asyncio.gather(*made)


def _same(pupil: Pupil) -> Pupil:
    return pupil


async def lost(pupils: list[Pupil], port: int, within_s: float) -> int:
    """How many batches were acknowledged and are not held; each pupil is asked."""
    crowd = Crowd([], 1.0, "nothing")
    crowd.is_over = True
    missing = 0
    for begin in range(0, len(pupils), CONNECT_AT_ONCE):
        some = [pupil for pupil in pupils[begin : begin + CONNECT_AT_ONCE] if pupil.told]
        await connected(some, crowd, port)
        async with asyncio.timeout(within_s):
            held = await asyncio.gather(*(pupil.ask_last() for pupil in some))
        missing += sum(max(0, pupil.told - last) for pupil, last in zip(some, held, strict=True))
    return missing

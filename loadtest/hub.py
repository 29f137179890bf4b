"""Many pupils in one thread, for next to nothing: greenlets that wait for moments and for sockets.

A pupil is written as if it were alone (`sitting`): it sleeps, it sends, it receives. Under Locust gevent
turns these into waiting for others; a hub does it with a heap of moments and one epoll, and nothing else.
A socket is registered once, edge-triggered, so a request asks of the kernel nothing but the send, the receipt
and a share of one look at all sockets. Linux only.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections.abc import Callable
from errno import EINPROGRESS
from heapq import heappop, heappush
from itertools import count
from typing import Any

from greenlet import getcurrent, greenlet

from loadtest.line import Address, Connection, unconnected

EVENTS_MAX = 4096
SWEEP_S = 0.5
"""So much later than asked a line may be found dead: time-outs have no timers of their own."""
ENDED = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
NOT_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Hub:
    """Runs greenlets until the last one has ended; make it, and call `run`, in one and the same thread."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._self: Any = getcurrent()
        self._moments: list[tuple[float, int, Any]] = []
        self._number = count()
        self._sockets: dict[int, Socket] = {}
        self._waiting: dict[Socket, float] = {}
        self._left = 0

    def spawn(self, work: Callable[[], None]) -> None:
        """Begin `work` when the hub runs; what it raises ends the run."""
        self._left += 1

        def ended() -> None:
            work()
            self._left -= 1

        self._wake(0.0, greenlet(ended, self._self))

    def every(self, period_s: float, look: Callable[[], None]) -> None:
        """Call `look` every so often while somebody is there."""

        def looking() -> None:
            while True:
                self.sleep(period_s)
                look()

        self._wake(0.0, greenlet(looking, self._self))

    def run(self) -> None:
        """Return when all that was spawned has ended."""
        sweep_s = time.monotonic() + SWEEP_S
        while self._left:
            wake_s = min(sweep_s, self._moments[0][0] if self._moments else sweep_s)
            for descriptor, events in self._epoll.poll(max(0.0, wake_s - time.monotonic()), EVENTS_MAX):
                if found := self._sockets.get(descriptor):
                    found.stirred(has_ended=bool(events & ENDED))
            now_s = time.monotonic()
            while self._moments and self._moments[0][0] <= now_s:
                heappop(self._moments)[2].switch()
            if now_s >= sweep_s:
                self._give_up(now_s)
                sweep_s = now_s + SWEEP_S

    def sleep(self, seconds: float) -> None:
        """Let the others go on for so long."""
        self._wake(time.monotonic() + seconds, getcurrent())
        self._self.switch()

    def connect(self, address: Address, timeout_s: float, source: str | None) -> Connection:
        """As `line.connect`, while the others go on."""
        made = Socket(self, unconnected(address, source), timeout_s)
        try:
            made.connect(address)
        except BaseException:
            made.close()
            raise
        return made

    def register(self, waiting: Socket, descriptor: int) -> None:
        """Watch a socket from now on."""
        self._sockets[descriptor] = waiting
        events = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
        self._epoll.register(descriptor, events)

    def forget(self, descriptor: int) -> None:
        """It is about to be closed, by which the kernel stops watching it."""
        self._sockets.pop(descriptor, None)

    def wait(self, waiting: Socket) -> bool:
        """Let the others go on until something happens to this socket; False if it took too long."""
        self._waiting[waiting] = time.monotonic() + waiting.timeout_s
        woken: bool = self._self.switch()
        return woken

    def happened(self, waiting: Socket) -> None:
        """Its greenlet goes on."""
        del self._waiting[waiting]

    def _wake(self, moment_s: float, sleeper: Any) -> None:
        heappush(self._moments, (moment_s, next(self._number), sleeper))

    def _give_up(self, now_s: float) -> None:
        """Wake those who have waited too long; all wait equally long, so the first are at the front."""
        for waiting in [found for found, until_s in self._waiting.items() if until_s < now_s]:
            if waiting in self._waiting:  # another one may have woken it meanwhile
                waiting.stirred(in_time=False)


class Socket:
    """A connection that waits in its greenlet: what `Line` needs of a socket, and no more."""

    __slots__ = ("_greenlet", "_has_ended", "_hub", "_is_ready", "_is_tls", "_raw", "timeout_s")

    def __init__(self, hub: Hub, raw: socket.socket, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._hub = hub
        self._raw = raw
        self._greenlet: Any = None
        self._is_ready = self._is_tls = self._has_ended = False
        raw.setblocking(False)

    def connect(self, address: Address) -> None:
        """Connect, and agree on TLS where the address wants it; OSError if it fails."""
        raw = self._raw
        error = raw.connect_ex(address.target)
        self._hub.register(self, raw.fileno())
        if error == EINPROGRESS:
            self._wait()
            error = raw.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, "cannot connect")
        if address.tls:
            wrapped = address.tls.wrap_socket(
                raw, server_hostname=address.host, do_handshake_on_connect=False
            )
            self._raw, self._is_tls = wrapped, True
            self._agree(wrapped)
        self._is_ready = self._is_tls

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        sent = 0
        while sent < len(data):
            try:
                sent += self._raw.send(data[sent:] if sent else data)
            except NOT_YET:
                self._wait()

    def recv(self, size: int) -> bytes:
        """What has come; b"" at its end. Just after a request nothing can have come: that look is saved."""
        while True:
            if not self._is_ready:
                self._wait()
            try:
                data = self._raw.recv(size)
            except NOT_YET:
                self._is_ready = False
                continue
            # Nothing is left, and what comes later will tell; an end that came with it tells nothing more.
            if len(data) < size and not self._is_tls and not self._has_ended:
                self._is_ready = False
            return data

    def close(self) -> None:
        """Hang up."""
        self._hub.forget(self._raw.fileno())
        self._raw.close()

    def stirred(self, *, in_time: bool = True, has_ended: bool = False) -> None:
        """Something happened to it (or too long nothing did); goes on where it is waited for.

        `has_ended`: the other side sends no more; the edge of that may be one with that of its last bytes.
        """
        self._has_ended = self._has_ended or has_ended
        self._is_ready = self._is_ready or in_time
        if waiting := self._greenlet:
            self._greenlet = None
            self._hub.happened(self)
            waiting.switch(in_time)

    def _agree(self, wrapped: ssl.SSLSocket) -> None:
        while True:
            try:
                wrapped.do_handshake()
            except NOT_YET:
                self._wait()
            else:
                return

    def _wait(self) -> None:
        self._greenlet = getcurrent()
        if not self._hub.wait(self):
            raise TimeoutError("nothing came in time")

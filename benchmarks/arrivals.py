"""Requests that fall due at random moments, whatever the server does; each is timed from then.

Also when all lines were busy, so nothing is left out because the server was slow (no coordinated omission).
Between two arrivals the generator sleeps: one that looks at the clock all the time takes the core from who
shares it, and here that is Redis, for whose replies is waited (the median save: 5.6 ms then, 1.6 ms now).
"""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Sequence
from random import Random

from benchmarks.generator import SETTLE_S, Run, Void
from benchmarks.lines import Line


def opened(lines: Sequence[Line], rate: float, seconds: float, seed: int) -> Run:
    """`rate` requests a second on average, for so long; Void if a reply was not 200, or did not come."""
    arrivals, random = _Arrivals(lines), Random(seed)
    start_s = next_s = time.perf_counter()
    end_s = start_s + seconds
    with select.epoll() as poll:
        for line in lines:
            poll.register(line.socket, select.EPOLLIN)
        while next_s < end_s or arrivals.under_way:
            now_s = time.perf_counter()
            while next_s <= now_s and next_s < end_s:
                arrivals.arrive(next_s, now_s)
                next_s += random.expovariate(rate)
            patience_s = max(0.0, next_s - now_s) if next_s < end_s else SETTLE_S
            # Microseconds, where epoll counts in milliseconds.
            if select.select([poll], [], [], patience_s)[0]:
                arrivals.look(poll)
            elif next_s >= end_s:
                raise Void(f"{arrivals.under_way} replies did not come")
    arrivals.run.seconds = time.perf_counter() - start_s
    return arrivals.run.checked()


class _Arrivals:
    """Gives what falls due to an idle line, else to the first one that is idle again."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.run = Run()
        self._by_fd = {line.socket.fileno(): line for line in lines}
        self._idle = deque(lines)
        self._due_s: dict[Line, float] = {}
        self._waiting: deque[float] = deque()

    @property
    def under_way(self) -> int:
        """Requests that are not answered yet."""
        return len(self._due_s) + len(self._waiting)

    def arrive(self, due_s: float, now_s: float) -> None:
        """One request is due; how late this process notices is its own fault."""
        self.run.slips_s.append(now_s - due_s)
        if self._idle:
            self._send(self._idle.popleft(), due_s)
        else:
            self._waiting.append(due_s)

    def look(self, poll: select.epoll) -> None:
        """Read what has come."""
        for fd, _ in poll.poll(0):
            line = self._by_fd[fd]
            reply = line.read()
            if reply is not None:
                self.run.count(reply)
                self.run.delays_s.append(time.perf_counter() - self._due_s.pop(line))
                if self._waiting:
                    self._send(line, self._waiting.popleft())
                else:
                    self._idle.append(line)

    def _send(self, line: Line, due_s: float) -> None:
        if not line.send():
            raise Void("there was nothing more to send")
        self._due_s[line] = due_s

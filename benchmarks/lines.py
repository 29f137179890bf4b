"""As fast as the server answers, over bare sockets and one epoll: what this costs, Redis beside it lacks.

The generator of the questions at saturation shares a core with Redis, so each microsecond of it is one that
pupils on machines of their own would not take. Requests are prepared bytes, replies are looked at only as far
as it takes to see that they are whole and 200.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence

from benchmarks.generator import SETTLE_S, NextRequest, Run, Void, is_whole

READ_BYTES = 16_384


class Line:
    """A kept connection that asks again when the last reply is whole."""

    __slots__ = ("next_request", "partial", "socket")

    def __init__(self, port: int, next_request: NextRequest) -> None:
        self.next_request = next_request
        self.partial = b""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> bool:
        """Send the next request; False if there is none. It always fits: nothing else is under way."""
        request = self.next_request()
        if request is None:
            return False
        self.socket.sendall(request)
        return True

    def read(self) -> bytes | None:
        """The reply, once it is whole."""
        data = self.socket.recv(READ_BYTES)
        if not data:
            raise Void("the server has hung up")
        if self.partial:
            data, self.partial = self.partial + data, b""
        if not is_whole(data):
            self.partial = data
            return None
        return data


def saturated(lines: Sequence[Line], seconds: float) -> Run:
    """Each line asks on for so long; Void if a reply was not 200, or did not come."""
    run = Run()
    by_fd = {line.socket.fileno(): line for line in lines}
    start_s = time.perf_counter()
    end_s = start_s + seconds
    with select.epoll() as poll:
        for fd in by_fd:
            poll.register(fd, select.EPOLLIN)
        under_way = sum(line.send() for line in lines)
        while under_way:
            ready = poll.poll(SETTLE_S)
            if not ready:
                raise Void(f"{under_way} replies did not come")
            is_over = time.perf_counter() >= end_s
            for fd, _ in ready:
                line = by_fd[fd]
                reply = line.read()
                if reply is None:
                    continue
                run.count(reply)
                if is_over or not line.send():
                    under_way -= 1
    run.seconds = time.perf_counter() - start_s
    return run.checked()

"""The pupil's connection under both generators: what is a reply, what is a dead line, and what is neither."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

import pytest

from loadtest.hub import Hub
from loadtest.line import Address, Connect, Dead, Line, Reply, connect
from tests.patience import PATIENCE_S

JSON = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
CUT = b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{"
NOT_HTTP = b"220 smtp ready, this is not what you want\r\n\r\n"


@contextmanager
def a_server(*connections: Sequence[bytes]) -> Iterator[str]:
    """Its connections, in order: what each answers to one request after the other before it hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answers in connections:
            accepted, _ = listening.accept()
            with accepted:
                for answer in answers:
                    if not accepted.recv(65536):
                        break
                    for place in range(0, len(answer), 7):  # in pieces, as a network may
                        accepted.sendall(answer[place : place + 7])

    thread = Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    thread.join()
    listening.close()


Play = Callable[[Callable[[Connect], None]], None]
"""Does a pupil's work with the connections of a generator."""


@pytest.fixture(params=["locust", "light"])
def play(request: pytest.FixtureRequest) -> Play:
    """Locust's pupils wait in blocking sockets, the light ones in a hub."""

    def blocking(work: Callable[[Connect], None]) -> None:
        work(connect)

    def light(work: Callable[[Connect], None]) -> None:
        hub = Hub()
        hub.spawn(lambda: work(hub.connect))
        hub.run()

    return light if request.param == "light" else blocking


def a_line(url: str, connect: Connect) -> tuple[Line, bytes]:
    address = Address.of(url)
    line = Line(address, PATIENCE_S, address.source(0), connect)
    return line, address.head("POST", "/x", "token", 2) + b"{}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(JSON, Reply(200, 0.0, b"{}")), (BUSY, Reply(503, 7.0, b"")), (CHUNKED, Reply(200, 0.0, b"abcde"))],
    ids=["json", "busy", "chunked"],
)
def test_a_reply_is_read_whole(answer: bytes, expected: Reply, play: Play) -> None:
    """Status, how long to wait, body; the connection is kept for the next one."""

    def work(connect: Connect) -> None:
        line, request = a_line(url, connect)
        assert [line.ask(request), line.ask(request)] == [expected, expected]
        line.close()

    with a_server([answer, answer]) as url:
        play(work)


@pytest.mark.parametrize("answer", [CUT, NOT_HTTP, b""], ids=["cut", "not-http", "silence"])
def test_what_is_no_reply_is_a_dead_line(answer: bytes, play: Play) -> None:
    """Half a reply says nothing about whether the answers were saved."""

    def work(connect: Connect) -> None:
        line, request = a_line(url, connect)
        with pytest.raises(Dead) as dead:
            line.ask(request)
        assert str(dead.value) != "TimeoutError", "it is known at once"

    with a_server([answer]) as url:
        play(work)


def test_a_connection_that_was_closed_meanwhile_is_opened_again(play: Play) -> None:
    """The server hung up between two requests: the next one goes over a new connection, at once."""

    def work(connect: Connect) -> None:
        line, request = a_line(url, connect)
        assert line.ask(request).status == 200
        assert line.ask(request).status == 200
        line.close()

    with a_server([JSON], [JSON]) as url:
        play(work)


def test_nobody_listens_is_a_dead_line(play: Play) -> None:
    """A server that is being restarted is treated like any other line that is down."""

    def work(connect: Connect) -> None:
        line, request = a_line(url, connect)
        with pytest.raises(Dead):
            line.ask(request)

    with socket.socket() as taken:  # and is not listened to: nobody else's server comes to this port
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        play(work)


def test_the_reply_to_head_has_no_body(play: Play) -> None:
    """Its content-length is that of the form which is not sent."""

    def work(connect: Connect) -> None:
        line, request = a_line(url, connect)
        assert line.ask(request, with_body=False) == Reply(200, 0.0, b"")
        assert line.ask(request).body == b"{}"
        line.close()

    with a_server([CUT[:-1], JSON]) as url:
        play(work)


def test_large_crowds_come_from_several_loopback_addresses() -> None:
    """An address pair has too few ports for fifty thousand pupils."""
    address = Address.of("http://127.0.0.1:8080")

    assert address.source(0) == address.source(9_999) != address.source(10_000)

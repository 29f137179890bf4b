"""The pupil's connection: what is a reply, what is a dead line, and what is neither."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

import pytest

from loadtest.line import Address, Dead, Line, Reply

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


def a_line(url: str) -> tuple[Line, bytes]:
    address = Address.of(url)
    return Line(address, 10.0, address.source(0)), address.head("POST", "/x", "token", 2) + b"{}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(JSON, Reply(200, 0.0, b"{}")), (BUSY, Reply(503, 7.0, b"")), (CHUNKED, Reply(200, 0.0, b"abcde"))],
    ids=["json", "busy", "chunked"],
)
def test_a_reply_is_read_whole(answer: bytes, expected: Reply) -> None:
    """Status, how long to wait, body; the connection is kept for the next one."""
    with a_server([answer, answer]) as url:
        line, request = a_line(url)
        assert [line.ask(request), line.ask(request)] == [expected, expected]
        line.close()


@pytest.mark.parametrize("answer", [CUT, NOT_HTTP, b""], ids=["cut", "not-http", "silence"])
def test_what_is_no_reply_is_a_dead_line(answer: bytes) -> None:
    """Half a reply says nothing about whether the answers were saved."""
    with a_server([answer]) as url:
        line, request = a_line(url)
        with pytest.raises(Dead):
            line.ask(request)


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    """The server hung up between two requests: the next one goes over a new connection, at once."""
    with a_server([JSON], [JSON]) as url:
        line, request = a_line(url)
        assert line.ask(request).status == 200
        assert line.ask(request).status == 200
        line.close()


def test_nobody_listens_is_a_dead_line() -> None:
    """A server that is being restarted is treated like any other line that is down."""
    with a_server() as url:
        line, request = a_line(url)
    with pytest.raises(Dead):
        line.ask(request)


def test_the_reply_to_head_has_no_body() -> None:
    """Its content-length is that of the form which is not sent."""
    with a_server([CUT[:-1], JSON]) as url:
        line, request = a_line(url)
        assert line.ask(request, with_body=False) == Reply(200, 0.0, b"")
        assert line.ask(request).body == b"{}"
        line.close()


def test_large_crowds_come_from_several_loopback_addresses() -> None:
    """An address pair has too few ports for fifty thousand pupils."""
    address = Address.of("http://127.0.0.1:8080")

    assert address.source(0) == address.source(19_999) != address.source(20_000)

"""One connection: plain answers take the short way, all others uvicorn's; nobody can tell which it was."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from tests.pupil import PupilClient
from tests.responses import a_response
from tests.served import Served, served

TIME = b"GET /api/v1/time HTTP/1.1\r\nHost: test\r\n\r\n"
CONNECTIONS_MAX = 1_000


class Line:
    """A connection on which bytes are written as they are."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self.socket = socket.create_connection((where.hostname, where.port), timeout=30)
        self.reader = self.socket.makefile("rb")

    def send(self, *pieces: bytes) -> None:
        """Each piece as a segment of its own."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            self.socket.sendall(piece)

    def reply(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, body."""
        status = int(self.reader.readline().split()[1])
        headers = {}
        while (line := self.reader.readline()) != b"\r\n":
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, self.reader.read(int(headers["content-length"]))

    def is_closed(self) -> bool:
        """Wait until the server has hung up."""
        try:
            return self.reader.read(1) == b""
        except ConnectionResetError:  # in the middle of what was on its way to it
            return True

    def close(self) -> None:
        """Hang up."""
        self.reader.close()
        self.socket.close()


@pytest.fixture(scope="module")
def codes(engine: Served) -> list[str]:
    """Codes of a delivery of these tests' own."""
    return list(engine.prepare(codes_each=30)[0].codes)


@pytest.fixture
def pupil(engine: Served, codes: list[str]) -> PupilClient:
    """A pupil who has started."""
    pupil = PupilClient(engine.url, codes.pop())
    pupil.login()
    pupil.start()
    return pupil


@pytest.fixture
def line(engine: Served) -> Iterator[Line]:
    """A connection to the engine."""
    line = Line(engine.url)
    yield line
    line.close()


def post(pupil: PupilClient, body: bytes, *lines: str, version: str = "1.1") -> bytes:
    """A plain request, with more header lines."""
    head = [
        f"POST /api/v1/answers HTTP/{version}",
        "Host: test",
        f"Authorization: Bearer {pupil.token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *lines,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def chunked(pupil: PupilClient, body: bytes) -> bytes:
    """The same request in a form that is not plain."""
    head = post(pupil, b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    return head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def batch(n: int, **more: Any) -> bytes:
    return orjson.dumps({"n": n, "answers": [], **more})


def test_both_ways_give_the_same_acknowledgement(line: Line, pupil: PupilClient) -> None:
    """The same fields, the same headers, numbers that go on from one way to the other."""
    line.send(post(pupil, batch(1)))
    plain = line.reply()
    line.send(chunked(pupil, batch(2)))
    other = line.reply()
    assert (plain[0], other[0]) == (200, 200)
    assert plain[1].keys() == other[1].keys()
    documents = [orjson.loads(body) for _, _, body in (plain, other)]
    fields = [document.keys() - {"token"} for document in documents]  # which comes when time was given back
    assert fields[0] == fields[1]
    assert [document["last"] for document in documents] == [1, 2]


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", batch(7), batch(0), batch(1, answers=[{"item": "nowhere"}]), batch(1, at="x" * 65)],
)
def test_both_ways_refuse_alike(line: Line, pupil: PupilClient, body: bytes) -> None:
    """Status, code and everything beside the code."""
    told = []
    for request in (post(pupil, body), chunked(pupil, body)):
        line.send(request)
        status, headers, reply = line.reply()
        told.append((status, headers.keys(), orjson.loads(reply)))
    assert told[0] == told[1]
    assert told[0][0] >= 400


def test_a_forged_token_is_refused_and_the_connection_lives(line: Line, pupil: PupilClient) -> None:
    """The next request on it is answered."""
    line.send(post(pupil, batch(1)).replace(pupil.token.encode(), b"A" * len(pupil.token)))
    assert line.reply()[0] == 401
    line.send(post(pupil, batch(1)))
    assert line.reply()[0] == 200


def test_a_request_in_pieces_is_one_request(line: Line, pupil: PupilClient) -> None:
    """However the network cuts it."""
    request = post(pupil, batch(1, at="i3"))
    places = [0, 3, 40, request.index(b"\r\n\r\n") + 2, len(request) - 5, len(request)]
    line.send(*(request[start:end] for start, end in pairwise(places)))
    assert line.reply()[0] == 200


def test_requests_sent_together_are_answered_in_their_order(line: Line, pupil: PupilClient) -> None:
    """Plain ones and others, whichever comes first."""
    requests = [post(pupil, batch(1)), TIME, post(pupil, batch(2)), post(pupil, batch(3)), TIME]
    line.send(b"".join(requests))
    replies = [orjson.loads(line.reply()[2]) for _ in requests]
    assert [reply.get("last") for reply in replies] == [1, None, 2, 3, None]


@pytest.mark.parametrize(("version", "lines"), [("1.1", ["Connection: close"]), ("1.0", [])])
def test_who_wants_no_more_is_hung_up_on(
    line: Line, pupil: PupilClient, version: str, lines: Sequence[str]
) -> None:
    """After the reply, not before."""
    line.send(post(pupil, batch(1), *lines, version=version))
    status, headers, _ = line.reply()
    assert (status, headers["connection"]) == (200, "close")
    assert line.is_closed()


@pytest.mark.parametrize(
    "broken",
    [
        ("Content-Length: {size}", "Content-Length: {size}\r\nTransfer-Encoding: chunked"),
        ("Content-Length: {size}", "Content-Length: {size}\r\nContent-Length: 5"),
        ("Content-Length: {size}", "Content-Length: -1"),
        ("Content-Length: {size}", "Content-Length: 1x"),
        ("Host: test", "Host : test\x00"),
    ],
)
def test_a_head_that_two_readers_would_read_differently_is_refused(
    line: Line, pupil: PupilClient, broken: tuple[str, str]
) -> None:
    """Nothing of it is saved, and the connection ends."""
    body = batch(1)
    old, new = (text.format(size=len(body)).encode() for text in broken)
    line.send(post(pupil, body).replace(old, new))
    assert line.reply()[0] == 400
    assert line.is_closed()
    assert pupil.resume()["last"] == 0


def test_a_length_past_the_bound_is_refused_before_it_is_read(line: Line, pupil: PupilClient) -> None:
    """The reply comes although the body never does."""
    line.send(post(pupil, b"x" * 70_000)[:400])
    assert line.reply()[0] == 413


def test_a_slow_client_is_hung_up_on_and_a_silent_one_too(tmp_path: Path) -> None:
    """One byte now and then holds a connection no longer than a whole request may take."""
    with served(tmp_path, workers=1, request_seconds=1, keep_alive_seconds=1) as slow_server:
        lines = [answered(slow_server.url), *(Line(slow_server.url) for _ in range(2))]
        with suppress(ConnectionError):  # it may have been too slow by then
            lines[1].send(b"POST /api/v1/answers HTTP/1.1\r\nContent-Le")
        assert all(line.is_closed() for line in lines)
        for line in lines:
            line.close()


def answered(url: str) -> Line:
    """A connection whose first request was answered: who says nothing for a second is hung up on before."""
    for _ in range(CONNECTIONS_MAX):
        line = Line(url)
        with suppress(ConnectionError):
            line.send(TIME)
            if line.reader.peek(1):
                assert line.reply()[0] == 200
                return line
        line.close()
    raise AssertionError("nobody is answered")


def test_shapes_are_checked_on_the_short_way(engine: Served, codes: list[str], line: Line) -> None:
    """What is well shaped is kept, what is not is named."""
    prepared = engine.prepare(codes_each=1)[0]
    pupil = PupilClient(engine.url, prepared.codes[0])
    pupil.login()
    pupil.start()
    items = engine.schema(prepared.delivery)["items"]
    item = next(name for name, entry in items.items() if all(it["kind"] == "choice" for it in entry.values()))
    good = {"item": item, "response": a_response(items[item], 0), "elapsed_ms": 1, "age_ms": 0}
    line.send(post(pupil, batch(1, answers=[good, {**good, "response": {"r1": 7}}])))
    status, _, body = line.reply()
    assert status == 422
    assert [entry["index"] for entry in orjson.loads(body)["error"]["entries"]] == [1]
    line.send(post(pupil, batch(1, answers=[good])))
    assert line.reply()[0] == 200
    assert pupil.resume()["answers"][item]["response"] == good["response"]

"""One HTTP/1.1 connection: uvicorn's protocol, with deadlines, and with a short way for answers.

Deadlines: a client that drips one byte a second would hold a connection of uvicorn for ever, since its
keep-alive timer starts again with each byte. Here a request that has begun must be whole within
`request_seconds`, and a connection that asks nothing is closed after the keep-alive time. Each connection
only notes when its patience ends; one sweep a second (`close_overdue`) closes those past it, so a request
costs no timer.

The short way: a plain `POST /api/v1/answers` (one bounded length, a bearer token, JSON, nothing to expect)
goes from the parser to `Answers.take` and back without ASGI's scope, task, events and messages, which cost
more than the answer itself. It is the same code behind it; what is not plain goes through the application.
One that came whole, in one piece, is read without the parser (`engine.plain`).

The gate: what is past the limit of its rank (`engine.admission`) is answered here, before anything is made of
it. A client that comes back before its time is then not read until that time has come, so that one who obeys
nothing costs a request each `HELD_MAX_S` at most, however fast it sends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from math import inf
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from engine.admission.gate import Gate, Refusal
from engine.api.answers import Answers
from engine.errors import Problem
from engine.onewrite import OneWrite
from engine.plain import plain_request
from engine.respond import ok_reply, refusal_reply, turned_away_reply
from engine.settings import Settings
from engine.wire import ANSWERS_BYTES_MAX

PATH = b"/api/v1/answers"
HELD_MAX_S = 10.0
"""A connection that comes back too early is not read for so long at most."""
_PLAIN = frozenset((b"application/json", b""))


class _Nobody:
    """uvicorn wakes up whoever waits for more of a request; on the short way nobody does."""

    def set(self) -> None:
        """Nothing."""


class Call:
    """A plain request under way, as `Answers` sees it and as uvicorn looks at it (a cycle)."""

    __slots__ = ("body", "connection", "disconnected", "keep_alive", "response_complete", "token")
    message_event: ClassVar = _Nobody()

    def __init__(self, connection: Connection, token: bytes, keep_alive: bool, body: bytes = b"") -> None:
        self.connection = connection
        self.token = token
        self.body = body
        self.keep_alive = keep_alive
        self.disconnected = False
        """Whether the client has hung up: uvicorn says so."""
        self.response_complete = False

    def acknowledge(self, body: bytes) -> None:
        """Answer 200 with `body`, JSON."""
        self.connection.reply(self, ok_reply(body, self.keep_alive))

    def refuse(self, problem: Problem) -> None:
        """Answer with a row of the table of refusals."""
        self.connection.reply(self, refusal_reply(problem, self.keep_alive))


class TurnedAway(Call):
    """A request past the limit of its rank: what comes of it is counted by the parser and thrown away."""

    __slots__ = ("refusal",)

    def __init__(self, connection: Connection, refusal: Refusal, keep_alive: bool) -> None:
        super().__init__(connection, b"", keep_alive)
        self.refusal = refusal


class Connection(HttpToolsProtocol):
    """See the module; made by uvicorn through `connection_class`."""

    __slots__ = ("_is_open", "back_s", "due_s", "held_s")
    answers: Answers
    gate: Gate
    holds_hammers = True
    request_seconds = 20.0
    connections_max = 18_000

    def connection_made(self, transport: Any) -> None:
        """Refuse past the bound; give a silent client the keep-alive time and no more."""
        self._is_open = False  # whether a request has begun and is not yet whole
        self.due_s = self.loop.time() + self.timeout_keep_alive
        self.back_s = self.held_s = 0.0  # when who was refused may come again; until when it is not read
        super().connection_made(OneWrite(transport, self.loop))  # type: ignore[arg-type]
        if len(self.connections) > self.connections_max:
            transport.close()

    def data_received(self, data: bytes) -> None:
        """Take a plain request that came whole by the shortest way; all else is the parser's."""
        cycle: Any = self.cycle
        if not self._is_open and (cycle is None or cycle.response_complete):
            plain = plain_request(data, ANSWERS_BYTES_MAX)
            if plain is not None:
                self._take_plain(*plain)
                return
        super().data_received(data)

    def _take_plain(self, token: bytes, body: bytes) -> None:
        self.due_s = inf
        refusal = self.gate.turned_away(PATH, ()) if self.gate.is_tight else None
        if refusal is None:
            call = Call(self, token, True, body)
            self.cycle = call  # type: ignore[assignment]
            self.answers.take(call)
        else:
            turned = TurnedAway(self, refusal, True)
            self.cycle = turned  # type: ignore[assignment]
            self._turn_away(turned)

    def on_message_begin(self) -> None:
        """Prepare the little that every request needs; the scope when it is known to be needed."""
        self._is_open = True
        self.due_s = self.loop.time() + self.request_seconds
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        """Decide which way this request goes; one behind another that is under way is uvicorn's to queue."""
        cycle: Any = self.cycle
        if type(cycle) is TurnedAway and self.transport.is_closing():
            return  # what comes behind one who was hung up on is not even counted
        is_idle = cycle is None or cycle.response_complete
        if self.gate.is_tight or self.url != PATH:
            refusal = self.gate.turned_away(path_of(self.url), self.headers)
            if refusal is not None:
                self.cycle = TurnedAway(self, refusal, self.parser.should_keep_alive())  # type: ignore[assignment]
                if not is_idle:  # no browser asks before it has its reply: nothing here is answered any more
                    self.transport.close()
                return
        token = self._token_of_plain() if is_idle and self.url == PATH else b""
        if token:
            self.cycle = Call(self, token, self.parser.should_keep_alive())  # type: ignore[assignment]
            return
        url, headers, expected = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expected
        self.headers.extend(headers)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Collect; on the short way the length was bounded beforehand."""
        cycle: Any = self.cycle
        if type(cycle) is Call:
            cycle.body = cycle.body + body if cycle.body else body
        elif type(cycle) is not TurnedAway:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: it is the server's turn."""
        self._is_open = False
        self.due_s = inf
        cycle: Any = self.cycle
        if type(cycle) is Call:
            self.answers.take(cycle)
        elif type(cycle) is TurnedAway:
            self._turn_away(cycle)
        else:
            super().on_message_complete()

    def reply(self, call: Call, data: bytes) -> None:
        """Answer a plain request."""
        transport: Any = self.transport
        if call.disconnected or transport.is_closing():
            return
        transport.write_at_once(data)
        call.response_complete = True
        if not call.keep_alive:
            transport.close()
        self.on_response_complete()

    def _turn_away(self, call: TurnedAway) -> None:
        """Refuse with prepared bytes; who comes again before its time is not read until then.

        Behind a proxy a connection carries many pupils: there nobody is made to wait for another.
        """
        now_s = self.loop.time()
        came_early, self.back_s = now_s < self.back_s, now_s + min(HELD_MAX_S, call.refusal.retry_s)
        self.reply(call, turned_away_reply(call.refusal, call.keep_alive))
        if came_early and self.holds_hammers and not self.transport.is_closing():
            self.held_s = self.back_s
            self.due_s = self.held_s + self.timeout_keep_alive
            self.flow.pause_reading()

    def on_response_complete(self) -> None:
        """Start what waits behind it; else nothing of the request stays, for a pupil thinks for long."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if not self.flow.write_paused:
            self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif not self._is_open:
            self.due_s = self.loop.time() + self.timeout_keep_alive
            self.cycle = self.scope = None  # type: ignore[assignment]
            self.headers = []

    def pause_writing(self) -> None:
        """A client that does not read its replies is not listened to either."""
        super().pause_writing()
        self.flow.pause_reading()

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        if not self.pipeline:
            self.flow.resume_reading()

    def _token_of_plain(self) -> bytes:
        """The bearer token of a plain POST; b"" if it is anything else, or has none."""
        parser = self.parser
        if parser.get_method() != b"POST" or self.expect_100_continue or parser.should_upgrade():
            return b""
        authorization = length = kind = b""
        for name, value in self.headers:
            if name == b"authorization":
                authorization = value
            elif name == b"content-length":
                length = value
            elif name == b"content-type":
                kind = value
        if kind not in _PLAIN or authorization[:7] != b"Bearer ":
            return b""
        # The parser refuses a length that is no number; without any the body is chunked.
        return authorization[7:] if length and int(length) <= ANSWERS_BYTES_MAX else b""


def path_of(target: bytes) -> bytes:
    """The path of a request's target as the application's routes see it, however it is written.

    Of the form `http://host/path` and of percent signs uvicorn makes the same path as of the plain form: a
    gate that looked at other bytes than the routes would not know a log-in when it sees one.
    """
    if target[:1] == b"/" and b"%" not in target and b"#" not in target:
        return target.partition(b"?")[0]
    return unquote_to_bytes(httptools.parse_url(target).path or b"")


def close_overdue(connections: Iterable[Any], now_s: float) -> None:
    """Close the connections whose patience has ended, read those held; `now_s` by the clock of the loop."""
    for connection in list(connections):
        if connection.held_s and connection.held_s < now_s:
            connection.held_s = 0.0
            connection.flow.resume_reading()
        if connection.due_s < now_s and not connection.transport.is_closing():
            connection.transport.close()


def connection_class(answers: Answers, gate: Gate, settings: Settings) -> type[asyncio.Protocol]:
    """The protocol class for `uvicorn.Config(http=...)`, for `answers`, behind `gate`."""
    given = {
        "answers": answers,
        "gate": gate,
        "request_seconds": settings.request_seconds,
        "connections_max": settings.connections_max,
        "holds_hammers": not settings.behind_proxy,
    }
    return type("Connection", (Connection,), {**given, "__slots__": ()})

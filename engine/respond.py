"""Replies and bodies, for ASGI and as bytes: headers prepared once, bodies bounded before they are read."""

from __future__ import annotations

import random
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.admission.gate import Refusal
from engine.archive import ArchiveAway
from engine.errors import KINDS, Problem
from engine.logs import logger
from sessions.link import StoreAway, StoreFull

LOG = logger("respond")

Headers = list[tuple[bytes, bytes]]

JSON_HEADERS: Headers = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"strict-transport-security", b"max-age=63072000"),
]
_REFUSALS: list[Headers] = [
    [(b"retry-after", b"%d" % seconds), (b"content-length", b"0"), (b"cache-control", b"no-store")]
    for seconds in range(2, 11)
]
_UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\ncache-control: no-store\r\n"
_TURNED_AWAY = _UNAVAILABLE + b"content-length: 0\r\nretry-after: %d%b"
_WAITING = _UNAVAILABLE + (
    b"content-type: application/json\r\nx-content-type-options: nosniff\r\n"
    b"content-length: %d\r\nretry-after: %d%b%b"
)
_PLACE = (
    b'{"error":{"code":"waiting_room","message":"%b","place":"%%b","number":%%d,"wait_ms":%%d,'
    b'"retry_after_ms":%%d}}' % KINDS["waiting_room"].message.encode()
)
_KEEP, _CLOSING = b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"
_CLOSE: Headers = [(b"connection", b"close")]


def _head(status: int, headers: Headers) -> bytes:
    """Status line and headers, without the line that ends them."""
    lines = [b"HTTP/1.1 %d %b" % (status, HTTPStatus(status).phrase.encode())]
    return b"\r\n".join([*lines, *(b"%b: %b" % pair for pair in headers)])


_OK = _head(200, JSON_HEADERS) + b"\r\ncontent-length: "
_OVERLOADED = [[_head(503, headers) + end for headers in _REFUSALS] for end in (_CLOSING, _KEEP)]
"""By whether the connection is kept: whole replies, for there is least time when they are needed."""


def ok_reply(body: bytes, keep_alive: bool) -> bytes:
    """The whole reply 200 with `body`, which is JSON already."""
    if keep_alive:
        return b"%b%d\r\n\r\n%b" % (_OK, len(body), body)
    return b"%b%d\r\nconnection: close\r\n\r\n%b" % (_OK, len(body), body)


def refusal_reply(problem: Problem, keep_alive: bool) -> bytes:
    """The whole reply with a row of the table of refusals."""
    if problem.code == "overloaded":
        return random.choice(_OVERLOADED[keep_alive])
    status, headers, body = _refusal(problem)
    return b"%b\r\n\r\n%b" % (_head(status, headers if keep_alive else headers + _CLOSE), body)


def turned_away_reply(refusal: Refusal, keep_alive: bool) -> bytes:
    """The whole reply of the gate: the prepared 503, or the place in the waiting room."""
    end = _KEEP if keep_alive else _CLOSING
    if refusal.turn is None:
        return _TURNED_AWAY % (refusal.retry_s, end)
    body = _PLACE % refusal.turn
    return _WAITING % (len(body), refusal.retry_s, end, body)


def problem_of(error: Exception) -> Problem:
    """The row of the table of refusals that `error` stands for; a surprise is logged and `internal`."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, StoreFull):
        return Problem("store_full")
    if isinstance(error, StoreAway):
        return Problem("store_away")
    if isinstance(error, ArchiveAway):
        return Problem("archive_away")
    if isinstance(error, HTTPException):
        return _routing_problem(error)
    LOG.error("request failed", exc_info=error)
    return Problem("internal")


def _routing_problem(error: HTTPException) -> Problem:
    """What the router found out."""
    if error.status_code != 405:
        return Problem("not_found")
    methods = (error.headers or {}).get("Allow", "")
    return Problem("wrong_method", allow=", ".join(sorted(methods.split(", "))))


async def send_json(
    send: Send, body: bytes, status: int = 200, extra: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Answer with `body`, which is JSON already."""
    headers = [*JSON_HEADERS, (b"content-length", b"%d" % len(body)), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def reply_json(document: Any) -> Response:
    """The same for the router's calls."""
    response = Response(orjson.dumps(document))
    response.raw_headers.extend(JSON_HEADERS)
    return response


async def send_problem(send: Send, problem: Problem, extra: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Answer with a row of the table of refusals."""
    status, headers, body = _refusal(problem)
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *extra]})
    await send({"type": "http.response.body", "body": body})


def _refusal(problem: Problem) -> tuple[int, Headers, bytes]:
    """Status, headers and body. The prepared 503: no body, a jittered Retry-After, nothing computed."""
    if problem.code == "overloaded":
        return 503, random.choice(_REFUSALS), b""
    body = problem.body()
    length = (b"content-length", b"%d" % len(body))
    return problem.status, [*JSON_HEADERS, length, *_problem_headers(problem)], body


def _problem_headers(problem: Problem) -> Headers:
    headers = []
    if problem.retry_after_ms is not None:
        headers.append((b"retry-after", b"%d" % -(-problem.retry_after_ms // 1000)))
    if problem.status == 401:
        scheme = b"Assertion" if problem.code == "assertion_invalid" else b"Bearer"
        headers.append((b"www-authenticate", scheme))
    if allow := problem.extra.get("allow"):
        headers.append((b"allow", str(allow).encode()))
    return headers


def header(scope: Scope, name: bytes) -> bytes:
    """The first header called `name` (lower case), or b""."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


async def read_body(scope: Scope, receive: Receive, limit: int, wanted: bytes = b"application/json") -> bytes:
    """The whole body, or Problem: `unsupported_media`, `too_large` as soon as it is known to pass `limit`.

    A body that does not say what it is is taken for what is wanted; a form of another site's page does say.
    """
    kind = header(scope, b"content-type")
    if kind and kind.split(b";")[0].strip().lower() != wanted:
        raise Problem("unsupported_media")
    length = header(scope, b"content-length")
    if length and int(length) > limit:
        raise Problem("too_large", limit_bytes=limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            raise Problem("too_large", limit_bytes=limit)
    if message["type"] == "http.disconnect":
        raise ClientGone
    if len(body) > limit:
        raise Problem("too_large", limit_bytes=limit)
    return body


class ClientGone(Exception):
    """The client hung up before its request was whole; there is nobody to answer."""

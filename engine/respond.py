"""Raw ASGI replies and bodies: headers prepared once, bodies bounded before they are read."""

from __future__ import annotations

import random
from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from engine.errors import Problem

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


async def send_json(
    send: Send, body: bytes, status: int = 200, extra: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Answer with `body`, which is JSON already."""
    headers = [*JSON_HEADERS, (b"content-length", b"%d" % len(body)), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_refusal(send: Send) -> None:
    """The prepared 503: no body, a jittered Retry-After, nothing computed."""
    await send({"type": "http.response.start", "status": 503, "headers": random.choice(_REFUSALS)})
    await send({"type": "http.response.body", "body": b""})


async def send_problem(send: Send, problem: Problem) -> None:
    """Answer with a row of the table of refusals."""
    if problem.code == "overloaded":
        await send_refusal(send)
        return
    await send_json(send, problem.body(), problem.status, _problem_headers(problem))


def _problem_headers(problem: Problem) -> Headers:
    headers = []
    if problem.retry_after_ms is not None:
        headers.append((b"retry-after", b"%d" % -(-problem.retry_after_ms // 1000)))
    if problem.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if allow := problem.extra.get("allow"):
        headers.append((b"allow", str(allow).encode()))
    return headers


def header(scope: Scope, name: bytes) -> bytes:
    """The first header called `name` (lower case), or b""."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body, or Problem: `unsupported_media`, `too_large` as soon as it is known to pass `limit`.

    A body that does not say what it is is taken for JSON; a form of another site's page says what it is.
    """
    kind = header(scope, b"content-type")
    if kind and kind.split(b";")[0].strip().lower() != b"application/json":
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

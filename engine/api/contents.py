"""`GET /content/{form}`: the sealed form, the same bytes for every pupil, for any cache to hold.

No token: the bytes are ciphertext until the start brings the key, and a cache in front may hold them all.
A line that broke in the middle costs only the rest: one range of bytes may be asked for (RFC 9110, 14).
What is no range that can be served is answered with the whole, as the standard allows.
"""

from __future__ import annotations

import re

from starlette.types import Receive, Scope, Send

from engine.errors import Problem
from engine.respond import Headers, header
from engine.services import Services

_HEADERS: Headers = [
    (b"content-type", b"application/octet-stream"),
    (b"accept-ranges", b"bytes"),
    (b"cache-control", b"public, max-age=31536000, immutable"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_RANGE = re.compile(rb"bytes=(\d{0,15})-(\d{0,15})")
PIECE_BYTES = 64 * 1024
"""Sent piece by piece, so that a slow reader holds one piece and not a whole form."""


class Contents:
    """Serves sealed forms from memory."""

    def __init__(self, services: Services) -> None:
        self._catalog = services.catalog

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The bytes of the form that the path names."""
        if scope["method"] not in ("GET", "HEAD"):
            raise Problem("wrong_method", allow="GET, HEAD")
        form = scope["path"].removeprefix("/content/")
        sealed = self._catalog.content(form)
        etag = b'"%s"' % form.encode()
        headers = [*_HEADERS, (b"etag", etag)]
        if header(scope, b"if-none-match") == etag:
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        start, end = asked_range(scope, etag, len(sealed))
        headers.append((b"content-length", b"%d" % (end - start)))
        status = 200
        if end - start < len(sealed):
            status = 206
            headers.append((b"content-range", b"bytes %d-%d/%d" % (start, end - 1, len(sealed))))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await _send_pieces(
            send, memoryview(sealed)[start:end] if scope["method"] == "GET" else memoryview(b"")
        )


async def _send_pieces(send: Send, body: memoryview) -> None:
    for place in range(0, len(body) or 1, PIECE_BYTES):
        piece = bytes(body[place : place + PIECE_BYTES])
        more = place + PIECE_BYTES < len(body)
        await send({"type": "http.response.body", "body": piece, "more_body": more})


def asked_range(scope: Scope, etag: bytes, size: int) -> tuple[int, int]:
    """First byte and the one after the last: of the range that a GET asks for, else of all."""
    whole = (0, size)
    found = _RANGE.fullmatch(header(scope, b"range"))
    if scope["method"] != "GET" or not found or header(scope, b"if-range") not in (b"", etag):
        return whole
    first, last = found.groups()
    if not first:  # the last so many bytes
        return (max(0, size - int(last)), size) if last and int(last) else whole
    start, end = int(first), min(size, int(last) + 1 if last else size)
    return (start, end) if start < end else whole

"""`GET /content/{form}`: the sealed form, the same bytes for every pupil, for any cache to hold.

No token: the bytes are ciphertext until the start brings the key, and a cache in front may hold them all.
"""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from engine.errors import Problem
from engine.respond import Headers, header
from engine.services import Services

_HEADERS: Headers = [
    (b"content-type", b"application/octet-stream"),
    (b"cache-control", b"public, max-age=31536000, immutable"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
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
        headers.append((b"content-length", b"%d" % len(sealed)))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        view = memoryview(sealed)
        for place in range(0, len(sealed), PIECE_BYTES):
            piece = bytes(view[place : place + PIECE_BYTES])
            more = place + PIECE_BYTES < len(sealed)
            await send({"type": "http.response.body", "body": piece, "more_body": more})

"""The player's files, read once at start: bytes, type, ETag and a brotli copy, served as they are.

No build step: what lies in `engine/web/` is what the browser gets; the packed copy of a module goes without
the comments that have a line of their own. A strict Content-Security-Policy goes with
every page; nothing is loaded from anywhere else (P9).
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import NamedTuple

import brotli
from starlette.types import Receive, Scope, Send

from engine.errors import Problem
from engine.respond import Headers, header
from pages.headers import policy as desk_policy

WEB = Path(__file__).parent / "web"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "media-src blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types passation",
    )
).encode()
_COMMENT = re.compile(rb"^ *(?://.*|/\*\*.*\*/)$", re.MULTILINE)
"""A comment with a line of its own: together a twelfth of what a pupil waits for. The line stays, empty, so
that numbers of lines hold."""
_SECURITY: Headers = [
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"strict-transport-security", b"max-age=63072000"),
]
FRAME = "frame.html"
"""The page in which authors' modules run: no origin, no network, nothing but what the player hands it."""
FRAME_POLICY = "; ".join(
    (
        "sandbox allow-scripts",
        "default-src 'none'",
        "script-src 'sha256-{digest}' blob:",
        "style-src 'unsafe-inline' blob:",
        "img-src data: blob:",
        "media-src data: blob:",
        "font-src data: blob:",
        "connect-src 'none'",
        "worker-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)
FRAME_KEPT = b"private, max-age=%d" % (12 * 3600)
"""A sandboxed page is not the service worker's: the browser's own cache keeps it while the line is down."""
_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.S)
_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/manifest+json")
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")


class Asset(NamedTuple):
    """One file, ready to send."""

    headers: Headers
    etag: bytes
    plain: bytes
    packed: bytes | None


class Assets:
    """All files of a folder by their path below it."""

    def __init__(self, folder: Path = WEB) -> None:
        self._assets = {
            path.relative_to(folder).as_posix(): _asset(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".md"
        }

    def __contains__(self, name: str) -> bool:
        return name in self._assets

    async def send(self, name: str, scope: Scope, send: Send, extra: Headers | None = None) -> None:
        """Answer with the file `name`."""
        await send_asset(self._assets[name], scope, send, extra)


async def send_asset(asset: Asset, scope: Scope, send: Send, extra: Headers | None = None) -> None:
    """Answer with a file: 304 if the browser has it, packed if it can unpack it."""
    headers = [*asset.headers, *(extra or ())]
    if header(scope, b"if-none-match") == asset.etag:
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    body = asset.plain
    if asset.packed is not None and b"br" in header(scope, b"accept-encoding"):
        body = asset.packed
        headers.append((b"content-encoding", b"br"))
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class Folder:
    """Answers with the file of a folder that the address names."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path_params"]["name"]
        if name not in self._assets:
            raise Problem("not_found")
        await self._assets.send(name, scope, send)


def _asset(path: Path) -> Asset:
    plain = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    is_text = kind.startswith(_TEXT)
    spare = _COMMENT.sub(b"", plain) if path.suffix == ".js" else plain
    packed = brotli.compress(spare, quality=11) if is_text else None
    security, kept = (_frame_security(plain), FRAME_KEPT) if path.name == FRAME else (_SECURITY, b"no-cache")
    return _made(f"{kind}; charset=utf-8" if is_text else kind, plain, packed, security, kept)


def made_page(text: str) -> Asset:
    """A page that the server made, under the policy of pages for people at a desk; the same for everybody."""
    plain = text.encode()
    policy = (b"content-security-policy", desk_policy().encode())
    others = [line for line in _SECURITY if line[0] != policy[0]]
    kind, kept = "text/html; charset=utf-8", b"no-cache"
    return _made(kind, plain, brotli.compress(plain, quality=11), [policy, *others], kept)


def _made(kind: str, plain: bytes, packed: bytes | None, security: Headers, kept: bytes) -> Asset:
    etag = b'"%s"' % hashlib.sha256(plain).hexdigest()[:20].encode()
    headers: Headers = [
        (b"content-type", kind.encode()),
        (b"etag", etag),
        (b"vary", b"accept-encoding"),
        (b"cache-control", kept),
        *security,
    ]
    return Asset(headers, etag, plain, packed if packed is not None and len(packed) < len(plain) else None)


def _frame_security(page: bytes) -> Headers:
    """The same headers under the policy of the frame, whose one script is named by its digest."""
    script = _SCRIPT.search(page)
    digest = base64.b64encode(hashlib.sha256(script[1] if script else b"").digest()).decode()
    policy = FRAME_POLICY.format(digest=digest).encode()
    own = {b"content-security-policy": policy, b"x-dns-prefetch-control": b"off"}
    return [*((name, value) for name, value in _SECURITY if name not in own), *own.items()]

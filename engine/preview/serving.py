"""The preview's server: the engine's own application, listened to, and the author's panel around it.

The player, the API and Redis are those of the real day, in a folder that goes away at the end. Around them
stands one ASGI wrapper: it serves the panel under an address that nobody guesses, lets that panel show the
player in a frame, and reads along what the player sends. Keys never leave but through the panel; another name
than the loopback's in the Host header is turned away, so that no web page elsewhere can ask for them.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.app import running
from engine.archive import Archive
from engine.assets import Assets
from engine.errors import Problem
from engine.keyring import KeyRing
from engine.preview.rounds import Preview
from engine.preview.watching import fingerprint
from engine.respond import header, send_json, send_problem
from engine.settings import Settings
from engine.stores import store_of
from engine.supervisor import Supervisor
from engine.worker import Server, bind, uvicorn_config
from sessions.ticket import Signer

WEB = Path(__file__).parent / "web"
HOST = "127.0.0.1"
LOOK_S = 0.7
FLUSH_AFTER_MS = 250
"""The author looks at the score, not at the load."""
BODY_BYTES_MAX = 128 * 1024


class PreviewApplication:
    """Everything that the author's browser can reach."""

    def __init__(self, engine: ASGIApp, preview: Preview, signer: Signer, port: int) -> None:
        self._engine = engine
        self._preview = preview
        self._signer = signer
        self._assets = Assets(WEB)
        self._hosts = {f"{name}:{port}".encode() for name in (HOST, "localhost")}
        self.path = f"/preview-{secrets.token_urlsafe(18)}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if header(scope, b"host") not in self._hosts:
            await send_problem(send, Problem("not_found"))
        elif scope["path"].startswith(self.path):
            await self._panel(scope["path"].removeprefix(self.path), scope, _framing(send))
        elif scope["path"] in ("/api/v1/answers", "/api/v1/attempts", "/api/v1/start"):
            await self._read_along(scope, receive, send)
        else:
            await self._engine(scope, receive, _framing(send))

    async def _panel(self, name: str, scope: Scope, send: Send) -> None:
        if name == "state" and scope["method"] == "GET":
            after = scope["query_string"].removeprefix(b"after=")
            state = await self._preview.news(int(after) if after.isdigit() else -1)
            await send_json(send, orjson.dumps(state))
        elif name == "again" and scope["method"] == "POST":
            await self._preview.begin()
            await send_json(send, b"{}")
        elif (name or "panel.html") in self._assets and scope["method"] in ("GET", "HEAD"):
            await self._assets.send(name or "panel.html", scope, send)
        else:
            await send_problem(send, Problem("not_found"))

    async def _read_along(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the engine answer; what it accepted is shown to the author."""
        asked, told, status = bytearray(), bytearray(), 0

        async def receive_along() -> Message:
            message = await receive()
            if len(asked) <= BODY_BYTES_MAX:
                asked.extend(message.get("body", b""))
            return message

        async def send_along(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            told.extend(message.get("body", b""))
            await send(message)

        await self._engine(scope, receive_along, send_along)
        ticket = self._signer.read(header(scope, b"authorization").decode("latin-1").removeprefix("Bearer "))
        if status != 200 or ticket is None:
            return
        if scope["path"].endswith("start"):
            await self._preview.started(ticket, orjson.loads(told)["order"])
        else:
            await self._preview.answered(ticket.delivery, orjson.loads(asked).get("answers", []))


def _framing(send: Send) -> Send:
    """The same policy, but for the panel's frame: pages of this very origin may show one another."""

    async def framed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, _framed(value)) for name, value in message["headers"]]
            message = {**message, "headers": headers}
        await send(message)

    return framed


def _framed(value: bytes) -> bytes:
    return value.replace(b"frame-ancestors 'none'", b"frame-ancestors 'self'")


@asynccontextmanager
async def previewing(package: Path, port: int) -> AsyncIterator[str]:
    """Serve a preview until the block ends; gives the panel's address."""
    with tempfile.TemporaryDirectory(prefix="passation-preview-") as folder:
        settings = _settings(Path(folder), port)
        supervisor = Supervisor(settings)
        keyring = KeyRing.of(settings)
        keyring.ensure()
        await supervisor.start_store()
        try:
            archive = await Archive.open(settings.archive_address)
            store = store_of(settings)
            try:
                preview = Preview(package, settings, archive, store, keyring)
                await preview.begin()
                async with _served(settings, preview, keyring) as address:
                    yield address
            finally:
                await store.aclose()
                await archive.close()
        finally:
            await supervisor.stop()


def _settings(folder: Path, port: int) -> Settings:
    given: dict[str, Any] = {"data_dir": folder / "data", "keys_dir": folder / "keys"}
    (folder / "data" / "content").mkdir(parents=True, mode=0o700)
    rest: dict[str, Any] = {"flush_after_ms": FLUSH_AFTER_MS, "shutdown_seconds": 1, "log_level": "error"}
    return Settings.load({}, host=HOST, port=port, workers=1, **given, **rest)


@asynccontextmanager
async def _served(settings: Settings, preview: Preview, keyring: KeyRing) -> AsyncIterator[str]:
    async with running(settings) as engine:
        signer = Signer(*keyring.token_keys())
        application = PreviewApplication(engine, preview, signer, settings.port)
        server = Server(uvicorn_config(settings, application))
        serving = asyncio.create_task(server.serve(sockets=[bind(settings.host, settings.port)]))
        watching = asyncio.create_task(_watch(preview))
        try:
            yield f"http://{HOST}:{settings.port}{application.path}"
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await preview.end()
            server.should_exit = True
            await serving


async def _watch(preview: Preview, look: Callable[[Path], object] = fingerprint) -> None:
    """Begin a round whenever the package has changed and then been left alone for a moment."""
    known = seen = await asyncio.to_thread(look, preview.package)
    while True:
        await asyncio.sleep(LOOK_S)
        now = await asyncio.to_thread(look, preview.package)
        if now == seen != known:
            known = now
            await preview.begin()
        seen = now

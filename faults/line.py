"""One pupil's connection: HTTP/1.1 as plain as it gets, so that it may be cut at any byte.

A client library would hide what is asked here: half a request, a reply that nobody waits for, a line that
stays open and says nothing.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any, NamedTuple

import orjson

AWAY: dict[str, Any] = {"ok": False, "code": "away"}
PATIENCE_S = 4.0
"""The page waits twelve seconds; a run is short."""


class HangUps(NamedTuple):
    """How often a client leaves in the midst of a request, and how soon."""

    share: float = 0.0
    soon_s: float = 0.02


class Line:
    """Carries calls, one at a time; whatever goes wrong on the way is `away`, as in `api.js`."""

    def __init__(self, port: int, chance: random.Random, hang_ups: HangUps) -> None:
        self._port = port
        self._chance = chance
        self._hang_ups = hang_ups
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.patience_s = PATIENCE_S

    async def call(self, method: str, path: str, token: str, body: bytes) -> dict[str, Any]:
        """The reply's document with `ok`, `status` and, where it is a refusal, `code`."""
        request = _request(method, path, token, body)
        try:
            async with asyncio.timeout(self.patience_s):
                return await self._exchange(request)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            self.close()
            return dict(AWAY)

    def close(self) -> None:
        """Cut the line."""
        if self._stream:
            self._stream[1].transport.abort()
            self._stream = None

    async def _exchange(self, request: bytes) -> dict[str, Any]:
        reader, writer = self._stream or await self._open()
        if self._chance.random() < self._hang_ups.share:
            await self._hang_up(writer, request)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        fields = _fields(head)
        found = await reader.readexactly(int(fields.get("content-length", 0)))
        if fields.get("connection") == "close":
            self.close()
        return _told(int(head[9:12]), fields, found)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._stream = await asyncio.open_connection("127.0.0.1", self._port)
        return self._stream

    async def _hang_up(self, writer: asyncio.StreamWriter, request: bytes) -> None:
        """Leave: half of the time before all has been said, half of the time before the answer is there."""
        whole = self._chance.random() < 0.5
        writer.write(request if whole else request[: self._chance.randrange(1, len(request))])
        await asyncio.sleep(self._chance.uniform(0, self._hang_ups.soon_s))
        raise ConnectionResetError("hung up")


def _request(method: str, path: str, token: str, body: bytes) -> bytes:
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"{method} /api/v1/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}{bearer}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _fields(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _told(status: int, fields: dict[str, str], found: bytes) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(found) if found else {}
    if status == 200:
        return {**document, "ok": True, "status": status}
    code = "overloaded" if status == 503 else "away"
    wait = {"retry_after_ms": int(fields.get("retry-after", 0)) * 1000}
    return {"code": code, **wait, **document.get("error", {}), "ok": False, "status": status}

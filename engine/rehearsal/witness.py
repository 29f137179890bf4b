"""Pupils who save again and again while Redis fails, and remember exactly what they were told and when.

A real crowd answers every twenty seconds and would hardly see a pause of three. A witness sends its next
batch as soon as the last one is acknowledged, and repeats the same bytes until it is.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import orjson

PAUSE_S = 0.1
SAVES_MAX = 1_500
"""A session holds 2,000 batches."""
TIMEOUT_S = 30.0
THROWN_OUT = (401, 403, 409, 410)
"""What a pupil hears who is logged out, moved, or behind its own number."""


class Witness:
    """One pupil on one connection; `told` maps numbers to the digests of acknowledged batches."""

    def __init__(self, host: str, port: int, code: str, seconds: float) -> None:
        self._host, self._port, self._code = host, port, code
        self._pause_s = max(PAUSE_S, seconds / SAVES_MAX)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.session = ""
        self.told: dict[int, str] = {}
        self.thrown_out: list[str] = []
        self._told_s: list[float] = []

    async def sit(self, stopping: asyncio.Event) -> None:
        """Log in, start, save until told to stop; what is under way then is still seen through."""
        try:
            login = await self._until_taken("/api/v1/login", {"code": self._code}, "")
            start = await self._until_taken("/api/v1/start", {}, login["token"])
            self.session = start["session"]["id"]
            while not stopping.is_set():
                await self._save(len(self.told) + 1, start["token"])
                await asyncio.sleep(self._pause_s)
        finally:
            self._hang_up()

    def longest_pause_s(self, since_s: float) -> float:
        """The longest time without an acknowledgement from `since_s` on, by the loop's clock."""
        times = [since_s, *(at_s for at_s in self._told_s if at_s > since_s)]
        return max((after - before for before, after in pairwise(times)), default=0.0)

    async def _save(self, n: int, token: str) -> None:
        answer = {"item": "i1", "response": {"r1": None}, "elapsed_ms": n, "age_ms": 0}
        body = {"n": n, "answers": [answer]}
        reply = await self._until_taken("/api/v1/answers", body, token)
        if reply.get("last", n) >= n:
            self.told[n] = hashlib.sha256(orjson.dumps(body)).hexdigest()
            self._told_s.append(asyncio.get_running_loop().time())
        else:
            self.thrown_out.append(f"told to hold {reply['last']} of {n}")

    async def _until_taken(self, path: str, body: Mapping[str, Any], token: str) -> dict[str, Any]:
        while True:
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    status, reply = await self._post(path, orjson.dumps(body), token)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
                self._hang_up()
                status, reply = 0, b""
            if status == 200:
                return dict(orjson.loads(reply))
            if status in THROWN_OUT:
                self.thrown_out.append(f"{path}: {status} {reply[:200].decode(errors='replace')}")
            await asyncio.sleep(PAUSE_S)

    async def _post(self, path: str, body: bytes, token: str) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        head = f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: application/json\r\n"
        bearer = f"Authorization: Bearer {token}\r\n" if token else ""
        writer.write(f"{head}{bearer}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        reply = await reader.readexactly(int(fields.get("content-length", 0)))
        if fields.get("connection") == "close":
            self._hang_up()
        return int(lines[0].split(" ")[1]), reply

    def _hang_up(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

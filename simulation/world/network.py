"""The line between a pupil's computer and the workers: requests late, lost, doubled, answered in vain."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable
from typing import Any

import orjson

from simulation.history import Call, History
from simulation.plan import Setting
from simulation.world.hall import SIGNER
from simulation.world.loop import Process
from simulation.world.worker import Worker

AWAY: dict[str, Any] = {"ok": False, "code": "away"}
Sealed = Callable[[bytes, int], bool]


class Network:
    """Carries calls; notes what left the servers and what arrived."""

    def __init__(
        self, history: History, setting: Setting, workers: list[Worker], chance: random.Random, sealed: Sealed
    ) -> None:
        self._history = history
        self.setting = setting
        self._workers = workers
        self._chance = chance
        self._is_sealed = sealed
        self.process = Process("network")

    async def call(
        self, device: str, sid: bytes, path: str, token: str, body: bytes, timeout_s: float = 12.0
    ) -> dict[str, Any]:
        """The reply as `api.js` gives it; whatever goes wrong on the way is `away`."""
        call = self._noted(device, sid, path, token, body)
        if self._chance.random() < self.setting.copies:
            self.process.spawn(self._copy(call, token, body))
        try:
            async with asyncio.timeout(timeout_s):
                await self._travel(self.setting.loss)
                status, found = await self._serve(call, token, body)
                await self._travel(self.setting.loss)
        except (TimeoutError, ConnectionError):
            return dict(AWAY)
        call.got_ms = self._history.at_ms
        return _as_told(status, found)

    def _noted(self, device: str, sid: bytes, path: str, token: str, body: bytes) -> Call:
        ticket = SIGNER.read(token) if token else None
        call = Call(device, sid, path, ticket.epoch if ticket else 0, self._history.at_ms)
        if path == "answers":
            batch = orjson.loads(body)
            call.n, call.is_full = batch.get("n", 0), bool(batch.get("full"))
            call.items = tuple(answer["item"] for answer in batch["answers"])
            call.digest = hashlib.sha256(body).digest()
            said = {answer["item"]: answer["response"] for answer in batch["answers"]}
            self._history.said[call.digest] = said
        elif path == "submit":
            call.n = orjson.loads(body)["last"]
        self._history.calls.append(call)
        return call

    async def _travel(self, loss: float) -> None:
        low, high = self.setting.line_ms
        if self._chance.random() < loss:
            if self._chance.random() < 0.5:
                await asyncio.sleep(3_600)  # a half-open line: nobody is told
            raise ConnectionError("reset")
        await asyncio.sleep(self._chance.uniform(low, high) / 1000)

    async def _copy(self, call: Call, token: str, body: bytes) -> None:
        """The same request once more, later: overtaking others, long after, or at the same moment."""
        copy = Call(call.device, call.sid, call.path, call.epoch, call.sent_ms, call.n, call.digest)
        copy.items, copy.is_full, copy.is_copy = call.items, call.is_full, True
        await asyncio.sleep(self._chance.choice([0.001, 0.5, 4.0, 20.0]))
        self._history.calls.append(copy)
        try:
            async with asyncio.timeout(30):
                await self._serve(copy, token, body)
        except (TimeoutError, ConnectionError):
            return

    async def _serve(self, call: Call, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        alive = [worker for worker in self._workers if worker.process.is_alive]
        if not alive:
            raise ConnectionError("refused")
        worker = self._chance.choice(alive)
        method = "GET" if call.path == "session" else "POST"
        task = worker.process.spawn(worker.handle(method, f"/api/v1/{call.path}", token, body))
        if worker.storm_s and self._chance.random() < 0.5:
            delay_s = self._chance.choice([0.0, 0.0004, 0.002, 0.01])
            asyncio.get_running_loop().call_later(delay_s, task.cancel)
        try:
            status, found = await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise ConnectionError("the worker is gone") from None
            raise
        self._left(call, status, found)
        return status, found

    def _left(self, call: Call, status: int, found: dict[str, Any]) -> None:
        """A reply is on its way: is what it says true at this moment?"""
        call.status, call.reply, call.left_ms = status, found, self._history.at_ms
        if status != 200:
            return
        if call.path == "answers" and call.n:
            call.was_durable = self._history.is_durable(call.sid, call.n, call.digest)
        if found.get("sealed"):
            call.was_sealed = self._is_sealed(call.sid, found["sealed"])


def _as_told(status: int, found: dict[str, Any]) -> dict[str, Any]:
    if status == 200:
        return {**found, "ok": True}
    code = "overloaded" if status == 503 else "away"
    return {"code": code, **found, **found.get("error", {}), "ok": False}

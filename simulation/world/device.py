"""A pupil's computer: what its vault keeps across reloads, its clock; and the outbox of an open tab.

`Sender` drives the pure outbox as `engine/web/js/outbox.js` does: one batch in flight, kept before it is
sent, back-off, heartbeats. A tab that is closed stops at any await; the vault keeps what was written last.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from simulation.protocol.outbox import OVER, PASSING, Batch, Outbox
from simulation.world.loop import Process

TYPING_MS, LONGEST_HOLD_MS = 1_000, 10_000
HEARTBEAT_MS, PAUSED_HEARTBEAT_MS = 25_000, 8_000
PATIENCE_MS = 30_000
DISK_S = 3.0
State = dict[str, Any]
CallServer = Callable[[str, str, bytes, float], Awaitable[dict[str, Any]]]
"""path, token, body, time-out in seconds -> reply"""


class Device:
    """One computer. `perf_ms` is its monotonic clock."""

    def __init__(
        self,
        name: str,
        perf_ms: Callable[[], float],
        chance: random.Random,
        defect: Callable[[str], None],
    ) -> None:
        self.name = name
        self.defect = defect
        self.perf_ms = perf_ms
        self.chance = chance
        self.vault: bytes | None = None
        self.is_vault_able = True
        self.is_offline = self.was_wiped = self.had_receipt = False
        self.wall_ahead_ms = 0
        self.came_online = asyncio.Event()

    @property
    def wall_ms(self) -> int:
        """What `Date.now()` says here."""
        return int(self.perf_ms()) + 1_700_000_000_000 + self.wall_ahead_ms

    async def rest(self, wait_ms: float) -> None:
        """Wait, or until the line comes back."""
        try:
            async with asyncio.timeout(wait_ms / 1000):
                await self.came_online.wait()
        except TimeoutError:
            return
        await asyncio.sleep(self.chance.uniform(0, 2))

    def online(self) -> None:
        """The line is back."""
        self.is_offline = False
        self.came_online.set()
        self.came_online = asyncio.Event()


class Backoff:
    """`Backoff` of `api.js`."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._failures = 0
        self._budget = 8.0

    def succeeded(self) -> None:
        self._failures = 0
        self._budget = min(8.0, self._budget + 0.25)

    def delay_ms(self, reply: dict[str, Any] | None = None) -> float:
        retry_after_ms = (reply or {}).get("retry_after_ms") or 0
        is_spent = self._budget < 1
        ceiling = 30_000.0 if is_spent else min(30_000.0, 1_000.0 * 2**self._failures)
        self._failures += 0 if is_spent else 1
        floor = 15_000.0 if is_spent else 250.0
        self._budget = max(0.0, self._budget - 1)
        return max(retry_after_ms * (1 + self._chance.random() / 4), floor + self._chance.random() * ceiling)


class Sender:
    """The outbox of an open tab and what it shares with the page: state, clock, vault."""

    outbox_type: type[Outbox] = Outbox

    def __init__(
        self, device: Device, process: Process, state: State, call: CallServer, refused: Callable[[Any], None]
    ) -> None:
        self.device = device
        self.process = process
        self.state = state
        self.outbox = self.outbox_type(state["box"], state["answers"])
        self.backoff = Backoff(device.chance)
        self.is_away = self.is_stopped = self.is_hurried = self.is_over = False
        self.token_after_end = ""
        """The token of the sitting as it ran, once it is over: kept by the page alone."""
        self.flush_after_ms = float(TYPING_MS)
        self.sent_ms = device.perf_ms()
        self.changed_ms = self.held_since_ms = self.not_before_ms = 0.0
        self.offset_ms = 0.0
        self._call = call
        self._refused = refused
        self._timer: asyncio.TimerHandle | None = None
        self._pump: asyncio.Task[None] | None = None
        kept = state.get("clock")
        if kept:
            gone_ms = max(0, device.wall_ms - kept["wall_ms"])
            self.offset_ms = kept["server_ms"] + gone_ms - device.perf_ms()

    def now_ms(self) -> int:
        """The server's clock as this device knows it."""
        return round(self.device.perf_ms() + self.offset_ms)

    def anchor(self, now_ms: int, round_trip_ms: float) -> None:
        self.offset_ms = now_ms + round_trip_ms / 2 - self.device.perf_ms()

    async def keep(self) -> None:
        """Write the state to the vault; it is there when this returns."""
        self.state["clock"] = {"server_ms": self.now_ms(), "wall_ms": self.device.wall_ms}
        kept = orjson.dumps(self.state)
        await asyncio.sleep(self.device.chance.uniform(0.002, 0.02))
        if self.device.is_vault_able and self.process.is_alive:
            self.device.vault = kept

    def answer(self, item: str, value: str) -> None:
        """The pupil answers."""
        before = len(self.outbox.box["dirty"])
        self.outbox.answer(item, {"r1": value}, self.now_ms())
        self.changed_ms = self.device.perf_ms()
        if before == 0:
            self.held_since_ms = self.changed_ms
        self.process.spawn(self._keep_soon())
        self.plan()

    async def _keep_soon(self) -> None:
        await asyncio.sleep(0.3)
        await self.keep()

    def plan(self) -> None:
        """Send when the pupil has stopped typing and the server wants to hear of it; else a sign of life."""
        if self._timer:
            self._timer.cancel()
        if self.is_stopped or not self.process.is_alive:
            return
        quiet_ms = min(self.changed_ms + TYPING_MS, self.held_since_ms + LONGEST_HOLD_MS)
        beat_ms = PAUSED_HEARTBEAT_MS if self.state.get("paused") else HEARTBEAT_MS
        due_ms = (
            max(quiet_ms, self.sent_ms + self.flush_after_ms)
            if self.outbox.waiting
            else self.sent_ms + beat_ms * (1 + self.device.chance.random() / 5)
        )
        wait_s = max(0.0, max(due_ms, self.not_before_ms) - self.device.perf_ms()) / 1000
        self._timer = asyncio.get_running_loop().call_later(wait_s, self.flush)

    def flush(self) -> asyncio.Task[None]:
        """Send what waits."""
        if self._timer:
            self._timer.cancel()
        if self._pump is None or self._pump.done():
            self._pump = self.process.spawn(self._pumping())
        return self._pump

    def retry(self) -> asyncio.Task[None]:
        self.not_before_ms = 0.0
        return self.flush()

    async def recover(self) -> None:
        """After the end: what a server has lost that had acknowledged it, and no more."""
        self.is_stopped, self.is_hurried = False, True
        await self.retry()
        self.stop()

    async def _pumping(self) -> None:
        if not self.is_stopped:
            await self._run()
        self._pump = None
        self.plan()

    async def _run(self) -> None:
        while True:
            batch = self.outbox.next_batch(self.now_ms())
            reply = await self._send(batch)
            if self.is_stopped:
                return
            if reply["ok"]:
                self._accepted(batch, reply)
            elif not await self._handled(batch, reply):
                return
            self.process.spawn(self.keep())
            is_again = not reply["ok"] and batch is not None and self.outbox.waiting
            if self.is_stopped or not (is_again or self._goes_on()):
                return

    def _goes_on(self) -> bool:
        box = self.outbox.box
        return bool(self.outbox.unacknowledged or box["full"] or (self.is_hurried and box["dirty"]))

    async def _send(self, batch: Batch | None) -> dict[str, Any]:
        if batch:
            await asyncio.wait_for(self.keep(), DISK_S)
        self.sent_ms = self.device.perf_ms()
        body = batch["body"].encode() if batch else self.outbox.sign_of_life()
        token = self.token_after_end or self.state["token"] or ""
        return await self._call("answers", token, body, 12.0)

    def _accepted(self, batch: Batch | None, reply: dict[str, Any]) -> None:
        self.is_away = False
        self.backoff.succeeded()
        self.flush_after_ms = max(TYPING_MS, reply.get("flush_after_ms") or 0)
        self.outbox.accepted(batch, reply, self.now_ms())
        self._heard(reply)

    def _heard(self, reply: dict[str, Any]) -> None:
        state, notices = self.state, reply.get("notices", [])
        self.anchor(reply["now_ms"], self.device.perf_ms() - self.sent_ms)
        if reply.get("token"):
            state["paused"] = any(notice["kind"] == "paused" for notice in notices)
        if self.token_after_end:
            self.token_after_end = reply.get("token") or self.token_after_end
        else:
            state["token"] = reply.get("token") or state["token"]
        if state["session"]["deadline_ms"] and reply.get("remaining_ms") and not state["paused"]:
            state["session"]["deadline_ms"] = reply["now_ms"] + reply["remaining_ms"]
        for notice in notices:
            if notice["kind"] in ("submitted", "closed"):
                self._refused({"code": "handed_in"})

    async def _handled(self, batch: Batch | None, reply: dict[str, Any]) -> bool:
        self.is_away = reply["code"] in PASSING or reply["code"] == "slow_down"
        if not self.outbox.refused(batch, reply, self.is_over):
            self.not_before_ms = self.device.perf_ms() + PATIENCE_MS
            self._refused(reply)
            return False
        if reply["code"] in OVER:  # it is kept aside: on to the next at once
            self.backoff.succeeded()
            return True
        await self.device.rest(self.backoff.delay_ms(reply))
        return True

    def stop(self) -> None:
        self.is_stopped = True
        if self._timer:
            self._timer.cancel()

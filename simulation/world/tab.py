"""A tab: log-in, start, the test, its end, after `flow.js`, `resume.js`, `desk.js`, `handin.js`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson

from simulation.history import EPOCH_MS
from simulation.plan import OPENS_MS
from simulation.protocol.outbox import PASSING, Batch, fresh_box, has_arrived
from simulation.world.device import Backoff, Device, Sender, State
from simulation.world.loop import Process
from simulation.world.network import Network

WAITS = ("slow_down", "not_open", "delivery_paused", "seat_wait")
SESSION_S, LAST_WORDS_S = 6.0, 15.0
SEALED_S = 14.0
"""The page asks every twenty seconds; a world is short."""


class Tab:
    """One tab, from the code to the receipt. `remark` notes a step for people who read the history."""

    def __init__(
        self,
        device: Device,
        sid: bytes,
        code: str,
        network: Network,
        remark: Callable[[str, str], None],
        sender_type: type[Sender] = Sender,
    ) -> None:
        self.device = device
        self.process = Process(f"tab {device.name}", device.defect)
        self.sender: Sender | None = None
        self.is_testing = self.is_over = self.is_handing_in = self.is_closing = False
        self.was_alive = True
        self.stands = ""
        """The refusal that ended it, for who looks at the end."""
        self.is_waiting = False
        """For the seat that another device has."""
        self.sid = sid
        self._code = code
        self._network = network
        self._remark = remark
        self._sender_type = sender_type

    def open(self) -> None:
        """The pupil types the code."""
        self.process.spawn(self._live())

    def close(self) -> None:
        """The tab is closed, or the computer dies."""
        if self.sender:
            self.sender.stop()
        self.was_alive = False
        self.process.kill()

    def answer(self, item: str, value: str) -> None:
        """The pupil answers, if the question is on the screen."""
        if self.sender and self.is_testing and not self.is_over and not self.sender.state.get("paused"):
            self.sender.answer(item, value)

    def submit(self) -> None:
        """The pupil hands in."""
        if self.is_testing and not self.is_over and not self.is_handing_in:
            self.process.spawn(self._last_page(is_time_up=False))

    # --- the way in ------------------------------------------------------------------------------------

    async def _live(self) -> None:
        kept = self.device.vault
        if kept is None:
            await self._enter(None)
        else:
            await self._reopen(orjson.loads(kept))

    async def _call(
        self, path: str, token: str, body: bytes = b"{}", timeout_s: float = 12.0
    ) -> dict[str, Any]:
        if self.device.is_offline:
            await asyncio.sleep(0.005)
            return {"ok": False, "code": "away"}
        reply = await self._network.call(self.device.name, self.sid, path, token, body, timeout_s)
        if self.device.is_offline:
            return {"ok": False, "code": "away"}
        return reply

    async def _insist(
        self, path: str, token: Callable[[], str], body: bytes = b"{}"
    ) -> dict[str, Any] | None:
        backoff = Backoff(self.device.chance)
        while True:
            reply = await self._call(path, token(), body)
            self.is_waiting = reply.get("code") == "seat_wait" or (self.is_waiting and not reply["ok"])
            if reply["ok"]:
                return reply
            if reply["code"] == "gap":
                return reply
            if reply["code"] not in PASSING and reply["code"] not in WAITS:
                self._end(reply["code"])
                return None
            await self.device.rest(backoff.delay_ms(reply))

    def _login(self) -> bytes:
        """With its mark it may arrive twice, and late, and takes the seat once."""
        return orjson.dumps({"code": self._code, "mark": str(self.device.chance.getrandbits(64))})

    async def _enter(self, old: State | None) -> None:
        reply = await self._insist("login", str, self._login())
        if reply is None:
            return
        state = old if old and old["session"]["id"] == reply["session"]["id"] else _fresh(reply)
        sender = self._sitting(state)
        await self._adopt(reply)
        if state["session"]["status"] == "ready":
            wait_ms = EPOCH_MS + OPENS_MS - sender.now_ms() + self.device.chance.uniform(100, 2_000)
            await asyncio.sleep(max(0.0, wait_ms / 1000))
            await self._start()
        else:
            await self._resume(is_new_seat=True)

    async def _reopen(self, state: State) -> None:
        sender = self._sitting(state)
        reply: dict[str, Any] = {"ok": False, "code": ""}
        if token := state.get("token"):
            reply = await self._call("session", token, timeout_s=SESSION_S)
        if reply["ok"]:
            await self._adopt(reply)
            sender.outbox.merge(reply["answers"], False, sender.now_ms())
            await self._resume(is_new_seat=False)
        elif (reply["code"] in PASSING or reply["code"] == "gap") and state.get("key"):
            if reply["code"] == "gap":
                sender.outbox.gap(reply["last"], 0)
            await self._attend()
        else:
            sender.outbox.unseat()
            await self._enter(state)

    def _sitting(self, state: State) -> Sender:
        """The sitting of this tab; its sender sends nothing before the test is on the screen."""
        if self.sender is None or self.sender.state is not state:
            self.sender = self._sender_type(self.device, self.process, state, self._call, self._refused)
            self.sender.outbox.entries_max = self._network.setting.entries_max
        return self.sender

    async def _adopt(self, reply: dict[str, Any]) -> None:
        sender = self._seated()
        state = sender.state
        sender.anchor(reply["now_ms"], 0)
        state["token"] = reply.get("token") or state["token"]
        state["session"] = reply.get("session") or state["session"]
        state["paused"] = state["session"]["status"] == "paused"
        state["key"] = reply.get("content_key") or state["key"]
        sender.outbox.settle(reply["last"], reply["sealed"])
        await sender.keep()

    async def _resume(self, *, is_new_seat: bool) -> None:
        sender = self._seated()
        status = sender.state["session"]["status"]
        if status == "ready":
            return await self._start()
        if status in ("submitted", "closed"):
            return await self._ended(is_new_seat)
        if is_new_seat:
            known = await self._insist("session", self._token)
            if known is None:
                return None
            if not known["ok"]:  # the log-in itself was lost
                await self.device.rest(Backoff(self.device.chance).delay_ms())
                return await self._enter(sender.state)
            sender.outbox.merge(known["answers"], True, sender.now_ms())
            await self._adopt(known)
        return await self._start()

    async def _start(self) -> None:
        reply = await self._insist("start", self._token)
        if reply is not None:
            await self._adopt(reply)
            await self._attend()

    async def _ended(self, is_new_seat: bool) -> None:
        sender = self._seated()
        arrived = sender.outbox.delivered(await self._arrived(sender))
        sender.outbox.merge_ended(arrived, is_new_seat, sender.now_ms())
        sender.is_over = sender.is_hurried = True
        if sender.outbox.waiting:
            await sender.flush()
        sender.stop()
        await self._receive()

    async def _arrived(self, sender: Sender) -> list[Batch]:
        return [batch for batch in sender.outbox.doubtful if await self._is_there(batch)]

    async def _is_there(self, batch: Batch) -> bool:
        """The same bytes again: the server says whether it has them."""
        backoff = Backoff(self.device.chance)
        while True:
            token = self._seated().token_after_end or self._token()
            reply = await self._call("answers", token, batch["body"].encode())
            if reply["ok"] or reply["code"] not in (*PASSING, "slow_down"):
                return has_arrived(reply)
            await self.device.rest(backoff.delay_ms(reply))

    # --- the test ---------------------------------------------------------------------------------------

    async def _attend(self) -> None:
        sender = self._seated()
        self.is_testing = True
        self._remark(self.device.name, "sits the test")
        sender.plan()
        if sender.outbox.waiting:
            sender.flush()
        while not self.is_over:
            left_ms = self._remaining_ms()
            if left_ms is not None and left_ms <= 0 and not self.is_handing_in:
                await self._last_page(is_time_up=True)
            await asyncio.sleep(1.0 if left_ms is None else min(5.0, max(0.25, left_ms / 1000)))

    def _remaining_ms(self) -> float | None:
        sender = self._seated()
        deadline_ms = sender.state["session"]["deadline_ms"]
        if not deadline_ms or sender.state.get("paused"):
            return None
        return float(deadline_ms - sender.now_ms())

    def _refused(self, reply: dict[str, Any]) -> None:
        code = reply["code"]
        if self.is_over:
            return
        if code in ("handed_in", "session_closed"):
            self.process.spawn(self._closed())
        elif code in ("token_missing", "token_invalid"):
            self.process.spawn(self._code_again())
        elif code == "not_started":
            self.process.spawn(self._not_started())
        elif code in ("seat_moved", "seat_wait", "intake_over", "delivery_over"):
            self._end(code)

    def _end(self, code: str) -> None:
        """This refusal stands: nothing more is sent from here."""
        self.stands = code
        self._remark(self.device.name, f"ends: {code}")
        self._leave()
        if self.sender:
            self.process.spawn(self.sender.keep())

    def _leave(self) -> None:
        self.is_over = True
        if self.sender:
            self.sender.stop()

    async def _not_started(self) -> None:
        reply = await self._call("start", self._token())
        if reply["ok"]:
            await self._adopt(reply)
            self._seated().retry()

    async def _code_again(self) -> None:
        reply = await self._insist("login", str, self._login())
        if reply is not None:
            await self._adopt(reply)
            self._seated().retry()

    # --- the end ----------------------------------------------------------------------------------------

    async def _last_page(self, *, is_time_up: bool) -> None:
        self.is_handing_in = True
        while not self.is_over:
            reply = await self._hand_in(is_time_up)
            if reply is None:
                break
            if reply["ok"]:
                self._leave()
                await self._finish(reply)
                break
            self._refused(reply)
            await asyncio.sleep(5)
        self.is_handing_in = False

    async def _hand_in(self, is_time_up: bool) -> dict[str, Any] | None:
        sender, backoff = self._seated(), Backoff(self.device.chance)
        sender.is_hurried = True
        if is_time_up:
            await asyncio.sleep(self.device.chance.uniform(0, 3))
        while True:
            if sender.outbox.waiting or sender.is_away or is_time_up:
                await sender.retry()
            if sender.is_stopped or (is_time_up and (self._remaining_ms() or 0) > 0):
                sender.is_hurried = False
                return None
            if not sender.outbox.waiting and not sender.is_away:
                reply = await self._call("submit", self._token(), _last(sender))
                sender.is_away = reply.get("code") in PASSING
                if reply["ok"] or (not sender.is_away and reply["code"] != "gap"):
                    return reply
                if reply["code"] == "gap":
                    sender.outbox.gap(reply["last"], sender.outbox.box["last"] + 1)
            await self.device.rest(backoff.delay_ms())

    async def _closed(self) -> None:
        if self.is_closing or self.is_over:
            return
        self.is_closing = True
        sender = self._seated()
        sender.is_hurried = True
        await asyncio.wait([sender.flush()], timeout=LAST_WORDS_S)
        self._leave()
        await self._receive()

    async def _receive(self) -> None:
        sender, backoff = self._seated(), Backoff(self.device.chance)
        while True:
            reply = await self._call("submit", self._token(), _last(sender))
            if reply["ok"]:
                return await self._finish(reply)
            if reply["code"] == "gap":
                sender.outbox.gap(reply["last"], sender.outbox.box["last"] + 1)
                await sender.recover()
            elif reply["code"] not in PASSING:
                return self._end(reply["code"])
            await self.device.rest(backoff.delay_ms(reply))

    async def _finish(self, reply: dict[str, Any]) -> None:
        sender = self._seated()
        state, box = sender.state, sender.outbox.box
        self.is_over = self.device.had_receipt = True
        self._remark(self.device.name, f"has its receipt, last {reply['last']}")
        sender.token_after_end, sender.is_over = state["token"], True
        box["told"] = max(box.get("told") or 0, reply["last"])
        sender.outbox.settle(reply["last"], reply["sealed"])
        state.update(receipt=reply["receipt"], token=None, key=None)
        await self._wipe_when_sealed()
        while self._is_holding():
            await asyncio.sleep(SEALED_S * self.device.chance.uniform(0.75, 1.25))
            await self._watch_over()
            await self._wipe_when_sealed()

    async def _watch_over(self) -> None:
        """What a server has lost goes again, answers first, and is handed in again."""
        sender = self._seated()
        box = sender.outbox.box
        body = orjson.dumps({"last": box["told"]})
        again = await self._call("submit", sender.token_after_end, body)
        if again["ok"]:
            if again["last"] > box["told"]:  # another device's doing: no number says what is held of ours
                box["last"], box["unsent"] = again["last"], box["batches"]
                await self._arrived(sender)
                del box["unsent"]
            sender.outbox.settle(again["last"], again["sealed"])
        elif again["code"] == "gap":
            sender.outbox.gap(again["last"], box["told"] + 1)
        elif again["code"] not in PASSING:
            self.stands = again["code"]
        is_lost = box["last"] < box["told"] or box["full"]
        if again["ok"]:
            box["told"] = again["last"]
        if is_lost:
            self._remark(self.device.name, f"sends again what was lost after {box['last']}")
            await sender.recover()
        if again["ok"]:
            box["last"] = box["told"]

    def _is_holding(self) -> bool:
        sender = self._seated()
        box = sender.outbox.box
        return bool(box["sealed"] < box["told"] and sender.state["answers"])

    async def _wipe_when_sealed(self) -> None:
        sender = self._seated()
        if self._is_holding():
            await sender.keep()
        elif self.process.is_alive:
            self.device.vault = None

    def _token(self) -> str:
        return self._seated().state["token"] or ""

    def _seated(self) -> Sender:
        assert self.sender is not None
        return self.sender


def _last(sender: Sender) -> bytes:
    return orjson.dumps({"last": sender.outbox.box["last"]})


def _fresh(reply: dict[str, Any]) -> State:
    box = fresh_box(reply["last"])
    return {
        "session": reply["session"],
        "answers": {},
        "token": None,
        "key": None,
        "paused": False,
        "box": box,
    }

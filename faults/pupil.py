"""A pupil at one or two devices: the page's outbox (`simulation/protocol/outbox.py`) over a real line.

Answers until the bell, moves perhaps to another device, brings everything home, hands in, and stays until
the archive has it. Each answer's text names its pupil: `P17 i3 5` is the fifth thing that pupil 17 wrote.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any, NamedTuple

import orjson

from faults.history import Ending, History
from faults.line import HangUps, Line
from simulation.protocol.outbox import PASSING, Batch, Outbox, fresh_box

ITEMS = tuple(f"i{number}" for number in range(1, 7))
WAITS = (*PASSING, "slow_down", "not_open", "gap")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 2.0
CHECK_S = 1.0


class Habits(NamedTuple):
    """What all pupils of a run have in common. Times in seconds of the loop's clock."""

    port: int
    bell_s: float
    give_up_s: float
    think_s: float = 2.0
    moves: float = 0.1
    hands_in_early: float = 0.1
    hang_ups: HangUps = HangUps()


class Device:
    """One computer of a pupil, from the code to the receipt."""

    def __init__(self, pupil: Pupil) -> None:
        self._pupil = pupil
        self._chance = pupil.chance
        self._habits = pupil.habits
        self._history = pupil.history
        self._line = Line(pupil.habits.port, pupil.chance, pupil.habits.hang_ups)
        self._outbox = Outbox(fresh_box(0), {})
        self._token = self.session = ""
        self._failures = 0
        self._highest = self._sealed = 0
        self._unsealed: list[tuple[str, int, str]] = []
        self._is_handed_in = self._is_gone = self._was_thrown_out = False

    async def use(self, until_s: float) -> None:
        """Log in, answer until `until_s`, bring everything home."""
        try:
            await self._sit(until_s)
            while self._was_thrown_out and _now_s() < self._habits.give_up_s:
                self._history.typed_again += 1
                self._was_thrown_out = self._is_gone = False
                self._outbox.unseat()
                await self._sit(until_s)
        finally:
            self._line.close()

    async def _sit(self, until_s: float) -> None:
        if await self._enter():
            await self._write(until_s)
            await self._bring_home()
            await self._hand_in()

    async def _enter(self) -> bool:
        """Log in, read what the server holds, start; False if the run ends before."""
        login = await self._insist("POST", "login", orjson.dumps({"code": self._pupil.code}))
        if login is None:
            return False
        self._outbox.settle(login["last"], login["sealed"])
        if login["session"]["status"] == "submitted":  # the other device was faster
            self._is_gone = True
            return False
        if login["session"]["status"] == "running":
            known = await self._insist("GET", "session", b"")
            if known is None:
                return False
            self._read(known)
        started = await self._insist("POST", "start", b"{}")
        return started is not None

    def _read(self, known: dict[str, Any]) -> None:
        """Take over what the server holds; every text must be this pupil's."""
        for item, answer in known["answers"].items():
            if not answer["response"]["r1"].startswith(f"{self._pupil.name} "):
                self._broken(f"was shown {item} of {answer['response']['r1']}")
        self._outbox.settle(known["last"], known["sealed"])
        self._outbox.merge(known["answers"], True, _now_ms())

    async def _write(self, until_s: float) -> None:
        """Answer until then; who comes later than that, on a slow machine, answers once."""
        is_first = True
        while not self._is_over() and (is_first or _now_s() < until_s):
            is_first = False
            item = self._chance.choice(ITEMS)
            self._outbox.answer(item, {"r1": self._pupil.text(item)}, _now_ms())
            self._history.intended += 1
            await self._flush()
            await asyncio.sleep(self._chance.expovariate(1 / self._habits.think_s))

    async def _bring_home(self) -> None:
        """Send until nothing waits, then ask until the archive has it all."""
        while not self._is_over() and (self._outbox.waiting or not self._is_sealed):
            await self._flush()
            await asyncio.sleep(self._chance.uniform(0.5, 1.5) * CHECK_S)

    @property
    def _is_sealed(self) -> bool:
        return bool(self._outbox.box["sealed"] >= self._outbox.box["last"])

    async def _flush(self) -> None:
        """One batch, or a sign of life; then more as long as there is more."""
        while not self._is_over():
            batch = self._outbox.next_batch(_now_ms())
            if not await self._send(batch) or not self._outbox.unacknowledged:
                return

    async def _send(self, batch: Batch | None) -> bool:
        body = batch["body"].encode() if batch else self._outbox.sign_of_life()
        if batch:
            self._history.send(self.session, batch)
        before = self._outbox.unacknowledged
        reply = await self._call("POST", "answers", body)
        if reply["ok"]:
            self._failures = 0
            self._outbox.accepted(batch, reply, _now_ms())
            held = [kept for kept in before if kept["n"] <= reply["last"]]
            self._unsealed += self._history.acknowledge(self.session, held, _now_s())
            return True
        await self._refused(batch, reply)
        return False

    async def _refused(self, batch: Batch | None, reply: dict[str, Any]) -> None:
        code = reply["code"]
        if self._outbox.refused(batch, reply):
            await self._rest(reply)
        elif code in ("token_invalid", "token_missing"):
            self._broken(f"must log in again: {code}")
            self._is_gone = True
        elif code == "not_started":
            await self._insist("POST", "start", b"{}")
        else:
            self._lost_seat(code)

    def _lost_seat(self, code: str) -> None:
        self._is_gone = True
        if code == "seat_moved" and not self._pupil.has_moved:
            self._was_thrown_out = (
                True  # by a log-in of its own that came late: the pupil types the code again
            )
        elif code == "seat_wait":
            self._history.waiting_for_teacher += 1
        elif code != "seat_moved" and not self._handed_in_elsewhere(code):
            self._broken(f"ended by {code}")
        self._history.excused.update(self._unsealed)

    def _handed_in_elsewhere(self, code: str) -> bool:
        """By the same pupil: where Redis has lost the take-over, both devices hold the seat again."""
        return code == "handed_in" and self._pupil.has_moved and self._pupil.is_forgetful

    async def _hand_in(self) -> None:
        """Hand in, then ask until the archive has everything."""
        while not self._is_over():
            body = orjson.dumps({"last": self._outbox.box["last"]})
            reply = await self._insist("POST", "submit", body)
            if reply is None:
                break
            if not reply.get("receipt"):
                self._broken("handed in without a receipt")
            self._outbox.settle(reply["last"], reply["sealed"])
            self._is_handed_in = True
            if self._is_sealed:
                break
            await asyncio.sleep(self._chance.uniform(0.5, 1.5) * CHECK_S)
        self._end()

    def _end(self) -> None:
        if self._is_gone:
            return
        is_home = self._is_handed_in and self._is_sealed and not self._outbox.waiting
        self._history.unfinished += not is_home
        answers = {item: kept["response"]["r1"] for item, kept in self._outbox.answers.items()}
        self._history.endings.append(Ending(self.session, answers, self._is_handed_in, is_home))

    async def _insist(self, method: str, path: str, body: bytes) -> dict[str, Any] | None:
        """The call until it is answered; None if it is refused for good or the run is over."""
        while not self._is_over():
            reply = await self._call(method, path, body)
            if reply["ok"]:
                self._failures = 0
                return reply
            if reply["code"] == "gap":
                self._outbox.box["last"] = reply["last"]
                await self._flush()
            elif reply["code"] not in WAITS:
                self._lost_seat(reply["code"])
                return None
            await self._rest(reply)
        return None

    async def _call(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        reply = await self._line.call(method, path, "" if path == "login" else self._token, body)
        if reply["ok"]:
            self._look_at(reply)
            self._token = reply.get("token") or self._token
        else:
            self._history.refusals[reply["code"]] += 1
            if reply.get("status") in (400, 422, 500):
                self._broken(f"{path} was answered {reply['status']} {reply['code']}")
        return reply

    def _look_at(self, reply: dict[str, Any]) -> None:
        """Is the reply this pupil's, and does it take nothing back?"""
        session = (reply.get("session") or {}).get("id", self.session)
        owner = self._history.names.setdefault(session, self._pupil.name)
        if owner != self._pupil.name or (self.session and session != self.session):
            self._broken(f"got a reply of {owner}, session {session}")
        self.session = session
        for name, known in (("last", self._highest), ("sealed", self._sealed)):
            if reply[name] < known and not self._pupil.is_forgetful:
                self._broken(f"{name} went back from {known} to {reply[name]}")
        self._highest = max(self._highest, reply["last"])
        self._sealed = max(self._sealed, reply["sealed"])
        self._history.sealed.update(key for key in self._unsealed if key[1] <= reply["sealed"])
        self._unsealed = [key for key in self._unsealed if key[1] > reply["sealed"]]

    async def _rest(self, reply: dict[str, Any]) -> None:
        ceiling_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._failures)
        self._failures = min(10, self._failures + 1)
        asked_s = min(LONGEST_PAUSE_S, reply.get("retry_after_ms", 0) / 1000)
        await asyncio.sleep(max(asked_s, FIRST_PAUSE_S / 4 + self._chance.uniform(0, ceiling_s)))

    def _is_over(self) -> bool:
        return self._is_gone or _now_s() > self._habits.give_up_s

    def _broken(self, what: str) -> None:
        self._history.broken.append(f"{self._pupil.name}: {what}")


class Pupil:
    """One pupil; `is_forgetful`: Redis may lose in this run what it has acknowledged."""

    def __init__(
        self, number: int, code: str, seed: int, habits: Habits, history: History, *, is_forgetful: bool
    ) -> None:
        self.name = f"P{number}"
        self.code = code
        self.chance = random.Random(f"{seed} {number}")
        self.habits = habits
        self.history = history
        self.is_forgetful = is_forgetful
        self.has_moved = False
        self._written = 0

    def text(self, item: str) -> str:
        """The next thing that this pupil writes."""
        self._written += 1
        return f"{self.name} {item} {self._written}"

    async def sit(self) -> None:
        """The whole test."""
        now_s, bell_s = _now_s(), self.habits.bell_s
        await asyncio.sleep(self.chance.uniform(0, self.habits.think_s))
        is_early = self.chance.random() < self.habits.hands_in_early and not self.is_forgetful
        until_s = self.chance.uniform(now_s, bell_s) if is_early else bell_s
        moves_s = self.chance.uniform(now_s, until_s)
        if self.chance.random() < self.habits.moves:
            await asyncio.gather(Device(self).use(bell_s), self._move(moves_s, bell_s))
        else:
            await Device(self).use(until_s)

    async def _move(self, at_s: float, until_s: float) -> None:
        """Log in at another device, while the first one does not know yet.

        Where the reply to that log-in is lost, the next try is a second take-over, which waits for the
        teacher (`seat_wait`); none is here, and the pupil's test ends as far as it got.
        """
        await asyncio.sleep(max(0.0, at_s - _now_s()))
        self.has_moved = True
        await Device(self).use(until_s)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000

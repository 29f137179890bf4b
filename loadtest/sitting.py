"""One pupil's sitting: log in, fetch the form, start, answer, hand in, each at its moment of the timetable.

While a batch cannot be brought the pupil goes on: what falls due meanwhile goes with the next batch, as the
player does it, and each save is still timed from its own moment.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from loadtest.calls import Calls, Stopped, code_of, decoded
from loadtest.day import Day
from loadtest.line import Reply
from loadtest.outbox import Batch, Outbox
from loadtest.paper import Paper
from loadtest.shapes import timetable

TYPING_PAUSE_S = 1.0
SIGN_SPREAD_S = 5.0
NOT_CHOSEN = 255


class Sitting:
    """One pupil. `sit` does the whole day."""

    def __init__(self, day: Day, index: int, code: str) -> None:
        self._day = day
        self._code = code
        self._plan = timetable(day.scenario, index)
        self._calls = Calls(day, index)
        self._outbox = Outbox(self._freeze)
        self._session = ""
        self._form = ""
        self._paper: Paper | None = None
        self._chosen = bytearray()
        self._position = index
        self._done = 0
        self._came_back_at = -1
        self._not_before_s = 0.0
        self._live_s: float | None = None
        self._deadlines_ms = 0, 0
        """As the start told it, and as it is now: outages and teachers move it."""

    def sit(self) -> None:
        """The whole day; whatever happens, what was intended is counted."""
        self._day.counts["pupils"] += 1
        try:
            self._wait(self._plan.log_in_s)
            self._log_in()
            self._fetch()
            self._wait(self._plan.start_s)
            self._start()
            self._work()
            self._hand_in()
        except Stopped:
            pass
        except (KeyError, TypeError, ValueError) as error:
            self._day.error(f"a reply is not as agreed: {type(error).__name__} {error}")
        finally:
            self._calls.close()
            if self._paper:
                self._day.given((self._deadlines_ms[1] - self._deadlines_ms[0]) / 1000)
            self._day.counts["intended"] += len(self._plan.saves_s)

    # --- the day ----------------------------------------------------------------------------------

    def _log_in(self) -> None:
        body = json.dumps({"code": self._code}).encode()
        reply = self._calls.agreed("login", self._plan.log_in_s, "/api/v1/login", body)
        session = reply["session"]
        self._calls.token = reply["token"]
        self._session, self._form = session["id"], session["form"]
        self._outbox.last = self._outbox.top = reply["last"]
        self._outbox.sealed = reply["sealed"]
        if session["status"] not in ("ready", "running"):
            self._calls.fail(f"this code was used before: {session['status']}")
        self._day.happened("logged_in")

    def _fetch(self) -> None:
        day, form = self._day, self._form
        first = form not in day.sealed
        if not first and day.scenario.content == "once":
            return
        method = "GET" if first or day.scenario.content == "get" else "HEAD"
        request = day.address.head(method, f"/content/{form}")
        reply = self._calls.call("content", day.now_s(), request, with_body=method == "GET")
        if reply.status != 200:
            self._calls.fail(f"content {reply.status}")
        if first:
            day.sealed[form] = reply.body

    def _start(self) -> None:
        reply = self._calls.agreed("start", self._plan.start_s, "/api/v1/start", b"{}")
        self._calls.token = reply["token"]
        self._paper = self._day.paper(self._form, base64.b64decode(reply["content_key"]))
        self._chosen = bytearray([NOT_CHOSEN]) * len(self._paper.sheets)
        self._deadlines_ms = (reply["session"]["deadline_ms"],) * 2
        self._day.happened("started")

    def _work(self) -> None:
        """Bring the answers as they fall due; say something if there is nothing to bring."""
        day, saves, heartbeat_s = self._day, self._plan.saves_s, self._day.scenario.heartbeat_s
        while True:
            over = self._done == len(saves)
            wake_s = self._plan.hand_in_s if over else max(saves[self._done], self._not_before_s)
            sign_s = self._calls.sent_s + heartbeat_s + day.random.random() * SIGN_SPREAD_S
            if sign_s < wake_s:
                self._wait(sign_s)
                self._heartbeat(sign_s)
                continue
            self._wait(wake_s)
            if over:
                return
            self._come_back()
            self._gather()
            self._bring()

    def _come_back(self) -> None:
        """A page loaded anew, or another device: what was acknowledged must be there."""
        at, plan = self._done, self._plan
        if at not in (plan.reload_at, plan.move_at) or at == self._came_back_at:
            return
        self._came_back_at = at
        self._calls.close()
        if at == plan.move_at:
            self._calls.token = ""
            body = json.dumps({"code": self._code}).encode()
            self._calls.token = self._calls.agreed("login", self._day.now_s(), "/api/v1/login", body)["token"]
            reply = self._calls.agreed("start", self._day.now_s(), "/api/v1/start", b"{}")
            self._calls.token = reply["token"]
        self._resume()
        self._day.happened("moved" if at == plan.move_at else "reloaded")

    def _resume(self) -> None:
        """Ask for what the server holds; it is all that this pupil was told."""
        request = self._day.address.head("GET", "/api/v1/session", self._calls.token)
        reply = self._calls.call("resume", self._day.now_s(), request)
        value = decoded(reply)
        if reply.status != 200:
            self._calls.fail(f"resume {code_of(value) or reply.status}")
        self._calls.token = value["token"]
        answered = sum(chosen != NOT_CHOSEN for chosen in self._chosen)
        if value["last"] >= self._outbox.top and len(value["answers"]) < answered:
            self._day.error(f"came back to {len(value['answers'])} answers, {answered} were acknowledged")
        self._took(value["last"], value["sealed"])

    def _hand_in(self) -> None:
        """Everything that waits, then the last number; some hand in twice and get the same receipt."""
        day, receipts = self._day, set[str]()
        for _ in range(1 + (day.random.random() < day.scenario.hand_in_again_share)):
            reply = self._submitted(self._plan.hand_in_s if not receipts else day.now_s())
            receipts.add(reply["receipt"])
            if reply["session"]["status"] != "submitted" or reply["last"] < self._outbox.top:
                day.error("handed in, but the reply does not say so")
        if len(receipts) > 1 or "" in receipts:
            day.error("receipts differ")
        day.happened("handed_in")

    def _submitted(self, intended_s: float) -> dict[str, Any]:
        while True:
            body = b'{"last":%d}' % self._outbox.last
            reply = self._calls.post("submit", intended_s, "/api/v1/submit", body)
            value = decoded(reply)
            if reply.status == 200:
                return value
            if code_of(value) != "gap":
                self._calls.fail(f"submit {code_of(value)}")
            self._outbox.gap(value["error"]["last"], self._outbox.last + 1)
            self._calls.rest(reply.retry_after_s)
            self._bring()

    def _wait(self, until_s: float) -> None:
        """Sleep until that moment; how late this process wakes up is its own fault and is noted as such."""
        day = self._day
        wait_s = until_s - day.now_s()
        if wait_s > 0:
            day.sleep(wait_s)
            day.timed("slip", until_s, day.now_s())

    # --- answers ----------------------------------------------------------------------------------

    def _gather(self) -> None:
        """All saves that are due by now; the next batch carries them."""
        saves, now_s = self._plan.saves_s, self._day.now_s()
        while self._done < len(saves) and saves[self._done] <= now_s:
            self._outbox.due.append(saves[self._done])
            self._done += 1

    def _bring(self) -> None:
        """Send until the server has everything that was due."""
        while batch := self._outbox.next():
            intended_s = batch.due[0] if batch.due else self._day.now_s()
            reply = self._calls.post("save", intended_s, "/api/v1/answers", batch.body)
            if reply.status == 200:
                self._accepted(decoded(reply))
            else:
                self._handled(batch, reply)

    def _accepted(self, reply: dict[str, Any]) -> None:
        day, now_s, sent_s = self._day, self._day.now_s(), self._calls.sent_s
        self._took(reply["last"], reply["sealed"])
        day.timed("save_service", sent_s, now_s)
        day.lags(max(0, self._outbox.last - 1 - self._outbox.sealed))
        self._calls.token = reply.get("token", self._calls.token)
        self._deadlines_ms = self._deadlines_ms[0], reply["now_ms"] + reply["remaining_ms"]
        self._not_before_s = sent_s + max(TYPING_PAUSE_S, reply["flush_after_ms"] / 1000)

    def _took(self, last: int, sealed: int) -> None:
        """The server holds everything up to `last`: each save in it is timed by itself."""
        day, now_s = self._day, self._day.now_s()
        for batch in self._outbox.acknowledged(last, sealed):
            day.acknowledged(self._session, batch)
            if batch.due:
                day.timed("save_ready", min(now_s, max(batch.due[0], self._not_before_s)), now_s)
            for intended_s in batch.due:
                day.timed("save", intended_s, now_s)
            batch.due.clear()
            day.seconds.live(now_s, self._live_s)
            self._live_s = now_s

    def _handled(self, batch: Batch, reply: Reply) -> None:
        value = decoded(reply)
        code = code_of(value)
        if code == "gap":
            self._outbox.gap(value["error"]["last"], batch.n)
        elif code == "fork":
            self._outbox.fork(value["error"]["last"])
        elif code == "bad_answer":
            self._day.error(f"bad_answer {value['error'].get('entries', '')}"[:200])
            self._outbox.refused(batch)
        else:
            self._calls.fail(f"save {code or reply.status}")
        self._day.counts[f"met: {code}"] += 1
        self._calls.rest(reply.retry_after_s)

    def _heartbeat(self, intended_s: float) -> None:
        body = b'{"answers":[],"held":%d}' % self._outbox.held
        reply = self._calls.post("heartbeat", intended_s, "/api/v1/answers", body)
        value = decoded(reply)
        if code_of(value) == "gap":
            self._outbox.gap(value["error"]["last"], 0)
            return self._bring()
        if reply.status != 200:
            self._calls.fail(f"heartbeat {code_of(value) or reply.status}")
        self._took(value["last"], value["sealed"])
        self._calls.token = value.get("token", self._calls.token)

    def _freeze(self, n: int, count: int, full: bool, held: int) -> bytes:
        """Write a batch: `count` saves of the next items, or all that was answered so far."""
        paper = self._paper
        assert paper is not None
        places = [place for _ in range(count) for place in self._answer(paper)]
        if full:
            places = [place for place, chosen in enumerate(self._chosen) if chosen != NOT_CHOSEN]
        elapsed_ms = int(self._day.scenario.think_s * 1000)
        given = [(place, self._chosen[place], elapsed_ms, 0) for place in dict.fromkeys(places)]
        return paper.body(n, given, full=full, held=held)

    def _answer(self, paper: Paper) -> list[int]:
        """Answer the next items; gives their places in the form."""
        random, scenario, level = self._day.random, self._day.scenario, self._plan.level
        places = []
        for _ in range(scenario.answers_each * level.answers):
            place = self._position % len(paper.sheets)
            self._position += 1
            sheet = paper.sheets[place]
            chosen = random.randrange(len(sheet.pool) - sheet.has_long)
            if paper.long and random.random() < scenario.long_share * level.long:
                place = random.choice(paper.long)
                chosen = len(paper.sheets[place].pool) - 1
            self._chosen[place] = chosen
            places.append(place)
        return places

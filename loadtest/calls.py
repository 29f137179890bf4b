"""A pupil's calls: sent, repeated while the server is away, timed from the intended moment.

503, 429, 500, a time-out and a dead line are one thing to a pupil: wait, with full jitter and never less than
the server asked, then send the same bytes again.
"""

from __future__ import annotations

import json
from typing import Any

from loadtest.backoff import Backoff
from loadtest.day import Day
from loadtest.line import Dead, Line, Reply

PASSING = {"not_open", "delivery_paused", "seat_wait"}
"""Refusals that pass by themselves, beside the statuses that do."""
DEAD = Reply(0, 0.0, b"")


class Stopped(Exception):
    """This pupil's day is over before its time; the counters say why."""


class Calls:
    """The calls of one pupil."""

    def __init__(self, day: Day, index: int) -> None:
        self._day = day
        self._line = Line(day.address, day.scenario.timeout_s, day.address.source(index), day.connect)
        self._backoff = Backoff()
        self.token = ""
        self.sent_s = 0.0
        """When the last attempt of the last call was sent."""

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def agreed(self, kind: str, intended_s: float, path: str, body: bytes) -> dict[str, Any]:
        """The object of a reply that must be 200; any refusal ends this pupil's day."""
        reply = self.post(kind, intended_s, path, body)
        value = decoded(reply)
        if reply.status != 200:
            self.fail(f"{kind} {code_of(value) or reply.status}")
        return value

    def post(self, kind: str, intended_s: float, path: str, body: bytes) -> Reply:
        """POST a JSON body with this pupil's token."""
        return self.call(kind, intended_s, self._day.address.head("POST", path, self.token, len(body)) + body)

    def call(self, kind: str, intended_s: float, request: bytes, *, with_body: bool = True) -> Reply:
        """Ask until there is an answer that does not pass by itself."""
        day = self._day
        while True:
            reply = self._attempt(kind, request, with_body)
            now_s = day.now_s()
            wrong = "" if reply.status == 200 else _name(reply)
            day.tell(kind, (now_s - intended_s) * 1000, len(reply.body), wrong)
            if not _passes(reply.status, wrong):
                if not wrong and kind != "save":  # saves are timed one by one, when they are acknowledged
                    day.timed(kind, intended_s, now_s)
                self._backoff.succeeded()
                return reply
            day.refused(kind, wrong)
            if reply.status == 500:
                day.error(f"{kind} {wrong}")
            self.rest(reply.retry_after_s)

    def rest(self, asked_s: float) -> None:
        """Wait before the next try; long after the end of the run this pupil gives up."""
        day = self._day
        if day.now_s() > day.scenario.seconds + day.scenario.patience_s:
            day.counts["gave_up"] += 1
            raise Stopped
        day.sleep(self._backoff.delay_s(asked_s, day.random))

    def fail(self, what: str) -> None:
        """Note what must never happen; this pupil stops."""
        self._day.error(what)
        raise Stopped

    def _attempt(self, kind: str, request: bytes, with_body: bool) -> Reply:
        day = self._day
        day.counts[f"sent: {kind}"] += 1
        self.sent_s = day.now_s()
        day.seconds.attempted(self.sent_s)
        try:
            reply = self._line.ask(request, with_body=with_body)
        except Dead:
            return DEAD
        day.seconds.replied(day.now_s())
        return reply


def decoded(reply: Reply) -> dict[str, Any]:
    """The JSON object of a reply, {} where there is none."""
    try:
        value = json.loads(reply.body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def code_of(value: dict[str, Any]) -> str:
    """The code of a refusal, "" where there is none."""
    error = value.get("error")
    return str(error.get("code", "")) if isinstance(error, dict) else ""


def _name(reply: Reply) -> str:
    return code_of(decoded(reply)) or (f"status {reply.status}" if reply.status else "dead line")


def _passes(status: int, code: str) -> bool:
    return status in (0, 429) or status >= 500 or code in PASSING

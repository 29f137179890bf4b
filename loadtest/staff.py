"""Those who watch: teachers their rooms, an operator the server. They are refused before any pupil is.

Who they are comes in a file (`--staff`): a JSON object with `origin`, `campaign`, `key` (the authority's
private key of this rehearsal, PEM) and `rooms`. A look that is refused is left out: the page shows the last
one and looks again at its time.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from loadtest.assertion import LIVES_S, private_key, sign
from loadtest.day import Day
from loadtest.line import Dead, Line, Reply

MINUTES = 5


class Watcher(ABC):
    """Somebody who looks every `watch_s` until the run is over; errors are counted, nothing is thrown."""

    def __init__(self, day: Day, number: int) -> None:
        self._day = day
        self._line = Line(day.address, day.scenario.timeout_s, None, day.connect)
        self._first_s = number * 0.618 % 1 * day.scenario.watch_s

    def watch(self) -> None:
        """Look, and look again."""
        day, at_s = self._day, self._first_s
        while at_s < day.scenario.seconds:
            day.sleep(max(0.0, at_s - day.now_s()))
            self.look(at_s)
            at_s = max(at_s + day.scenario.watch_s, day.now_s())
        self._line.close()

    @abstractmethod
    def look(self, intended_s: float) -> None:
        """One look."""

    def _ask(self, kind: str, intended_s: float, request: bytes) -> Reply | None:
        """The reply; None for one that was refused, or for a dead line."""
        day = self._day
        day.counts[f"sent: {kind}"] += 1
        day.seconds.attempted(day.now_s())
        try:
            reply = self._line.ask(request)
        except Dead:
            day.refused(kind, f"{kind}: dead line")
            return None
        if reply.status in (200, 202):
            day.timed(kind, intended_s, day.now_s())
            day.seconds.replied(day.now_s())
            return reply
        day.refused(kind, f"{kind}: status {reply.status}")
        has_ended = kind == "act" and reply.status == 409  # the pupil has handed in since the teacher looked
        if reply.status not in (429, 503) and not has_ended:
            day.error(f"{kind} status {reply.status}")
        return None


class Teacher(Watcher):
    """Looks at the seats of one room; now and then gives somebody more time."""

    def __init__(self, day: Day, number: int, room: str, staff: Mapping[str, Any]) -> None:
        super().__init__(day, number)
        self._room, self._staff = room, staff
        self._key = private_key(staff["key"])
        self._who = f"{number:032x}"
        self._assertion, self._until_s = "", 0.0

    def look(self, intended_s: float) -> None:
        """The room, and perhaps an act."""
        path, day = f"/api/v1/rooms/{self._room}/seats", self._day
        reply = self._ask("room", intended_s, self._request("GET", path))
        if reply is None:
            return
        day.counts["room_looks"] += 1
        seats = [seat["session"] for seat in json.loads(reply.body)["seats"] if seat["status"] == "running"]
        if seats and day.random.random() < day.scenario.extend_share:
            body = json.dumps({"act": "extend", "minutes": MINUTES, "reason": "technical"}).encode()
            request = self._request("POST", f"{path}/{day.random.choice(seats)}", body)
            if self._ask("act", day.now_s(), request) is not None:
                day.happened("extended")

    def _request(self, method: str, path: str, body: bytes = b"") -> bytes:
        if time.time() > self._until_s:
            self._until_s = time.time() + LIVES_S / 2
            self._assertion = sign(self._key, self._staff["campaign"], self._who, [self._room], time.time())
        address = self._day.address
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {address.host}:{address.target[1]}\r\n"
            f"Origin: {self._staff['origin']}\r\nAuthorization: Assertion {self._assertion}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


class Operator(Watcher):
    """Looks whether the server is ready."""

    def look(self, intended_s: float) -> None:
        """Readiness, as the console shows it."""
        if self._ask("operator", intended_s, self._day.address.head("GET", "/readyz")):
            self._day.counts["operator_looks"] += 1


def staff_of(file: str) -> dict[str, Any]:
    """What the file says, {} without one; ValueError if it lacks something."""
    staff: dict[str, Any] = json.loads(Path(file).read_text()) if file else {}
    if staff and not {"origin", "campaign", "key", "rooms"} <= staff.keys():
        raise ValueError(f"{file} lacks one of origin, campaign, key, rooms")
    return staff


def watchers(day: Day, staff: Mapping[str, Any], share: int, of: int) -> Sequence[Callable[[], None]]:
    """What the staff of process `share` of `of` do; the first process has the operator."""
    rooms = list(enumerate(staff.get("rooms", ())))[share::of]
    found: list[Callable[[], None]] = [Teacher(day, number, room, staff).watch for number, room in rooms]
    return [*found, Operator(day, 0).watch] if staff and not share else found

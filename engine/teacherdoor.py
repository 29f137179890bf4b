"""The engine's own door for teachers: a room, its code on paper, and a cookie for the day.

The code is made from the delivery's key, so it is stored nowhere and dies with it; `passation rooms codes`
prints it. Whoever shows it is the teacher of that room, and of nothing else: an opaque id of this visit, no
name. Two who show one code are two people; what either left on a device is the room's. A code that was seen
by others is withdrawn alone: the delivery's record counts how often (`renewed`), the next code is made with
that number, and whoever came in before is out within a second.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.assertion import ROOM, Assertion
from sessions.codes import ALPHABET, SHORT, complete

COOKIE = "__Host-teacher"
VISIT_MS = 10 * 3600 * 1000
ROLE = "teacher"
_DRAWN_BELOW = 232
"""8 * 29: bytes above would favour the first symbols."""


class Renewal(NamedTuple):
    """How often the code of a room was withdrawn, and when last; 0 and 0: it is the first one."""

    times: int = 0
    at_ms: int = 0


def renewal(renewed: Mapping[str, Sequence[int]], room: str) -> Renewal:
    """Of a room, by the delivery's record."""
    return Renewal(*renewed.get(room, ()))


def room_code(kek: bytes, room: str, times: int = 0) -> str:
    """The code of a room in the delivery that has this key: twelve symbols, as pupils' codes.

    `times`: how often a former one was withdrawn.
    """
    again = b"|again %d" % times if times else b""
    drawn = _drawn(kek, b"passation/1|room|" + room.encode() + again)
    return complete("".join(ALPHABET[next(drawn)] for _ in range(SHORT - 1)))


def _drawn(key: bytes, about: bytes) -> Iterator[int]:
    counter = 0
    while True:
        block = hmac.digest(key, about + b"|%d" % counter, "sha256")
        yield from (byte % len(ALPHABET) for byte in block if byte < _DRAWN_BELOW)
        counter += 1


class Visits:
    """Signs what a teacher's browser carries, and reads it back."""

    def __init__(
        self, pepper: bytes, clock: Callable[[], int], renewals: Callable[[str, str], Renewal]
    ) -> None:
        """`renewals` gives that of a delivery's room, as this worker knows it now."""
        self._key = hmac.digest(pepper, b"passation/1|teacher|visit", "sha256")
        self._clock = clock
        self._renewals = renewals

    def enter(self, room: str, campaign: str, delivery: str) -> str:
        """The value of the cookie of whoever has shown the room's code in this delivery."""
        payload = {
            "room": room,
            "campaign": campaign,
            "delivery": delivery,
            "times": self._renewals(delivery, room).times,
            "who": secrets.token_hex(16),
            "until_ms": self._clock() + VISIT_MS,
        }
        body = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode()
        return f"{body}.{self._mac(body)}"

    def read(self, cookie: str) -> Assertion | None:
        """What the cookie's bearer may see, as an assertion of the authority's would say it."""
        body, _, mac = cookie.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(body).encode()):
            return None
        payload = json.loads(base64.urlsafe_b64decode(body))
        if self._clock() >= payload["until_ms"] or "times" not in payload:
            return None
        room = str(payload["room"])
        if payload["times"] != self._renewals(str(payload["delivery"]), room).times:
            return None
        campaign, who = str(payload["campaign"]), str(payload["who"])
        return Assertion(campaign, who, ROLE, frozenset((room,)), shared=self._holder(room))

    def _holder(self, room: str) -> str:
        return hmac.digest(self._key, b"holder|" + room.encode(), "sha256").hex()[:32]

    def _mac(self, body: str) -> str:
        return hmac.digest(self._key, b"visit|" + body.encode(), "sha256").hex()[:40]


def typed_room(text: str) -> str:
    """A room as it was typed, "" for what is none."""
    room = "".join(text.split())
    return room if ROOM.fullmatch(room) else ""

"""One session's way through its form, as the server decided it: steps, signed, carried by the player.

    i2>i5@1764000000000~MAC      after i2 comes i5: decided at this moment by the server's clock

The player sends its steps with its batches and with every question for the way. So nothing has to be stored
to know the way, a new seat learns it from the batches, and the scorer follows the same steps. A step that
nobody signed is none: there the agreed way was taken.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from items.course import Course
from items.ordering import Place
from items.routing import Step, Way

STEPS_MAX = 200
STEP_CHARACTERS_MAX = 96
_STEP = re.compile(r"([a-z0-9]{1,12})>([a-z0-9]{0,12})@([0-9]{1,15})~([A-Za-z0-9_-]{22})")


class Signed(NamedTuple):
    """A step that the server decided, and when."""

    step: Step
    at_ms: int
    text: str


class SessionCourse:
    """The course of one session; `key` is its delivery's, `content_key` the seed of all that is drawn."""

    def __init__(self, course: Course, sid: bytes, *, key: bytes, content_key: bytes) -> None:
        self.course = course
        self._sid = sid
        self._key = key
        self.seed = hashlib.blake2b(sid, key=content_key, digest_size=32).digest()

    @cached_property
    def places(self) -> list[Place]:
        """All that this session may meet."""
        return self.course.places(self.seed)

    def way(self, steps: Iterable[Signed] = ()) -> Way:
        """The way by these steps, and as agreed beyond."""
        return self.course.way(self.places, [signed.step for signed in steps], self.seed)

    def order(self, steps: Iterable[Signed] = ()) -> list[dict[str, Any]]:
        """`order` of the API."""
        return self.course.order(self.way(steps), self.seed)

    def sign(self, step: Step, now_ms: int) -> Signed:
        """The step as the player keeps it."""
        text = f"{step.after}>{step.to}@{now_ms}"
        return Signed(step, now_ms, f"{text}~{self._mark(text)}")

    def read(self, texts: object) -> list[Signed]:
        """The steps that this server signed for this session; the first decision about a place stands."""
        if not isinstance(texts, list):
            return []
        found: dict[str, Signed] = {}
        for text in texts[:STEPS_MAX]:
            if not isinstance(text, str) or len(text) > STEP_CHARACTERS_MAX:
                continue
            match = _STEP.fullmatch(text)
            if match and hmac.compare_digest(match[4], self._mark(text.rpartition("~")[0])):
                found.setdefault(match[1], Signed(Step(match[1], match[2]), int(match[3]), text))
        return list(found.values())

    def _mark(self, text: str) -> str:
        mark = hmac.digest(self._key, b"passation/1|step|" + self._sid + text.encode(), "sha256")
        return base64.urlsafe_b64encode(mark[:16]).decode().rstrip("=")


def last_steps(bodies: Sequence[dict[str, Any]], course: SessionCourse) -> list[Signed]:
    """The steps of the last batch that carries any; `bodies` by epoch and number."""
    return next((steps for body in reversed(bodies) if (steps := course.read(body.get("route")))), [])

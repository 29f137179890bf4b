"""One session judged: which answers count, which way was taken, and who decided it.

    [{"after": "i2", "to": "i5", "by": "server", "at_ms": 1764000000000}, ...]

`by` is "server" for what the rules decided, "agreed" where the pupil went on while the server was away, and
"open" where the session ended before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from engine.counting import Held, OpenBatch, Rule, held_answers
from engine.courses import SessionCourse, Signed, last_steps
from engine.turns import Batch, Times, Turns
from items.routing import Way


class Judged(NamedTuple):
    """What stands of a session: its items in its order, what is held of each and of any other, its route."""

    items: list[str]
    held: Mapping[str, Held]
    route: list[dict[str, Any]]
    seed: bytes = b""
    """The secret from which the sitting's variants and lots were drawn."""
    is_keyed: bool = False
    """Whether it was answered on paper and keyed by teachers."""


class _Sight:
    """What the batches of a session show; made when they have been opened."""

    def __init__(self, course: SessionCourse, times: Times) -> None:
        self._course = course
        self._times = times
        self.steps: list[Signed] = []
        self.way: Way
        self.turns: Turns

    def look(self, batches: Sequence[Batch]) -> Turns:
        form = self._course.course
        self.steps = last_steps([dict(batch.body) for batch in batches], self._course)
        self.way = self._course.way(self.steps)
        self.turns = Turns(self.way, self.steps, form.parts, form.limits, self._times, batches)
        return self.turns


def judge_session(course: SessionCourse, opened: Sequence[OpenBatch], rule: Rule, times: Times) -> Judged:
    """The whole session, from its batches alone."""
    sight = _Sight(course, times)
    held = held_answers(opened, rule, sight.look)
    return Judged([place.item for place in sight.way.places], held, _route(sight))


def _route(sight: _Sight) -> list[dict[str, Any]]:
    at_ms = {signed.step: signed.at_ms for signed in sight.steps}
    decided = [
        {"after": step.after, "to": step.to, "by": "server", "at_ms": at_ms[step]} for step in sight.way.taken
    ]
    passed = sight.turns.passed
    others = [
        {"after": step.after, "to": step.to, "by": "agreed" if step.to in passed else "open", "at_ms": None}
        for step in sight.way.asks.values()
    ]
    place = {place.item: number for number, place in enumerate(sight.way.places)}
    return sorted([*decided, *others], key=lambda step: place[step["after"]])

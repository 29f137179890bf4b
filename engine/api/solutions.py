"""`POST /api/v1/attempts` of kind `solution`: the right answer to an item that its author shows afterwards.

It goes out only when no answer to the item counts any more, by what the server itself holds:

    handed in       the session takes nothing more
    used up         the item's attempts are over, so what is answered later comes too late (`items.scorer`)
    left for good   a batch shows that the pupil has gone on, so what is answered later is out of turn

A time that is over does not suffice, since late answers may count; nor does going on where answers decide the
way, since another way could be taken back to. There the solutions come after the hand-in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.attempts.asked import Act, Asked
from engine.attempts.rulebook import Rulebook, sitting_seed
from engine.courses import SessionCourse, last_steps
from engine.errors import Problem
from engine.held import HeldBatch, given_answers, open_batches
from engine.services import ACCEPTED, RANK_ATTEMPT, Services, refusal
from engine.turns import Batch, Times, Turns
from engine.wire import asked_item
from sessions.model import Read
from sessions.states import Status


class Solutions:
    """Tells solutions when their time has come."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.kinds: Mapping[str, Act] = {"solution": self._solution}

    async def _solution(self, asked: Asked) -> dict[str, Any]:
        """The right responses of the item by their names; null while an answer may still count."""
        services, item = self._services, asked_item(asked.value)
        book = services.rulebooks.of(asked.opened.record["compiled"])
        if book is None or not book.has_solution(item):
            raise Problem("bad_answer", entries=[{"index": 0, "item": item, "problem": "unknown_item"}])
        reply = await services.others.put(Read(asked.ticket), RANK_ATTEMPT)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        status = reply.state.status
        if status is Status.READY:
            raise Problem("not_started")
        seed = sitting_seed(asked.opened.kek, asked.ticket.sid)
        is_told = status is Status.SUBMITTED or _is_done(
            item, book, seed, asked.opened.of(asked.ticket.sid), open_batches(reply, asked.opened, services)
        )
        told = book.solution(item, seed) if is_told else None
        return {"item": item, "solution": told, "now_ms": services.clock()}


def _is_done(
    item: str, book: Rulebook, seed: bytes, course: SessionCourse, batches: Sequence[HeldBatch]
) -> bool:
    given = given_answers(batches).get(item)
    if given is not None and book.is_over(item, given.attempts, seed):
        return True
    return not course.course.structure["routed"] and _turns(course, batches).has_left(item)


def _turns(course: SessionCourse, batches: Sequence[HeldBatch]) -> Turns:
    """How far the session has gone, by the batches that count."""
    seen = [Batch(0, batch.body) for batch in batches]
    steps = last_steps([batch.body for batch in batches], course)
    turns = Turns(course.way(steps), steps, course.course.parts, {}, Times(0), seen)
    for batch in seen:
        turns.pass_by(batch)
    return turns

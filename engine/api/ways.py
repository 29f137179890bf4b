"""`POST /api/v1/attempts` of kind `route` and `last-words`: where the test goes on, and what it tells.

The server decides from the answers that it holds, and signs its decision; nothing is stored. Asked again
about a place it gives its first decision as long as the player still has it, else it decides anew. Where
nothing is to be decided there is no step, and the order is as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.attempts.asked import Act, Asked
from engine.errors import Problem
from engine.held import given_answers, open_batches
from engine.services import ACCEPTED, RANK_ATTEMPT, Services, refusal
from engine.wire import way_question
from items.testscorer import Feedback
from sessions.model import Read, Reply
from sessions.states import Status

OVER = {Status.SUBMITTED: "handed_in", Status.CLOSED: "session_closed"}


class Ways:
    """Answers questions for the way, by kind."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.kinds: Mapping[str, Act] = {"route": self._route, "last-words": self._last_words}

    async def _route(self, asked: Asked) -> dict[str, Any]:
        """The step after an item, and the order that follows from it."""
        question, reply = way_question(asked.value), await self._read(asked)
        if reply.state.status in OVER:
            raise Problem(OVER[reply.state.status])
        if question.last > reply.state.last:
            raise Problem("gap", last=reply.state.last)
        course = asked.opened.of(asked.ticket.sid)
        steps = course.read(question.route)
        walked = course.way(steps)
        known = next((signed for signed in steps if signed.step.after == question.after), None)
        if known is None and question.after not in {step.after for step in walked.asks.values()}:
            return self._told([], reply) | {"order": course.order(steps)}
        answers = given_answers(open_batches(reply, asked.opened, self._services))
        if known is None:
            step = course.course.decide(course.places, walked, question.after, answers, course.seed)
            known = course.sign(step, self._services.clock())
            steps = [*steps, known]
        told = course.course.feedback(course.places, walked, known.step, answers, course.seed)
        return self._told(told, reply) | {"step": known.text, "order": course.order(steps)}

    async def _last_words(self, asked: Asked) -> dict[str, Any]:
        """What the test tells at its end; to a session that is over."""
        question, reply = way_question(asked.value), await self._read(asked)
        if reply.state.status not in OVER:
            return self._told([], reply)
        course = asked.opened.of(asked.ticket.sid)
        walked = course.way(course.read(question.route))
        answers = given_answers(open_batches(reply, asked.opened, self._services))
        return self._told(course.course.last_words(walked, answers, course.seed), reply)

    async def _read(self, asked: Asked) -> Reply:
        reply = await self._services.others.put(Read(asked.ticket), RANK_ATTEMPT)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        return reply

    def _told(self, told: list[Feedback], reply: Reply) -> dict[str, Any]:
        known = {"last": reply.state.last, "sealed": reply.state.sealed, "now_ms": self._services.clock()}
        return {"feedback": [words._asdict() for words in told], **known}

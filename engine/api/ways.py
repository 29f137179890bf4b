"""`POST /api/v1/attempts` of kind `route` and `last-words`: where the test goes on, and what it tells.

The server decides from the answers that it holds, and signs its decision; nothing is stored. Asked again
about a place it gives its first decision as long as the player still has it, else it decides anew. Where
nothing is to be decided there is no step, and the order is as it was.
"""

from __future__ import annotations

from typing import Any

from engine.catalog import Opened
from engine.errors import Problem
from engine.held import given_answers, open_batches
from engine.services import Services
from engine.wire import way_question
from items.testscorer import Feedback
from sessions.model import Reply
from sessions.states import Status


def route(value: dict[str, Any], reply: Reply, opened: Opened, services: Services) -> dict[str, Any]:
    """The step after an item and the order that follows from it; `reply` is that of a Read."""
    question = way_question(value)
    if reply.state.status is Status.SUBMITTED:
        raise Problem("handed_in")
    if reply.state.status is Status.CLOSED:
        raise Problem("session_closed")
    if question.last > reply.state.last:
        raise Problem("gap", last=reply.state.last)
    course = opened.of(reply.state.sid)
    steps = course.read(question.route)
    walked = course.way(steps)
    known = next((signed for signed in steps if signed.step.after == question.after), None)
    if known is None and question.after not in {step.after for step in walked.asks.values()}:
        return {"order": course.order(steps), "feedback": []}
    answers = given_answers(open_batches(reply, opened, services))
    if known is None:
        step = course.course.decide(course.places, walked, question.after, answers)
        known = course.sign(step, services.clock())
        steps = [*steps, known]
    told = course.course.feedback(course.places, walked, known.step, answers)
    return {"step": known.text, "order": course.order(steps), "feedback": _written(told)}


def last_words(value: dict[str, Any], reply: Reply, opened: Opened, services: Services) -> dict[str, Any]:
    """What the test tells at its end; to a session that is over."""
    question = way_question(value)
    if reply.state.status not in (Status.SUBMITTED, Status.CLOSED):
        return {"feedback": []}
    course = opened.of(reply.state.sid)
    steps = course.read(question.route)
    answers = given_answers(open_batches(reply, opened, services))
    return {"feedback": _written(course.course.last_words(course.way(steps), answers))}


def _written(told: list[Feedback]) -> list[dict[str, str]]:
    return [words._asdict() for words in told]

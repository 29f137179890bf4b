"""What staff, import and archive do to a session: clocks, closing, credits, creation, sealing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sessions.model import (
    Allow,
    Close,
    Credit,
    Destroy,
    Extend,
    Operation,
    Pause,
    Resume,
    Seal,
    SessionRow,
    Verdict,
)
from sessions.states import Event, Status
from simulation.protocol.session import Line, Outcome, Says, Session, happen, step

Change = tuple[dict[str, Any], str]
"""The fields that change, and a reason for the journal."""


def pause(session: Session, _operation: Pause, now_ms: int) -> Change | None:
    """Stop the clock."""
    if session.status is Status.PAUSED:
        return None
    return {"status": Status.PAUSED, "paused_at_ms": now_ms}, ""


def resume(session: Session, _operation: Resume, now_ms: int) -> Change | None:
    """Let it run again; the deadline moves by the time that was paused."""
    if session.status is not Status.PAUSED:
        return None
    since_ms = session.paused_at_ms
    times = {"paused_at_ms": 0, "paused_from_ms": since_ms, "paused_to_ms": now_ms}
    moved_ms = session.deadline_ms + max(0, now_ms - since_ms)
    return {"status": Status.RUNNING, **times, "deadline_ms": moved_ms}, ""


def extend(session: Session, operation: Extend, now_ms: int) -> Change:
    """More time; before the start it is added at the start."""
    reason = str(operation.extra_ms)
    if session.status is not Status.READY:
        return {"deadline_ms": max(0, session.deadline_ms + operation.extra_ms)}, reason
    given = (*session.given, (now_ms, operation.extra_ms)) if operation.change else session.given
    return {"extra_ms": session.extra_ms + operation.extra_ms, "given": given}, reason


def close(session: Session, operation: Close, now_ms: int) -> Change | Verdict | None:
    """End the session; with `due_ms` only if its time is over."""
    if session.status is Status.CLOSED:
        return None
    due_ms = operation.due_ms
    if due_ms > 0 and (session.status is not Status.RUNNING or session.deadline_ms > due_ms):
        return Verdict.NOT_DUE
    return {"status": Status.CLOSED, "deadline_ms": min(session.deadline_ms, now_ms)}, operation.reason


def credit(session: Session, operation: Credit, _now_ms: int) -> Change | None:
    """Give an outage back, as far as it fell into time that ran."""
    from_ms, to_ms = max(operation.from_ms, session.started_ms), operation.to_ms
    if operation.from_ms > session.deadline_ms:
        return None
    if session.status is Status.PAUSED:
        to_ms = min(to_ms, session.paused_at_ms)
    both_ms = min(to_ms, session.paused_to_ms) - max(from_ms, session.paused_from_ms)
    given_ms = to_ms - from_ms - max(0, both_ms)
    if given_ms <= 0:
        return None
    return {"deadline_ms": session.deadline_ms + given_ms}, f"{operation.from_ms}:{operation.to_ms}"


def allow(_session: Session, _operation: Allow, _now_ms: int) -> Change:
    """The next take-over at once."""
    return {"taken_over_ms": 0}, ""


_ACTS: dict[type, tuple[Event, Callable[[Session, Any, int], Change | Verdict | None]]] = {
    Pause: (Event.PAUSE, pause),
    Resume: (Event.RESUME, resume),
    Extend: (Event.EXTEND, extend),
    Close: (Event.CLOSE, close),
    Credit: (Event.CREDIT, credit),
    Allow: (Event.SEAT, allow),
}


def act(session: Session, operation: Operation, now_ms: int) -> Outcome:
    """What is not a pupil's: staff's acts, sealing, destruction."""
    if isinstance(operation, Seal):
        raised = operation.n > session.sealed
        sealed = session._replace(sealed=max(session.sealed, operation.n))
        return Outcome(sealed, Verdict.OK if raised else Verdict.REPEATED, says=Says.NOTHING)
    if isinstance(operation, Destroy):
        return Outcome(None, Verdict.OK)
    event, change = _ACTS[type(operation)]
    mark = f"credit:{operation.from_ms}" if isinstance(operation, Credit) else operation.change  # type: ignore[union-attr]
    if mark in session.marks:
        return Outcome(session, Verdict.REPEATED)
    status = step(session, event)
    if isinstance(status, Verdict):
        return Outcome(session, status)
    changed = change(session, operation, now_ms)
    if isinstance(changed, Verdict):
        return Outcome(session, changed)
    lines: tuple[Line, ...] = ()
    if changed is not None:
        session, line = happen(session, event, changed[1], **changed[0])
        lines = (line,)
    if mark:
        session = session._replace(marks=session.marks | {mark})
    return Outcome(session, Verdict.OK, lines)


def create(session: Session | None, row: SessionRow) -> Outcome:
    """A session that exists is left alone."""
    if session is not None:
        return Outcome(session, Verdict.REPEATED)
    fresh = Session(
        row=row,
        status=row.status,
        epoch=row.epoch,
        version=row.version,
        started_ms=row.started_ms,
        deadline_ms=row.deadline_ms,
        last=row.last,
        sealed=row.sealed,
    )
    return Outcome(fresh, Verdict.OK)

"""One operation, and a group of them, as one call to the script does it: in order, each failing alone."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, NamedTuple

from sessions.model import (
    RECEIPT,
    Destroy,
    Heartbeat,
    Login,
    Operation,
    PupilOperation,
    Read,
    Save,
    SessionRow,
    Start,
    Submit,
    Verdict,
)
from sessions.states import Status
from simulation.protocol.saves import save
from simulation.protocol.session import (
    UNKNOWN,
    Line,
    Outages,
    Outcome,
    Says,
    Session,
    adopt,
    is_strange,
    login,
    start,
    submit,
)
from simulation.protocol.staff import act, create


class Done(NamedTuple):
    """What a group came to: an outcome for each operation, and the entries for the journal."""

    outcomes: list[Outcome]
    entries: list[list[Line]]


def heartbeat(session: Session, operation: Heartbeat, now_ms: int) -> Outcome:
    """The pupil is there. A receipt shown for a closed session is told once, and stays on the screen."""
    has_shown = session.status is Status.CLOSED and session.at == RECEIPT
    shows = session.status is Status.CLOSED and operation.at == RECEIPT and not has_shown
    before = session._replace(version=max(0, session.version - 1))
    seen = session._replace(seen_ms=now_ms, held=operation.held, at=RECEIPT if has_shown else operation.at)
    return Outcome(seen, Verdict.OK, (Line("state:receipt", session=before),) if shows else ())


def read(session: Session, _operation: Read, _now_ms: int) -> Outcome:
    """What a seat needs to resume."""
    return Outcome(session, Verdict.OK, says=Says.BATCHES)


_BY_SEAT: dict[type, Callable[[Session, Any, int], Outcome]] = {
    Start: start,
    Submit: submit,
    Heartbeat: heartbeat,
    Read: read,
}


def by_pupil(session: Session, operation: PupilOperation, now_ms: int, outages: Outages) -> Outcome:
    """What comes with a ticket: the ticket's news first, then the seat, then the operation."""
    strange = is_strange(session, operation)
    adopted, lines = adopt(session, operation.ticket, now_ms, with_seat=not strange)
    if strange:
        outcome = Outcome(adopted, Verdict.GAP)
    elif isinstance(operation, Save):
        outcome = save(adopted, operation, now_ms, outages)
    elif operation.ticket.epoch < adopted.epoch:
        outcome = Outcome(adopted, Verdict.SEAT_MOVED)
    else:
        outcome = _BY_SEAT[type(operation)](adopted, operation, now_ms)
    return outcome._replace(lines=lines + outcome.lines)


def do(session: Session | None, operation: Operation, now_ms: int, outages: Outages = ()) -> Outcome:
    """Do one operation; `outages` are those of the session's partition."""
    if isinstance(operation, SessionRow):
        return create(session, operation)
    if session is None:
        return UNKNOWN
    if isinstance(operation, Login):
        return login(session, operation, now_ms)
    if isinstance(operation, PupilOperation):
        return by_pupil(session, operation, now_ms, outages)
    return act(session, operation, now_ms)


Do = Callable[[Session | None, Operation, int, Outages], Outcome]


def do_group(
    sessions: MutableMapping[bytes, Session],
    operations: Sequence[tuple[bytes, Operation]],
    now_ms: int,
    outages_of: Callable[[bytes], Outages],
    do_one: Do = do,
) -> Done:
    """Do `operations` on `sessions`, by session id.

    What has been written so far leaves as an entry of its own before batches are read or a session destroyed.
    """
    outcomes: list[Outcome] = []
    entries: list[list[Line]] = []
    lines: list[Line] = []
    for sid, operation in operations:
        outcome = do_one(sessions.get(sid), operation, now_ms, outages_of(sid))
        if outcome.session is not None:
            sessions[sid] = outcome.session
        else:
            sessions.pop(sid, None)
        lines += outcome.lines
        reads = outcome.says is Says.BATCHES and sessions[sid].batches
        if lines and (reads or isinstance(operation, Destroy)):
            entries.append(lines)
            lines = []
        outcomes.append(outcome)
    if lines:
        entries.append(lines)
    return Done(outcomes, entries)

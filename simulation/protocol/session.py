"""One session as a value, and what each operation makes of it; time is an argument, nothing changes in place.

This is the protocol of `sessions/lua` said as plainly as possible: every accepted number is remembered, where
the Lua keeps indexes, counts and spilled digests. Each function takes a session, an operation and the time;
it gives the session afterwards, the verdict, and the lines for the journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, NamedTuple

from sessions.model import Late, Login, PupilOperation, Save, SessionRow, Start, Submit, Ticket, Verdict
from sessions.script import LOGIN_MARK_MS, LOGINS_KEPT, TAKE_OVER_WAIT_MS
from sessions.states import RANKS, Event, IllegalStep, Status, follow

NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Session(NamedTuple):
    """Everything that is known of a session. Times in milliseconds; 0: not yet."""

    row: SessionRow
    """What never changes."""
    status: Status
    epoch: int
    version: int
    started_ms: int
    deadline_ms: int
    last: int
    sealed: int
    taken_over_ms: int = 0
    paused_at_ms: int = 0
    paused_from_ms: int = 0
    paused_to_ms: int = 0
    extra_ms: int = 0
    given: tuple[tuple[int, int], ...] = ()
    """Time that was given before the start, with a number in the audit log: when, and how much."""
    asides: int = 0
    dropped: int = 0
    seen_ms: int = 0
    held: int = 0
    at: str = ""
    logins: tuple[tuple[bytes, int], ...] = ()
    """The latest log-ins that bore a mark, newest first, each with the epoch that it was given."""
    marks: frozenset[bytes | str] = frozenset()
    """Changes of the audit log that were applied, digests that were kept aside."""
    accepted: Mapping[int, bytes] = NOTHING
    """Number -> digest."""
    counting: Mapping[str, int] = NOTHING
    """Item -> number of the batch whose answer counts: the highest (epoch, n)."""
    batches: Mapping[int, Save] = NOTHING
    """Those that count for an item, by number."""
    retained: Mapping[int, Save] = NOTHING
    """Those that are not sealed yet, whether they count or not: the journal only names them."""

    @property
    def sid(self) -> bytes:
        return self.row.sid


class Line(NamedTuple):
    """A line for the journal: a batch, or the session after an event."""

    label: str
    save: Save | None = None
    session: Session | None = None
    reason: str = ""
    is_named: bool = False
    """The batch has a key of its own, and the line only names it."""


class Says(Enum):
    """What a reply tells of a session besides the verdict, each a little more than the one before."""

    NOTHING = auto()
    STATE = auto()
    CONSTANTS = auto()
    BATCHES = auto()


class Outcome(NamedTuple):
    """What an operation came to. `extra`: late class of a batch, milliseconds to wait of seat_wait."""

    session: Session | None
    verdict: Verdict
    lines: tuple[Line, ...] = ()
    extra: str | int = ""
    says: Says = Says.STATE


Outages = Sequence[tuple[int, int]]
UNKNOWN = Outcome(None, Verdict.UNKNOWN)


def happen(session: Session, event: str, reason: str = "", **changed: Any) -> tuple[Session, Line]:
    """The session after something that happens now: a new version, and its line."""
    after = session._replace(version=session.version + 1, **changed)
    return after, Line(f"state:{event}", session=after, reason=reason)


def step(session: Session, event: Event) -> Status | Verdict:
    """Where `event` leads from here, or the verdict that refuses it."""
    try:
        return follow(session.status, event)
    except IllegalStep as refused:
        return Verdict(refused.verdict)


def is_strange(session: Session, operation: PupilOperation) -> bool:
    """Whether this seat's log-in was lost here, and it does not bring all that it knows.

    Then no number here says anything about that seat's batches; where none was ever taken, nothing misleads.
    """
    if operation.ticket.epoch <= session.epoch or not session.last or isinstance(operation, Start):
        return False
    return not (isinstance(operation, Save) and operation.full and operation.n > session.last)


def adopt(
    session: Session, ticket: Ticket, now_ms: int, *, with_seat: bool
) -> tuple[Session, tuple[Line, ...]]:
    """What is ahead in a ticket proves that the store lost its last moments, and is taken over.

    Of one start the later deadline stays. What was given to a session whose start was forgotten here, and
    given since that start, is not in the ticket's deadline. Without `with_seat` the epoch stays as it is.
    """
    further = RANKS[ticket.status] - RANKS[session.status]
    epoch = max(session.epoch, ticket.epoch) if with_seat else session.epoch
    if epoch == session.epoch and ticket.version <= session.version and further <= 0:
        return session, ()
    after = session
    if further > 0 or (further == 0 and ticket.version > session.version):
        if ticket.status is Status.PAUSED and session.status is not Status.PAUSED:
            after = after._replace(paused_at_ms=now_ms)
        deadline_ms = ticket.deadline_ms
        if RANKS[ticket.status] == 1 and ticket.started_ms == session.started_ms:
            deadline_ms = max(deadline_ms, session.deadline_ms)
        if RANKS[ticket.status] == 1 and session.status is Status.READY:
            since = [extra_ms for at_ms, extra_ms in session.given if at_ms > ticket.started_ms]
            deadline_ms = max(deadline_ms + sum(since), ticket.started_ms)
        after = after._replace(status=ticket.status, started_ms=ticket.started_ms, deadline_ms=deadline_ms)
    after = after._replace(epoch=epoch, version=max(session.version, ticket.version))
    return after, (Line("state:adopt", session=after),)


def login(session: Session, operation: Login, now_ms: int) -> Outcome:
    """The first take-over under way is free; a further one within ten minutes waits for the teacher.

    The same log-in once more moves nothing.
    """
    rank = RANKS[session.status]
    if rank == 2:
        return Outcome(session, Verdict.OK, says=Says.CONSTANTS)
    given = next((epoch for mark, epoch in session.logins if mark == operation.mark), None)
    if given is not None and now_ms - given <= LOGIN_MARK_MS:
        if given == session.epoch:
            return Outcome(session, Verdict.OK, says=Says.CONSTANTS)
        return Outcome(session, Verdict.SEAT_MOVED)
    taken_over_ms = session.taken_over_ms
    if rank == 1:
        wait_ms = taken_over_ms + TAKE_OVER_WAIT_MS - now_ms
        if taken_over_ms > 0 and wait_ms > 0:
            return Outcome(session, Verdict.SEAT_WAIT, extra=wait_ms)
        taken_over_ms = now_ms
    epoch = max(session.epoch + 2, now_ms)
    after, line = happen(session, "login", epoch=epoch, taken_over_ms=taken_over_ms, seen_ms=now_ms)
    if operation.mark:
        after = after._replace(logins=((operation.mark, epoch), *session.logins)[:LOGINS_KEPT])
    return Outcome(after, Verdict.OK, (line,), says=Says.CONSTANTS)


def start(session: Session, operation: Start, now_ms: int) -> Outcome:
    """Start the clock, once."""
    status = step(session, Event.START)
    if isinstance(status, Verdict):
        return Outcome(session, status)
    if session.status is not Status.READY:
        return Outcome(session, Verdict.OK, says=Says.CONSTANTS)
    given_ms = int(operation.duration_ms * session.row.factor_permille / 1000 + 0.5)
    begun = session._replace(started_ms=now_ms, seen_ms=now_ms)
    after, line = happen(begun, "start", status=status, deadline_ms=now_ms + given_ms + session.extra_ms)
    return Outcome(after, Verdict.OK, (line,), says=Says.CONSTANTS)


def submit(session: Session, operation: Submit, now_ms: int) -> Outcome:
    """Hand in; again, or after closing, the same."""
    status = step(session, Event.SUBMIT)
    if isinstance(status, Verdict):
        return Outcome(session, status)
    if session.status is status:
        return Outcome(session, Verdict.OK)
    if operation.last > session.last:
        return Outcome(session, Verdict.GAP)
    if operation.exact and operation.last < session.last:
        return Outcome(session, Verdict.FORK)
    after, line = happen(session, "submit", status=status, seen_ms=now_ms)
    return Outcome(after, Verdict.OK, (line,))


def lateness(session: Session, save: Save, now_ms: int, outages: Outages) -> Late:
    """How sure the server is that a batch was answered in time."""
    until_ms = session.deadline_ms + save.grace_ms
    received_ms = session.paused_at_ms if session.status is Status.PAUSED else now_ms
    if received_ms <= until_ms:
        return Late.IN_TIME
    claimed_ms = now_ms - save.newest_age_ms
    if claimed_ms > session.deadline_ms:
        return Late.AFTER
    if any(start <= until_ms and end >= claimed_ms for start, end in outages):
        return Late.CORROBORATED
    return Late.SELF_ATTESTED

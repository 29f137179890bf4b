"""The words of a live session: what may be asked of it (operations) and what it answers (replies).

Operations are plain values. Many of them, of many pupils, go to Redis in one call; each is answered alone,
and each may be repeated. What a pupil asks carries the ticket, the server's own signed word about the
state, so that a Redis that lost its last second in a fail-over is put right by the pupils themselves. What
staff ask carries `change`, the name of its line in the audit log: a line replayed from there is applied
once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from sessions.states import Status


class Verdict(StrEnum):
    """What became of one operation; `README.md` says which operation gives which."""

    OK = "ok"
    REPEATED = "repeated"
    GAP = "gap"
    FORK = "fork"
    SEAT_MOVED = "seat_moved"
    SEAT_WAIT = "seat_wait"
    NOT_STARTED = "not_started"
    NOT_DUE = "not_due"
    HANDED_IN = "handed_in"
    SESSION_CLOSED = "session_closed"
    TOO_MANY = "too_many"
    UNKNOWN = "unknown"
    ERROR = "error"


class Late(StrEnum):
    """How sure the server is that a batch was answered in time; empty: it came in time."""

    IN_TIME = ""
    CORROBORATED = "corroborated"
    SELF_ATTESTED = "self_attested"
    AFTER = "after"


class Ticket(NamedTuple):
    """The state that the server last told this pupil; `sessions.ticket` signs it and reads it back."""

    sid: bytes
    delivery: str
    epoch: int
    version: int
    status: Status
    started_ms: int
    deadline_ms: int


class Login(NamedTuple):
    """Take the seat (or, once handed in or closed, only look).

    With a `mark` of MARK_BYTES it may be repeated for ten minutes: the same seat, or seat_moved.
    """

    sid: bytes
    mark: bytes = b""


class Start(NamedTuple):
    """Start the clock, if it does not run yet."""

    ticket: Ticket
    duration_ms: int


class Save(NamedTuple):
    """Keep one batch of answers; `digest` is the SHA-256 of the body as it came, `body` the sealed record."""

    ticket: Ticket
    n: int
    digest: bytes
    body: bytes
    items: tuple[str, ...]
    full: bool = False
    newest_age_ms: int = 0
    grace_ms: int = 0
    at: str = ""
    held: int = 0


RECEIPT = "receipt"
"""What is on the screen of a device that was given its receipt for a session that the server closed."""


class Heartbeat(NamedTuple):
    """The pupil is there: item on screen, batches that wait on the device.

    RECEIPT on the screen of a closed session is told to the archive, the first time.
    """

    ticket: Ticket
    at: str = ""
    held: int = 0


class Read(NamedTuple):
    """Everything needed to resume: the state and the batches that still count."""

    ticket: Ticket


class Submit(NamedTuple):
    """Hand in; `last` is the number of the last batch that the player sent."""

    ticket: Ticket
    last: int
    exact: bool = False
    """What was looked at is handed in and nothing else: `fork` if a newer batch is held."""


class Pause(NamedTuple):
    """Stop the clock."""

    sid: bytes
    change: str = ""


class Resume(NamedTuple):
    """Let the clock run again; the deadline moves by the time that was paused."""

    sid: bytes
    change: str = ""


class Extend(NamedTuple):
    """Give `extra_ms` more; before the start they are added at the start."""

    sid: bytes
    extra_ms: int
    change: str = ""


class Close(NamedTuple):
    """End the session. The sweep gives `due_ms`: a deadline that moved beyond it is left alone (not_due)."""

    sid: bytes
    reason: str = ""
    due_ms: int = 0
    change: str = ""


class Credit(NamedTuple):
    """Give back the time in which the partition acknowledged nothing; once for each outage."""

    sid: bytes
    from_ms: int
    to_ms: int


class Allow(NamedTuple):
    """The teacher allows the next take-over of the seat at once."""

    sid: bytes
    change: str = ""


class Seal(NamedTuple):
    """The archive holds the batches up to `n`."""

    sid: bytes
    n: int


class SessionRow(NamedTuple):
    """A session to create; the last seven are given only when one is restored from the archive."""

    sid: bytes
    delivery: str
    room: str
    factor_permille: int = 1000
    needs: str = ""
    wrapped_key: bytes = b""
    status: Status = Status.READY
    epoch: int = 0
    version: int = 0
    started_ms: int = 0
    deadline_ms: int = 0
    last: int = 0
    sealed: int = 0


class Destroy(NamedTuple):
    """Remove the session and all its keys; its time to be kept is over."""

    sid: bytes


PupilOperation = Start | Save | Heartbeat | Read | Submit
StaffOperation = Pause | Resume | Extend | Close | Credit | Allow
Operation = Login | PupilOperation | StaffOperation | Seal | SessionRow | Destroy


class SessionState(NamedTuple):
    """A session as it stands after the operation.

    `room`, `factor_permille`, `needs` and `wrapped_key` never change and come with log-in, start and read
    only; other replies leave them at their defaults, for they are on the hot path. In the reply `unknown`
    only `sid` says anything.
    """

    sid: bytes
    delivery: str = ""
    room: str = ""
    status: Status = Status.READY
    epoch: int = 0
    version: int = 0
    factor_permille: int = 1000
    needs: str = ""
    started_ms: int = 0
    deadline_ms: int = 0
    last: int = 0
    sealed: int = 0
    wrapped_key: bytes = b""

    def ticket(self) -> Ticket:
        """This state as the pupil carries it."""
        return Ticket(
            self.sid,
            self.delivery,
            self.epoch,
            self.version,
            self.status,
            self.started_ms,
            self.deadline_ms,
        )


class StoredBatch(NamedTuple):
    """A batch of which at least one answer still counts."""

    n: int
    epoch: int
    body: bytes


class Reply(NamedTuple):
    """The answer to one operation."""

    verdict: Verdict
    state: SessionState
    late: Late = Late.IN_TIME
    batches: tuple[StoredBatch, ...] = ()
    retry_after_ms: int = 0


class Glance(NamedTuple):
    """What a teacher's page shows of a session; `seen_ms` 0: its device never spoke."""

    state: SessionState
    seen_ms: int
    held: int
    at: str
    asides: int
    dropped: int


class CodeEntry(NamedTuple):
    """What the digest of a code leads to."""

    digest: bytes
    sid: bytes
    room: str
    revoked: bool = False


class Outage(NamedTuple):
    """A time in which a partition acknowledged nothing."""

    partition: int
    from_ms: int
    to_ms: int

"""Faults in the script: the protocol with one rule wrong. Each wraps `do` and changes what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sessions.model import (
    Close,
    Credit,
    Extend,
    Late,
    Login,
    Operation,
    Read,
    Resume,
    Save,
    Start,
    Submit,
    Verdict,
)
from sessions.states import RANKS, Status
from simulation.protocol.group import do
from simulation.protocol.saves import hold
from simulation.protocol.session import Line, Outages, Outcome, Session, adopt
from simulation.world.data import Commands
from simulation.world.node import Node

Wrong = Callable[[Session, Operation, int, Outages], Outcome]


class EarlyDue(Commands):
    """The list of who is due is fifteen seconds ahead."""

    def due(self, now_ms: int, names: Any, arguments: Any) -> list[bytes]:
        verb, clock_ms, gap_ms, until_ms, count = arguments
        return super().due(now_ms, names, (verb, clock_ms, gap_ms, until_ms + 15_000, count))


class HighSeal(Commands):
    """Redis is told one more than the archive has."""

    def seal(self, now_ms: int, names: Any, arguments: Any) -> int:
        verb, *numbers = arguments
        return super().seal(now_ms, names, (verb, *(int(n) + 1 for n in numbers)))


def node_with(wrong: Wrong, commands_type: type[Commands] = Commands) -> type[Node]:
    """A Redis whose script has this fault."""

    def do_one(session: Session | None, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
        if session is None:
            return do(session, operation, now_ms, outages)
        return wrong(session, operation, now_ms, outages)

    commands = type("WrongCommands", (commands_type,), {"do_one": staticmethod(do_one)})
    return type("WrongNode", (Node,), {"commands_type": commands})


def _changed(outcome: Outcome, **changed: Any) -> Outcome:
    """The outcome with another session, in its lines too."""
    if outcome.session is None:
        return outcome
    session = outcome.session._replace(**changed)
    lines = tuple(line._replace(session=session) if line.session else line for line in outcome.lines)
    return outcome._replace(session=session, lines=lines)


def wrong_epoch_compare(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A seat that was taken over goes on writing."""
    if isinstance(operation, Save) and operation.ticket.epoch < session.epoch:
        operation = operation._replace(ticket=operation.ticket._replace(epoch=session.epoch))
        outcome = do(session, operation, now_ms, outages)
        old = operation
        lines = tuple(line._replace(save=old) if line.save else line for line in outcome.lines)
        return outcome._replace(lines=lines)
    return do(session, operation, now_ms, outages)


def accept_gap(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """Any number is taken, whatever is missing below it."""
    if isinstance(operation, Save) and operation.n > session.last + 1:
        outcome = do(session, operation._replace(full=True), now_ms, outages)
        lines = tuple(line._replace(save=operation) if line.save else line for line in outcome.lines)
        return outcome._replace(lines=lines)
    return do(session, operation, now_ms, outages)


def apply_twice(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A repeated batch is taken for a new one."""
    outcome = do(session, operation, now_ms, outages)
    if isinstance(operation, Save) and outcome.verdict is Verdict.REPEATED:
        return outcome._replace(verdict=Verdict.OK, lines=(*outcome.lines, Line("batch:", operation)))
    return outcome


def forget_aside(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """What a moved seat still sends is refused without a trace."""
    outcome = do(session, operation, now_ms, outages)
    kept = tuple(line for line in outcome.lines if not line.label.startswith("aside"))
    return outcome._replace(lines=kept)


def fork_wins(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """Other bytes under an accepted number replace the first ones."""
    outcome = do(session, operation, now_ms, outages)
    if isinstance(operation, Save) and outcome.verdict is Verdict.FORK:
        return Outcome(hold(session, operation), Verdict.OK, (Line("batch:", operation),))
    return outcome


def pause_forgotten(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """The deadline ignores the pause."""
    outcome = do(session, operation, now_ms, outages)
    is_resume = isinstance(operation, Resume) and outcome.lines
    return _changed(outcome, deadline_ms=session.deadline_ms) if is_resume else outcome


def credit_twice(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """An outage is given back each time somebody says so."""
    if isinstance(operation, Credit):
        once = do(session, operation, now_ms, outages)
        again = once.session._replace(marks=session.marks) if once.session else session
        twice = do(again, operation, now_ms, outages)
        return twice._replace(lines=once.lines + twice.lines)
    return do(session, operation, now_ms, outages)


def credit_in_pause(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """An outage before the start is given back as well."""
    outcome = do(session, operation, now_ms, outages)
    if isinstance(operation, Credit) and outcome.lines:
        given_ms = operation.to_ms - operation.from_ms + 1
        return _changed(outcome, deadline_ms=session.deadline_ms + given_ms)
    return outcome


def extend_twice(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """The mark of the audit line is forgotten: what is repeated is done again."""
    if isinstance(operation, Extend):
        once = do(session, operation._replace(change=""), now_ms, outages)
        twice = do(once.session, operation._replace(change=""), now_ms, outages)
        return twice._replace(lines=once.lines + twice.lines)
    return do(session, operation, now_ms, outages)


def never_late(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """Everything came in time."""
    outcome = do(session, operation, now_ms, outages)
    if isinstance(operation, Save) and outcome.verdict is Verdict.OK:
        lines = tuple(
            line._replace(label=line.label.partition(":")[0] + ":") if line.save else line
            for line in outcome.lines
        )
        return outcome._replace(lines=lines, extra=Late.IN_TIME)
    return outcome


def always_excused(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """What came too late is corroborated by nothing."""
    outcome = do(session, operation, now_ms, outages)
    if isinstance(operation, Save) and outcome.extra:
        lines = tuple(
            line._replace(label="batch:corroborated") if line.save else line for line in outcome.lines
        )
        return outcome._replace(lines=lines, extra=Late.CORROBORATED)
    return outcome


def grace_forgotten(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A line that takes a second makes an answer late."""
    if isinstance(operation, Save):
        outcome = do(session, operation._replace(grace_ms=-3_000), now_ms, outages)
        lines = tuple(line._replace(save=operation) if line.save else line for line in outcome.lines)
        return outcome._replace(lines=lines)
    return do(session, operation, now_ms, outages)


def epoch_again(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A take-over gives the epoch that the seat before had."""
    outcome = do(session, operation, now_ms, outages)
    is_login = isinstance(operation, Login) and outcome.lines and session.epoch
    return _changed(outcome, epoch=session.epoch) if is_login else outcome


def mark_forgotten(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A log-in that comes again takes the seat again."""
    if isinstance(operation, Login):
        operation = operation._replace(mark=b"")
    return do(session, operation, now_ms, outages)


def save_after_end(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A session that was handed in takes more."""
    if isinstance(operation, Save) and session.status is Status.SUBMITTED:
        outcome = do(session._replace(status=Status.RUNNING), operation, now_ms, outages)
        return _changed(outcome, status=Status.SUBMITTED)
    return do(session, operation, now_ms, outages)


def adopt_anything(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """An old ticket turns the session back."""
    ticket = getattr(operation, "ticket", None)
    if ticket is not None and RANKS[ticket.status] < RANKS[session.status]:
        back = session._replace(status=ticket.status, deadline_ms=ticket.deadline_ms)
        outcome = do(back, operation, now_ms, outages)
        return outcome._replace(lines=(Line("state:adopt", session=back), *outcome.lines))
    return do(session, operation, now_ms, outages)


def adopt_shortens(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A newer ticket's deadline counts, though more time was given since it was written."""
    ticket = getattr(operation, "ticket", None)
    if ticket is None or ticket.version <= session.version:
        return do(session, operation, now_ms, outages)
    if RANKS[ticket.status] == 1 and ticket.started_ms == session.started_ms:
        session = session._replace(deadline_ms=min(session.deadline_ms, ticket.deadline_ms))
    return do(session, operation, now_ms, outages)


def given_forgotten(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A ticket brings a start back, and its deadline counts, whatever was given since."""
    if getattr(operation, "ticket", None) is not None:
        session = session._replace(given=())
    return do(session, operation, now_ms, outages)


def adopt_nothing(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """What a ticket proves after a fail-over is not believed: the seat is lost with it."""
    ticket = getattr(operation, "ticket", None)
    if ticket is not None and (ticket.epoch > session.epoch or ticket.version > session.version):
        return Outcome(
            session, Verdict.NOT_STARTED if not isinstance(operation, Start) else Verdict.SEAT_MOVED
        )
    return do(session, operation, now_ms, outages)


def adopt_any_batch(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A seat whose log-in was lost is taken over by whatever it sends, with another seat's `last`."""
    ticket = getattr(operation, "ticket", None)
    if ticket is not None and ticket.epoch > session.epoch:
        adopted, lines = adopt(session, ticket, now_ms, with_seat=True)
        outcome = do(adopted, operation, now_ms, outages)
        return outcome._replace(lines=lines + outcome.lines)
    return do(session, operation, now_ms, outages)


def close_early(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """The sweep closes whoever it names, though more time was given meanwhile."""
    if isinstance(operation, Close):
        return do(session, operation._replace(due_ms=0), now_ms, outages)
    return do(session, operation, now_ms, outages)


def oldest_wins(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """The first answer to an item counts, not the last."""
    outcome = do(session, operation, now_ms, outages)
    if isinstance(operation, Save) and outcome.verdict is Verdict.OK and outcome.session:
        return _changed(outcome, counting={**outcome.session.counting, **session.counting})
    return outcome


def sealed_at_once(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """`sealed` says what is accepted, not what is archived."""
    outcome = do(session, operation, now_ms, outages)
    is_save = isinstance(operation, Save) and outcome.session
    return _changed(outcome, sealed=operation.n) if is_save and isinstance(operation, Save) else outcome


def no_journal(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """Acknowledged, and not appended to the journal: one batch in three."""
    outcome = do(session, operation, now_ms, outages)
    if isinstance(operation, Save) and operation.n % 3 == 0:
        return outcome._replace(lines=tuple(line for line in outcome.lines if not line.save))
    return outcome


def last_stands_still(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """The counter is not raised."""
    outcome = do(session, operation, now_ms, outages)
    is_third = isinstance(operation, Save) and operation.n == 3
    return _changed(outcome, last=session.last) if is_third else outcome


def version_stands_still(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """Events that do not count: the archive takes the newer state for the old one."""
    outcome = do(session, operation, now_ms, outages)
    if isinstance(operation, Submit | Close) and outcome.lines:
        return _changed(outcome, version=session.version)
    return outcome


def clock_again(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A repeated start begins the time anew."""
    if isinstance(operation, Start) and session.status is Status.RUNNING:
        back = session._replace(status=Status.READY, started_ms=0, deadline_ms=0)
        plain = operation.ticket._replace(version=0, status=Status.READY)
        return do(back, operation._replace(ticket=plain), now_ms, outages)
    return do(session, operation, now_ms, outages)


def no_more_time(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """The factor of who has more time is forgotten."""
    if isinstance(operation, Start):
        plain = session._replace(row=session.row._replace(factor_permille=1000))
        outcome = do(plain, operation, now_ms, outages)
        return _changed(outcome, row=session.row)
    return do(session, operation, now_ms, outages)


def read_less(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """A new seat does not see the newest batch."""
    if isinstance(operation, Read) and session.batches:
        batches = {n: save for n, save in session.batches.items() if n != max(session.batches)}
        outcome = do(session._replace(batches=batches), operation, now_ms, outages)
        return outcome
    return do(session, operation, now_ms, outages)


def hand_in_over_gap(session: Session, operation: Operation, now_ms: int, outages: Outages) -> Outcome:
    """Handed in is answered `ok` and not written."""
    outcome = do(session, operation, now_ms, outages)
    if isinstance(operation, Submit) and outcome.lines:
        return Outcome(session, Verdict.OK)
    return outcome

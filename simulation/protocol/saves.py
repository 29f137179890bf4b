"""A batch of answers and a session: taken once, in the order of the numbers, or refused for one reason."""

from __future__ import annotations

from sessions.model import Save, Verdict
from sessions.script import ASIDES_MAX, BATCHES_MAX, DIGEST_BYTES
from sessions.states import Event, Status
from simulation.protocol.session import Line, Outages, Outcome, Session, lateness, step


def save(session: Session, batch: Save, now_ms: int, outages: Outages) -> Outcome:
    """Keep one batch; its seat's ticket has been looked at."""
    verdict = refusal(session, batch)
    if verdict is not None:
        aside = verdict in (Verdict.FORK, Verdict.HANDED_IN, Verdict.SESSION_CLOSED)
        if verdict is Verdict.SEAT_MOVED:
            aside = session.accepted.get(batch.n) != short(batch)
        return keep_aside(session, batch, verdict) if aside else Outcome(session, verdict)
    late = lateness(session, batch, now_ms, outages)
    label = "paused" if session.status is Status.PAUSED else "batch"
    held = hold(session, batch)
    after = held._replace(
        accepted={**session.accepted, batch.n: short(batch)},
        last=max(session.last, batch.n),
        seen_ms=now_ms,
        held=batch.held,
        at=batch.at,
    )
    is_named = batch.n in held.batches and batch.n > max(session.sealed, session.last)
    line = Line(f"{label}:{late}", batch, is_named=is_named)
    return Outcome(after, Verdict.OK, (line,), late)


def refusal(session: Session, batch: Save) -> Verdict | None:
    """Why a batch is not taken; None if it is."""
    if batch.ticket.epoch < session.epoch:
        return Verdict.SEAT_MOVED
    known = session.accepted.get(batch.n)
    if known is not None:
        return Verdict.REPEATED if known == short(batch) else Verdict.FORK
    status = step(session, Event.SAVE)
    return status if isinstance(status, Verdict) else _bounds(session, batch)


def _bounds(session: Session, batch: Save) -> Verdict | None:
    if not session.started_ms:
        return Verdict.SESSION_CLOSED  # closed before it ever began, or its start was lost
    if batch.n > BATCHES_MAX:
        return Verdict.TOO_MANY
    return Verdict.GAP if batch.n > session.last + 1 and not batch.full else None


def hold(session: Session, batch: Save) -> Session:
    """Let the batch count for its items where nothing newer does; what counts for none goes once sealed."""
    counting, batches = dict(session.counting), dict(session.batches)
    mine = (batch.ticket.epoch, batch.n)
    for item in batch.items:
        old = counting.get(item)
        if old is None or mine > (batches[old].ticket.epoch, old):
            counting[item] = batch.n
            batches[batch.n] = batch
    counted, held = set(counting.values()), {**session.retained, **batches}
    return session._replace(
        counting=counting,
        batches={n: save for n, save in batches.items() if n in counted},
        retained={n: save for n, save in held.items() if n > session.sealed},
    )


def keep_aside(session: Session, batch: Save, verdict: Verdict) -> Outcome:
    """Keep a refused batch as evidence: each once, a bounded number, more are only counted."""
    mark = short(batch)
    if mark in session.marks:
        return Outcome(session, verdict)
    if session.asides >= ASIDES_MAX:
        return Outcome(session._replace(dropped=session.dropped + 1), verdict)
    after = session._replace(asides=session.asides + 1, marks=session.marks | {mark})
    return Outcome(after, verdict, (Line(f"aside:{verdict}", batch),))


def short(batch: Save) -> bytes:
    """As much of the digest as tells the batches of one pupil apart."""
    return batch.digest[:DIGEST_BYTES]

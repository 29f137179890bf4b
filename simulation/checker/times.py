"""I5 and credits: the deadline is start + time + what was given; late is late; closed when due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sessions.keys import partition_of
from sessions.states import RANKS, Status
from simulation.checker.evidence import Evidence, Violation, name
from simulation.history import EPOCH_MS, Written
from simulation.plan import DURATION_MS, GRACE_MS
from simulation.protocol.session import Session
from simulation.world.hall import PARTITIONS
from simulation.world.worker import GAP_MS

MARGIN_MS = 14_000


def deadlines(evidence: Evidence) -> Iterator[Violation]:
    """I5: each event moves the deadline as it must, recomputed from the events alone."""
    for sid in evidence.by_session:
        if sid in evidence.emptied:
            continue
        before: Session | None = None
        for written in evidence.surviving(sid):
            if written.session is not None:
                yield from _moved(before, written)
                before = written.session
            elif before is not None and not written.label.startswith("aside"):
                yield from _classed(evidence, before, written)
        yield from _credits(evidence, sid)


def _moved(before: Session | None, written: Written) -> Iterator[Violation]:
    """Compare the deadline after an event with what it must be."""
    after = written.session
    assert after is not None
    old_ms = before.deadline_ms if before else 0
    event = written.label.partition(":")[2]
    must_ms = _deadline_after(event, before, written)
    if must_ms is not None and after.deadline_ms != must_ms:
        off_ms = after.deadline_ms - must_ms
        yield Violation("I5", f"{name(after.sid)}: {event} leaves the deadline {off_ms} ms off")
    if event == "adopt" and before:
        yield from _adopted(before, after)
    if event == "start" and before and before.started_ms:
        yield Violation("I5", f"{name(after.sid)}: the clock was started again")
    if event == "close" and written.reason == "deadline" and before:
        is_due = before.status is Status.RUNNING and written.clock_ms >= old_ms + GRACE_MS
        if not is_due:
            yield Violation("I5", f"{name(after.sid)}: closed before its time and grace were over")


def _adopted(before: Session, after: Session) -> Iterator[Violation]:
    """A ticket takes no time away from a session that goes on: what was given since stays given."""
    taken_ms = before.deadline_ms - after.deadline_ms
    if RANKS[after.status] == 1 and after.started_ms == before.started_ms and taken_ms > 0:
        yield Violation("I5", f"{name(after.sid)}: a ticket took {taken_ms} ms away")


def _deadline_after(event: str, before: Session | None, written: Written) -> int | None:
    """What the deadline must be; None: any (a ticket was adopted)."""
    after, now_ms = written.session, written.clock_ms
    assert after is not None
    old_ms = before.deadline_ms if before else 0
    if event == "start":
        extra_ms = before.extra_ms if before else 0
        return now_ms + int(DURATION_MS * after.row.factor_permille / 1000 + 0.5) + extra_ms
    if event == "extend" and before and before.status is not Status.READY:
        return old_ms + int(written.reason)
    if event == "resume" and before:
        return old_ms + max(0, now_ms - before.paused_at_ms)
    if event == "close":
        return min(old_ms, now_ms)
    if event == "credit" and before:
        from_ms, _, to_ms = written.reason.partition(":")
        return old_ms + _given_ms(before, int(from_ms), int(to_ms))
    return None if event == "adopt" else old_ms


def _given_ms(session: Session, from_ms: int, to_ms: int) -> int:
    """Milliseconds of an outage in which this pupil's time ran, counted without the pauses."""
    from_ms = max(from_ms, session.started_ms)
    if session.status is Status.PAUSED:
        to_ms = min(to_ms, session.paused_at_ms)
    paused_ms = max(0, min(to_ms, session.paused_to_ms) - max(from_ms, session.paused_from_ms))
    return to_ms - from_ms - paused_ms


def _classed(evidence: Evidence, session: Session, written: Written) -> Iterator[Violation]:
    """The late class of a batch is the one that its moment bears."""
    save = written.save
    assert save is not None
    kind, _, late = written.label.partition(":")
    is_paused = session.status is Status.PAUSED
    received_ms = session.paused_at_ms if is_paused else written.clock_ms
    until_ms = session.deadline_ms + save.grace_ms
    claimed_ms = written.clock_ms - save.newest_age_ms
    where = f"{name(session.sid)}: batch {save.n}"
    if (kind == "paused") != is_paused:
        yield Violation("I5", f"{where} is marked {kind}")
    if (late == "") != (received_ms <= until_ms):
        yield Violation(
            "I5", f"{where} came {received_ms - until_ms} ms after its time, class {late or 'in time'}"
        )
    if late and (late == "after") != (claimed_ms > session.deadline_ms):
        yield Violation("I5", f"{where} has class {late} against its age")
    explained = any(start <= until_ms and end >= claimed_ms for start, end in evidence.outages)
    if late == "corroborated" and not explained:
        yield Violation("I5", f"{where} is corroborated by no outage")


def _credits(evidence: Evidence, sid: bytes) -> Iterator[Violation]:
    """Each outage is given back once, and only outages that stand in the archive."""
    given = Counter(written.reason for written in evidence.surviving(sid) if written.label == "state:credit")
    for reason, count in given.items():
        from_ms, _, to_ms = reason.partition(":")
        if count > 1:
            yield Violation("I5", f"{name(sid)}: the outage {reason} was credited {count} times")
        if (int(from_ms), int(to_ms)) not in evidence.outages:
            yield Violation("I9", f"{name(sid)}: credited for {reason}, of which the archive knows nothing")


def outages(evidence: Evidence) -> Iterator[Violation]:
    """I5: what is given back is time in which nothing was acknowledged; no batches were taken meanwhile.

    It is the beats that say so. They are rarer than saves, fail by time-outs, and clocks of workers are up to
    three seconds apart: hence the margin at both ends, and between two outages that no beat could tell apart.
    A batch counts from when it was written: what waits in a frozen Redis bears the time at which it was sent.
    What a Redis took that came up empty does not count: its outage begins where the archive saw it last.
    """
    taken_ms = sorted(
        (EPOCH_MS + written.at_ms, written.clock_ms, partition_of(written.sid, PARTITIONS))
        for written in evidence.history.written
        if written.label.startswith(("batch", "paused")) and written.is_synced and written.lost != "empty"
    )
    for partition, from_ms, to_ms in evidence.missed:
        inside = [
            one
            for one, sent, of in taken_ms
            if of == partition and from_ms < one < to_ms and from_ms < sent < to_ms
        ]
        if _longest_ms(inside) > MARGIN_MS:
            yield Violation(
                "I5", f"{len(inside)} batches were taken within an outage of {to_ms - from_ms} ms"
            )


def emptied(evidence: Evidence) -> Iterator[Violation]:
    """I5: the time in which a Redis was gone that came up empty is given back like any other."""
    for from_ms, to_ms, partitions in evidence.history.emptied:
        for partition in partitions:
            is_known = any(
                of == partition and since_ms < to_ms and until_ms > from_ms
                for of, since_ms, until_ms in evidence.missed
            )
            if to_ms - from_ms > GAP_MS and not is_known:
                yield Violation("I5", f"nothing is given back for {to_ms - from_ms} ms without a Redis")


def _longest_ms(taken_ms: Sequence[int]) -> int:
    """How long batches came one after the other, with no silence in which an outage could hide."""
    longest_ms, since_ms, before_ms = 0, 0, -GAP_MS
    for one in taken_ms:
        since_ms = since_ms if one - before_ms < GAP_MS / 2 else one
        longest_ms, before_ms = max(longest_ms, one - since_ms), one
    return longest_ms

"""I7, I9, I11: an acknowledgement is true when it is given, acts leave their line, all drains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import orjson

from sessions.states import Status
from simulation.checker.evidence import Evidence, Violation, name
from simulation.plan import DURATION_MS, GRACE_MS

SWEEP_MS = 20_000
"""How long after its time a session may still be open here: several sweeps of a slow drain."""
EVENTS = {"pause": "pause", "resume": "resume", "extend": "extend", "allow": "seat", "end": "close"}

LINES = {"end": "close"}
"""What the audit log calls otherwise than the plan."""


def honest(evidence: Evidence) -> Iterator[Violation]:
    """I7: when a reply leaves, the batch is on disk (on the replica, if asked for), `sealed` is archived."""
    for call in evidence.history.calls:
        if not call.was_durable:
            yield Violation("I7", f"{name(call.sid)}: batch {call.n} was acknowledged before it was on disk")
        if not call.was_sealed:
            sealed = call.reply["sealed"]
            yield Violation("I7", f"{name(call.sid)}: told sealed {sealed}, which the archive did not have")


def audited(evidence: Evidence) -> Iterator[Violation]:
    """I9: the chain of the audit log holds; each act stands in it once, and has had its effect once."""
    prev = bytes(32)
    for seq, act, _detail, of_before, own in evidence.audit:
        if bytes(of_before) != prev:
            yield Violation("I9", f"line {seq} ({act}) of the audit log does not follow the one before")
        prev = bytes(own)
    lines = Counter(act for _, act, *_ in evidence.audit)
    acts = evidence.history.acts
    for kind in EVENTS:
        noted = sum(act.act == kind and bool(act.change) for act in acts)
        written = lines[f"session.{LINES.get(kind, kind)}"]
        if written < noted:
            yield Violation("I9", f"{noted} acts of {kind}, {written} lines in the audit log")
    for from_ms, to_ms in evidence.outages:
        details = [orjson.loads(detail) for _, act, detail, *_ in evidence.audit if act == "outage.credit"]
        if not any((detail["from_ms"], detail["to_ms"]) == (from_ms, to_ms) for detail in details):
            yield Violation("I9", f"the outage {from_ms} to {to_ms} has no line in the audit log")
    yield from _effects(evidence)
    yield from _kept(evidence)


def _effects(evidence: Evidence) -> Iterator[Violation]:
    for sid in evidence.by_session:
        if sid in evidence.forgetful:
            continue
        done = Counter(written.label for written in evidence.surviving(sid))
        for kind, event in EVENTS.items():
            asked = [act for act in evidence.history.acts if act.sid == sid and act.act == kind]
            count = done[f"state:{event}"]
            if event == "close":
                count = sum(written.reason == "staff" for written in evidence.surviving(sid))
            if count > len(asked):
                yield Violation("I9", f"{name(sid)}: {kind} was done {count} times, asked {len(asked)} times")
            taken = sum(act.verdict == "ok" and kind in ("extend", "allow") for act in asked)
            if count < taken:
                yield Violation(
                    "I9", f"{name(sid)}: {kind} was acknowledged {taken} times, done {count} times"
                )


def _kept(evidence: Evidence) -> Iterator[Violation]:
    """Time that a teacher was told to have given is there in the end, whatever a Redis has forgotten."""
    for sid, session in evidence.data.sessions.items():
        told = [act for act in evidence.history.acts if act.sid == sid and act.act == "extend"]
        given_ms = sum(act.value for act in told if act.verdict == "ok")
        if not given_ms or not session.started_ms or session.status is Status.CLOSED:
            continue
        if _left_before(evidence, sid, max(act.at_ms for act in told) + SWEEP_MS):
            continue  # handed in before a sweep could have brought the time back: it was not needed
        own_ms = int(DURATION_MS * session.row.factor_permille / 1000 + 0.5)
        short_ms = session.started_ms + own_ms + given_ms - session.deadline_ms
        if short_ms > 0:
            yield Violation("I9", f"{name(sid)}: {short_ms} ms of the time that was given are not there")


def _left_before(evidence: Evidence, sid: bytes, at_ms: int) -> bool:
    return any(line.label == "state:submit" and line.at_ms < at_ms for line in evidence.surviving(sid))


def drained(evidence: Evidence) -> Iterator[Violation]:
    """I11: when all has been well for a while nothing waits: no journal, outbox, outage, overdue session."""
    for problem in evidence.history.problems:
        yield Violation("I11", problem)
    if any(evidence.data.journals.values()):
        yield Violation("I11", "the journal is not empty")
    for tab in evidence.tabs:
        is_at_work = tab.is_alive and tab.is_testing and not (tab.stands or tab.had_receipt)
        if is_at_work and tab.waiting:
            yield Violation("I11", f"{tab.device} still has {tab.waiting} batches to send")
    for partition in evidence.data.clocks.values():
        if partition.uncredited:
            yield Violation("I11", f"outages wait to be credited: {partition.uncredited}")
    yield from _sessions(evidence)
    yield from _same(evidence)


def _sessions(evidence: Evidence) -> Iterator[Violation]:
    """I11: nobody is open after his time, everything accepted is sealed."""
    for sid, session in evidence.data.sessions.items():
        late_ms = evidence.clock_ms - session.deadline_ms - GRACE_MS
        if session.status is Status.RUNNING and late_ms > SWEEP_MS:
            yield Violation("I11", f"{name(sid)} is still open {late_ms} ms after its time")
        if session.sealed < session.last:
            yield Violation("I11", f"{name(sid)}: sealed {session.sealed} of {session.last}")


def _same(evidence: Evidence) -> Iterator[Violation]:
    """I11: archive and Redis agree in the end."""
    for sid, session in evidence.data.sessions.items():
        status, epoch, version, last = evidence.states[sid]
        if sid in evidence.forgetful:
            continue
        if (status, epoch, version) != (session.status.value, session.epoch, session.version):
            yield Violation(
                "I11", f"{name(sid)}: the archive says {status} {version}, Redis {session.status}"
            )
        if last > session.last:
            yield Violation("I11", f"{name(sid)}: the archive says last {last}, Redis {session.last}")

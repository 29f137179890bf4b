"""I4, I6, I8: what a seat is told never goes back, one seat writes, every reply is the caller's."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate

from sessions.states import RANKS, Status
from simulation.checker.evidence import Evidence, Violation, is_saved, name
from simulation.history import Call
from simulation.world.hall import SIDS, SIGNER


def forwards(evidence: Evidence) -> Iterator[Violation]:
    """I4: of two replies, the second asked for after the first had left, none goes back; nor do reads."""
    for sid, calls in evidence.calls.items():
        if sid in evidence.forgetful:
            continue
        answered = [call for call in calls if call.status == 200 and not call.is_copy]
        answered.sort(key=lambda call: call.left_ms)
        left_ms = [call.left_ms for call in answered]
        highest = {
            field: list(accumulate((call.reply[field] for call in answered), max))
            for field, behind in (("last", evidence.outrun), ("sealed", evidence.unsealed))
            if sid not in behind
        }
        for call in answered:
            count = bisect_left(left_ms, call.sent_ms)
            for field in highest if count else ():
                told = highest[field][count - 1]
                if call.reply[field] < told:
                    yield Violation(
                        "I4", f"{name(sid)}: {field} went back from {told} to {call.reply[field]}"
                    )
            yield from _read(call, answered[:count])
        yield from _states(evidence, sid)


def _read(call: Call, before: list[Call]) -> Iterator[Violation]:
    """What a seat reads has every batch that was acknowledged before it asked."""
    if call.path != "session" or call.reply["session"]["status"] in ("submitted", "closed"):
        return
    for other in filter(is_saved, before):
        for item in other.items:
            found = call.reply["answers"].get(item, {"n": 0})["n"]
            if found < other.n and other.epoch <= call.epoch:
                yield Violation(
                    "I4", f"{name(call.sid)}: read {item} of batch {found}, {other.n} was acknowledged"
                )


def _states(evidence: Evidence, sid: bytes) -> Iterator[Violation]:
    version, rank = 0, 0
    for written in evidence.surviving(sid):
        if written.session is None:
            continue
        if written.label == "state:receipt":
            continue  # a word about the state before it: no state of the session is older for it
        if written.session.version <= version and not written.label.endswith("adopt"):
            yield Violation("I4", f"{name(sid)}: version {written.session.version} after {version}")
        if RANKS[written.session.status] < rank:
            yield Violation("I4", f"{name(sid)}: {written.session.status} after it had ended")
        version, rank = written.session.version, RANKS[written.session.status]


def fenced(evidence: Evidence) -> Iterator[Violation]:
    """I6: no batch of an older epoch is taken once a newer one is given; no epoch is given twice."""
    for sid in evidence.by_session:
        logins = [
            written.session.epoch
            for written in evidence.by_session[sid]
            if written.session and written.label == "state:login"
        ]
        for epoch, count in Counter(logins).items():
            if count > 1:
                yield Violation("I6", f"{name(sid)}: epoch {epoch} was given {count} times")
        if sid in evidence.emptied:
            continue
        yield from _written(evidence, sid)
        if sid not in evidence.forgetful:
            yield from _told(evidence.calls[sid], sid)
            yield from _copied(evidence.calls[sid], sid)


def _written(evidence: Evidence, sid: bytes) -> Iterator[Violation]:
    newest = 0
    for written in evidence.surviving(sid):
        if written.session:
            newest = max(newest, written.session.epoch)
        elif written.save and not written.label.startswith("aside") and written.save.ticket.epoch < newest:
            yield Violation("I6", f"{name(sid)}: batch {written.save.n} of a seat that had been taken over")


def _told(calls: list[Call], sid: bytes) -> Iterator[Violation]:
    """The same from outside: who asks after another has been given the seat is not acknowledged."""
    given = [
        (call.left_ms, _epoch(call))
        for call in calls
        if call.path == "login"
        and call.status == 200
        and call.reply["session"]["status"] in ("running", "paused")
    ]
    for call in filter(is_saved, calls):
        if any(left_ms < call.sent_ms and epoch > call.epoch for left_ms, epoch in given):
            yield Violation("I6", f"{name(sid)}: {call.device} was acknowledged after its seat had moved")


def _copied(calls: list[Call], sid: bytes) -> Iterator[Violation]:
    """A log-in that the line delivers twice takes the seat once."""
    given: dict[tuple[str, int], set[int]] = defaultdict(set)
    for call in calls:
        if call.path == "login" and call.status == 200 and not call.reply.get("receipt"):
            given[call.device, call.sent_ms].add(_epoch(call))
    for (device, _), epochs in given.items():
        if len(epochs) > 1:
            yield Violation("I6", f"{name(sid)}: one log-in of {device} took the seat {len(epochs)} times")


def _epoch(call: Call) -> int:
    ticket = SIGNER.read(call.reply["token"])
    return ticket.epoch if ticket else 0


def isolated(evidence: Evidence) -> Iterator[Violation]:
    """I8: token, lease, session and answers of a reply are the caller's."""
    for call in evidence.history.calls:
        if call.status != 200:
            continue
        for what, owner in _owners(call):
            if owner != call.sid[: len(owner)]:
                yield Violation("I8", f"{name(call.sid)}: got the {what} of another pupil with {call.path}")


def _owners(call: Call) -> Iterator[tuple[str, bytes]]:
    reply = call.reply
    if reply.get("token"):
        ticket = SIGNER.read(reply["token"])
        yield "token", ticket.sid if ticket else b"?"
    if reply.get("lease"):
        lease = SIGNER.read_lease(reply["lease"])
        yield "lease", lease.sid_prefix if lease else b"?"
    if reply.get("session"):
        yield "session", bytes.fromhex(reply["session"]["id"])
    for answer in reply.get("answers", {}).values():
        yield "answer", SIDS[int(answer["response"]["r1"][0])]


def ended(evidence: Evidence) -> Iterator[Violation]:
    """I6: who has a receipt has ended; who has ended gets one."""
    for call in evidence.history.calls:
        if call.path == "submit" and call.status == 200:
            status = Status(call.reply["session"]["status"])
            if RANKS[status] < 2 or not call.reply.get("receipt"):
                yield Violation("I6", f"{name(call.sid)}: a hand-in was acknowledged in status {status}")

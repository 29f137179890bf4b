"""I1, I2, I3, I10: nothing acknowledged is missing, nothing was sent by nobody, nothing counts twice."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from sessions.cipher import SessionCipher, Unreadable
from sessions.model import Save
from sessions.states import Status
from simulation.checker.evidence import Evidence, Violation, is_saved, name
from simulation.history import Call
from simulation.world.hall import NAME, SESSION_KEYS, SIDS


def acknowledged(evidence: Evidence) -> Iterator[Violation]:
    """I1: every acknowledged batch is in the archive.

    Where a Redis has lost acknowledged writes (a fail-over without WAIT, an empty start), each of its answers
    is there again under its number or superseded by a higher (epoch, n), or came back after another seat had
    handed in and was kept aside; unless the only device that had it is gone.
    """
    for call in filter(is_saved, evidence.history.calls):
        if (call.sid, call.n, call.digest) in evidence.kept:
            continue
        if call.sid not in evidence.forgetful:
            yield Violation(
                "I1", f"{name(call.sid)}: batch {call.n} of {call.device} was acknowledged and is gone"
            )
        elif not any(found(evidence, call) for found in (_is_superseded, _is_aside, _is_device_gone)):
            yield Violation(
                "I1", f"{name(call.sid)}: answers of batch {call.n} of {call.device} never came back"
            )


def _is_superseded(evidence: Evidence, call: Call) -> bool:
    """By what counts for more, or by what the device sent later: lost numbers are given anew.

    Or the same answer counts already, or one that the device gave after it: a device does not send again what
    a server shows it as it was.
    """
    mine = (call.epoch, call.n)
    newer = [
        other
        for other in evidence.calls[call.sid]
        if (other.sid, other.n, other.digest) in evidence.kept
        and ((other.epoch, other.n) >= mine or _is_sent_again(call, other))
    ]
    left = set(call.items) - {item for other in newer for item in other.items}
    later = [
        other
        for other in evidence.calls[call.sid]
        if is_saved(other)
        and (other.device, other.is_copy) == (call.device, False)
        and other.n > call.n
        and other.sent_ms > call.sent_ms
    ]
    return all(any(_counts_as_well(evidence, one, item) for one in (call, *later)) for item in left)


def _counts_as_well(evidence: Evidence, call: Call, item: str) -> bool:
    session, said = evidence.data.sessions[call.sid], evidence.history.said
    counting = session.batches.get(session.counting.get(item, 0))
    return (
        counting is not None
        and item in call.items
        and (call.sid, counting.n, counting.digest) in evidence.kept
        and said[counting.digest][item] == said[call.digest][item]
    )


def _is_sent_again(call: Call, other: Call) -> bool:
    return other.device == call.device and other.sent_ms > call.left_ms and not other.is_copy


def _is_aside(evidence: Evidence, call: Call) -> bool:
    """The device sent its answers again, in whatever batch, and they stand among the evidence."""
    again = [
        other
        for other in evidence.calls[call.sid]
        if other.device == call.device and (other.sid, other.digest) in evidence.asides
    ]
    return set(call.items) <= {item for other in again for item in other.items}


def _is_device_gone(evidence: Evidence, call: Call) -> bool:
    """The classes of loss that no server can help: see README.md."""
    tab = next((tab for tab in evidence.tabs if tab.device == call.device), None)
    if tab is None or not tab.is_alive or tab.stands or tab.is_waiting:
        return True
    return not tab.has_vault or tab.was_renewed


def sent(evidence: Evidence) -> Iterator[Violation]:
    """I2: every stored batch was sent by that seat, and opens with that session's key and place only."""
    known = {(call.sid, call.epoch, call.n, call.digest) for call in evidence.history.calls if call.n}
    for row in evidence.rows:
        if (row.sid, row.epoch, row.n, row.digest) not in known:
            yield Violation("I2", f"{name(row.sid)}: batch {row.n} of epoch {row.epoch} was never sent")
        cipher = SessionCipher(SESSION_KEYS[SIDS.index(row.sid)], row.sid, NAME)
        try:
            is_sound = hashlib.sha256(cipher.open(row.epoch, row.n, row.body)).digest() == row.digest
        except Unreadable:
            is_sound = False
        if not is_sound:
            yield Violation("I2", f"{name(row.sid)}: the bytes of batch {row.n} are not what was sent")
    nonces = Counter((row.sid, row.body[1:13]) for row in evidence.rows)
    for (sid, _), count in nonces.items():
        if count > 1:
            yield Violation("I2", f"{name(sid)}: {count} batches sealed with one nonce")


def once(evidence: Evidence) -> Iterator[Violation]:
    """I3: each number is applied once, over no hole, and what counts is what the accepted batches say."""
    for sid in evidence.by_session:
        if sid in evidence.emptied:
            continue
        batches = [line.save for line in evidence.surviving(sid) if line.save and _is_batch(line.label)]
        yield from _numbers(sid, batches)
        best: dict[str, tuple[int, int]] = {}
        for save in batches:
            for item in save.items:
                best[item] = max(best.get(item, (0, 0)), (save.ticket.epoch, save.n))
        session = evidence.data.sessions[sid]
        if dict(session.counting) != {item: n for item, (_, n) in best.items()}:
            yield Violation("I3", f"{name(sid)}: what counts is not the highest (epoch, n) of each item")
        last = max((save.n for save in batches), default=0)
        if session.last != last:
            yield Violation("I3", f"{name(sid)}: last is {session.last}, the highest batch is {last}")


def _numbers(sid: bytes, batches: Sequence[Save]) -> Iterator[Violation]:
    """In the order in which they were taken."""
    for n, count in Counter(save.n for save in batches).items():
        if count > 1:
            yield Violation("I3", f"{name(sid)}: number {n} was applied {count} times")
    last = 0
    for save in batches:
        if save.n > last + 1 and not save.full:
            yield Violation("I3", f"{name(sid)}: batch {save.n} was taken over a hole after {last}")
        last = max(last, save.n)


def accounted(evidence: Evidence) -> Iterator[Violation]:
    """I10: what was received is stored, known, or kept aside; nothing is refused without a trace."""
    for call in evidence.history.calls:
        error = call.reply.get("error", {}).get("code", "")
        if call.status in (400, 404, 405, 413, 415, 422, 500):
            yield Violation("I10", f"{name(call.sid)}: {call.path} was answered {call.status} {error}")
        is_evidence = call.n and call.path == "answers" and error in ("fork", "seat_moved", "handed_in")
        if not is_evidence or call.sid in evidence.forgetful:
            continue
        if (call.sid, call.digest) not in evidence.asides and (
            call.sid,
            call.n,
            call.digest,
        ) not in evidence.kept:
            yield Violation(
                "I10", f"{name(call.sid)}: batch {call.n} was refused ({error}) and not kept aside"
            )
    for sid in evidence.by_session:
        after_hand_in = False
        for written in evidence.surviving(sid):
            if _is_batch(written.label) and after_hand_in and sid not in evidence.emptied:
                yield Violation("I10", f"{name(sid)}: a batch was taken after the hand-in")
            after_hand_in |= bool(written.session and written.session.status is Status.SUBMITTED)


def _is_batch(label: str) -> bool:
    return label.startswith(("batch", "paused"))

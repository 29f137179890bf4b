"""The bytes between Store and script: what `sessions/packing.py` sends, read back; replies as it reads them.

The other side of that module, written independently of it: were both one, a mistake in it would agree with
itself. The real script is compared with this on the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import msgpack

from sessions.keys import REPLY_FIELDS, STATE_FIELDS, TEXT_FIELDS, owner
from sessions.model import (
    Allow,
    Close,
    Credit,
    Destroy,
    Extend,
    Heartbeat,
    Login,
    Operation,
    Pause,
    Read,
    Resume,
    Save,
    Seal,
    SessionRow,
    Start,
    Submit,
    Ticket,
)
from sessions.script import BATCHES_MAX, DIGEST_BYTES
from sessions.states import NUMBERS, STATUSES, Status
from simulation.protocol.session import Line, Outcome, Says, Session

_CODES = [code for _, code in STATE_FIELDS.values()]
_STATE = struct.Struct(">" + "".join(_CODES))
_HEAD = struct.Struct(">" + "".join(_CODES[:REPLY_FIELDS]))
_TICKET = struct.Struct(">BQIQQ")
_SAVE = struct.Struct(f">16sBQIQQIIIQ{DIGEST_BYTES}s")
_SAVE_REST = struct.Struct(">BQQ")


def pack(value: Any) -> bytes:
    """msgpack as Redis's Lua writes and reads it."""
    return msgpack.packb(value, use_bin_type=False)  # type: ignore[no-any-return]


def sid_of_owner(name: bytes) -> bytes:
    """The session of `{pNN}:SID`, or of `{pNN}:SID:N`."""
    return bytes.fromhex(name.split(b":")[1].decode())


def read_operations(packed: bytes) -> list[tuple[bytes, Operation]]:
    """The operations of one call, each with its session."""
    operations = []
    found = msgpack.unpackb(packed, raw=True)
    for name, given in zip(found[::2], found[1::2], strict=True):
        sid = sid_of_owner(name)
        one = _save(sid, given) if isinstance(given, bytes) else _READERS[given[0]](sid, *given[2:])
        operations.append((sid, one))
    return operations


def _ticket(sid: bytes, numbers: bytes) -> Ticket:
    status, epoch, version, started_ms, deadline_ms = _TICKET.unpack_from(numbers)
    return Ticket(sid, "", epoch, version, STATUSES[status - 1], started_ms, deadline_ms)


def _save(sid: bytes, packed: bytes) -> Save:
    *numbers, short = _SAVE.unpack_from(packed)
    before, n, held, till = numbers[6:]
    ticket = _ticket(sid, packed[len(sid) :])
    rest = len(packed) - _SAVE_REST.size
    full, age_ms, grace_ms = _SAVE_REST.unpack_from(packed, rest)
    texts, place = [], _SAVE.size
    while place < rest:
        end = place + 4 + int.from_bytes(packed[place : place + 4])
        texts.append(packed[place + 4 : end])
        place = end
    entry, key, at, line = texts
    digest, body = msgpack.unpackb(line, raw=True)[5:]
    is_next = ticket.status is Status.RUNNING and ticket.started_ms > 0 and entry and n <= BATCHES_MAX
    if numbers[0] != sid or before != n - 1 or till != (ticket.deadline_ms + grace_ms if is_next else 0):
        raise ValueError("what the script takes for granted is not so")
    if digest[: len(short)] != short or sid_of_owner(key[2:]) != sid or not key.endswith(b":%d" % n):
        raise ValueError("what the script compares is not what the line holds")
    items = tuple(entry.decode().split(",")[1:])
    return Save(ticket, n, digest, body, items, bool(full), age_ms, grace_ms, at.decode(), held)


def _heartbeat(sid: bytes, numbers: bytes, at: bytes) -> Heartbeat:
    held = int.from_bytes(numbers[_TICKET.size :], "big")
    return Heartbeat(_ticket(sid, numbers), at.decode(), held)


def _create(sid: bytes, record: bytes, constants: bytes, sealed: int) -> SessionRow:
    _, status, epoch, version, started_ms, deadline_ms, last = _HEAD.unpack_from(record)
    delivery, room, factor_permille, needs, wrapped_key = msgpack.unpackb(constants, raw=True)
    return SessionRow(
        sid,
        delivery.decode(),
        room.decode(),
        factor_permille,
        needs.decode(),
        wrapped_key,
        STATUSES[status - 1],
        epoch,
        version,
        started_ms,
        deadline_ms,
        last,
        sealed,
    )


_READERS: dict[bytes, Callable[..., Operation]] = {
    b"heartbeat": _heartbeat,
    b"read": lambda sid, numbers: Read(_ticket(sid, numbers)),
    b"login": Login,
    b"start": lambda sid, numbers, duration_ms: Start(_ticket(sid, numbers), duration_ms),
    b"submit": lambda sid, numbers, last, exact: Submit(_ticket(sid, numbers), last, bool(exact)),
    b"pause": lambda sid, change: Pause(sid, change.decode()),
    b"resume": lambda sid, change: Resume(sid, change.decode()),
    b"extend": lambda sid, change, extra_ms: Extend(sid, extra_ms, change.decode()),
    b"close": lambda sid, change, reason, due_ms: Close(sid, reason.decode(), due_ms, change.decode()),
    b"credit": lambda sid, _change, from_ms, to_ms: Credit(sid, from_ms, to_ms),
    b"seat": lambda sid, change: Allow(sid, change.decode()),
    b"seal": Seal,
    b"create": _create,
    b"destroy": Destroy,
}


def head(session: Session) -> bytes:
    """What goes into every reply."""
    return _HEAD.pack(
        session.sid,
        NUMBERS[session.status],
        session.epoch,
        session.version,
        session.started_ms,
        session.deadline_ms,
        session.last,
    )


def record(session: Session) -> bytes:
    """The numbers of a session record, its digests not spilled."""
    times = (session.taken_over_ms, session.paused_at_ms, session.paused_from_ms, session.paused_to_ms)
    counts = (session.extra_ms, session.asides, session.dropped, 0)
    return head(session) + _STATE.pack(
        session.sid, NUMBERS[session.status], session.epoch, session.version, session.started_ms,
        session.deadline_ms, session.last, session.seen_ms, session.held, *times, *counts,
    )[_HEAD.size :]  # fmt: skip


def shown(session: Session) -> bytes:
    """The record as far as a teacher's page reads it: numbers, and the item on screen."""
    at = session.at.encode()
    return record(session) + len(at).to_bytes(4, "big") + bytes(4 * (len(TEXT_FIELDS) - 1)) + at


def constants(row: SessionRow) -> bytes:
    """What never changes."""
    return pack((row.delivery, row.room, row.factor_permille, row.needs, row.wrapped_key))


def batch_line(save: Save) -> bytes:
    """A batch as the journal carries it."""
    ticket = save.ticket
    return pack((ticket.sid, ticket.epoch, save.n, save.full, save.newest_age_ms, save.digest, save.body))


def batch_key(save: Save, partitions: int) -> str:
    """The key of a batch, which stands in the journal in its place."""
    return f"b:{owner(save.ticket.sid, partitions)}:{save.n}"


def journal_lines(lines: list[Line], partitions: int) -> bytes:
    """The lines of one entry."""
    flat: list[Any] = []
    for line in lines:
        flat.append(line.label)
        if line.save is not None:
            flat.append(batch_key(line.save, partitions) if line.is_named else batch_line(line.save))
        elif line.session is not None:
            flat.append(record(line.session) + line.reason.encode())
    return pack(flat)


def save_reply(outcome: Outcome) -> list[Any] | bytes:
    """The reply to a save: one string if it was taken in time."""
    session = outcome.session
    if session is None or outcome.extra or outcome.verdict != "ok":
        return reply(outcome)
    return head(session) + b"%d" % session.sealed


def reply(outcome: Outcome) -> list[Any]:
    """The reply to one operation, as the script gives it."""
    extra = outcome.extra if isinstance(outcome.extra, int) else str(outcome.extra).encode()
    short: list[Any] = [outcome.verdict.encode(), extra]
    session = outcome.session
    if session is None or outcome.says is Says.NOTHING:
        return short
    full = [*short, head(session), session.sealed]
    if outcome.says in (Says.CONSTANTS, Says.BATCHES):
        full.append(constants(session.row))
    if outcome.says is Says.BATCHES:
        full.append([batch_line(save) for save in session.batches.values()])
    return full

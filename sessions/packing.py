"""Operations into what the script reads, replies out of what it returns. Nothing else knows the wire form.

msgpack goes without its `bin` type: Redis 6.2's Lua does not know that one. What Lua need not understand
(digests, records, the head of a journal line) passes through it as opaque bytes, and strings that Lua would
have to build from numbers come ready.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

import msgpack

from sessions.keys import REPLY_FIELDS, STATE_FIELDS, TEXT_FIELDS
from sessions.model import (
    Allow,
    Close,
    Credit,
    Destroy,
    Extend,
    Glance,
    Heartbeat,
    Late,
    Login,
    Operation,
    Pause,
    PupilOperation,
    Read,
    Reply,
    Resume,
    Save,
    Seal,
    SessionRow,
    SessionState,
    Start,
    StoredBatch,
    Submit,
    Verdict,
)
from sessions.script import BATCHES_MAX, DIGEST_BYTES
from sessions.states import NUMBERS, STATUSES, Status

ITEMS_MAX = 999
"""More than any form has items; it bounds what one operation costs."""

_CODES = [python_code for _, python_code in STATE_FIELDS.values()]
_REPLY = struct.Struct(">" + "".join(_CODES[:REPLY_FIELDS]))
_REPLY_BYTES = _REPLY.size
_STATE = struct.Struct(">" + "".join(_CODES))
_TICKET = struct.Struct(">BQIQQ")
_SAVE = struct.Struct(f">16sBQIQQIIIQ{DIGEST_BYTES}sI")
_SAVE_REST = struct.Struct(">BQQ").pack
_SIZE = struct.Struct(">I").pack
_line: Callable[[Any], bytes] = msgpack.Packer(use_bin_type=False).pack
"""As `packed`, for what is never long: the packer, and its room, is made once."""
_RUNNING = Status.RUNNING
_IN_TIME = Late.IN_TIME
_OK = Verdict.OK  # an enum is slow to say its members
_made: Callable[..., Any] = tuple.__new__
"""A named tuple from all its fields, in half the time of its constructor, which knows defaults and names."""
_VERDICTS = {verdict.encode(): verdict for verdict in Verdict}
_LATES = {late.encode(): late for late in Late}
_PUPIL = (Start, Save, Heartbeat, Read, Submit)


class WrongOwner(RuntimeError):
    """A reply names another session than the one asked for: it must not reach anybody."""


def sid_of(operation: Operation) -> bytes:
    """Whose operation this is."""
    return operation.ticket.sid if isinstance(operation, _PUPIL) else operation.sid


def packed(value: Any) -> bytes:
    """`value` as msgpack that Redis's Lua can read."""
    return msgpack.packb(value, use_bin_type=False)  # type: ignore[no-any-return]


def unpacked(value: bytes) -> Any:
    """What `packed` or Lua made; all strings as bytes."""
    return msgpack.unpackb(value, raw=True)


def unpacked_all(values: Sequence[bytes]) -> tuple[Any, ...]:
    """What each of `values` holds, arrays as tuples: at half the cost of one at a time."""
    head = b"\xdd" + len(values).to_bytes(4)  # of an array of so many
    return msgpack.unpackb(b"".join((head, *values)), raw=True, use_list=False)  # type: ignore[no-any-return]


def encode(operation: Operation, owner: str) -> tuple[Any, ...] | bytes:
    """The operation for the script; `owner` names the keys of its session.

    ValueError, TypeError, OverflowError or struct.error if it cannot be an operation.
    """
    return _ENCODERS[type(operation)](operation, owner)


def decode(operation: Operation, reply: list[Any] | bytes) -> Reply:
    """The reply to `operation`, or WrongOwner."""
    if isinstance(reply, bytes):  # nearly always: a save in time
        ticket = operation.ticket  # type: ignore[union-attr]  # nothing else is answered so
        sealed = int(reply[_REPLY_BYTES:])
        return _made(Reply, (_OK, read_state(ticket.sid, reply, sealed, ticket.delivery), _IN_TIME, (), 0))  # type: ignore[no-any-return]
    verdict, extra = _VERDICTS[reply[0]], reply[1]
    sid, delivery = operation.ticket[:2] if isinstance(operation, _PUPIL) else (operation.sid, "")
    if len(reply) == 2:
        return Reply(verdict, SessionState(sid))
    state = read_state(sid, reply[2], reply[3], delivery)
    if len(reply) > 4:
        state = _with_constants(state, reply[4])
    if verdict is Verdict.SEAT_WAIT:
        return Reply(verdict, state, retry_after_ms=extra)
    if len(reply) > 5:
        return Reply(verdict, state, batches=tuple(map(_stored, reply[5])))
    return Reply(verdict, state, _LATES[extra])


def glance(sid: bytes, record: bytes, constants: bytes, sealed: int) -> Glance:
    """What a teacher's page shows."""
    state = _with_constants(read_state(sid, record, sealed), constants)
    numbers = dict(zip(STATE_FIELDS, _STATE.unpack_from(record), strict=True))
    start = _STATE.size + 4 * len(TEXT_FIELDS)
    at = record[start : start + int.from_bytes(record[_STATE.size : _STATE.size + 4])].decode()
    return Glance(state, numbers["seen_ms"], numbers["held"], at, numbers["asides"], numbers["dropped"])


def read_state(sid: bytes, record: bytes, sealed: int, delivery: str = "") -> SessionState:
    """The state at the head of a session record, or WrongOwner."""
    owner, status, epoch, version, started_ms, deadline_ms, last = _REPLY.unpack_from(record)
    if owner != sid:
        raise WrongOwner("a reply names another session than the one asked for")
    who = (sid, delivery, "", STATUSES[status - 1], epoch, version, 1000, "")
    return _made(SessionState, (*who, started_ms, deadline_ms, last, sealed, b""))  # type: ignore[no-any-return]


def split_state(line: bytes) -> tuple[bytes, str]:
    """The numbers of a session record, and the reason, that a state line of the journal carries."""
    return line[: _STATE.size], line[_STATE.size :].decode()


def _stored(line: bytes) -> StoredBatch:
    _, epoch, n, _, _, _, body = unpacked(line)
    return StoredBatch(n, epoch, body)


def _with_constants(state: SessionState, constants: bytes) -> SessionState:
    delivery, room, factor_permille, needs, wrapped_key = unpacked(constants)
    return state._replace(
        delivery=delivery.decode(),
        room=room.decode(),
        factor_permille=factor_permille,
        needs=needs.decode(),
        wrapped_key=wrapped_key,
    )


def _ticket(operation: PupilOperation) -> bytes:
    _, _, epoch, version, status, started_ms, deadline_ms = operation.ticket
    return _TICKET.pack(STATUSES.index(status) + 1, epoch, version, started_ms, deadline_ms)


def _save(save: Save, owner: str) -> bytes:
    ticket, n, digest, body, items, full, age_ms, grace_ms, at, held = save
    sid, _, epoch, version, status, started_ms, deadline_ms = ticket
    if type(body) is not bytes or len(digest) != 32:
        raise ValueError("a batch has sealed bytes and a SHA-256")
    each = dict.fromkeys(items)
    joined = ",".join(each)
    if len(items) > ITEMS_MAX or "=" in joined or ";" in joined or joined.count(",") >= (len(each) or 1):
        raise ValueError(f"a batch has at most {ITEMS_MAX} items, named without = ; and ,")
    number = STATUSES.index(status) + 1  # the dictionary NUMBERS would call Python for the hash of an enum
    is_next = status is _RUNNING and started_ms and items and n <= BATCHES_MAX
    till = deadline_ms + grace_ms if is_next else 0
    head = (sid, number, epoch, version, started_ms, deadline_ms, n - 1, n, held, till, digest[:DIGEST_BYTES])
    entry = f";{n}=,{joined}".encode() if items else b""
    key, screen = f"b:{owner}:{n}".encode(), str.encode(at)
    line = _line((sid, epoch, n, full, age_ms, digest, body))
    numbers, rest = _SAVE.pack(*head, len(entry)), _SAVE_REST(1 if full else 0, age_ms, grace_ms)
    sizes = _SIZE(len(key)), _SIZE(len(screen)), _SIZE(len(line))
    return b"".join((numbers, entry, sizes[0], key, sizes[1], screen, sizes[2], line, rest))


def _create(row: SessionRow, owner: str) -> tuple[Any, ...]:
    head = (row.sid, NUMBERS[row.status], row.epoch, row.version, row.started_ms, row.deadline_ms, row.last)
    record = _STATE.pack(*head, *(0,) * (len(STATE_FIELDS) - len(head))) + bytes(4 * len(TEXT_FIELDS))
    constants = (row.delivery, row.room, row.factor_permille, row.needs, row.wrapped_key)
    return "create", owner, record, packed(constants), row.sealed


_ENCODERS: dict[type, Callable[[Any, str], tuple[Any, ...] | bytes]] = {
    Save: _save,
    Heartbeat: lambda it, owner: ("heartbeat", owner, _ticket(it) + it.held.to_bytes(4), it.at),
    Read: lambda it, owner: ("read", owner, _ticket(it)),
    Login: lambda it, owner: ("login", owner, it.mark),
    Start: lambda it, owner: ("start", owner, _ticket(it), it.duration_ms),
    Submit: lambda it, owner: ("submit", owner, _ticket(it), it.last, int(it.exact)),
    Pause: lambda it, owner: ("pause", owner, it.change),
    Resume: lambda it, owner: ("resume", owner, it.change),
    Extend: lambda it, owner: ("extend", owner, it.change, it.extra_ms),
    Close: lambda it, owner: ("close", owner, it.change, it.reason, it.due_ms),
    Credit: lambda it, owner: ("credit", owner, f"credit:{it.from_ms}", it.from_ms, it.to_ms),
    Allow: lambda it, owner: ("seat", owner, it.change),
    Seal: lambda it, owner: ("seal", owner, it.n),
    SessionRow: _create,
    Destroy: lambda it, owner: ("destroy", owner),
}

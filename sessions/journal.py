"""The journal as the archive reads it: lines in the order in which they were accepted.

A line is a batch, a change of state, or a batch set aside. Lines of one entry were written by one call and
have the same `stream_id`; the archive takes an entry as a whole, commits, and only then lets the store seal
and trim up to that id. Until then the same lines are read again, so nothing is lost on the way.

For most batches the stream holds the name of a key only, and the bytes lie under it until they are sealed.
"""

from __future__ import annotations

import struct
from binascii import hexlify, unhexlify
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sessions.keys import journal
from sessions.model import Late, SessionState
from sessions.packing import WrongOwner, read_state, split_state, unpacked, unpacked_all


class BatchLine(NamedTuple):
    """An accepted batch. `late`: a value of Late; `paused`: it came while the clock was stopped.

    From `sid` on in the order of the archive's columns: of lines like this one there are as many as saves.
    """

    partition: int
    stream_id: str
    sid: bytes
    epoch: int
    n: int
    digest: bytes
    received_ms: int
    late: str
    full: bool
    paused: bool
    newest_age_ms: int
    body: bytes


class AsideLine(NamedTuple):
    """A refused batch, kept as evidence; `verdict` says why (fork, seat_moved, handed_in, session_closed)."""

    partition: int
    stream_id: str
    received_ms: int
    sid: bytes
    epoch: int
    n: int
    full: bool
    newest_age_ms: int
    digest: bytes
    body: bytes
    verdict: str


class StateLine(NamedTuple):
    """The session after an event. `state` lacks what never changes; its `version` orders such lines."""

    partition: int
    stream_id: str
    received_ms: int
    sid: bytes
    event: str
    reason: str
    state: SessionState


class MissingLine(NamedTuple):
    """A batch that was acknowledged and is not sealed, and whose bytes are gone: Redis has lost a key."""

    partition: int
    stream_id: str
    received_ms: int
    sid: bytes
    n: int


class PassedLine(NamedTuple):
    """A batch that the archive has already, or whose session has been destroyed: only to be trimmed."""

    partition: int
    stream_id: str
    received_ms: int


_LABELS = {
    f"{kind}:{late.value}".encode(): (late.value, kind == "paused")
    for kind in ("batch", "paused")
    for late in Late
}
"""What the label of an accepted batch says: how late it was, and whether the clock stood still."""

_LOST, PASSED = b"\xc0", b"\x90"
"""In place of the bytes of a batch: nil and an empty array of msgpack."""

_made = tuple.__new__
"""A named tuple made of its values at half the cost of calling its class: there are as many as saves."""

JournalLine = BatchLine | AsideLine | StateLine | MissingLine | PassedLine
Entry = tuple[bytes, Sequence[bytes]]


class RawLine(NamedTuple):
    """A line as it stands in the stream. `where`: partition of the journal, stream id, time received.

    With `names_key` the line is the name of the key under which the bytes of a batch lie. Those that stand
    here are a msgpack array.
    """

    where: tuple[int, str, int]
    label: bytes
    line: bytes
    names_key: bool


class Damaged(ValueError):
    """What lies in Redis cannot be read: the message names the key, or the entry of the journal."""


_UNREADABLE = (ValueError, TypeError, KeyError, struct.error)
"""What reading says of bytes that are not ours."""


def raw_lines(partition: int, entries: Iterable[Entry]) -> Iterator[RawLine]:
    """The lines of stream entries as Redis gives them; `partition` is that of the journal. Damaged."""
    for stream_id, fields in entries:
        try:
            _, now, _, packed = fields
            where = (partition, stream_id.decode(), int(now))
            parts = unpacked(packed)
            for label, line in zip(parts[::2], parts[1::2], strict=True):
                yield _made(RawLine, (where, label, line, line[:2] == b"b:" and label in _LABELS))
        except _UNREADABLE as error:
            raise _damaged_entry(partition, stream_id.decode(), error) from error


def whole_entries(found: Iterable[tuple[int, Sequence[Entry]]], lines_max: int) -> Iterator[RawLine]:
    """The lines of the entries that journals gave; from `lines_max` on no further entry is begun."""
    count = 0
    for partition, entries in found:
        for entry in entries:
            if count >= lines_max:
                return
            lines = list(raw_lines(partition, [entry]))
            count += len(lines)
            yield from lines


def named_keys(lines: Iterable[RawLine]) -> dict[int, list[bytes]]:
    """The keys that lines name, in their order, by journal."""
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    for where, _, line, names_key in lines:
        if names_key:
            found[where[0]].append(line)
    return found


def read_lines(lines: Sequence[RawLine], values: Sequence[bytes | None]) -> Iterator[JournalLine]:
    """Lines with the bytes of the batches whose keys they name: `values`, in the order of these lines.

    None for a batch that is lost, PASSED for one that the archive has. WrongOwner if a key holds another
    batch than the one that it names, Damaged if it holds none.
    """
    batches = iter(_unpacked(lines, values))
    for where, label, line, names_key in lines:
        try:
            if not names_key:
                yield _line(where, label, line)
            elif batch := next(batches):
                yield _batch(where, label, batch, line)
            else:
                yield _not_there(where, line, batch)
        except _UNREADABLE as error:
            if names_key:
                raise _damaged_key(line, error) from error
            raise _damaged_entry(*where[:2], error) from error


def _unpacked(lines: Sequence[RawLine], values: Sequence[bytes | None]) -> Sequence[Any]:
    """What the keys hold that lines name, in the order of the lines; Damaged names the first that is none."""
    given = [_LOST if value is None else value for value in values]
    try:
        return unpacked_all(given)
    except _UNREADABLE as error:
        names = [line.line for line in lines if line.names_key]
        raise _damaged_key(next(filter(_is_none, zip(names, given, strict=True)))[0], error) from error


def _is_none(held: tuple[bytes, bytes]) -> bool:
    """Whether a key holds something else than one value of msgpack."""
    try:
        unpacked_all(held[1:])
    except _UNREADABLE:
        return True
    return False


def _not_there(where: tuple[int, str, int], key: bytes, batch: Any) -> MissingLine | PassedLine:
    if batch is None:
        return MissingLine(*where, *owner_of(key))
    if batch != ():
        raise ValueError(f"found {batch!r}")
    return PassedLine(*where)


def _damaged_key(key: bytes, error: Exception) -> Damaged:
    return Damaged(
        f"{key.decode(errors='replace')} in Redis holds no batch ({error}): keep a copy of its value, then "
        "delete the key; the archive names the batch as missing, and all others go on"
    )


def _damaged_entry(partition: int, stream_id: str, error: Exception) -> Damaged:
    return Damaged(f"the entry {stream_id} of {journal(partition)} in Redis cannot be read: {error}")


def owner_of(key: bytes) -> tuple[bytes, int]:
    """Session and number in the name of a key, `b:{pNN}:SID:N`."""
    _, _, sid, n = key.split(b":")
    return unhexlify(sid), int(n)


def sealed_key(batch: bytes) -> str:
    """`e:{pNN}:SID` for `b:{pNN}:SID:N`."""
    return f"e{batch[1 : batch.rindex(b':')].decode()}"


def after(stream_id: str) -> str:
    """The smallest id above `stream_id`: trimming keeps what lies from there on."""
    moment, _, count = stream_id.partition("-")
    return f"{moment}-{int(count) + 1}"


def _batch(where: tuple[int, str, int], label: bytes, batch: Sequence[Any], key: bytes = b"") -> BatchLine:
    """The batch, of which there are as many as saves: nothing here is done twice."""
    sid, epoch, n, full, age_ms, digest, body = batch
    if key and not key.endswith(b":%b:%d" % (hexlify(sid), n)):
        raise WrongOwner(f"{key.decode()} in Redis holds another batch than the one that it names")
    partition, stream_id, received_ms = where
    late, paused = _LABELS[label]
    line = (partition, stream_id, sid, epoch, n, digest, received_ms, late, bool(full), paused, age_ms, body)
    return _made(BatchLine, line)


def _line(where: tuple[int, str, int], label: bytes, line: bytes) -> JournalLine:
    kind, _, what = label.decode().partition(":")
    if kind == "state":
        record, reason = split_state(line)
        sid = record[:16]
        return StateLine(*where, sid, what, reason, read_state(sid, record, 0))
    if kind == "aside":
        sid, epoch, n, full, age_ms, digest, body = unpacked(line)
        return AsideLine(*where, sid, epoch, n, full, age_ms, digest, body, what)
    return _batch(where, label, unpacked(line))

"""The journal as the archive reads it: lines in the order in which they were accepted.

A line is a batch, a change of state, or a batch set aside. Lines of one entry were written by one call and
have the same `stream_id`; the archive takes an entry as a whole, commits, and only then lets the store seal
and trim up to that id. Until then the same lines are read again, so nothing is lost on the way.

For most batches the stream holds the name of a key only, and the bytes lie under it until they are sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sessions.model import Late, SessionState
from sessions.packing import WrongOwner, read_state, split_state, unpacked


class BatchLine(NamedTuple):
    """An accepted batch. `paused`: it came while the clock was stopped."""

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
    late: Late
    paused: bool


class AsideLine(NamedTuple):
    """A refused batch, kept as evidence; `verdict` says why (fork, seat_moved, handed_in)."""

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


_LABELS = {f"{kind}:{late.value}": (late, kind == "paused") for kind in ("batch", "paused") for late in Late}
"""What the label of an accepted batch says: how late it was, and whether the clock stood still."""

_made = tuple.__new__
"""A named tuple made of its values at half the cost of calling its class: there are as many as saves."""

JournalLine = BatchLine | AsideLine | StateLine | MissingLine | PassedLine
Entry = tuple[bytes, Sequence[bytes]]


class RawLine(NamedTuple):
    """A line as it stands in the stream. `where`: partition of the journal, stream id, time received.

    `key` is the one under which the bytes of the batch lie; None if they stand here, as a msgpack array.
    """

    where: tuple[int, str, int]
    label: str
    line: bytes
    key: str | None


def raw_lines(partition: int, entries: Iterable[Entry]) -> Iterator[RawLine]:
    """The lines of stream entries as Redis gives them; `partition` is that of the journal."""
    for stream_id, (_, now, _, packed) in entries:
        where = (partition, stream_id.decode(), int(now))
        parts = unpacked(packed)
        for label, line in zip(parts[::2], parts[1::2], strict=True):
            is_key = line[:2] == b"b:" and label[:6] != b"state:"
            yield _made(RawLine, (where, label.decode(), line, line.decode() if is_key else None))


def read_lines(lines: Iterable[RawLine], batches: Mapping[str, bytes | None]) -> Iterator[JournalLine]:
    """Lines with the bytes that they name: `batches`, by key; what is not in it has passed.

    WrongOwner if a key holds another batch than the one that it names.
    """
    for where, label, line, key in lines:
        if key is None:
            yield _line(where, label, line)
        elif key in batches:
            found = batches[key]
            yield _batch(where, label, key, found) if found else MissingLine(*where, *owner_of(key))
        else:
            yield PassedLine(*where)


def owner_of(key: str) -> tuple[bytes, int]:
    """Session and number in the name of a key, `b:{pNN}:SID:N`."""
    _, _, sid, n = key.split(":")
    return bytes.fromhex(sid), int(n)


def after(stream_id: str) -> str:
    """The smallest id above `stream_id`: trimming keeps what lies from there on."""
    moment, _, count = stream_id.partition("-")
    return f"{moment}-{int(count) + 1}"


def _batch(where: tuple[int, str, int], label: str, key: str, found: bytes) -> BatchLine:
    """The batch under `key`, of which there are as many as saves: nothing here is done twice."""
    sid, epoch, n, full, age_ms, digest, body = unpacked(found)
    if not key.endswith(f":{sid.hex()}:{n}"):
        raise WrongOwner("a key holds another batch than the one that it names")
    partition, stream_id, received_ms = where
    late, paused = _LABELS[label]
    line = (partition, stream_id, received_ms, sid, epoch, n, full, age_ms, digest, body, late, paused)
    return _made(BatchLine, line)


def _line(where: tuple[int, str, int], label: str, line: bytes) -> JournalLine:
    kind, _, what = label.partition(":")
    if kind == "state":
        record, reason = split_state(line)
        sid = record[:16]
        return StateLine(*where, sid, what, reason, read_state(sid, record, 0))
    sid, epoch, n, full, age_ms, digest, body = unpacked(line)
    batch = (sid, epoch, n, full, age_ms, digest, body)
    if kind == "aside":
        return AsideLine(*where, *batch, what)
    return BatchLine(*where, *batch, *_LABELS[label])

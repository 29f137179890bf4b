"""The journal as the archive reads it: lines in the order in which they were accepted.

A line is a batch, a change of state, or a batch set aside. Lines of one entry were written by one call and
have the same `stream_id`; the archive takes an entry as a whole, commits, and only then lets the store seal
and trim up to that id. Until then the same lines are read again, so nothing is lost on the way.

For most batches the stream holds the name of a key only, and the bytes lie under it until they are sealed.
"""

from __future__ import annotations

import struct
from binascii import unhexlify
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sessions.keys import journal
from sessions.model import Late, SessionState
from sessions.packing import read_state, split_state, unpacked


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


LABELS = {
    f"{kind}:{late.value}".encode(): (late.value, kind == "paused")
    for kind in ("batch", "paused")
    for late in Late
}
"""What the label of an accepted batch says: how late it was, and whether the clock stood still."""

JournalLine = BatchLine | AsideLine | StateLine | MissingLine | PassedLine
Entry = tuple[bytes, Sequence[bytes]]
Where = tuple[int, str, int]
"""Partition of the journal, stream id, time received: the same of all lines of an entry."""


class RawLine(NamedTuple):
    """A line as it stands in the stream.

    With `names_key` the line is the name of the key under which the bytes of a batch lie. Those that stand
    here are a msgpack array.
    """

    where: Where
    label: bytes
    line: bytes
    names_key: bool


class Damaged(ValueError):
    """What lies in Redis cannot be read: the message names the key, or the entry of the journal."""


UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, struct.error)
"""What reading says of bytes that are not ours."""


class Opened(NamedTuple):
    """An entry of the stream: where it stands, and of each line its label, itself, whether it names a key."""

    where: Where
    labels: list[bytes]
    lines: list[bytes]
    names_key: list[bool]


def opened(partition: int, entry: Entry) -> Opened:
    """An entry as Redis gives it; `partition` is that of the journal. Damaged."""
    stream_id, fields = entry
    try:
        _, now, _, packed = fields
        parts = unpacked(packed)
        labels, lines = parts[::2], parts[1::2]
        named = [names_key(label, line) for label, line in zip(labels, lines, strict=True)]
        return Opened((partition, stream_id.decode(), int(now)), labels, lines, named)
    except UNREADABLE as error:
        raise damaged_entry(partition, stream_id.decode(), error) from error


def damaged_key(key: bytes, error: Exception) -> Damaged:
    """A key that holds no batch."""
    return Damaged(
        f"{key.decode(errors='replace')} in Redis holds no batch ({error}): keep a copy of its value, then "
        "delete the key; the archive names the batch as missing, and all others go on"
    )


def damaged_entry(partition: int, stream_id: str, error: Exception) -> Damaged:
    """An entry that the journal's writers never made."""
    return Damaged(f"the entry {stream_id} of {journal(partition)} in Redis cannot be read: {error}")


def raw_lines(partition: int, entries: Iterable[Entry]) -> Iterator[RawLine]:
    """The lines of stream entries as Redis gives them; `partition` is that of the journal. Damaged."""
    for entry in entries:
        where, labels, lines, named = opened(partition, entry)
        for label, line, is_named in zip(labels, lines, named, strict=True):
            yield RawLine(where, label, line, is_named)


def names_key(label: bytes, line: bytes) -> bool:
    """Whether a line is the name of a key."""
    return label in LABELS and line[:2] == b"b:"


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


def rare_line(where: Where, label: bytes, line: bytes) -> StateLine | AsideLine:
    """What is no accepted batch; an error of UNREADABLE if it is nothing of ours."""
    kind, _, what = label.decode().partition(":")
    if kind == "state":
        record, reason = split_state(line)
        sid = record[:16]
        return StateLine(*where, sid, what, reason, read_state(sid, record, 0))
    if kind != "aside":
        raise ValueError(f"nobody writes {label!r}")
    sid, epoch, n, full, age_ms, digest, body = unpacked(line)
    return AsideLine(*where, sid, epoch, n, full, age_ms, digest, body, what)

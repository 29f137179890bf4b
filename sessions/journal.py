"""The journal as the archive reads it: lines in the order in which they were accepted.

A line is a batch, a change of state, or a batch set aside. Lines of one entry were written by one call and
have the same `stream_id`; the archive takes an entry as a whole, commits, and only then lets the store seal
and trim up to that id. Until then the same lines are read again, so nothing is lost on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sessions.model import Late, SessionState
from sessions.packing import read_state, split_state, unpacked


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


JournalLine = BatchLine | AsideLine | StateLine
Entry = tuple[bytes, Sequence[bytes]]


def read_lines(partition: int, entries: Sequence[Entry]) -> Iterator[JournalLine]:
    """The lines of stream entries as Redis gives them; `partition` is that of the journal."""
    for stream_id, (_, now, _, packed) in entries:
        where = (partition, stream_id.decode(), int(now))
        parts = unpacked(packed)
        for label, line in zip(parts[::2], parts[1::2], strict=True):
            kind, _, what = label.decode().partition(":")
            yield _line(where, kind, what, line)


def after(stream_id: str) -> str:
    """The smallest id above `stream_id`: trimming keeps what lies from there on."""
    moment, _, count = stream_id.partition("-")
    return f"{moment}-{int(count) + 1}"


def _line(where: tuple[int, str, int], kind: str, what: str, line: bytes) -> JournalLine:
    if kind == "state":
        record, reason = split_state(line)
        sid = record[:16]
        return StateLine(*where, sid, what, reason, read_state(sid, record, 0))
    sid, epoch, n, full, age_ms, digest, body = unpacked(line)
    batch = (sid, epoch, n, full, age_ms, digest, body)
    if kind == "aside":
        return AsideLine(*where, *batch, what)
    return BatchLine(*where, *batch, Late(what), kind == "paused")

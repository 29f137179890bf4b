"""A portion of the journal, sorted into what the tables take; in memory for one transaction only."""

from __future__ import annotations

from typing import Any

ENDED = ("submitted", "closed")

Row = tuple[Any, ...]
State = tuple[str, int, int, int, int, int, int, bool]
"""status, epoch, version, started_ms, deadline_ms, last, ended_ms, to_score"""


class Portion:
    """Rows for `batches`, `asides` and `events`; the newest state of each session; what may be sealed.

    `highest` is the number up to which the archive will have each session, `positions` the place up to which
    it will have each journal. `missing` batches were acknowledged, but Redis has lost their bytes. `entries`
    of the journal were read.
    """

    def __init__(self) -> None:
        self.batches: list[Row] = []
        self.asides: list[Row] = []
        self.events: list[Row] = []
        self.states: dict[bytes, State] = {}
        self.highest: dict[bytes, int] = {}
        self.positions: dict[int, str] = {}
        self.missing = 0
        self.entries = 0

    def __len__(self) -> int:
        return len(self.batches) + len(self.asides) + len(self.events)

    def size(self) -> int:
        """Bytes of the bodies."""
        return sum([len(row[-1]) for row in self.batches]) + sum([len(row[-1]) for row in self.asides])

    def reach(self, partition: int, stream_id: str) -> None:
        """Lines of this entry follow, those of the former one are all here."""
        if self.positions.get(partition) != stream_id:
            self.positions[partition] = stream_id
            self.entries += 1

    def add_batch(self, batch: Row) -> None:
        """An accepted batch (a StoredBatch, or as plain a tuple); those of a session come in their order."""
        self.batches.append(batch)
        sid, n = batch[0], batch[2]
        if n > self.highest.get(sid, 0):
            self.highest[sid] = n

    def add_missing(self, sid: bytes, n: int, received_ms: int) -> None:
        """A batch that Redis has lost: its place stands in `asides`, for whoever asks what became of it."""
        self.missing += 1
        self.asides.append((sid, 0, n, "missing", b"", received_ms, b""))

    def add_event(
        self,
        sid: bytes,
        event: str,
        at_ms: int,
        *,
        status: str,
        epoch: int,
        version: int,
        started_ms: int,
        deadline_ms: int,
        last: int,
    ) -> None:
        """Something happened to a session; its state afterwards."""
        self.events.append((sid, version, at_ms, event, status, epoch, started_ms, deadline_ms, last))
        newest = self.states.get(sid)
        ended_ms = at_ms if status in ENDED else 0
        # No session goes back: its end holds, whatever number a deposed Redis gave to what it wrote last. Of
        # two ends under one number the later one is that of the Redis which took over.
        if newest is None or (ended_ms > 0, version, ended_ms) > (newest[6] > 0, newest[2], newest[6]):
            to_score = bool(ended_ms and started_ms)
            self.states[sid] = (status, epoch, version, started_ms, deadline_ms, last, ended_ms, to_score)

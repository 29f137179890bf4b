"""A portion of the journal, sorted into what the tables take; in memory for one transaction only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

ENDED = ("submitted", "closed")

Row = tuple[Any, ...]
State = tuple[str, int, int, int, int, int, int, bool]
"""status, epoch, version, started_ms, deadline_ms, last, ended_ms, to_score"""

_late, _body = itemgetter(5), itemgetter(-1)


class Portion:
    """Rows for `batches`, `asides` and `events`; the newest state of each session; what may be sealed.

    `by_session` has the rows of `batches`, those of a session as they came. `highest` is the number up to
    which the archive will have each session, `positions` the place up to which it will have each journal.
    `missing` batches were acknowledged, but Redis has lost their bytes. `entries` of the journal were read;
    a portion that `is_full` has more behind it, or will have in no time.
    """

    def __init__(self) -> None:
        self.by_session: defaultdict[bytes, list[Row]] = defaultdict(list)
        self.asides: list[Row] = []
        self.events: list[Row] = []
        self.states: dict[bytes, State] = {}
        self.highest: dict[bytes, int] = {}
        self.positions: dict[int, str] = {}
        self.has_late = self.is_full = False
        self.missing = 0
        self.entries = 0
        self._bytes = 0
        self._ordered: list[Row] | None = None

    def __len__(self) -> int:
        return sum(map(len, self.by_session.values())) + len(self.asides) + len(self.events)

    @property
    def batches(self) -> list[Row]:
        """The rows of `batches` in the order of the key that they have in the archive.

        Its index costs PostgreSQL more than the rows themselves, and a third to a half less in this order.
        Worked out once; `add_batches` makes it anew.
        """
        if self._ordered is None:
            self._ordered = [row for sid in sorted(self.by_session) for row in self.by_session[sid]]
        return self._ordered

    def size(self) -> int:
        """Bytes of the bodies."""
        return self._bytes + sum([len(row[-1]) for row in self.asides])

    def reach(self, partition: int, stream_id: str) -> None:
        """Lines of this entry follow, those of the former one are all here."""
        if self.positions.get(partition) != stream_id:
            self.positions[partition] = stream_id
            self.entries += 1

    def add_batches(self, rows: Sequence[Row]) -> None:
        """Accepted batches, each a tuple in the order of a StoredBatch; those of a session in their order."""
        by_session, highest, self._ordered = self.by_session, self.highest, None
        for row in rows:
            sid, n = row[0], row[2]
            by_session[sid].append(row)
            if n > highest.get(sid, 0):
                highest[sid] = n
        self.has_late = self.has_late or any(map(_late, rows))
        self._bytes += sum(map(len, map(_body, rows)))

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

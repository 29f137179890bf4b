"""What happened in one world: every call of a device, every line of a journal, every act.

Nothing here decides anything. Times are milliseconds since the world began unless they say `clock`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sessions.model import Save
from simulation.plan import Plan
from simulation.protocol.session import Line, Session

EPOCH_MS = 1_800_000_000_000
"""The clock of a world begins here."""


@dataclass(slots=True)
class Written:
    """A line of a journal: which node wrote it, whether it survived, when it was safe."""

    node: int
    offset: int
    at_ms: int
    clock_ms: int
    """The time that the script was given."""
    label: str
    sid: bytes
    save: Save | None
    session: Session | None
    reason: str
    is_synced: bool = False
    is_replicated: bool = False
    lost: str = ""
    """"crash", "fail-over" or "empty", if it is in no Redis any more."""


@dataclass(slots=True)
class Call:
    """One call of a device, and what the server said to it."""

    device: str
    sid: bytes
    path: str
    epoch: int
    """Of the token that it carried."""
    sent_ms: int
    n: int = 0
    digest: bytes = b""
    items: tuple[str, ...] = ()
    is_full: bool = False
    status: int = 0
    reply: dict[str, Any] = field(default_factory=dict)
    left_ms: int = -1
    """When a reply left the server; -1: none did."""
    got_ms: int = -1
    """When it reached the device; -1: it never did."""
    was_durable: bool = True
    was_sealed: bool = True
    is_copy: bool = False
    """The line has delivered a request twice: this is the second."""


@dataclass(slots=True)
class StaffAct:
    """What a teacher did to a session, and what he was told."""

    sid: bytes
    act: str
    value: int
    change: str = ""
    verdict: str = ""
    at_ms: int = 0
    done_ms: int = -1


@dataclass(slots=True)
class Remark:
    """Something to read in a report: a fault, a step of a pupil."""

    at_ms: int
    who: str
    what: str


class Emptied(NamedTuple):
    """A Redis was gone, and came up empty; `partitions`: those whose clocks the archive knew."""

    from_ms: int
    to_ms: int
    partitions: tuple[int, ...]


class History:
    """All of it, in order."""

    def __init__(self, plan: Plan, clock_ms: Callable[[], int]) -> None:
        self.plan = plan
        self.clock_ms = clock_ms
        self.written: list[Written] = []
        self.calls: list[Call] = []
        self.acts: list[StaffAct] = []
        self.remarks: list[Remark] = []
        self.problems: list[str] = []
        """Exceptions that nobody expected."""
        self.said: dict[bytes, dict[str, Any]] = {}
        """What was answered to each item, by the digest of a batch."""
        self.unsealed: set[bytes] = set()
        """Sessions of which a fail-over forgot that the archive holds them as far as it does."""
        self.outrun: set[bytes] = set()
        """Sessions of which a second primary took batches, while the deposed one still answered."""
        self.emptied: list[Emptied] = []
        self.by_session: defaultdict[bytes, list[Written]] = defaultdict(list)
        self._by_node: dict[int, list[Written]] = {}
        self._by_batch: defaultdict[tuple[bytes, int, bytes], list[Written]] = defaultdict(list)
        """Two primaries may each have taken it."""

    @property
    def at_ms(self) -> int:
        return self.clock_ms() - EPOCH_MS

    def remark(self, who: str, what: str) -> None:
        self.remarks.append(Remark(self.at_ms, who, what))

    def write(self, node: int, offset: int, lines: list[Line], clock_ms: int, lost: str = "") -> None:
        """A node's journal got these lines."""
        for line in lines:
            sid = line.save.ticket.sid if line.save else line.session.sid if line.session else b""
            written = Written(
                node, offset, self.at_ms, clock_ms, line.label, sid, line.save, line.session, line.reason
            )
            written.lost = lost
            self.written.append(written)
            self.by_session[sid].append(written)
            self._by_node.setdefault(node, []).append(written)
            if line.save and not line.label.startswith("aside"):
                self._by_batch[(sid, line.save.n, line.save.digest)].append(written)

    def synced(self, node: int, offset: int) -> None:
        for written in reversed(self._by_node.get(node, [])):
            if written.is_synced:
                break
            written.is_synced = written.offset <= offset

    def replicated(self, node: int, offset: int) -> None:
        for written in reversed(self._by_node.get(node, [])):
            if written.is_replicated:
                break
            written.is_replicated = written.offset <= offset

    def lost(self, node: int, kept: int, why: str) -> None:
        """Of this node's writes those beyond `kept` are in no Redis any more."""
        for written in self._by_node.get(node, []):
            if written.offset > kept:
                written.lost = written.lost or why
            else:  # what a server starts with is on its disk, and goes to its replica first of all
                written.is_synced = written.is_replicated = True

    def lost_all(self, why: str) -> None:
        """There is an empty Redis now."""
        for written in self.written:
            written.lost = written.lost or why

    def is_durable(self, sid: bytes, n: int, digest: bytes) -> bool:
        """Whether this batch stands on disk, and on the replica where replicas are waited for.

        Without replicas to wait for, the disk of a primary that has just been deposed is a disk.
        """
        return any(map(self._is_kept, self._by_batch.get((sid, n, digest), ())))

    def _is_kept(self, written: Written) -> bool:
        if written.lost in ("crash", "empty"):
            return False
        return written.is_synced and (written.is_replicated or not self.plan.setting.wait_replicas)

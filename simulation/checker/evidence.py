"""What the checker looks at: history, archive as rows, Redis as it ended, tabs that are open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from simulation.history import Call, History, Written
from simulation.world.data import Data


class Violation(NamedTuple):
    """A broken promise."""

    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


class Row(NamedTuple):
    """A batch in the archive."""

    sid: bytes
    epoch: int
    n: int
    digest: bytes
    received_ms: int
    late: str
    is_full: bool
    in_pause: bool
    age_ms: int
    body: bytes


class OpenTab(NamedTuple):
    """A tab at the end. `stands`: the refusal that ended it; `waiting`: batches not acknowledged."""

    device: str
    sid: bytes
    is_testing: bool
    is_alive: bool
    stands: str
    waiting: int
    has_vault: bool
    was_renewed: bool
    """The device has lost what it kept, once at least."""
    had_receipt: bool
    is_waiting: bool
    """For the seat that another device has; what it keeps goes when it gets it, or when that one hands in."""


class Evidence:
    """All of it, sorted by session."""

    def __init__(self, history: History, data: Data, tabs: list[OpenTab], look: Any, clock_ms: int) -> None:
        self.history = history
        self.data = data
        self.tabs = tabs
        self.clock_ms = clock_ms
        self.rows = [Row(*row) for row in look("SELECT * FROM batches")]
        self.asides = {(sid, digest) for sid, digest in look("SELECT sid, digest FROM asides")}
        self.missed = [(row[0], row[1], row[2]) for row in look("SELECT * FROM outages")]
        """Partition, from, to."""
        self.outages = {(from_ms, to_ms) for _, from_ms, to_ms in self.missed}
        self.audit = look("SELECT seq, act, detail, prev, hash FROM audit ORDER BY seq")
        self.states = {
            row[0]: row[1:] for row in look("SELECT sid, status, epoch, version, last FROM sessions")
        }
        self.kept = {(row.sid, row.n, row.digest) for row in self.rows}
        self.by_session = history.by_session
        self.calls: dict[bytes, list[Call]] = defaultdict(list)
        for call in history.calls:
            self.calls[call.sid].append(call)
        self.emptied = frozenset(written.sid for written in history.written if written.lost == "empty")
        """Sessions that a Redis was given back from the archive: their journal does not tell all."""
        failed = frozenset(written.sid for written in history.written if written.lost == "fail-over")
        self.is_promised = bool(history.plan.setting.wait_replicas) and not self.emptied
        self.forgetful = self.emptied if self.is_promised else self.emptied | failed
        """Sessions of which a Redis has lost what it had acknowledged: the weaker promises hold."""
        self.unsealed = frozenset() if history.plan.setting.wait_replicas else frozenset(history.unsealed)
        """Those of which it has lost no more than the drain's word, which the drain says again."""
        self.outrun = frozenset() if history.plan.setting.wait_replicas else frozenset(history.outrun)
        """Those of which a deposed primary still told less than the new one had taken."""

    def surviving(self, sid: bytes) -> Iterable[Written]:
        """The lines of a session that no crash took away, in their order."""
        return (written for written in self.by_session[sid] if not written.lost)


def is_saved(call: Call) -> bool:
    """A batch of which a server said that it is on disk."""
    return call.path == "answers" and call.n > 0 and call.status == 200


def name(sid: bytes) -> str:
    """A session in a sentence."""
    return f"session {sid[0]}"

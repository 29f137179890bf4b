"""The accounts of a delivery, room by room: what browsers hold, what was accepted, sealed, put aside.

Redis says what was accepted and what devices told last, the archive what is sealed and set aside. In the
end `held` and `waiting` are 0 in every room, and `accepted` equals `sealed`; until then the difference is
where to look.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from engine.archive import Archive
from engine.archive.records import SessionFacts
from engine.archive.tallies import Tally, tallies
from engine.recovery import pages
from sessions.model import Glance
from sessions.store import Store

PAGE = 500
SILENT_MS = 60_000
"""Two heartbeats missed: such a device is unknown, never safe."""


@dataclass(slots=True)
class Account:
    """One room, or a whole delivery; counts of batches but for the sessions and devices."""

    sessions: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    held: int = 0
    """Batches that devices said they hold and nobody acknowledged."""
    holding: int = 0
    """Devices that hold some."""
    unknown: int = 0
    """Devices of running sessions that have been silent for a minute: nobody knows what they hold."""
    accepted: int = 0
    """Numbers that were acknowledged, holes that a full batch closed among them."""
    sealed: int = 0
    """Of these, those whose archiving the player may rely on."""
    waiting: int = 0
    """Accepted and not yet sealed."""
    archived: int = 0
    """Batches in the archive."""
    late: int = 0
    aside: int = 0
    """Batches in quarantine: forks, moved seats, after hand-in, conflicts."""
    dropped: int = 0
    """Batches past the quarantine's bound, which were counted only."""

    def add(self, session: SessionFacts, glance: Glance | None, tally: Tally, now_ms: int) -> None:
        """Count one session; without `glance`, as the archive alone knows it."""
        status = str(glance.state.status) if glance else session.status
        self.sessions += 1
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.archived += tally.batches
        self.late += tally.late
        self.aside += tally.asides
        accepted = glance.state.last if glance else tally.last
        sealed = glance.state.sealed if glance else tally.last
        self.accepted += accepted
        self.sealed += sealed
        self.waiting += max(0, accepted - sealed)
        if glance:
            self.held += glance.held
            self.holding += glance.held > 0
            self.dropped += glance.dropped
            self.unknown += status == "running" and now_ms - glance.seen_ms > SILENT_MS

    def merge(self, other: Account) -> None:
        """Add another account to this one."""
        for name, value in asdict(other).items():
            if name != "statuses":
                setattr(self, name, getattr(self, name) + value)
        for status, count in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + count

    @property
    def is_settled(self) -> bool:
        """Nothing is on its way any more, as far as anybody can know."""
        return not (self.held or self.waiting or self.unknown)


async def reconcile(
    archive: Archive, store: Store, delivery: str, now_ms: int, room: str | None = None
) -> dict[str, Account]:
    """The accounts of a delivery's rooms, or of one of them, by room; Gone when there is no such delivery."""
    await archive.delivery(delivery)
    rooms: dict[str, Account] = {}
    async for page in pages(_of(archive, delivery, room), PAGE):
        sids = [session.sid for session in page]
        glances = await store.glance(sids)
        found = await tallies(archive.database, sids)
        for session, glance in zip(page, glances, strict=True):
            account = rooms.setdefault(session.room, Account())
            account.add(session, glance, found.get(session.sid, Tally()), now_ms)
    return dict(sorted(rooms.items()))


def total(accounts: Sequence[Account]) -> Account:
    """All rooms together."""
    whole = Account()
    for account in accounts:
        whole.merge(account)
    return whole


def as_record(account: Account) -> dict[str, Any]:
    """An account for machines."""
    return asdict(account) | {"settled": account.is_settled}


async def _of(archive: Archive, delivery: str, room: str | None) -> AsyncIterator[SessionFacts]:
    async for session in archive.sessions(delivery):
        if room is None or session.room == room:
            yield session

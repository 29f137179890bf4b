"""The seats of a room: which there are, and how each one stands, by pseudonym.

Which there are is the archive's to say, and held for a while: a class page asks every ten seconds, and goes
on while the archive is away. How they stand is read from Redis without taking part in the sessions.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from engine.archive import Archive, ArchiveAway
from engine.catalog import Opened
from engine.logs import logger
from engine.reconciling import SILENT_MS
from sessions.model import RECEIPT, Glance
from sessions.states import Status

LOG = logger("seats")
SEATS_MAX = 1_000
"""A room is a class, not a country: further sessions of it are not shown."""
HELD_MS = 30_000
"""How long the seats of a room are held: codes imported meanwhile show so much later."""
ROOMS_HELD_MAX = 2_048
ABSENT, UNKNOWN = "absent", "unknown"
NUMBERS_FROM, NUMBERS_TO = 100, 999
"""What pupils are called where there are no names: three digits, on the paper with the code too."""
STATUSES = (ABSENT, UNKNOWN, *map(str, Status))


class Seat(NamedTuple):
    """One session and the delivery that it sits."""

    sid: bytes
    delivery: str


class Roster:
    """The seats of rooms, from the archive."""

    def __init__(self, archive: Archive, clock: Callable[[], int]) -> None:
        self._archive = archive
        self._clock = clock
        self._held: OrderedDict[tuple[str, str], tuple[int, Sequence[Seat]]] = OrderedDict()

    async def of(self, room: str, campaign: str) -> Sequence[Seat]:
        """The seats of a room of this campaign; none if there is no such room. ArchiveAway."""
        now_ms = self._clock()
        held = self._held.get((campaign, room))
        if held is not None and now_ms < held[0]:
            return held[1]
        try:
            rows = await self._archive.seats(room, campaign, SEATS_MAX + 1)
        except ArchiveAway:
            if held is None:
                raise
            return held[1]
        if len(rows) > SEATS_MAX:
            LOG.warning("room too large", extra={"fields": {"room": room, "shown": SEATS_MAX}})
        seats = [Seat(*row) for row in rows[:SEATS_MAX]]
        if seats:  # a room that is not there may come with the next import
            self._held[campaign, room] = (now_ms + HELD_MS, seats)
            self._held.move_to_end((campaign, room))
        while len(self._held) > ROOMS_HELD_MAX:
            self._held.popitem(last=False)
        return seats


def number_of(sid: bytes) -> int:
    """The number of a session: from its random id, so it tells nothing. The authority draws ids until those
    of a class have different numbers."""
    return NUMBERS_FROM + int.from_bytes(sid[:4], "big") % (NUMBERS_TO - NUMBERS_FROM + 1)


def document(sid: bytes, glance: Glance | None, opened: Opened, now_ms: int) -> dict[str, Any]:
    """One seat as the class page gets it: no answer, no code, no name.

    `safe` says that the server has every answer that the device told of, and heard from it lately. A silent
    device is never safe: nobody knows what it holds. Who has handed in has shown that all have arrived; where
    the server ended the test, the device shows it by asking for its receipt, and until then it may hold some.
    """
    known = {
        "session": sid.hex(),
        "number": number_of(sid),
        "items": opened.course.length,
        "is_keyed": bool(opened.record.get("keyed")),
    }
    if glance is None:  # Redis is being filled again from the archive
        return known | {
            "status": UNKNOWN,
            "at": 0,
            "held": 0,
            "last": 0,
            "sealed": 0,
            "seen_ms": 0,
            "deadline_ms": 0,
            "safe": False,
        }
    state = glance.state
    is_handed_in = state.status is Status.SUBMITTED
    is_absent = state.status is Status.READY and not state.epoch
    held = 0 if is_handed_in else glance.held
    is_heard = glance.seen_ms > 0 and now_ms - glance.seen_ms <= SILENT_MS
    return known | {
        "status": ABSENT if is_absent else str(state.status),
        "at": _place(glance.at, opened, sid),
        "held": held,
        "last": state.last,
        "sealed": state.sealed,
        "seen_ms": glance.seen_ms,
        "deadline_ms": state.deadline_ms,
        "safe": _is_settled(glance, bool(opened.record.get("keyed")))
        or (state.status is not Status.CLOSED and is_heard and not held),
    }


def _is_settled(glance: Glance, is_keyed: bool) -> bool:
    """Whether nothing can come any more: handed in; or closed, and no device holds an answer."""
    state = glance.state
    if state.status is not Status.CLOSED:
        return state.status is Status.SUBMITTED
    return is_keyed or not state.started_ms or glance.at == RECEIPT


def _place(item: str, opened: Opened, sid: bytes) -> int:
    """Where `item` comes in this session's test, from 1; 0 for what a device made up, or the end."""
    if item in ("", RECEIPT):
        return 0
    items = [place.item for place in opened.of(sid).way().places]
    return items.index(item) + 1 if item in items else 0

"""The course of a session as a table: status x event -> status.

What the table does not hold is refused, with the verdict that the status gives, and changes nothing. The Lua
script is generated with this very table, so the two cannot drift apart; a test walks all combinations all the
same.

    ready --start--> running <--pause/resume--> paused
                        `---------submit----------'---> submitted
    (ready, running, paused) --close--> closed
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a session stands. Lua and tickets hold the place in this order (1 to 5)."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    CLOSED = "closed"


class Event(StrEnum):
    """What can happen to a session."""

    LOGIN = "login"
    START = "start"
    SAVE = "save"
    SUBMIT = "submit"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    CLOSE = "close"
    CREDIT = "credit"
    SEAT = "seat"


NUMBERS: dict[Status, int] = {status: number for number, status in enumerate(Status, start=1)}
STATUSES: tuple[Status, ...] = tuple(Status)

RANKS: dict[Status, int] = {
    Status.READY: 0,
    Status.RUNNING: 1,
    Status.PAUSED: 1,
    Status.SUBMITTED: 2,
    Status.CLOSED: 2,
}
"""How far a session has come. It never goes back: a ticket of a higher rank proves that Redis lost a step."""

TRANSITIONS: dict[Status, dict[Event, Status]] = {
    Status.READY: {
        Event.LOGIN: Status.READY,
        Event.START: Status.RUNNING,
        Event.EXTEND: Status.READY,
        Event.CLOSE: Status.CLOSED,
        Event.SEAT: Status.READY,
    },
    Status.RUNNING: {
        Event.LOGIN: Status.RUNNING,
        Event.START: Status.RUNNING,
        Event.SAVE: Status.RUNNING,
        Event.SUBMIT: Status.SUBMITTED,
        Event.PAUSE: Status.PAUSED,
        Event.RESUME: Status.RUNNING,
        Event.EXTEND: Status.RUNNING,
        Event.CLOSE: Status.CLOSED,
        Event.CREDIT: Status.RUNNING,
        Event.SEAT: Status.RUNNING,
    },
    Status.PAUSED: {
        Event.LOGIN: Status.PAUSED,
        Event.START: Status.PAUSED,
        Event.SAVE: Status.PAUSED,
        Event.SUBMIT: Status.SUBMITTED,
        Event.PAUSE: Status.PAUSED,
        Event.RESUME: Status.RUNNING,
        Event.EXTEND: Status.PAUSED,
        Event.CLOSE: Status.CLOSED,
        Event.CREDIT: Status.PAUSED,
        Event.SEAT: Status.PAUSED,
    },
    Status.SUBMITTED: {
        Event.LOGIN: Status.SUBMITTED,
        Event.SUBMIT: Status.SUBMITTED,
    },
    Status.CLOSED: {
        Event.LOGIN: Status.CLOSED,
        Event.SAVE: Status.CLOSED,
        Event.SUBMIT: Status.CLOSED,
        Event.CLOSE: Status.CLOSED,
    },
}

REFUSALS: dict[Status, str] = {
    Status.READY: "not_started",
    Status.SUBMITTED: "handed_in",
    Status.CLOSED: "session_closed",
}
"""The verdict of an event that the table does not hold; running and paused refuse nothing."""


class IllegalStep(Exception):
    """The event is not possible in this status; `verdict` is what the client is told."""

    def __init__(self, status: Status, event: Event) -> None:
        super().__init__(f"{event} is not possible when {status}")
        self.verdict = REFUSALS[status]


def follow(status: Status, event: Event) -> Status:
    """The status after `event`, or IllegalStep; nothing changes then."""
    try:
        return TRANSITIONS[status][event]
    except KeyError:
        raise IllegalStep(status, event) from None

"""The table of transitions, and Lua's obedience to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sessions.model import (
    Allow,
    Close,
    Credit,
    Extend,
    Login,
    Operation,
    Pause,
    Resume,
    Save,
    Start,
    Submit,
    Ticket,
)
from sessions.states import (
    NUMBERS,
    RANKS,
    REFUSALS,
    STATUSES,
    TRANSITIONS,
    Event,
    IllegalStep,
    Status,
    follow,
)
from sessions.store import Store
from tests.sessions.given import HOUR, NOW, a_row, a_save, a_sid, one

OPERATIONS: dict[Event, Callable[[Ticket], Operation]] = {
    Event.LOGIN: lambda ticket: Login(ticket.sid),
    Event.START: lambda ticket: Start(ticket, HOUR),
    Event.SAVE: lambda ticket: a_save(ticket, 1),
    Event.SUBMIT: lambda ticket: Submit(ticket, 0),
    Event.PAUSE: lambda ticket: Pause(ticket.sid),
    Event.RESUME: lambda ticket: Resume(ticket.sid),
    Event.EXTEND: lambda ticket: Extend(ticket.sid, 60_000),
    Event.CLOSE: lambda ticket: Close(ticket.sid),
    Event.CREDIT: lambda ticket: Credit(ticket.sid, NOW + 1000, NOW + 9000),
    Event.SEAT: lambda ticket: Allow(ticket.sid),
}

DRAWN = """
             login      start    save     submit     pause   resume   extend   close   credit   seat
ready        ready      running  -        -          -       -        ready    closed  -        ready
running      running    running  running  submitted  paused  running  running  closed  running  running
paused       paused     paused   paused   submitted  paused  running  paused   closed  paused   paused
submitted    submitted  -        -        submitted  -       -        -        -       -        -
closed       closed     -        closed   closed     -       -        -        closed  -        -
"""


def steps() -> list[Any]:
    return [pytest.param(status, event, id=f"{status}-{event}") for status in Status for event in Event]


def test_what_the_table_does_not_hold_is_refused_and_changes_nothing() -> None:
    """Each refusal has the verdict of its status."""
    for status in Status:
        for event in Event:
            if event in TRANSITIONS[status]:
                assert follow(status, event) is TRANSITIONS[status][event]
            else:
                with pytest.raises(IllegalStep) as refused:
                    follow(status, event)
                assert refused.value.verdict == REFUSALS[status]


def test_the_table_is_the_one_that_is_drawn_here() -> None:
    """Lua is made of the same table, so a wrong row would agree with itself everywhere else."""
    events, *rows = [line.split() for line in DRAWN.strip().splitlines()]
    drawn = {
        row[0]: {event: end for event, end in zip(events, row[1:], strict=True) if end != "-"} for row in rows
    }
    assert drawn == TRANSITIONS
    assert events == list(Event)


def test_a_status_keeps_its_number_and_its_rank() -> None:
    """Tickets and records of an older version hold them."""
    assert NUMBERS == {"ready": 1, "running": 2, "paused": 3, "submitted": 4, "closed": 5}
    assert list(NUMBERS) == list(STATUSES) == list(Status)
    assert RANKS == {"ready": 0, "running": 1, "paused": 1, "submitted": 2, "closed": 2}


def test_a_refusal_says_what_is_not_possible_and_has_a_verdict() -> None:
    """Of a session that runs or is paused nothing is refused."""
    assert REFUSALS == {"ready": "not_started", "submitted": "handed_in", "closed": "session_closed"}
    with pytest.raises(IllegalStep, match=r"^save is not possible when ready$") as refused:
        follow(Status.READY, Event.SAVE)
    assert refused.value.verdict == "not_started"


def test_no_step_leads_back() -> None:
    """So a ticket of a higher rank proves that Redis has lost something."""
    for status, row in TRANSITIONS.items():
        for end in row.values():
            assert RANKS[end] >= RANKS[status]


@pytest.mark.parametrize(("status", "event"), steps())
async def test_lua_follows_the_table(store: Store, status: Status, event: Event) -> None:
    """All combinations of status and event, on the real script."""
    started = 0 if status is Status.READY else NOW
    row = a_row(a_sid(), status=status, epoch=NOW, version=3, started_ms=started, deadline_ms=started + HOUR)
    await store.create_sessions([row])
    ticket = Ticket(row.sid, row.delivery, NOW, 3, status, row.started_ms, row.deadline_ms)

    reply = await one(store, OPERATIONS[event](ticket), NOW + 10_000)

    if event in TRANSITIONS[status]:
        assert (reply.verdict, reply.state.status) == ("ok", TRANSITIONS[status][event])
    else:
        assert (reply.verdict, reply.state.status) == (REFUSALS[status], status)
        assert reply.state.version == 3


def test_every_event_has_an_operation_here() -> None:
    """A new event must be added to the walk above."""
    assert set(OPERATIONS) == set(Event)
    assert Save in {type(make(Ticket(b"", "", 0, 0, Status.READY, 0, 0))) for make in OPERATIONS.values()}

"""After a fail-over the pupils' tickets put right what Redis has lost."""

from __future__ import annotations

from itertools import permutations

import pytest

from sessions.journal import StateLine
from sessions.model import (
    Extend,
    Heartbeat,
    Login,
    Pause,
    Read,
    Resume,
    Seal,
    SessionState,
    Start,
    Submit,
    Ticket,
)
from sessions.states import Status
from sessions.store import Store
from tests.sessions.given import HOUR, NOW, a_row, a_running, a_save, a_sid, one, verdicts


async def lose_everything_since(store: Store, ticket: Ticket, **kept: object) -> None:
    """A replica that never saw the last moments takes over."""
    await store.destroy_sessions([ticket.sid])
    await store.create_sessions([a_row(ticket.sid, **kept)])


@pytest.mark.parametrize("operation", ["save", "heartbeat", "read", "start", "submit"])
async def test_whatever_the_pupil_does_next_brings_the_state_back(store: Store, operation: str) -> None:
    """Status, seat, version, start and deadline are the ticket's; the journal says where they came from."""
    ticket = await a_running(store, a_sid())
    await lose_everything_since(store, ticket)
    asked = {
        "save": a_save(ticket, 1),
        "heartbeat": Heartbeat(ticket),
        "read": Read(ticket),
        "start": Start(ticket, 2 * HOUR),
        "submit": Submit(ticket, 0),
    }
    reply = await one(store, asked[operation], NOW + 5)
    assert reply.verdict == "ok"
    assert reply.state.epoch == ticket.epoch
    assert reply.state.version == ticket.version + (operation == "submit")
    assert (reply.state.started_ms, reply.state.deadline_ms) == (ticket.started_ms, ticket.deadline_ms)
    assert [line.event for line in await store.journal([0], 100) if isinstance(line, StateLine)][2] == "adopt"


async def test_a_clock_that_was_started_is_not_started_again(store: Store) -> None:
    """Also when staff have changed the lost session meanwhile, so that its version is as high."""
    ticket = await a_running(store, a_sid())
    await lose_everything_since(store, ticket, epoch=ticket.epoch, version=1)
    await verdicts(store, Extend(ticket.sid, 1000), Extend(ticket.sid, 1000))
    reply = await one(store, Start(ticket, HOUR), NOW + 60_000)
    assert (reply.state.status, reply.state.started_ms) == (Status.RUNNING, ticket.started_ms)


async def test_time_that_was_given_since_a_lost_start_is_not_lost_with_it(store: Store) -> None:
    """The ticket's deadline has what was given before the start, and nothing of what was given after it."""
    ticket = await a_running(store, a_sid())
    await lose_everything_since(store, ticket)
    for number, at_ms in enumerate((NOW - 1, NOW, NOW + 1, NOW + 2)):
        await one(store, Extend(ticket.sid, 10**number, f"a{number}"), at_ms)
    extended, reply = await store.commit([Extend(ticket.sid, 10_000, "a9"), Heartbeat(ticket)], NOW + 5)
    assert extended.state.status is Status.READY
    assert reply.state.deadline_ms == ticket.deadline_ms + 100 + 1_000 + 10_000
    again = await one(store, Heartbeat(ticket), NOW + 9)
    assert again.state.deadline_ms == reply.state.deadline_ms


async def test_a_hand_in_that_was_confirmed_stays_handed_in(store: Store) -> None:
    """The receipt's ticket says submitted; the session takes no further answers."""
    ticket = await a_running(store, a_sid())
    receipt = (await one(store, Submit(ticket, 0), NOW + 9)).state.ticket()
    await lose_everything_since(store, ticket, status=Status.RUNNING, epoch=ticket.epoch, version=2)
    assert await verdicts(store, a_save(receipt, 1), a_save(ticket, 1)) == ["handed_in", "handed_in"]


async def test_a_seat_that_was_given_is_not_given_twice(store: Store) -> None:
    """The epoch of the newer seat is taken over, and the older seat is told that it moved."""
    old = await a_running(store, a_sid())
    new = (await one(store, Login(old.sid), NOW + 50)).state.ticket()
    await lose_everything_since(store, old, status=Status.RUNNING, epoch=old.epoch, version=2, started_ms=NOW)
    assert await verdicts(store, Heartbeat(old), Heartbeat(new), Heartbeat(old)) == ["ok", "ok", "seat_moved"]
    assert (await one(store, Login(old.sid), NOW + 20)).state.epoch > new.epoch


async def test_a_seat_lost_in_redis_learns_its_state_from_the_older_ticket_too(store: Store) -> None:
    """The older seat's ticket knows of the start; the newer log-in came after the loss."""
    old = await a_running(store, a_sid())
    await lose_everything_since(store, old)
    new = (await one(store, Login(old.sid), NOW + 50)).state.ticket()
    reply = await one(store, a_save(old, 1), NOW + 60)
    assert (reply.verdict, reply.state.status, reply.state.epoch) == ("seat_moved", "running", new.epoch)
    assert await verdicts(store, a_save(new, 1), now_ms=NOW + 70) == ["ok"]


async def test_a_lost_pause_stops_the_clock_again(store: Store) -> None:
    """From now on: the time before is given back from the audit log."""
    ticket = await a_running(store, a_sid())
    paused = (await one(store, Pause(ticket.sid), NOW + 5)).state._replace(delivery=ticket.delivery).ticket()
    await lose_everything_since(store, ticket, status=Status.RUNNING, epoch=ticket.epoch, version=2)
    assert (await one(store, Heartbeat(paused), NOW + 9)).state.status is Status.PAUSED
    resumed = await one(store, Resume(ticket.sid), NOW + 109)
    assert resumed.state.deadline_ms == ticket.deadline_ms + 100


@pytest.mark.parametrize("first", ["save", "old full", "heartbeat", "read", "submit"])
async def test_a_seat_whose_log_in_was_lost_brings_all_that_it_knows(store: Store, first: str) -> None:
    """Numbers of other seats say nothing of its own: `gap`, until a full batch stands above them."""
    old = await a_running(store, a_sid())
    mine = (await one(store, Login(old.sid), NOW + 50)).state.ticket()
    assert await verdicts(store, a_save(mine, 1, "i1")) == ["ok"]
    await lose_everything_since(store, old, status=Status.RUNNING, epoch=old.epoch, version=2, started_ms=NOW)
    assert await verdicts(store, a_save(old, 1, "i2"), Seal(old.sid, 1)) == ["ok", "ok"]
    asked = {
        "save": a_save(mine, 2, "i1"),
        "old full": a_save(mine, 1, "i1", full=True),
        "heartbeat": Heartbeat(mine),
        "read": Read(mine),
        "submit": Submit(mine, 1),
    }
    for _ in range(2):
        reply = await one(store, asked[first])
        assert (reply.verdict, reply.state.last, reply.state.epoch) == ("gap", 1, old.epoch)
        assert reply.state.version == mine.version
    assert await verdicts(store, a_save(mine, 2, "i1", full=True), a_save(old, 2), Submit(mine, 2)) == [
        "ok",
        "seat_moved",
        "ok",
    ]


async def test_a_seat_whose_log_in_was_lost_just_goes_on_where_nothing_was_saved(store: Store) -> None:
    """At the bell most have only logged in: no number can mislead them."""
    old = await a_running(store, a_sid())
    mine = (await one(store, Login(old.sid), NOW + 50)).state.ticket()
    await lose_everything_since(store, old, status=Status.RUNNING, epoch=old.epoch, version=2, started_ms=NOW)
    assert await verdicts(store, a_save(mine, 1), Heartbeat(mine), Heartbeat(old)) == [
        "ok",
        "ok",
        "seat_moved",
    ]


async def test_what_a_seat_sends_after_another_handed_in_is_kept_before_it_is_told_so(store: Store) -> None:
    """Its log-in was lost and the hand-in was not: evidence first, then the receipt."""
    old = await a_running(store, a_sid())
    mine = (await one(store, Login(old.sid), NOW + 50)).state.ticket()
    await lose_everything_since(store, old, status=Status.RUNNING, epoch=old.epoch, version=2, started_ms=NOW)
    await verdicts(store, a_save(old, 1), Submit(old, 1))
    asked = [Submit(mine, 1), a_save(mine, 2, full=True), Submit(mine, 1)]
    assert await verdicts(store, *asked) == ["gap", "handed_in", "ok"]


async def test_the_order_in_which_tickets_come_back_makes_no_difference(store: Store) -> None:
    """Seat, status, times and version are the same in the end."""
    started = await a_running(store, a_sid())
    moved = (await one(store, Login(started.sid), NOW + 50)).state.ticket()
    longer = (await store.commit([Extend(started.sid, 500), Heartbeat(moved)], NOW + 60))[1].state.ticket()
    outcomes: set[SessionState] = set()
    for order in permutations([started, moved, longer]):
        await lose_everything_since(store, started)
        for ticket in order:
            await one(store, Heartbeat(ticket), NOW + 70)
        (glance,) = await store.glance([started.sid])
        assert glance is not None
        outcomes.add(glance.state)
    assert len(outcomes) == 1
    (outcome,) = outcomes
    assert (outcome.epoch, outcome.deadline_ms) == (moved.epoch, started.deadline_ms + 500)

"""Log-in, start, hand-in: one seat, one clock, one receipt."""

from __future__ import annotations

import pytest

from sessions.journal import StateLine
from sessions.model import Allow, Close, Heartbeat, Login, Pause, Start, Submit, Ticket
from sessions.script import LOGIN_MARK_MS, TAKE_OVER_WAIT_MS
from sessions.states import Status
from sessions.store import Store
from tests.sessions.given import HOUR, NOW, a_row, a_running, a_save, a_seat, a_sid, one, verdicts


async def test_the_first_log_in_takes_the_seat_and_brings_what_never_changes(store: Store) -> None:
    """Room, factor, needs and the wrapped key come with it."""
    row = a_row(a_sid(), factor_permille=1333, needs="large_print", wrapped_key=b"\x00key\xff")
    await store.create_sessions([row])
    reply = await one(store, Login(row.sid))
    state = reply.state
    assert (state.status, state.epoch, state.last) == (Status.READY, NOW, 0)
    assert (state.delivery, state.room, state.factor_permille) == (row.delivery, row.room, 1333)
    assert (state.needs, state.wrapped_key) == ("large_print", b"\x00key\xff")


async def test_no_epoch_is_given_twice(store: Store) -> None:
    """Even when the clock stands still or goes back."""
    sid = a_sid()
    await store.create_sessions([a_row(sid)])
    epochs = [(await one(store, Login(sid), now)).state.epoch for now in (NOW, NOW, NOW - 5, NOW + 9)]
    assert epochs == [NOW, NOW + 2, NOW + 4, NOW + 9]


async def test_before_the_start_the_seat_just_moves(store: Store) -> None:
    """A pupil may change computers as often as needed while nothing runs."""
    sid = a_sid()
    await store.create_sessions([a_row(sid)])
    assert await verdicts(store, *[Login(sid)] * 5) == ["ok"] * 5


async def test_the_first_take_over_is_free_and_the_second_waits(store: Store) -> None:
    """A neighbour's prank throws nobody out; after ten minutes, or if allowed, it is free again."""
    ticket = await a_running(store, a_sid())
    sid = ticket.sid
    assert (await one(store, Login(sid), NOW + 1)).verdict == "ok"
    waiting = await one(store, Login(sid), NOW + 1001)
    assert (waiting.verdict, waiting.retry_after_ms) == ("seat_wait", TAKE_OVER_WAIT_MS - 1000)
    assert (await one(store, Login(sid), NOW + TAKE_OVER_WAIT_MS)).verdict == "seat_wait"
    assert (await one(store, Login(sid), NOW + 1 + TAKE_OVER_WAIT_MS)).verdict == "ok"
    assert (await one(store, Login(sid), NOW + 2 + TAKE_OVER_WAIT_MS)).verdict == "seat_wait"
    await one(store, Allow(sid), NOW + 3 + TAKE_OVER_WAIT_MS)
    assert await verdicts(store, Login(sid), Login(sid), now_ms=NOW + 4 + TAKE_OVER_WAIT_MS) == [
        "ok",
        "seat_wait",
    ]


async def test_a_refused_take_over_leaves_the_seat_where_it_is(store: Store) -> None:
    """The pupil who sits there goes on."""
    ticket = await a_running(store, a_sid())
    seat = (await one(store, Login(ticket.sid), NOW + 1)).state.ticket()
    await one(store, Login(ticket.sid), NOW + 2)
    assert await verdicts(store, Heartbeat(seat), a_save(seat, 1)) == ["ok", "ok"]


async def test_a_paused_session_is_taken_over_like_a_running_one(store: Store) -> None:
    """And stays paused."""
    ticket = await a_running(store, a_sid())
    replies = await store.commit([Pause(ticket.sid), Login(ticket.sid), Login(ticket.sid)], NOW + 1)
    assert [reply.verdict for reply in replies] == ["ok", "ok", "seat_wait"]
    assert replies[-1].state.status is Status.PAUSED


@pytest.mark.parametrize("end", ["submitted", "closed"])
async def test_an_ended_session_is_only_looked_at(store: Store, end: str) -> None:
    """The code logs in to the receipt: no new seat, as often as asked."""
    ticket = await a_running(store, a_sid())
    await one(store, Submit(ticket, 0) if end == "submitted" else Close(ticket.sid))
    replies = await store.commit([Login(ticket.sid)] * 3, NOW + 1)
    assert {(reply.verdict, reply.state.status, reply.state.epoch) for reply in replies} == {
        ("ok", end, ticket.epoch)
    }


async def test_the_clock_starts_once(store: Store) -> None:
    """Repeated, from whatever seat, start brings the same times."""
    seat = await a_seat(store, a_sid())
    first = await one(store, Start(seat, HOUR), NOW + 10)
    again = await one(store, Start(seat, 2 * HOUR), NOW + 99)
    other = (await one(store, Login(seat.sid), NOW + 100)).state.ticket()
    taken = await one(store, Start(other, HOUR), NOW + 101)
    assert (first.state.started_ms, first.state.deadline_ms) == (NOW + 10, NOW + 10 + HOUR)
    assert again == first
    assert (taken.state.started_ms, taken.state.deadline_ms) == (NOW + 10, NOW + 10 + HOUR)
    assert (await one(store, Start(seat, HOUR))).verdict == "seat_moved"


@pytest.mark.parametrize(
    ("factor", "duration", "expected"),
    [(1000, HOUR, HOUR), (1333, HOUR, 4_798_800), (1333, 1001, 1334), (1500, 1, 2), (2000, HOUR, 2 * HOUR)],
)
async def test_extra_time_is_a_factor_of_the_duration(
    store: Store, factor: int, duration: int, expected: int
) -> None:
    """Rounded to a whole millisecond."""
    seat = await a_seat(store, a_sid(), factor_permille=factor)
    state = (await one(store, Start(seat, duration))).state
    assert state.deadline_ms - state.started_ms == expected


async def test_a_paused_session_gets_its_key_again(store: Store) -> None:
    """Start is repeatable in a pause: the pupil sees the test, the clock stands."""
    ticket = await a_running(store, a_sid())
    await one(store, Pause(ticket.sid))
    reply = await one(store, Start(ticket, HOUR), NOW + 5)
    assert (reply.verdict, reply.state.status) == ("ok", Status.PAUSED)
    assert reply.state.wrapped_key == b"wrapped"


async def test_a_duration_of_nothing_starts_nothing(store: Store) -> None:
    """A delivery without a duration is our defect; no clock runs out at once because of it."""
    seat = await a_seat(store, a_sid())
    assert await verdicts(store, Start(seat, 0), Start(seat, HOUR)) == ["error", "ok"]


async def test_hand_in_waits_for_the_last_batch(store: Store) -> None:
    """A receipt never says more than the server holds."""
    ticket = await a_running(store, a_sid())
    replies = await store.commit([Submit(ticket, 1), a_save(ticket, 1), Submit(ticket, 1)], NOW)
    assert [(reply.verdict, reply.state.status) for reply in replies] == [
        ("gap", "running"),
        ("ok", "running"),
        ("ok", "submitted"),
    ]


async def test_what_was_looked_at_is_handed_in_and_nothing_newer(store: Store) -> None:
    """Whoever judged a row as complete has not seen the batch that came since."""
    ticket = await a_running(store, a_sid())
    seen = Submit(ticket, 1, exact=True)
    operations = [a_save(ticket, 1), a_save(ticket, 2), seen, Submit(ticket, 3, exact=True)]
    assert await verdicts(store, *operations) == ["ok", "ok", "fork", "gap"]
    assert await verdicts(store, Submit(ticket, 2, exact=True), seen) == ["ok", "ok"]


async def test_the_receipt_is_the_same_however_often_it_is_asked_for(store: Store) -> None:
    """Repeated, with another `last`, or on a session that the server closed."""
    ticket = await a_running(store, a_sid())
    first, *others = await store.commit([Submit(ticket, 0), Submit(ticket, 0), Submit(ticket, 5)], NOW + 1)
    assert others == [first, first]
    closed = await a_running(store, a_sid(2))
    await one(store, Close(closed.sid), NOW + 1)
    replies = await store.commit([Submit(closed, 0), Submit(closed, 3)], NOW + 2)
    assert [(reply.verdict, reply.state.status) for reply in replies] == [("ok", "closed")] * 2


async def test_each_event_makes_a_version_and_a_line_in_the_journal(store: Store) -> None:
    """The archive orders states by version."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, Pause(ticket.sid), Submit(ticket, 0))
    lines = [line for line in await store.journal([0], 100) if isinstance(line, StateLine)]
    assert [(line.event, line.state.status, line.state.version) for line in lines] == [
        ("login", "ready", 1),
        ("start", "running", 2),
        ("pause", "paused", 3),
        ("submit", "submitted", 4),
    ]


def tickets(ticket: Ticket) -> dict[str, Ticket]:
    """Tickets that a healthy Redis has overtaken, or knows."""
    return {
        "same": ticket,
        "older seat": ticket._replace(epoch=ticket.epoch - 1),
        "older version": ticket._replace(version=1, status=Status.READY, started_ms=0, deadline_ms=0),
    }


@pytest.mark.parametrize("name", ["same", "older seat", "older version"])
async def test_a_ticket_that_is_not_ahead_changes_nothing(store: Store, name: str) -> None:
    """What Redis holds is newer or the same."""
    ticket = await a_running(store, a_sid())
    before = await store.glance([ticket.sid])
    await one(store, Submit(tickets(ticket)[name], 1))
    assert await store.glance([ticket.sid]) == before


async def test_a_log_in_that_comes_again_moves_nothing(store: Store) -> None:
    """Its reply was lost, or a copy comes late: the same seat, or none, and no ten minutes of waiting."""
    ticket = await a_running(store, a_sid())
    here, there = Login(ticket.sid, b"tablet 1"), Login(ticket.sid, b"laptop 2")
    first = await one(store, here, NOW + 1)
    again = await one(store, here, NOW + 9_000)
    assert (again.verdict, again.state.epoch) == ("ok", first.state.epoch)
    await one(store, Allow(ticket.sid), NOW + 9_001)
    moved = await one(store, there, NOW + 9_002)
    assert (await one(store, here, NOW + 20_000)).verdict == "seat_moved"
    assert (await one(store, there, NOW + 20_001)).state.epoch == moved.state.epoch


async def test_a_mark_is_good_for_ten_minutes(store: Store) -> None:
    """After them it is a log-in like any other."""
    ticket = await a_running(store, a_sid())
    login = Login(ticket.sid, b"tablet 1")
    first = await one(store, login, NOW + 5)
    later = await one(store, login, NOW + 5 + LOGIN_MARK_MS + 1)
    assert (later.verdict, later.state.epoch > first.state.epoch) == ("ok", True)

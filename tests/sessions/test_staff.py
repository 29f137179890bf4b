"""What staff change: pauses, extensions, credits, closing; each line of the audit log once."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from sessions.journal import AsideLine, BatchLine, StateLine
from sessions.model import Allow, Close, Credit, Extend, Pause, Resume, StaffOperation, Start
from sessions.states import Status
from sessions.store import Store
from tests.sessions.given import HOUR, NOW, a_running, a_save, a_seat, a_sid, one, verdicts

MINUTE = 60_000


async def deadline(store: Store, sid: bytes) -> int:
    (glance,) = await store.glance([sid])
    assert glance is not None
    return glance.state.deadline_ms


async def test_a_pause_stops_the_clock(store: Store) -> None:
    """The deadline moves by the time that was paused, when the clock runs again."""
    ticket = await a_running(store, a_sid())
    paused = await one(store, Pause(ticket.sid), NOW + 5 * MINUTE)
    resumed = await one(store, Resume(ticket.sid), NOW + 8 * MINUTE)
    assert (paused.state.status, paused.state.deadline_ms) == (Status.PAUSED, NOW + HOUR)
    assert (resumed.state.status, resumed.state.deadline_ms) == (Status.RUNNING, NOW + HOUR + 3 * MINUTE)


async def test_a_pause_or_a_resumption_that_is_there_already_changes_nothing(store: Store) -> None:
    """Pressed twice, it is one pause from its first moment on."""
    ticket = await a_running(store, a_sid())
    first = await one(store, Pause(ticket.sid), NOW)
    assert await one(store, Pause(ticket.sid), NOW + MINUTE) == first
    resumed = await one(store, Resume(ticket.sid), NOW + 2 * MINUTE)
    assert await one(store, Resume(ticket.sid), NOW + 3 * MINUTE) == resumed
    assert resumed.state.deadline_ms == NOW + HOUR + 2 * MINUTE


async def test_answers_that_arrive_in_a_pause_are_taken_and_marked(store: Store) -> None:
    """However long the pause: the clock stands."""
    ticket = await a_running(store, a_sid())
    await one(store, Pause(ticket.sid), NOW + MINUTE)
    reply = await one(store, a_save(ticket, 1), NOW + 2 * HOUR)
    (line,) = [line for line in await store.journal([0], 100) if isinstance(line, BatchLine)]
    assert (reply.verdict, reply.late, line.paused, line.late) == ("ok", "", True, "")


async def test_an_extension_moves_the_deadline(store: Store) -> None:
    """Of a running session at once, of one that has not begun when it begins."""
    ticket = await a_running(store, a_sid())
    assert (await one(store, Extend(ticket.sid, MINUTE))).state.deadline_ms == NOW + HOUR + MINUTE
    seat = await a_seat(store, a_sid(2))
    await verdicts(store, Extend(seat.sid, MINUTE), Extend(seat.sid, MINUTE))
    assert (await one(store, Start(seat, HOUR))).state.deadline_ms == NOW + HOUR + 2 * MINUTE


@pytest.mark.parametrize(
    "operation",
    [
        Extend(a_sid(), MINUTE, "a7"),
        Pause(a_sid(), "a7"),
        Close(a_sid(), "fire alarm", 0, "a7"),
        Allow(a_sid(), "a7"),
        Credit(a_sid(), NOW + 1, NOW + MINUTE),
    ],
)
async def test_a_line_of_the_audit_log_is_applied_once(store: Store, operation: StaffOperation) -> None:
    """Replayed after a fail-over, or sent twice in one group, it changes nothing more."""
    await a_running(store, a_sid())
    first, again = await store.commit([operation, operation], NOW + HOUR)
    later = await one(store, operation, NOW + 2 * HOUR)
    assert [first.verdict, again.verdict, later.verdict] == ["ok", "repeated", "repeated"]
    assert first.state == again.state == later.state


async def test_a_change_leaves_its_mark_and_an_act_without_one_leaves_none(
    store: Store, redis: Redis
) -> None:
    """Under the name that `keys.py` says: another version of the engine must know it again."""
    ticket = await a_running(store, a_sid())
    marks = "x:{p00}:" + ticket.sid.hex()
    await verdicts(store, Extend(ticket.sid, 5), Pause(ticket.sid), Allow(ticket.sid))
    assert not await redis.exists(marks)
    await verdicts(store, Extend(ticket.sid, 5, "a1"), Credit(ticket.sid, NOW, NOW + MINUTE))
    assert set(await redis.hkeys(marks)) == {b"!a1", b"!credit:%d" % NOW}


async def test_a_line_that_was_refused_may_be_applied_later(store: Store) -> None:
    """Refusing uses nothing up."""
    seat = await a_seat(store, a_sid())
    assert await verdicts(store, Pause(seat.sid, "a7"), Start(seat, HOUR), Pause(seat.sid, "a7")) == [
        "not_started",
        "ok",
        "ok",
    ]


async def test_a_session_closed_early_ends_now(store: Store) -> None:
    """What comes later is told from what came in time; the reason stands in the journal."""
    ticket = await a_running(store, a_sid())
    reply = await one(store, Close(ticket.sid, "fire alarm"), NOW + MINUTE)
    assert (reply.state.status, reply.state.deadline_ms) == (Status.CLOSED, NOW + MINUTE)
    last = (await store.journal([0], 100))[-1]
    assert isinstance(last, StateLine)
    assert (last.event, last.reason) == ("close", "fire alarm")


async def test_the_sweep_leaves_a_session_alone_whose_deadline_has_moved(store: Store) -> None:
    """Between looking and closing, somebody gave more time, or stopped the clock."""
    ticket = await a_running(store, a_sid())
    sweep = Close(ticket.sid, "deadline", due_ms=NOW + HOUR)
    assert await verdicts(store, Extend(ticket.sid, 1), sweep) == ["ok", "not_due"]
    assert await verdicts(store, Extend(ticket.sid, -1), Pause(ticket.sid), sweep) == ["ok", "ok", "not_due"]
    assert await verdicts(store, Resume(ticket.sid), sweep, sweep) == ["ok", "ok", "ok"]


async def test_a_closed_session_that_never_began_takes_no_answers_but_keeps_them_as_evidence(
    store: Store,
) -> None:
    """There is nothing that they could be answers to, unless Redis and archive have lost that it began."""
    seat = await a_seat(store, a_sid())
    asked = Close(seat.sid), a_save(seat, 1), a_save(seat, 1), Start(seat, HOUR)
    assert await verdicts(store, *asked) == ["ok", *["session_closed"] * 3]
    asides = [line for line in await store.journal([0], 100) if isinstance(line, AsideLine)]
    assert [(line.verdict, line.n) for line in asides] == [("session_closed", 1)]


@pytest.mark.parametrize(
    ("from_minute", "to_minute", "given_minutes"),
    [
        (10, 14, 4),  # in the middle
        (-5, 4, 4),  # began before the pupil did: the time before took nothing from him
        (59, 80, 21),  # began before his deadline: the whole of it is given back
        (61, 80, 0),  # began after his deadline
        (-9, -1, 0),  # over before he began
    ],
)
async def test_an_outage_is_given_back(
    store: Store, from_minute: int, to_minute: int, given_minutes: int
) -> None:
    """The time in which the partition acknowledged nothing, once for each outage."""
    ticket = await a_running(store, a_sid())
    outage = Credit(ticket.sid, NOW + from_minute * MINUTE, NOW + to_minute * MINUTE)
    await verdicts(store, outage, outage, now_ms=NOW + 90 * MINUTE)
    assert await deadline(store, ticket.sid) == NOW + HOUR + given_minutes * MINUTE


async def test_several_outages_are_given_back_in_any_order(store: Store) -> None:
    """Each has its name: the moment it began."""
    ticket = await a_running(store, a_sid())
    first = Credit(ticket.sid, NOW + MINUTE, NOW + 2 * MINUTE)
    second = Credit(ticket.sid, NOW + 10 * MINUTE, NOW + 13 * MINUTE)
    assert await verdicts(store, second, first, second, first) == ["ok", "ok", "repeated", "repeated"]
    assert await deadline(store, ticket.sid) == NOW + HOUR + 4 * MINUTE


@pytest.mark.parametrize("resumed", [True, False])
async def test_a_pause_is_not_given_back_twice(store: Store, resumed: bool) -> None:
    """Of an outage from 10 to 20, paused from 15 on (until 18), the pause gives its part by itself."""
    ticket = await a_running(store, a_sid())
    await one(store, Pause(ticket.sid), NOW + 15 * MINUTE)
    if resumed:
        await one(store, Resume(ticket.sid), NOW + 18 * MINUTE)
    await one(store, Credit(ticket.sid, NOW + 10 * MINUTE, NOW + 20 * MINUTE), NOW + 21 * MINUTE)
    if not resumed:
        await one(store, Resume(ticket.sid), NOW + 21 * MINUTE)
    expected = 3 + 5 + 2 if resumed else 6 + 5
    assert await deadline(store, ticket.sid) == NOW + HOUR + expected * MINUTE

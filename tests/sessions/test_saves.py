"""Saving: in order, once, each pupil alone."""

from __future__ import annotations

from typing import Any

import pytest
from redis.asyncio import Redis

from sessions.journal import AsideLine
from sessions.link import StoreAway, StoreFull, StoreRefused
from sessions.model import (
    Extend,
    Heartbeat,
    Login,
    Operation,
    Read,
    Save,
    SessionState,
    Start,
    Submit,
    Verdict,
)
from sessions.script import ASIDES_MAX, BATCHES_MAX, DIGEST_BYTES, DIGESTS_KEPT
from sessions.states import Status
from sessions.store import Store
from tests.sessions.given import HOUR, NOW, a_running, a_save, a_seat, a_sid, held, lines, one, verdicts


async def test_the_next_number_is_accepted_and_acknowledged(store: Store) -> None:
    """`last` moves up by one with each batch, and each stands in the journal."""
    ticket = await a_running(store, a_sid())
    replies = [await one(store, a_save(ticket, n)) for n in (1, 2, 3)]
    assert [(reply.verdict, reply.state.last) for reply in replies] == [("ok", 1), ("ok", 2), ("ok", 3)]
    assert [(line.n, line.epoch) for line in await lines(store)] == [(n, ticket.epoch) for n in (1, 2, 3)]


async def test_a_repeated_batch_is_acknowledged_again_and_changes_nothing(store: Store) -> None:
    """Our reply was lost on the way."""
    ticket = await a_running(store, a_sid())
    save = a_save(ticket, 1)
    assert await verdicts(store, save, save, save) == ["ok", "repeated", "repeated"]
    assert len(await lines(store)) == 1


async def test_other_bytes_under_an_accepted_number_are_a_fork_and_kept_aside_once(
    store: Store, redis: Redis
) -> None:
    """Whoever forked finds his bytes as evidence, not lost and not counted; the mark is what it ever was."""
    ticket = await a_running(store, a_sid())
    other = a_save(ticket, 1, body="other")
    assert await verdicts(store, a_save(ticket, 1), other, other) == ["ok", "fork", "fork"]
    asides = [line for line in await lines(store) if isinstance(line, AsideLine)]
    assert [(line.n, line.body, line.verdict) for line in asides] == [(1, b"other", "fork")]
    assert await redis.hkeys("x:{p00}:" + ticket.sid.hex()) == [b"~" + other.digest[:DIGEST_BYTES]]


async def test_a_number_too_far_is_a_gap_and_uses_nothing(store: Store) -> None:
    """The player sends again from last + 1."""
    ticket = await a_running(store, a_sid())
    replies = await store.commit([a_save(ticket, 1), a_save(ticket, 3), a_save(ticket, 2)], NOW)
    assert [(reply.verdict, reply.state.last) for reply in replies] == [("ok", 1), ("gap", 1), ("ok", 2)]


async def test_a_full_batch_closes_every_hole_below_it(store: Store) -> None:
    """Who lacks the missing batch sends all answers he knows."""
    ticket = await a_running(store, a_sid())
    full = a_save(ticket, 7, "i1", "i2", full=True)
    replies = await store.commit([a_save(ticket, 1), full, a_save(ticket, 8)], NOW)
    assert [(reply.verdict, reply.state.last) for reply in replies] == [("ok", 1), ("ok", 7), ("ok", 8)]
    assert await held(store, ticket) == [7, 8]


async def test_repeats_and_forks_are_told_apart_however_old_they_are(store: Store, redis: Redis) -> None:
    """Digests leave the session record for a key of their own, and none is forgotten."""
    ticket = await a_running(store, a_sid())
    saves = [a_save(ticket, n, "i1") for n in range(1, 3 * DIGESTS_KEPT)]
    assert set(await verdicts(store, *saves)) == {"ok"}
    assert set(await verdicts(store, *reversed(saves))) == {"repeated"}
    forks = [save._replace(digest=bytes(32)[:-1] + b"x", body=b"x") for save in saves[:3]]
    assert await verdicts(store, *(fork._replace(digest=b"f" * 32) for fork in forks)) == ["fork"] * 3
    assert len(await redis.keys("d:*")) == 1


async def test_a_hole_far_back_is_filled_where_its_digest_was_spilled(store: Store) -> None:
    """The zeros of the hole lie in the spilled part; the late batch takes its place there."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, a_save(ticket, 300, full=True), a_save(ticket, 301))
    late = a_save(ticket, 5)
    assert await verdicts(store, late, late, a_save(ticket, 5, body="x")) == ["ok", "repeated", "fork"]
    beside = [a_save(ticket, n) for n in (4, 6)]
    assert await verdicts(store, late, *beside) == ["repeated", "ok", "ok"], (
        "what the group before has written"
    )
    assert await verdicts(store, late, *beside) == ["repeated"] * 3
    assert await verdicts(store, a_save(ticket, 300, full=True), a_save(ticket, 299)) == ["repeated", "ok"]


async def test_a_session_holds_a_bounded_number_of_batches(store: Store) -> None:
    """Past the bound the answer says so, and nothing is written."""
    ticket = await a_running(store, a_sid())
    last = a_save(ticket, BATCHES_MAX, full=True)
    assert await verdicts(store, last, a_save(ticket, BATCHES_MAX + 1)) == ["ok", "too_many"]
    assert await verdicts(store, a_save(ticket, 10 * BATCHES_MAX, full=True), last) == [
        "too_many",
        "repeated",
    ]
    assert len(await lines(store)) == 1


async def test_evidence_is_bounded_and_what_is_dropped_is_counted(store: Store) -> None:
    """How many forks arrive is for the device to decide, how many are kept is not."""
    ticket = await a_running(store, a_sid())
    forks = [a_save(ticket, 1, body=f"fork {n}") for n in range(ASIDES_MAX + 5)]
    await verdicts(store, a_save(ticket, 1), *forks, *forks)
    (glance,) = await store.glance([ticket.sid])
    assert glance is not None
    assert glance.asides == ASIDES_MAX
    assert glance.dropped == 10
    assert len(await lines(store)) == 1 + ASIDES_MAX


async def test_before_the_start_nothing_is_taken(store: Store) -> None:
    """not_started, and the number stays free."""
    ticket = await a_seat(store, a_sid())
    assert await verdicts(store, a_save(ticket, 1), Start(ticket, HOUR), a_save(ticket, 1)) == [
        "not_started",
        "ok",
        "ok",
    ]


async def test_after_hand_in_repeats_are_acknowledged_and_the_rest_is_kept_aside(store: Store) -> None:
    """The player empties its outbox in peace; what comes on top is evidence."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, a_save(ticket, 1), a_save(ticket, 4, full=True), Submit(ticket, 4))
    late = [a_save(ticket, 1), a_save(ticket, 4, full=True), a_save(ticket, 2), a_save(ticket, 5)]
    assert await verdicts(store, *late) == ["repeated", "repeated", "handed_in", "handed_in"]
    asides = [(line.n, line.verdict) for line in await lines(store) if isinstance(line, AsideLine)]
    assert asides == [(2, "handed_in"), (5, "handed_in")]


async def test_a_moved_seat_is_told_and_its_answers_are_kept_as_evidence(store: Store) -> None:
    """Not lost, not counted; what is accepted already is no evidence of anything."""
    old = await a_running(store, a_sid())
    await verdicts(store, a_save(old, 1))
    await one(store, Login(old.sid), NOW + 1)
    assert await verdicts(store, a_save(old, 1), a_save(old, 2), a_save(old, 2)) == ["seat_moved"] * 3
    assert await verdicts(store, Heartbeat(old), Read(old), Submit(old, 1)) == ["seat_moved"] * 3
    assert [(type(line).__name__, line.n) for line in await lines(store)] == [
        ("BatchLine", 1),
        ("AsideLine", 2),
    ]


async def test_one_bad_operation_fails_alone_and_writes_nothing(store: Store, redis: Redis) -> None:
    """Neighbours of the same group, and the same pupil's next batch, are saved."""
    tickets = [await a_running(store, a_sid(number)) for number in (1, 2)]
    before = await redis.get("s:{p00}:" + tickets[0].sid.hex())
    good = a_save(tickets[0], 1)
    bad: Any = good
    group = [
        a_save(tickets[1], 1),
        bad._replace(n="1"),
        bad._replace(n=0),
        bad._replace(n=-1),
        bad._replace(n=1.5),
        bad._replace(digest=b"short"),
        bad._replace(items=("a=b",)),
        bad._replace(items=("a;b",)),
        bad._replace(items=(5,)),
        bad._replace(body=None),
        bad._replace(body={"a": 1}),
        bad._replace(at=7),
        bad._replace(held=-1),
        bad._replace(newest_age_ms="x"),
        bad._replace(items=tuple(f"i{n}" for n in range(1000))),
        a_save(tickets[1], 2),
    ]
    assert await verdicts(store, *group) == ["ok", *["error"] * (len(group) - 2), "ok"]
    assert await redis.get("s:{p00}:" + tickets[0].sid.hex()) == before
    assert await verdicts(store, good) == ["ok"]
    assert len(await lines(store)) == 3


async def test_an_operation_that_fails_half_way_takes_back_what_it_wanted_to_write(
    store: Store, redis: Redis
) -> None:
    """Here a ticket ahead of the store is adopted, then the mark of evidence cannot be set."""
    ahead, neighbour = [await a_running(store, a_sid(number)) for number in (1, 2)]
    await redis.set("x:{p00}:" + ahead.sid.hex(), "not a hash")
    before = await redis.get("s:{p00}:" + ahead.sid.hex())
    failing = a_save(ahead._replace(status=Status.SUBMITTED, version=9), 1)
    assert await verdicts(store, a_save(neighbour, 1), failing, a_save(neighbour, 2)) == ["ok", "error", "ok"]
    assert await redis.get("s:{p00}:" + ahead.sid.hex()) == before
    assert [line.n for line in await lines(store)] == [1, 2]
    assert not [line for line in await store.journal([0], 100) if getattr(line, "event", "") == "adopt"]


async def test_what_the_journal_does_not_hold_is_not_held_at_all(store: Store, redis: Redis) -> None:
    """It is written first: a call that fails there leaves nothing that would call it repeated."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, a_save(ticket, 200, full=True))
    journal = await store.journal([0], 100)
    await redis.set("j:{p00}", "not a stream")
    group: list[Operation] = [
        a_save(ticket, 3),
        a_save(ticket, 201),
        a_save(ticket, 1, body="x"),
        Extend(ticket.sid, 5, "a1"),
    ]
    with pytest.raises(StoreRefused):
        await store.commit(group, NOW)
    await redis.delete("j:{p00}")
    assert await verdicts(store, *group) == ["ok"] * 4
    assert journal
    assert len(await lines(store)) == 3


async def test_a_session_that_is_not_there_is_unknown(store: Store) -> None:
    """Redis is empty after a fail-over: the archive fills it again, the player repeats."""
    ticket = (await a_running(store, a_sid()))._replace(sid=a_sid(9))
    replies = await store.commit([a_save(ticket, 1), Login(ticket.sid), Read(ticket), Submit(ticket, 0)], NOW)
    assert {reply.verdict for reply in replies} == {Verdict.UNKNOWN}
    assert {reply.state for reply in replies} == {SessionState(ticket.sid)}


async def test_a_heartbeat_uses_no_number_and_shows_the_device(store: Store) -> None:
    """Item on screen and batches held, as of now."""
    ticket = await a_running(store, a_sid())
    reply = await one(store, Heartbeat(ticket, "i7", 3), NOW + 5)
    (glance,) = await store.glance([ticket.sid])
    assert (reply.verdict, reply.state.last) == ("ok", 0)
    assert glance is not None
    assert (glance.at, glance.held, glance.seen_ms) == ("i7", 3, NOW + 5)


async def test_reading_finds_what_the_same_group_has_saved(store: Store) -> None:
    """Save and resume of a pupil may meet in one commit."""
    ticket = await a_running(store, a_sid())
    *_, reply = await store.commit([a_save(ticket, 1), a_save(ticket, 2, "i2", "i3"), Read(ticket)], NOW)
    assert [(batch.n, batch.body, batch.epoch) for batch in reply.batches] == [
        (1, a_save(ticket, 1).body, ticket.epoch),
        (2, a_save(ticket, 2, "i2", "i3").body, ticket.epoch),
    ]
    assert reply.state.wrapped_key == b"wrapped"
    assert reply.state.room == "R1"


async def test_an_empty_batch_uses_its_number(store: Store) -> None:
    """All its answers were set aside by the player."""
    ticket = await a_running(store, a_sid())
    empty = Save(ticket, 1, b"d" * 32, b"nothing", ())
    assert await verdicts(store, empty, empty, a_save(ticket, 2)) == ["ok", "repeated", "ok"]
    assert await held(store, ticket) == [2]


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 60_000])
async def test_bytes_of_any_kind_and_size_come_back_as_they_were(store: Store, size: int) -> None:
    """Payloads are opaque: all byte values, zeros and line ends included."""
    ticket = await a_running(store, a_sid())
    body = (bytes(range(256)) * (size // 256 + 1))[:size]
    await one(store, Save(ticket, 1, b"\r\n\0\xff" * 8, body, ("i1",)))
    (line,) = await lines(store)
    assert (line.body, line.digest) == (body, b"\r\n\0\xff" * 8)
    assert (await one(store, Read(ticket))).batches[0].body == body


async def test_a_server_that_cannot_write_blames_no_operation(store: Store, redis: Redis) -> None:
    """What writes half-way finds it out alone; its pupil is told to repeat, not that the batch is wrong."""
    ticket = await a_running(store, a_sid())
    saves = [a_save(ticket, n) for n in range(1, DIGESTS_KEPT + 2)]
    assert set(await verdicts(store, *saves[:-1])) == {"ok"}

    await redis.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreFull):
            await one(store, saves[-1])
    finally:
        await redis.config_set("maxmemory", 0)
    await redis.replicaof("127.0.0.1", "1")
    try:
        with pytest.raises(StoreAway):
            await one(store, saves[-1])
    finally:
        await redis.replicaof("NO", "ONE")

    assert await verdicts(store, saves[-1]) == ["ok"]

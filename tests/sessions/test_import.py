"""Sessions, codes and deliveries as the import brings them, and as they go again."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from sessions.journal import PassedLine, StateLine
from sessions.keys import code
from sessions.model import CodeEntry, Destroy, Heartbeat, Login, Operation, Read, Seal, Start, Ticket
from sessions.packing import WrongOwner
from sessions.registry import CALL_MAX
from sessions.states import Status
from sessions.store import Store
from tests.sessions.given import DELIVERY, HOUR, MANY, NOW, a_row, a_running, a_save, a_sid, one, verdicts


async def test_a_session_is_created_once(store: Store) -> None:
    """Importing the same list again touches nobody."""
    rows = [a_row(a_sid(number)) for number in range(CALL_MAX + 10)]
    assert await store.create_sessions(rows) == len(rows)
    await one(store, Login(rows[0].sid))
    assert await store.create_sessions([*rows, a_row(a_sid(99_999))]) == 1
    (glance,) = await store.glance([rows[0].sid])
    assert glance is not None
    assert glance.state.epoch == NOW


async def test_no_code_is_found_where_none_is_asked_for(store: Store) -> None:
    """A group of callers may have hung up before their question was put."""
    assert await store.find_codes([]) == []


async def test_a_session_is_restored_as_the_archive_has_it(store: Store) -> None:
    """Its clock runs on, and the sweep finds it."""
    row = a_row(
        a_sid(),
        status=Status.RUNNING,
        epoch=5,
        version=7,
        started_ms=NOW,
        deadline_ms=NOW + HOUR,
        last=4,
        sealed=4,
    )
    await store.create_sessions([row])
    (glance,) = await store.glance([row.sid])
    assert glance is not None
    assert glance.state[3:6] == (Status.RUNNING, 5, 7)
    assert (glance.state.last, glance.state.sealed, glance.seen_ms) == (4, 4, 0)
    assert await store.running(0) == (0, [row.sid])


async def test_a_whole_life_fits_in_one_group(store: Store, redis: Redis) -> None:
    """What an operation has written, the next of the same group finds, and destroying takes it all away."""
    sid = a_sid()
    ticket = Ticket(sid, DELIVERY, NOW, 1, Status.READY, 0, 0)
    life: list[Operation] = [
        a_row(sid),
        Login(sid),
        Start(ticket, HOUR),
        a_save(ticket, 1),
        Read(ticket),
        Seal(sid, 1),
    ]
    replies = await store.commit([*life, Heartbeat(ticket), Destroy(sid), Login(sid)], NOW)
    assert [reply.verdict for reply in replies] == ["ok"] * 8 + ["unknown"]
    assert [reply.state.wrapped_key for reply in replies[1:3]] == [b"wrapped"] * 2
    assert [len(replies[4].batches), replies[6].state.sealed] == [1, 1]
    assert await redis.keys("*") == [b"j:{p00}"]
    assert [type(line) for line in await store.journal([0], 100)] == [StateLine, StateLine, PassedLine]


async def test_every_batch_goes_with_its_session(store: Store, redis: Redis) -> None:
    """Those that count, those that came since, and those that count no more and wait for the archive."""
    ticket = await a_running(store, a_sid())
    saves = [*(a_save(ticket, n, *MANY) for n in (1, 2, 3)), a_save(ticket, 4, "j1")]
    assert await verdicts(store, *saves) == ["ok"] * 4
    assert len(await redis.keys("b:*")) == 4

    assert await store.destroy_sessions([ticket.sid]) == 1

    assert await redis.keys("*") == [b"j:{p00}"]


async def test_a_glance_takes_no_part(store: Store) -> None:
    """Sessions that are not there are None, in their places."""
    await store.create_sessions([a_row(a_sid(1), room="R7", factor_permille=1500, needs="sound")])
    found = await store.glance([a_sid(2), a_sid(1)])
    assert found[0] is None
    assert found[1] is not None
    state = found[1].state
    assert (state.room, state.factor_permille, state.needs, state.version) == ("R7", 1500, "sound", 0)


async def test_codes_are_found_and_withdrawn(store: Store) -> None:
    """In one look-up; an unknown one is None, a withdrawn one says so."""
    first, second = (CodeEntry(bytes([n]) * 16, a_sid(n), "R1") for n in (1, 2))
    await store.put_codes([first, second])
    assert await store.find_codes([second.digest, b"x" * 16, first.digest]) == [second, None, first]
    assert await store.revoke([first.digest, b"x" * 16]) == 1
    assert await store.find_codes([first.digest]) == [first._replace(revoked=True)]
    await store.drop_codes([first.digest, second.digest])
    assert await store.find_codes([first.digest, second.digest]) == [None, None]


async def test_a_code_that_leads_to_anothers_entry_reaches_nobody(store: Store, redis: Redis) -> None:
    """Every value names its owner and is checked on read."""
    first, second = (CodeEntry(bytes([n]) * 16, a_sid(n), "R1") for n in (1, 65))
    await store.put_codes([first, second])
    await redis.copy(code(second.digest), code(first.digest), replace=True)
    with pytest.raises(WrongOwner):
        await store.find_codes([first.digest])


async def test_a_session_record_under_anothers_key_reaches_nobody(store: Store, redis: Redis) -> None:
    """The same for sessions: the reply names its session."""
    await store.create_sessions([a_row(a_sid(1)), a_row(a_sid(2))])
    await redis.copy("s:{p00}:" + a_sid(2).hex(), "s:{p00}:" + a_sid(1).hex(), replace=True)
    with pytest.raises(WrongOwner):
        await store.commit([Login(a_sid(1))], NOW)
    assert (await one(store, Login(a_sid(2)))).verdict == "ok"


async def test_deliveries_are_kept_and_counted(store: Store) -> None:
    """A worker asks for the version, and reads them only when it has grown."""
    assert (await store.deliveries(), await store.deliveries_version()) == ([], 0)
    await store.put_delivery("maths26a", '{"id": "maths26a"}')
    await store.put_delivery("maths26a", b'{"id": "maths26a", "state": "open"}')
    assert await store.deliveries() == [b'{"id": "maths26a", "state": "open"}']
    assert await store.deliveries_version() == 2
    await store.drop_delivery("maths26a")
    assert (await store.deliveries(), await store.deliveries_version()) == ([], 3)


async def test_figures_are_told_replaced_and_forgotten(store: Store) -> None:
    """By process; the last word of each."""
    for name, word in (("w1", b"[1]"), ("w2", b"[2]"), ("w1", b"[3]")):
        await store.tell_figures(name, word)
    assert await store.figures() == {b"w1": b"[3]", b"w2": b"[2]"}
    await store.forget_figures(["w1", "w3"])
    assert await store.figures() == {b"w2": b"[2]"}


async def test_a_destroyed_session_leaves_nothing_but_its_journal(store: Store, redis: Redis) -> None:
    """No key that holds its name is left."""
    ticket = await a_running(store, a_sid())
    fork = a_save(ticket, 1, body="fork")
    await verdicts(store, a_save(ticket, 200, full=True), a_save(ticket, 1), fork, a_save(ticket, 201))
    assert await store.destroy_sessions([ticket.sid, a_sid(7)]) == 1
    left = {key for key in await redis.keys("*") if key != b"j:{p00}"}
    assert left == set()
    assert await verdicts(store, a_save(ticket, 202)) == ["unknown"]


async def test_an_older_record_of_a_delivery_never_replaces_a_newer_one(store: Store) -> None:
    """However long its bearer was busy; the same version again changes nothing that matters."""
    opened, closed = b'{"state": "open", "version": 2}', b'{"state": "closed", "version": 10}'
    assert await store.put_delivery("maths26a", opened)
    assert await store.put_delivery("maths26a", closed)
    assert not await store.put_delivery("maths26a", opened)
    assert (await store.deliveries(), await store.deliveries_version()) == ([closed], 2)
    assert await store.put_delivery("maths26a", closed)
    assert await store.put_delivery("french26", opened)

"""What lies in Redis names the layout it was written in: no version of the program misreads another's."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from redis.asyncio import Redis

from sessions import keys
from sessions.keys import LAYOUT, LAYOUT_MARK
from sessions.link import Link, StoreForeign
from sessions.model import CodeEntry, Heartbeat, Login, Outage, Pause, Submit
from sessions.packing import unpacked
from sessions.partitions import GAP_MS
from sessions.script import DIGESTS_KEPT
from sessions.store import Store
from tests.sessions.given import MANY, NOW, a_row, a_running, a_save, a_sid, one, verdicts

WRITTEN = {1: "9098a919398b4a23", 2: "2a492c5ece3b9236"}
"""By layout: the digest of all that a day of each kind of operation leaves in Redis."""


async def other_version(redis: Redis, mark: str) -> None:
    """A Redis that another version has filled; "" for those that did not mark it."""
    await redis.hset(keys.DELIVERIES, "maths26a", "{}")
    if mark:
        await redis.set(LAYOUT_MARK, mark)


@pytest.mark.parametrize("mark", ["", "0", str(LAYOUT + 1)])
async def test_what_another_version_has_filled_is_neither_read_nor_written(
    store: Store, redis: Redis, mark: str
) -> None:
    """Whoever asks first is told in one sentence what to do; Redis stays as it was."""
    await other_version(redis, mark)
    for asking in (
        store.meet(),
        store.commit([a_row(a_sid())], NOW),
        store.glance([a_sid()]),
        store.journal(store.journals(), 1),
        store.put_delivery("french26", "{}"),
        store.drop_delivery("maths26a"),
        store.deliveries_version(),
        store.put_codes([CodeEntry(bytes(32), a_sid(), "R1")]),
        store.drop_codes([bytes(32)]),
        store.tell_workers("one", b"busy"),
        store.forget_workers([b"one"]),
        store.tell_figures("one", b"fine"),
        store.forget_figures(["one"]),
        store.tick(NOW),
        store.waiting(),
        store.due(0, NOW),
        store.set_clocks({0: NOW}),
        store.settle(Outage(0, NOW, NOW + 1)),
        store.sealed([(a_sid(), 3)], {}),
        store.sealed([], {0: "5-0"}),
        store.lease("drain", "anna", 1000),
    ):
        with pytest.raises(StoreForeign, match=f"layout: {mark or 'none'}, here: {LAYOUT}.*empty Redis"):
            await asking
    assert await redis.hgetall(keys.DELIVERIES) == {b"maths26a": b"{}"}
    assert await redis.dbsize() == (2 if mark else 1)


async def test_an_empty_redis_is_whose_delivery_comes_first(
    store: Store, redis: Redis, redis_url: str
) -> None:
    """Looking marks nothing: the version of yesterday may still be the one that fills it."""
    later = Store(Link(redis_url))
    await store.meet()
    await later.meet()
    assert not await redis.exists(LAYOUT_MARK)
    await store.put_delivery("maths26a", "{}")
    assert await redis.get(LAYOUT_MARK) == str(LAYOUT).encode()
    assert await verdicts(store, a_row(a_sid())) == ["ok"]
    await redis.set(LAYOUT_MARK, LAYOUT + 1)
    with pytest.raises(StoreForeign):  # it had met an empty one only, and looks again
        await later.commit([a_row(a_sid())], NOW)
    await later.aclose()


async def test_a_redis_that_another_version_has_filled_since_is_seen_at_the_next_beat(
    store: Store, redis: Redis
) -> None:
    """Emptied under a running process, which had met its own: from then on it writes nothing."""
    await store.put_delivery("maths26a", "{}")
    await store.tick(NOW)
    await redis.flushall()
    await other_version(redis, str(LAYOUT + 1))
    with pytest.raises(StoreForeign):
        await store.deliveries_version()
    for asking in (store.tick(NOW), store.commit([a_row(a_sid())], NOW), store.lease("drain", "anna", 1000)):
        with pytest.raises(StoreForeign):
            await asking
    assert await redis.dbsize() == 2


async def test_a_redis_that_came_up_empty_may_be_asked_until_it_is_filled(store: Store, redis: Redis) -> None:
    """Its partitions acknowledge, since an outage is found once the clocks are back."""
    await store.put_delivery("maths26a", "{}")
    await redis.flushall()
    assert await store.deliveries_version() == 0
    await store.set_clocks({0: NOW - GAP_MS - 1})
    assert [outage.partition for outage in await store.tick(NOW)] == [0]


async def test_lines_without_a_mark_are_of_another_version(store: Store, redis: Redis) -> None:
    """Its deliveries are gone, and still somebody must bring what waits to the archive first."""
    await redis.xadd(keys.journal(0), {"t": NOW})
    for asking in (store.meet(), store.put_delivery("maths26a", "{}"), store.deliveries_version()):
        with pytest.raises(StoreForeign, match="layout: none"):
            await asking
    assert await redis.dbsize() == 1


async def test_a_redis_that_came_up_empty_is_marked_again(store: Store, redis: Redis) -> None:
    """Under a running process, which had met it full."""
    await store.put_delivery("maths26a", "{}")
    await one(store, a_row(a_sid()))
    await redis.flushall()
    await store.put_delivery("maths26a", "{}")
    assert await redis.get(LAYOUT_MARK) == str(LAYOUT).encode()


async def test_who_writes_in_another_way_raises_the_layout(store: Store, redis: Redis) -> None:
    """All keys and lines of a day, byte for byte: other bytes under the same number would be misread."""
    sid = a_sid()
    await a_running(store, sid)
    ticket = (await one(store, Login(sid, b"mark of1"), NOW + 1)).state.ticket()
    saves = [a_save(ticket, n, *MANY[n : n + 3], at="i3", held=n) for n in range(1, DIGESTS_KEPT + 4)]
    await store.commit([*saves, a_save(ticket, 30, "j1", full=True), a_save(ticket, 25, "j9")], NOW + 2)
    fork = a_save(ticket, 1, body="another")
    await store.commit([fork, Heartbeat(ticket, "i2", 3), Pause(sid, "7")], NOW + 3)
    await store.commit([a_row(a_sid(2), factor_permille=1333, needs="large"), Submit(ticket, 30)], NOW + 4)
    await store.put_codes([CodeEntry(bytes(32), sid, "R1")])
    for now_ms in (NOW, NOW + GAP_MS + 1):
        await store.tick(now_ms)
    digest = hashlib.sha256(repr(await everything(redis)).encode()).hexdigest()[:16]
    assert WRITTEN.get(LAYOUT) == digest, (
        f"what lies in Redis is written in another way: raise LAYOUT in sessions/keys.py, put {digest} here "
        "under the new number, and tell it in the CHANGELOG (update between two deliveries)"
    )


async def everything(redis: Redis) -> list[Any]:
    """What a Redis holds, by key; the journal without Redis's own clock."""
    found: list[Any] = []
    for name in sorted(await redis.keys()):
        match await redis.type(name):
            case b"string":
                value: Any = await redis.get(name)
            case b"hash":
                value = sorted((await redis.hgetall(name)).items())
            case b"zset":
                value = await redis.zrange(name, 0, -1, withscores=True)
            case b"list":
                value = await redis.lrange(name, 0, -1)
            case _:
                entries: Any = await redis.xrange(name)
                value = [(entry[b"t"], unpacked(entry[b"l"])) for _, entry in entries]
        found.append((name, value))
    return found

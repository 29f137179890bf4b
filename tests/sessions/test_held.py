"""Which batches of a session are held: those that count for an item, and until the archive has them."""

from __future__ import annotations

import struct
from typing import Any

from redis.asyncio import Redis

from sessions.keys import STATE_FIELDS, TEXT_FIELDS
from sessions.model import Heartbeat, Login, Seal, Ticket
from sessions.script import LOOSE_BYTES
from sessions.store import Store
from tests.sessions.given import MANY, NOW, a_running, a_save, a_sid, held, lines, one, verdicts


async def retained(redis: Redis, ticket: Ticket) -> bytes:
    """What the record says of the batches that only wait for the archive."""
    record: Any = await redis.get("s:{p00}:" + ticket.sid.hex())
    first = struct.calcsize(">" + "".join(code for _, code in STATE_FIELDS.values()))
    sizes = struct.unpack_from(f">{len(TEXT_FIELDS)}I", record, first)
    place = TEXT_FIELDS.index("retained")
    begin = first + 4 * len(sizes) + sum(sizes[:place])
    return bytes(record[begin : begin + sizes[place]])


async def test_a_batch_for_a_closed_hole_is_taken_late_and_counts_where_nothing_newer_does(
    store: Store,
) -> None:
    """It was frozen before the full one, so per item the higher number wins."""
    ticket = await a_running(store, a_sid())
    late = a_save(ticket, 2, "i1", "i5")
    await verdicts(store, a_save(ticket, 1), a_save(ticket, 4, "i1", full=True))
    assert await verdicts(store, late, late, a_save(ticket, 2, body="other")) == ["ok", "repeated", "fork"]
    assert (await one(store, Heartbeat(ticket))).state.last == 4
    assert await held(store, ticket) == [2, 4]
    nothing_new = a_save(ticket, 3, "i1")
    assert await verdicts(store, nothing_new, nothing_new) == ["ok", "repeated"]
    assert await held(store, ticket) == [2, 4]


async def test_a_late_batch_counts_for_nothing_where_newer_ones_were_put_in_order(
    store: Store, redis: Redis
) -> None:
    """Its digest is kept, its line stands in the journal, and its bytes lie nowhere else."""
    ticket = await a_running(store, a_sid())
    late = a_save(ticket, 2, "i1")
    await verdicts(store, a_save(ticket, 4, "i1", *MANY, full=True))
    assert await verdicts(store, late, late) == ["ok", "repeated"]
    assert await held(store, ticket) == [4]
    assert [line.n for line in await lines(store)] == [4, 2]
    assert await redis.keys("b:*:2") == []


async def test_a_newer_seat_counts_before_a_higher_number(store: Store) -> None:
    """The new seat fills a hole below what the old one had sent: per item the highest (epoch, n) wins."""
    old = await a_running(store, a_sid())
    await verdicts(store, a_save(old, 9, "i1", full=True), a_save(old, 5, "i1"))
    assert await held(store, old) == [9]
    new = (await one(store, Login(old.sid), NOW + 1)).state.ticket()
    assert await verdicts(store, a_save(new, 4, "i1")) == ["ok"]
    assert await held(store, new) == [4]


async def test_a_batch_that_counts_for_nothing_is_let_go(store: Store, redis: Redis) -> None:
    """A session holds one batch for each item and the last few, however often answers change."""
    ticket = await a_running(store, a_sid())
    for n in range(1, 41):
        await verdicts(store, a_save(ticket, n, "i1", f"i{2 + n % 2}"), Seal(ticket.sid, n))
    assert await held(store, ticket) == [39, 40]
    assert len(await redis.keys("b:*")) <= 2 + LOOSE_BYTES // len(";1=,i1,i2") + 1, "and the last few saves"
    await verdicts(store, a_save(ticket, 41, *MANY))
    assert len(await redis.keys("b:*")) == 3


async def test_a_batch_is_written_once_and_stays_until_the_archive_has_it(store: Store, redis: Redis) -> None:
    """The journal only names it; replaced or not, its bytes lie there until they are sealed."""
    ticket = await a_running(store, a_sid())
    saves = [a_save(ticket, n, "i1", body="sealed bytes " * 20) for n in range(1, 11)]
    assert await verdicts(store, *saves) == ["ok"] * 10
    entries: Any = await redis.xrange("j:{p00}")
    assert b"sealed bytes" not in entries[-1][1][b"l"]
    assert [line.body for line in await lines(store)] == [save.body for save in saves]
    await store.commit([Seal(ticket.sid, 9), a_save(ticket, 11, "i1", *MANY)], NOW)
    assert len(await redis.keys("b:*")) == 2, "the one that counts, and the one that is not sealed"
    assert await held(store, ticket) == [11]
    assert await retained(redis, ticket) == b";10"
    await store.commit([Seal(ticket.sid, 10), a_save(ticket, 12, "i1", *MANY)], NOW)
    assert len(await redis.keys("b:*")) == 2
    assert await retained(redis, ticket) == b";11"
    await store.commit([Seal(ticket.sid, 12), a_save(ticket, 13, "i1", *MANY)], NOW)
    assert len(await redis.keys("b:*")) == 1
    assert await retained(redis, ticket) == b""


async def test_an_item_named_twice_in_a_batch_counts_once(store: Store) -> None:
    """Its batch goes as soon as one newer answer is there."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, a_save(ticket, 1, "i1", "i1"), a_save(ticket, 2, "i1"))
    assert await held(store, ticket) == [2]


async def test_items_whose_names_resemble_each_other_are_kept_apart(store: Store) -> None:
    """i1 is not i11, and names hold any sign but the two that the index uses."""
    ticket = await a_running(store, a_sid())
    names = ("i1", "i11", "1i1", "%d+", "i1.é", "i 1", "-")
    await verdicts(store, *(a_save(ticket, n, name) for n, name in enumerate(names, 1)))
    assert await held(store, ticket) == [1, 2, 3, 4, 5, 6, 7]


async def test_a_group_may_let_go_of_more_than_lua_passes_at_once(store: Store, redis: Redis) -> None:
    """Full batches of many pupils, each replacing all that came before: 9,000 keys go in one call."""
    tickets = [await a_running(store, a_sid(number)) for number in range(90)]
    items = [f"i{n}" for n in range(1, 101)]
    saves = [a_save(ticket, n, item) for ticket in tickets for n, item in enumerate(items, 1)]
    assert set(await verdicts(store, *saves)) == {"ok"}
    fulls = [a_save(ticket, 101, *items, full=True) for ticket in tickets]
    assert set(await verdicts(store, *fulls)) == {"ok"}
    assert len(await redis.keys("b:*")) == 90 * 101, "not sealed yet"
    await store.commit([Seal(ticket.sid, 101) for ticket in tickets], NOW)
    fulls = [a_save(ticket, 102, *items, full=True) for ticket in tickets]
    assert set(await verdicts(store, *fulls)) == {"ok"}
    assert len(await redis.keys("b:*")) == 90
    assert await held(store, tickets[0]) == [102]

"""What lies in Redis and cannot be read is named, so that one key holds up nobody for long."""

from __future__ import annotations

from typing import Any

import pytest
from redis.asyncio import Redis

from sessions import keys
from sessions.journal import BatchLine, Damaged, MissingLine
from sessions.packing import WrongOwner, packed
from sessions.store import Store
from tests.sessions.given import NOW, a_running, a_save, a_sid, verdicts

NO_BATCH = {
    "cut": b"\x97\xc4",
    "nothing": b"",
    "two values": b"\x90\x90",
    "a number": packed(7),
    "a zero, which is not `sealed already`": packed(0),
    "an empty array, which is not `sealed already` either": packed([]),
    "nil, which is not `lost`": packed(None),
    "two fields of one who could be its owner": packed([b"1" * 16, 1]),
    "too few fields": packed([1, 2]),
    "fields of other kinds": packed([1, 2, 3, 4, 5, 6, 7]),
    "a key of a map that cannot be one": b"\x81\x80\x01",
}


async def three_saved(store: Store, redis: Redis) -> list[bytes]:
    """The keys of three batches of a pupil."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, *(a_save(ticket, n) for n in (1, 2, 3)))
    names: Any = await redis.keys("b:*")
    return sorted(names)


@pytest.mark.parametrize("value", NO_BATCH.values(), ids=NO_BATCH)
async def test_a_key_that_holds_no_batch_is_named(store: Store, redis: Redis, value: bytes) -> None:
    """Deleted, as the sentence says, it is told as missing; the others go on."""
    _, second, _ = await three_saved(store, redis)
    await redis.set(second, value)
    with pytest.raises(Damaged, match=f"{second.decode()} in Redis holds no batch .*delete the key"):
        await store.journal([0], 100)
    await redis.delete(second)
    lines = (await store.journal([0], 100))[-3:]
    assert [type(line) for line in lines] == [BatchLine, MissingLine, BatchLine]


async def test_bytes_that_swallow_their_neighbours_are_named(store: Store, redis: Redis) -> None:
    """Read as one array it is the next batch that looks wrong."""
    first, second, _ = await three_saved(store, redis)
    value: Any = await redis.get(first)
    await redis.set(first, value[:-5])
    with pytest.raises(Damaged, match=first.decode()):
        await store.journal([0], 100)
    await redis.delete(first)
    await redis.copy(f"{second.decode()[:-1]}3", second.decode(), replace=True)
    with pytest.raises(WrongOwner, match=second.decode()):
        await store.journal([0], 100)


@pytest.mark.parametrize(
    "fields",
    [
        {"t": "noon", "l": packed([])},
        {"t": NOW},
        {"t": NOW, "l": b"\x97"},
        {"t": NOW, "l": packed(["state:start"])},
        {"t": NOW, "l": packed(["state:start", b"short"])},
        {"t": NOW, "l": packed(["aside:fork", b"short"])},
        {"t": NOW, "l": packed(["batch:", packed([1])])},
        {"t": NOW, "l": packed(["a label of nobody", packed([1, 2, 3, 4, 5, 6, 7])])},
        {"t": NOW, "l": packed([1, 2])},
        {"t": NOW, "l": packed([[], b"short"])},
    ],
)
async def test_an_entry_that_is_not_ours_is_named(store: Store, redis: Redis, fields: dict[Any, Any]) -> None:
    """With its journal: `XRANGE` shows it."""
    await three_saved(store, redis)
    stream_id: Any = await redis.xadd(keys.journal(0), fields)
    with pytest.raises(
        Damaged, match=f"the entry {stream_id.decode()} of {keys.journal(0)} in Redis cannot be read"
    ):
        await store.journal([0], 100)

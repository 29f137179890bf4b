"""The way to the archive: read, commit elsewhere, seal and trim; and again after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from redis.asyncio import Redis

from sessions.journal import AsideLine, BatchLine, MissingLine, PassedLine, StateLine, after
from sessions.link import Link
from sessions.model import Heartbeat, Seal
from sessions.packing import WrongOwner
from sessions.pipe import Command
from sessions.registry import CALL_MAX
from sessions.store import PAGES_AHEAD, Store
from tests.sessions.given import MANY, NOW, a_running, a_save, a_sid, one, verdicts


async def test_lines_stay_until_they_are_sealed(store: Store) -> None:
    """A drain that dies before its commit reads the same again."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, a_save(ticket, 1), a_save(ticket, 2))
    lines = await store.journal([0], 100)
    assert await store.journal([0], 100) == lines
    await store.sealed([(ticket.sid, 2)], {0: lines[-1].stream_id})
    assert await store.journal([0], 100) == []
    assert (await one(store, Heartbeat(ticket))).state.sealed == 2


async def test_lines_that_are_sealed_and_not_trimmed_yet_may_have_lost_their_bytes(store: Store) -> None:
    """A drain that dies between the two reads the rest again; the archive has what is left out."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, a_save(ticket, 1, "i1"), a_save(ticket, 2, "i2"), Seal(ticket.sid, 1))
    await verdicts(store, a_save(ticket, 3, "i1", *MANY))
    lines = await store.journal([0], 100)
    assert [line.n for line in lines if isinstance(line, BatchLine)] == [2, 3]
    assert [type(line) for line in lines[2:3]] == [PassedLine], "so that it is trimmed with the others"


async def test_a_batch_that_comes_late_for_a_hole_stands_whole_in_the_journal(store: Store) -> None:
    """What lies above it may be sealed, and its key let go, before the archive has fetched it."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, a_save(ticket, 9, "i1", full=True), a_save(ticket, 5, "i2"), Seal(ticket.sid, 9))
    await verdicts(store, a_save(ticket, 10, "i2", *MANY))
    lines = await store.journal([0], 100)
    assert 5 in [line.n for line in lines if isinstance(line, BatchLine)]


async def test_a_batch_that_redis_has_lost_is_told_and_never_passed_over(store: Store, redis: Redis) -> None:
    """Somebody deleted a key, or memory ran out under a policy that evicts: its place is known."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, a_save(ticket, 1), a_save(ticket, 2))
    (key,) = await redis.keys("b:*:2")
    await redis.delete(key)
    batch, missing = (await store.journal([0], 100))[-2:]
    assert isinstance(batch, BatchLine)
    assert isinstance(missing, MissingLine)
    assert (batch.n, missing.sid, missing.n) == (1, ticket.sid, 2)


async def test_a_key_that_holds_another_pupils_batch_is_refused(store: Store, redis: Redis) -> None:
    """Every value names its owner, and is looked at before it is believed."""
    first, second = [await a_running(store, a_sid(number)) for number in (1, 2)]
    await verdicts(store, a_save(first, 1), a_save(second, 1))
    names: Any = await redis.keys("b:*")
    mine, others = sorted(names)
    await redis.copy(others, mine, replace=True)
    with pytest.raises(WrongOwner):
        await store.journal([0], 100)


async def test_a_key_that_holds_another_batch_of_the_same_pupil_is_refused(
    store: Store, redis: Redis
) -> None:
    """Under a wrong number it would stand twice in the archive, and the right one never."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, a_save(ticket, 1), a_save(ticket, 2))
    names: Any = await redis.keys("b:*")
    first, second = sorted(names)
    await redis.copy(second, first, replace=True)
    with pytest.raises(WrongOwner):
        await store.journal([0], 100)


async def test_lines_keep_their_order_whatever_has_become_of_their_bytes(store: Store, redis: Redis) -> None:
    """Held, sealed and let go, lost, and a batch that stands whole, in one page."""
    ticket = await a_running(store, a_sid())
    await verdicts(store, *(a_save(ticket, n, f"i{n}") for n in (1, 2, 3)), a_save(ticket, 9, full=True))
    await verdicts(store, a_save(ticket, 5, "i5"), Seal(ticket.sid, 1))
    names: Any = await redis.keys("b:*:[12]")
    await redis.delete(*names)
    lines = (await store.journal([0], 100))[-5:]
    assert [type(line) for line in lines] == [PassedLine, MissingLine, BatchLine, BatchLine, BatchLine]
    assert [line.n for line in lines if isinstance(line, BatchLine)] == [3, 9, 5]


async def test_a_page_has_its_batches_as_rows_and_all_else_apart(store: Store, redis: Redis) -> None:
    """What the drain takes of a page at once is what it would have taken line by line."""
    ticket = await a_running(store, a_sid())
    for n in (1, 2, 3):
        await verdicts(store, a_save(ticket, n, f"i{n}"))
    await verdicts(store, a_save(ticket, 9, full=True), a_save(ticket, 5, "i5"), Seal(ticket.sid, 1))
    names: Any = await redis.keys("b:*:[12]")
    await redis.delete(*names)
    await verdicts(store, a_save(ticket, 10), a_save(ticket, 10, "i1"))  # the second one is set aside
    (page,) = [page async for page in store.journal_pages([0], 100)]
    lines = list(page)
    assert {type(line) for line in lines} == {StateLine, PassedLine, MissingLine, BatchLine, AsideLine}
    assert page.rows() == [line[2:] for line in lines if isinstance(line, BatchLine)]
    assert page.others() == [line for line in lines if not isinstance(line, BatchLine)]
    assert list(page.reached()) == list(dict.fromkeys((line.partition, line.stream_id) for line in lines))


async def test_what_came_after_the_archived_lines_is_kept(store: Store) -> None:
    """Trimming goes up to the id given, that one included."""
    ticket = await a_running(store, a_sid())
    await one(store, a_save(ticket, 1))
    lines = await store.journal([0], 100)
    await one(store, a_save(ticket, 2))
    await store.sealed([(ticket.sid, 1)], {0: lines[-1].stream_id})
    (left,) = await store.journal([0], 100)
    assert isinstance(left, BatchLine)
    assert left.n == 2
    assert await store.journal_length() == 1


async def test_sealed_only_grows(store: Store) -> None:
    """An archive that repeats an old portion takes nothing back."""
    ticket = await a_running(store, a_sid())
    replies = [(await verdicts(store, Seal(ticket.sid, n)))[0] for n in (5, 3, 5, 7)]
    assert replies == ["ok", "repeated", "repeated", "ok"]
    assert (await one(store, Heartbeat(ticket))).state.sealed == 7
    assert await verdicts(store, Seal(a_sid(9), 1)) == ["unknown"]


async def test_the_oldest_entries_come_first_and_as_many_as_asked_for(store: Store) -> None:
    """An entry holds what one commit wrote; it comes as a whole."""
    ticket = await a_running(store, a_sid())
    for n in (1, 3, 5):
        await verdicts(store, a_save(ticket, n), a_save(ticket, n + 1))
    lines = await store.journal([0], 3)
    assert [line.n for line in lines if isinstance(line, BatchLine)] == [1, 2]
    assert {line.received_ms for line in lines} == {NOW}


async def test_lines_come_a_page_at_a_time_and_an_entry_as_a_whole(store: Store) -> None:
    """Whoever shares the process gets a turn between two pages; none of a commit's lines is left behind."""
    tickets = [await a_running(store, a_sid(number)) for number in range(1, 31)]
    for n in range(1, 21):
        await verdicts(store, *(a_save(ticket, n) for ticket in tickets))
    pages = [page async for page in store.journal_pages([0], 10_000, lines_max=601)]
    assert [len(page) for page in pages[:-1]] == [CALL_MAX] * (len(pages) - 1)
    lines = [line for page in pages for line in page]
    assert lines == await store.journal([0], 10_000, lines_max=601)
    assert len(lines) == 60 + 19 * 30, "log-ins and starts, and the entry that goes past what was asked for"


class Noting(Link):
    """A link that tells what went over it, and gives the replies up to `answers`."""

    sent, answers = 0, 99

    async def commands(self, commands: Sequence[Command], *, waits: bool = False) -> list[Any]:
        """One more question for batches, if it is one."""
        self.sent += commands[0][0] == "MGET"
        if self.sent > self.answers:
            await asyncio.Event().wait()
        return await super().commands(commands, waits=waits)


async def test_who_stops_reading_leaves_no_question_under_way(store: Store, redis_url: str) -> None:
    """The next pages are asked for while one is read; nobody waits for their answers then."""
    ticket = await a_running(store, a_sid())
    for first in range(1, 2 * CALL_MAX, 64):
        await verdicts(store, *(a_save(ticket, n) for n in range(first, first + 64)))
    before = asyncio.all_tasks()
    link = Noting(redis_url)
    link.answers = 1
    pages = Store(link).journal_pages([0], 10_000)
    assert len(await anext(pages)) == CALL_MAX
    assert asyncio.all_tasks() != before
    await pages.aclose()
    assert asyncio.all_tasks() == before
    await link.aclose()
    assert len(await store.journal([0], 10_000)) > CALL_MAX


async def test_redis_looks_the_next_pages_up_while_one_is_read(store: Store, redis_url: str) -> None:
    """The questions are on their way before the first page is handed out, and no more than these."""
    ticket = await a_running(store, a_sid())
    for first in range(1, 4 * CALL_MAX, 64):
        await verdicts(store, *(a_save(ticket, n) for n in range(first, first + 64)))
    link = Noting(redis_url)
    pages = Store(link).journal_pages([0], 10_000)
    assert len(await anext(pages)) == CALL_MAX
    assert link.sent == 1 + PAGES_AHEAD
    await pages.aclose()
    await link.aclose()


async def test_the_archive_may_ask_for_partitions_that_share_a_journal(store: Store) -> None:
    """On one node all write to the first journal, and nobody gets a line twice."""
    first = await a_running(store, a_sid(1, partition=3))
    await a_running(store, a_sid(2, partition=63))
    await one(store, a_save(first, 1))
    assert len(await store.journal(range(64), 100)) == 5
    assert list(store.journals()) == [0]


async def test_nothing_to_do_is_done_at_once(store: Store, redis: Redis) -> None:
    """Empty groups and portions make no call that could fail."""
    assert await store.commit([], NOW) == []
    assert await store.glance([]) == []
    assert await store.find_codes([]) == []
    await store.sealed([], {})
    await store.put_codes([])
    assert await redis.dbsize() == 0


def test_the_id_after_an_id_is_the_next_one() -> None:
    """So that trimming keeps what lies from there on."""
    assert after("1800000000000-0") == "1800000000000-1"
    assert after("5-41") == "5-42"


async def test_what_is_sealed_stays_sealed(store: Store, redis: Redis) -> None:
    """A drain that was frozen tells an older number; one of a session that is gone makes none of it."""
    ticket = await a_running(store, a_sid())
    assert await verdicts(store, *(a_save(ticket, n) for n in (1, 2, 3))) == ["ok"] * 3
    await store.sealed([(ticket.sid, 3)], {})

    await store.sealed([(ticket.sid, 2), (a_sid(2), 5)], {})

    assert (await one(store, Heartbeat(ticket))).state.sealed == 3
    assert await redis.keys("e:*") == [b"e:{p00}:" + ticket.sid.hex().encode()]

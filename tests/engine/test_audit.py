"""Evidence: exceptions to the rules stand in the log once, roots kept elsewhere catch whoever changes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis.asyncio import Redis
from sqlalchemy import delete, update

from engine.archive import Archive, Conflict, audit
from engine.archive.audit import line_hash
from engine.archive.intake import write_portion
from engine.archive.tables import audit as table
from engine.reconciling import reconcile, total
from engine.roots import hashes, make_root, read_root
from sessions.model import Heartbeat, Login, Submit, Verdict
from tests.engine.archives import NOON_MS, a_sid, emptied, empty_address, opened, unguarded
from tests.engine.days import Day, begun
from tests.engine.sittings import DEADLINE_MS, NAME

DAY_MS = 86_400_000
DAY = date(2027, 1, 15)


@pytest.fixture
async def day(
    request: pytest.FixtureRequest, tmp_path: Path, redis: Redis, redis_url: str
) -> AsyncIterator[Day]:
    """Three pupils who have started."""
    async with begun(empty_address(request, "sqlite"), tmp_path, redis_url) as day:
        yield day


async def exceptions(day: Day) -> list[tuple[str, dict[str, int], set[str]]]:
    """What the engine itself has written: act, counts, sessions."""
    lines = [line async for line in day.archive.audit_lines() if line.who == "engine"]
    return [(line.act, line.detail["counts"], set(line.detail["sessions"])) for line in lines]


async def test_exceptions_to_the_rules_stand_in_the_log_once(day: Day) -> None:
    """A seat that moved, an answer of the old seat, a fork, a late answer: each with its session."""
    first, second, third = (a_sid(number).hex() for number in (1, 2, 3))
    await day.save([day.save_of(1, 1), day.save_of(2, 1)])
    await day.store.commit([Login(a_sid(1))], NOON_MS + 2_000)
    await day.save([day.save_of(1, 2), day.save_of(2, 1, " other")])
    await day.save([day.save_of(3, 1)], DEADLINE_MS + 60_000)

    portion = await day.reader.read()
    for _ in range(2):  # a drain that was killed between commit and seal reads it again
        async with day.lease.transaction(NOON_MS) as connection:
            await write_portion(day.archive.database, connection, portion)
    await day.drain()

    assert await exceptions(day) == [
        ("seat.moved", {"login": 1}, {first}),
        ("answers.late", {"after": 1}, {third}),
        ("answers.aside", {"seat_moved": 1, "fork": 1}, {first, second}),
    ]


@pytest.mark.long
async def test_the_first_log_in_is_no_exception(day: Day) -> None:
    """Nor is an answer in time."""
    await day.save([day.save_of(1, 1)])
    await day.drain()

    assert await exceptions(day) == []


@pytest.fixture
async def archive(request: pytest.FixtureRequest) -> AsyncIterator[Archive]:
    """Five lines on three days."""
    async with opened(await emptied(empty_address(request, "sqlite"))) as archive:
        for number, days in enumerate((0, 0, 1, 1, 2)):
            await archive.audit("test", who="op-1", now_ms=NOON_MS + days * DAY_MS, count=number)
        yield archive


async def root_of(archive: Archive, day: date, tmp_path: Path) -> Path:
    """A signed root in a file, as somebody keeps it elsewhere."""
    made = await make_root(archive, day, bytes(32), NOON_MS + 3 * DAY_MS)
    path = tmp_path / f"{day}.root"
    path.write_bytes(orjson.dumps(made))
    return path


async def test_a_root_stands_for_all_lines_up_to_the_end_of_its_day(archive: Archive, tmp_path: Path) -> None:
    """And holds as long as nobody touches them, however many come after."""
    paths = [await root_of(archive, date(2027, 1, day), tmp_path) for day in (15, 16, 17)]
    roots = [read_root(path) for path in paths]

    assert [root["seq"] for root in roots] == [2, 4, 5]
    assert await audit.check(archive.database, hashes(roots)) == audit.Check(5, None, "")
    with pytest.raises(Conflict, match="has not begun"):
        await root_of(archive, date(2027, 1, 19), tmp_path)


async def rewritten(archive: Archive, from_seq: int) -> None:
    """Somebody who owns the database changes a line and makes the whole chain fit again."""
    await unguarded(archive)
    lines = [line async for line in archive.audit_lines()]
    prev = lines[from_seq - 1].prev
    async with archive.database.writing.begin() as connection:
        for line in lines[from_seq - 1 :]:
            detail = orjson.dumps({"count": 99}).decode() if line.seq == from_seq else None
            text = detail or orjson.dumps(line.detail, option=orjson.OPT_SORT_KEYS).decode()
            own = line_hash(prev, line.seq, line.at_ms, line.who, line.act, line.delivery, text)
            change = update(table).where(table.c.seq == line.seq)
            await connection.execute(change.values(detail=text, prev=prev, hash=own))
            prev = own


async def test_a_chain_that_was_made_to_fit_again_does_not_fit_a_root_kept_elsewhere(
    archive: Archive, tmp_path: Path
) -> None:
    """The log alone looks whole; the first root after the change says where it is not."""
    roots = [read_root(await root_of(archive, date(2027, 1, day), tmp_path)) for day in (15, 16)]

    await rewritten(archive, 3)

    assert (await audit.check(archive.database, {})).broken_at is None
    found = await audit.check(archive.database, hashes(roots))
    assert (found.lines, found.broken_at) == (3, 4)
    assert "kept elsewhere" in found.why


@pytest.mark.long
async def test_a_log_that_was_cut_at_its_end_is_shorter_than_a_root_knows(
    archive: Archive, tmp_path: Path
) -> None:
    """The one change that a chain alone never shows."""
    root = read_root(await root_of(archive, date(2027, 1, 17), tmp_path))
    await unguarded(archive)
    async with archive.database.writing.begin() as connection:
        await connection.execute(delete(table).where(table.c.seq > 3))

    found = await audit.check(archive.database, hashes([root]))

    assert (found.broken_at, "knows line 5" in found.why) == (4, True)


@pytest.mark.parametrize(
    ("field", "value"), [("seq", 1), ("hash", "00" * 32), ("day", "2027-01-14"), ("signature", "00" * 64)]
)
async def test_a_root_that_was_changed_is_refused(
    archive: Archive, tmp_path: Path, field: str, value: Any
) -> None:
    """Its signature covers every field; another's key is another's root."""
    path = await root_of(archive, DAY, tmp_path)
    root = orjson.loads(path.read_bytes())
    with pytest.raises(Conflict, match="another key"):
        read_root(path, key="00" * 32)
    assert read_root(path, key=root["key"]) == root

    path.write_bytes(orjson.dumps(root | {field: value}))

    with pytest.raises(Conflict, match="does not hold"):
        read_root(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}'])
def test_what_is_no_root_is_refused(tmp_path: Path, text: str) -> None:
    """With the command that makes one."""
    (tmp_path / "root").write_text(text)
    with pytest.raises(Conflict, match="audit root --out"):
        read_root(tmp_path / "root")
    with pytest.raises(Conflict, match="cannot read"):
        read_root(tmp_path / "nowhere")


async def test_the_accounts_of_a_room_add_up(day: Day) -> None:
    """Held by browsers, accepted, sealed, aside; a silent device is unknown, never safe."""
    await day.save([day.save_of(1, 1), day.save_of(2, 1)], NOON_MS + 1_000)
    await day.drain()
    await day.save([day.save_of(1, 2), day.save_of(2, 1, " other")], NOON_MS + 2_000)
    await day.store.commit([Heartbeat(day.tickets[2], "i1", held=4)], NOON_MS + 90_000)
    (reply,) = await day.store.commit([Submit(day.tickets[3], 0)], NOON_MS + 3_000)
    assert reply.verdict is Verdict.OK

    rooms = await reconcile(day.archive, day.store, NAME, NOON_MS + 100_000)
    one = await reconcile(day.archive, day.store, NAME, NOON_MS + 100_000, room="R2")

    first, second, third = rooms["R1"], rooms["R2"], rooms["R3"]
    assert (first.accepted, first.sealed, first.waiting, first.archived, first.unknown) == (2, 1, 1, 1, 1)
    assert (second.accepted, second.held, second.holding, second.unknown) == (1, 4, 1, 0)
    assert (third.statuses, third.is_settled) == ({"submitted": 1}, True)
    assert one == {"R2": second}
    await day.drain()
    whole = total(list((await reconcile(day.archive, day.store, NAME, NOON_MS + 100_000)).values()))
    assert (whole.sessions, whole.accepted, whole.sealed, whole.archived) == (3, 3, 3, 3)
    assert (whole.waiting, whole.held, whole.aside, whole.is_settled) == (0, 4, 1, False)


@pytest.mark.long
async def test_the_accounts_are_there_without_redis(day: Day, redis: Redis) -> None:
    """The archive alone says what it has; what devices hold nobody knows then."""
    await day.save([day.save_of(1, 1)])
    await day.drain()
    await redis.flushall()

    whole = total(list((await reconcile(day.archive, day.store, NAME, NOON_MS)).values()))

    assert (whole.sessions, whole.accepted, whole.sealed, whole.archived) == (3, 1, 1, 1)

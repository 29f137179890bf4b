"""Backups: made while pupils work, whole or refused, restored elsewhere, noise once the key is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from engine.backup.create import create, waiting_in_journal
from engine.backup.manifest import Manifest, part_key, read_manifest
from engine.backup.parts import BackupProblem, read_part
from engine.backup.restore import restore, verify
from engine.deliveries import Deliveries
from engine.keyring import KeyRing
from engine.settings import Settings
from sessions.cipher import SessionCipher, Unreadable, unwrap_key
from sessions.link import Link
from sessions.model import Extend
from sessions.store import LINES_MAX, Store
from tests.engine.archives import DATABASES, NOON_MS, a_sid, emptied, empty_address, opened
from tests.engine.days import PUPILS, Day
from tests.engine.sittings import KEY, NAME

WORD = "okapi"


@pytest.fixture(params=[DATABASES[0], pytest.param(DATABASES[1], marks=pytest.mark.long)])
async def day(
    request: pytest.FixtureRequest, tmp_path: Path, redis: Redis, redis_url: str
) -> AsyncIterator[Day]:
    """Two batches of each pupil in the archive, a third in the journal alone, and a file handed in."""
    store = Store(Link(redis_url))
    async with opened(await emptied(empty_address(request, request.param))) as archive:
        day = Day(archive, tmp_path, store)
        await day.open()
        for n in (1, 2):
            await day.save([day.save_of(number, n, f"  {WORD}") for number in day.tickets])
        await day.drain()
        await day.save([day.save_of(number, 3) for number in day.tickets])
        handed_in = tmp_path / "data" / "files" / NAME / a_sid(1).hex()
        handed_in.mkdir(parents=True)
        (handed_in / f"i1-r1-{'0' * 32}").write_bytes(bytes(1_500_000))
        yield day
    await store.aclose()


def settings_of(folder: Path) -> Settings:
    return Settings(data_dir=folder / "data", keys_dir=folder / "keys", redis_url="unix://elsewhere")


async def made(day: Day, tmp_path: Path, name: str = "backup") -> tuple[Path, bytes]:
    """A backup, and the key that it was made with."""
    key = day.keyring.backup_key()
    folder = tmp_path / name
    await create(settings_of(tmp_path), day.archive, day.store, key, folder, who="op-1", now_ms=NOON_MS)
    return folder, key


async def put_back(place: Path, store: Store, folder: Path, key: bytes, address: str = "") -> None:
    async with opened(address or f"sqlite:///{place / 'archive.sqlite'}") as archive:
        await restore(settings_of(place), archive, store, key, folder, who="op-1", now_ms=NOON_MS)


def contents(root: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


async def test_what_was_acknowledged_is_in_the_backup_sealed_or_not(
    day: Day, tmp_path: Path, redis: Redis
) -> None:
    """Archive and journal, from either database into SQLite: the ledger is what the pupils were told."""
    folder, key = await made(day, tmp_path)
    await redis.flushall()
    place = tmp_path / "elsewhere"
    place.mkdir()

    await put_back(place, day.store, folder, key)

    async with opened(f"sqlite:///{place / 'archive.sqlite'}") as restored:
        rows = {(row.session, row.epoch, row.n): row.sha256 async for row in restored.ledger(NAME)}
        assert rows == day.sent
        assert len(rows) == 9
        assert [session async for session in restored.sessions(NAME)] != []
        assert [code async for code in restored.codes(NAME)] == [c async for c in day.archive.codes(NAME)]
        assert await restored.first_broken_audit_line() is None
        acts = [line.act async for line in restored.audit_lines()]
        assert acts[-2:] == ["backup.create", "backup.restore"]
    for name in ("bank", "key", "content", "files"):
        assert contents(place / "data" / name) == contents(tmp_path / "data" / name)


@pytest.mark.long
@pytest.mark.parametrize("day", ["sqlite"], indirect=True)
async def test_a_backup_of_sqlite_restores_into_postgresql(
    day: Day, tmp_path: Path, redis: Redis, pg_url: str
) -> None:
    """Who outgrows one machine takes the data along."""
    folder, key = await made(day, tmp_path)
    await redis.flushall()

    await put_back(tmp_path / "elsewhere", day.store, folder, key, await emptied(pg_url))

    async with opened(pg_url) as restored:
        assert {(row.session, row.epoch, row.n) async for row in restored.ledger(NAME)} == set(day.sent)


def changed(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.long
@pytest.mark.parametrize("day", ["sqlite"], indirect=True)
async def test_damage_is_found_before_anything_is_written(day: Day, tmp_path: Path, redis: Redis) -> None:
    """One bit anywhere, a part too short or gone, frames of another backup: named, and nothing restored."""
    folder, key = await made(day, tmp_path)
    other, _ = await made(day, tmp_path, "other")
    await redis.flushall()
    whole = contents(folder)
    place = tmp_path / "elsewhere"
    place.mkdir()

    for name, data in whole.items():
        for spoil in (
            lambda path: changed(path, 0),
            lambda path: changed(path, len(path.read_bytes()) // 2),
            lambda path: changed(path, -1),
            lambda path: path.write_bytes(path.read_bytes()[:-1]),
            lambda path: path.write_bytes(path.read_bytes() + b"x"),
            Path.unlink,
            lambda path: path.write_bytes((other / path.name).read_bytes()),
        ):
            spoil(folder / name)
            with pytest.raises(BackupProblem, match=name):
                verify(folder, key)
            (folder / name).write_bytes(data)
    (folder / "table-batches").write_bytes(b"")
    with pytest.raises(BackupProblem, match="table-batches"):
        await put_back(place, day.store, folder, key)
    assert not (place / "data").exists()


@pytest.mark.long
@pytest.mark.parametrize("day", ["sqlite"], indirect=True)
async def test_a_restore_mixes_with_nothing(day: Day, tmp_path: Path, redis: Redis) -> None:
    """Into an empty place only: archive, folders and Redis; and with the right key."""
    folder, key = await made(day, tmp_path)
    place = tmp_path / "elsewhere"
    place.mkdir()

    with pytest.raises(BackupProblem, match="Redis holds deliveries"):
        await put_back(place, day.store, folder, key)
    await redis.flushall()
    with pytest.raises(BackupProblem, match="another backup key"):
        await put_back(place, day.store, folder, bytes(32))
    await put_back(place, day.store, folder, key)
    with pytest.raises(BackupProblem, match="is not empty"):
        await put_back(place, day.store, folder, key)
    with pytest.raises(BackupProblem, match="give a new folder"):
        await made(day, tmp_path)


def everything(folder: Path, key: bytes) -> tuple[Manifest, dict[str, list[Any]]]:
    """All that whoever has the backup and its key can read."""
    manifest = read_manifest(folder, key)
    derived = part_key(key, manifest.id)
    return manifest, {part.name: list(read_part(folder, part, derived)) for part in manifest.parts}


def remaining(keyring: KeyRing) -> Iterator[bytes]:
    """Every key that is left."""
    yield from keyring.token_keys()[0].values()
    yield from (keyring.pepper(), bytes.fromhex(keyring.operator_token()))
    yield from (keyring.audit_key(), keyring.backup_key())
    for delivery in keyring.deliveries():
        yield from keyring.delivery(delivery)


def readable(parts: dict[str, list[Any]], keys: Iterable[bytes]) -> list[bytes]:
    """All answers that any of `keys` opens: as the key of a delivery, or as that of a session itself."""
    rows = [tuple(row) for row in parts["table-batches"]]
    rows += [tuple(row[1:]) for row in parts["journal"] if row[0] == "batch"]
    found, tried = [], set(keys)
    for (
        sid,
        delivery,
        *_,
    ) in parts["table-sessions"]:
        wrapped = next(row[5] for row in parts["table-sessions"] if row[0] == sid)
        for key in list(tried):
            try:
                tried.add(unwrap_key(key, wrapped, sid, delivery))
            except Unreadable:
                continue
    for sid, epoch, n, *_, body in rows:
        for key in tried:
            try:
                found.append(SessionCipher(key, sid, NAME).open(epoch, n, body))
            except Unreadable:
                continue
    return found


@pytest.mark.parametrize("day", ["sqlite"], indirect=True)
async def test_a_backup_of_a_destroyed_delivery_gives_nothing(day: Day, tmp_path: Path, redis: Redis) -> None:
    """Read with the backup's own key and tried with every key that is left, it holds not one answer."""
    day.keyring.create_delivery("lecture2")
    folder, key = await made(day, tmp_path)
    _, before = everything(folder, key)
    answers = readable(before, remaining(day.keyring))
    deliveries = Deliveries(day.archive, day.keyring, who="op-1")
    await deliveries.act(NAME, "close", NOON_MS)
    await deliveries.destroy(NAME, day.store, NOON_MS)

    _, after = everything(folder, key)

    assert len(answers) == 9
    assert sum(WORD.encode() in answer for answer in answers) == 6
    assert after == before
    assert readable(after, remaining(day.keyring)) == []
    left = b"".join(contents(folder).values()) + repr(after).encode()
    assert WORD.encode() not in left
    assert KEY not in left
    journal = b"".join([await redis.dump(name) or b"" for name in await redis.keys("*")])
    assert WORD.encode() not in journal
    disk = contents(tmp_path / "data") | contents(tmp_path / "keys")
    assert [name for name, data in disk.items() if WORD.encode() in data or KEY in data] == []


async def test_a_backlog_of_more_lines_than_one_reading_takes_is_in_the_backup(day: Day) -> None:
    """SQL was slow: what waits in the journal is the very part that a backup is for."""
    many = [Extend(a_sid(1 + n % PUPILS), 1) for n in range(LINES_MAX + 300)]
    for start in range(0, len(many), 4_000):
        await day.store.commit(many[start : start + 4_000], NOON_MS)
    await day.save([day.save_of(1, 4)])
    found = await waiting_in_journal(day.store)
    assert (len(found.events), len(found.batches)) == (len(many), PUPILS + 1)

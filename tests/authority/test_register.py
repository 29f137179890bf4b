"""The register: sealed at rest, audited, the same on both databases, and gone when it is destroyed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from authority.destruction import destroy_all, plan_of
from authority.keys import Keys
from authority.problems import Conflict, Destroyed, KeyProblem
from authority.register import Pupil, Register
from authority.register.codebook import number_of
from authority.register.register import read_log
from tests.authority.offices import COLETTE, MOULIN, NOON_MS, office, own_database

NAME, BORN = "Xylandre-Quévertin", "2015-07-29"


async def _life(folder: Path, database: str = "") -> None:
    """A list, its validation, codes, a reserve code, a removal: the same on either database."""
    async with office(folder, database) as of:
        lists, codebook = of.register.lists, of.register.codebook
        one = await of.with_class(count=3)
        with pytest.raises(Conflict, match="class of that name"):
            await lists.add_class(COLETTE.id, one.label, NOON_MS, "test")
        assert await codebook.make(NOON_MS, "test") == (0, 0)
        await lists.validate(one.id, one.version, NOON_MS, "test")
        assert await codebook.make(NOON_MS, "test") == (3, 1)
        assert await codebook.make(NOON_MS, "test") == (0, 0)

        pupils = await lists.pupils(one.id)
        codes = await codebook.of_classes(one.id)
        assert {code.pupil for code in codes if code.pupil} == {pupil.id for pupil in pupils}
        assert [code.number for code in codes] == sorted({number_of(code.session) for code in codes})
        (spare,) = [code for code in codes if code.is_reserve]
        await codebook.give_reserve(one.id, spare.session, pupils[0].id, NOON_MS, "test")
        with pytest.raises(Conflict, match="take another one"):
            await codebook.give_reserve(one.id, spare.session, pupils[1].id, NOON_MS, "test")
        live = {code.pupil: code.session for code in await codebook.of_classes(one.id)}
        assert live[pupils[0].id] == spare.session
        assert len(live) == 3

        await lists.remove_pupil(one.id, pupils[2].id, NOON_MS, "test")
        changed = await lists.class_of(one.id)
        assert changed is not None
        assert (changed.pupils, changed.validated_ms) == (2, None)
        assert len(await codebook.of_classes(one.id)) == 2
        assert len(await codebook.places()) == 4

        lines, broken = await read_log(of.settings.address, 100)
        acts = [line.act for line in lines]
        assert broken is None
        assert acts[-2:] == ["codes.give_reserve", "pupil.remove"]
        assert lines[-1].detail["codes_revoked"] == 1


async def test_a_class_lives_the_same_on_sqlite(tmp_path: Path) -> None:
    """Lists, codes, reserve, removal, audit."""
    await _life(tmp_path)


async def test_a_class_lives_the_same_on_postgresql(tmp_path: Path, pg_url: str) -> None:
    """The same story against the real thing, in a database of its own."""
    await _life(tmp_path, await own_database(pg_url))


async def test_nothing_in_the_files_tells_a_name_without_the_key(tmp_path: Path) -> None:
    """Names, birth dates, codes, passwords: nowhere below the data folder."""
    async with office(tmp_path) as of:
        await of.register.lists.import_lists(
            COLETTE.id, {"6e A": [Pupil("", "", NAME, "Zoé", BORN)]}, "", NOON_MS, "test"
        )
        (one,) = await of.register.lists.classes(COLETTE.id)
        await of.register.lists.validate(one.id, one.version, NOON_MS, "test")
        await of.register.codebook.make(NOON_MS, "test")
        await of.register.lists.keep_draft(COLETTE.id, {"entries": [[NAME, BORN]]}, NOON_MS)
        password = await of.credential(COLETTE.id, "head", COLETTE)
        codes = await of.register.codebook.of_classes(one.id)
        secrets = [NAME, BORN, password, *(text for code in codes for text in (code.short, code.long))]
        held = b"".join(path.read_bytes() for path in of.settings.data_dir.rglob("*") if path.is_file())
    assert len(held) > 10_000
    assert [secret for secret in secrets if secret.encode() in held] == []


async def test_a_changed_line_of_the_log_is_found(tmp_path: Path) -> None:
    """Whoever rewrites history has to rewrite all of it after."""
    async with office(tmp_path) as of:
        await of.with_codes()
        path = of.settings.address.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE audit SET who = 'other' WHERE seq = 3")
    _, broken = await read_log(of.settings.address, 1)
    assert broken == 3


async def test_destruction_takes_rows_and_keys_and_leaves_the_log(tmp_path: Path) -> None:
    """A rehearsal changes nothing; afterwards a copy made before is as unreadable as the register itself."""
    async with office(tmp_path) as of:
        await of.with_codes()
        address, keys = of.settings.address, of.keys
    plan = await plan_of(address, keys)
    assert (plan.campaign, plan.rows["pupils"], plan.rows["codes"]) == ("test-2026", 3, 4)
    assert (await plan_of(address, keys)) == plan
    copy = tmp_path / "copy.sqlite"
    with sqlite3.connect(address.removeprefix("sqlite:///")) as source, sqlite3.connect(copy) as target:
        source.backup(target)

    await destroy_all(address, keys, NOON_MS, "test")
    await destroy_all(address, keys, NOON_MS, "test")

    assert set((await plan_of(address, keys)).rows.values()) == {0}
    assert sorted(path.name for path in keys.folder.iterdir()) == ["destroyed.json", "signing.pub.pem"]
    with pytest.raises(Destroyed):
        await Register.open(f"sqlite:///{copy}", keys)
    with pytest.raises(Destroyed):
        keys.ensure()
    lines, broken = await read_log(address, 100)
    assert (broken, lines[-1].act) == (None, "register.destroy")
    other = Keys(tmp_path / "other-keys")
    other.ensure()
    stranger = await Register.open(f"sqlite:///{copy}", other)
    (one,) = await stranger.lists.classes(COLETTE.id)
    with pytest.raises(KeyProblem):
        await stranger.lists.pupils(one.id)
    await stranger.close()


async def test_a_withdrawn_teacher_gets_no_letter_with_the_others(tmp_path: Path) -> None:
    """The register remembers whom it has written to, and has no password of who is withdrawn."""
    async with office(tmp_path) as of:
        doors = of.register.doors
        own, other = await of.with_class("6e A"), await of.with_class("6e B")
        await of.credential(own.room, "teacher", COLETTE, own.id)
        assert await doors.withdraw(own.room, NOON_MS, "test")
        assert not await doors.withdraw(own.room, NOON_MS, "test")
        assert await doors.written_to() == {own.room}
        assert other.room not in await doors.written_to()
        assert (await doors.credential(own.room), await doors.issued_ms(own.room)) == (None, 0)


async def test_a_pupil_of_another_school_is_not_within_reach(tmp_path: Path) -> None:
    """An id from elsewhere changes nothing."""
    async with office(tmp_path) as of:
        own, other = await of.with_codes(), await of.with_codes(school=MOULIN)
        (pupil, *_), codes = (
            await of.register.lists.pupils(other.id),
            await of.register.codebook.of_classes(own.id),
        )
        spare = next(code for code in codes if code.is_reserve)
        for act in (
            of.register.lists.remove_pupil(own.id, pupil.id, NOON_MS, "test"),
            of.register.lists.correct_pupil(pupil._replace(class_id=own.id), NOON_MS, "test"),
            of.register.codebook.give_reserve(own.id, spare.session, pupil.id, NOON_MS, "test"),
        ):
            with pytest.raises(Conflict):
                await act
        assert len(await of.register.lists.pupils(other.id)) == 3

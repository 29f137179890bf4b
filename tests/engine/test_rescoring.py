"""Rescoring: a corrected key judges the same answers, both judgements stay, and what changed is told."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.archive import Conflict, tables
from engine.archive.lease import Lease
from engine.archive.versions import FIRST, begin_version, complete_versions, outdated
from engine.results import Exported, export
from engine.results.rescoring import Rescored, Rescoring
from engine.results.versions import LEASE
from engine.scorerecord import Unreadable, open_record
from tests.engine.archives import DATABASES, NOON_MS, a_sid, emptied, empty_address, opened
from tests.engine.corrections import changed, corrected
from tests.engine.sittings import KEY, NAME, Sitting


class Ticking:
    """Each look is a second later, so that no test depends on how fast it runs."""

    def __init__(self) -> None:
        self.now_ms = NOON_MS

    def __call__(self) -> int:
        self.now_ms += 1000
        return self.now_ms


both = pytest.mark.parametrize("sitting", DATABASES, indirect=True)
"""For what stands or falls with SQL; the rest is tried on SQLite alone."""


@pytest.fixture
async def sitting(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sitting]:
    """A scored sitting of three pupils: the third one chose what the corrected key calls right."""
    database = getattr(request, "param", "sqlite")
    async with opened(await emptied(empty_address(request, database))) as archive:
        sitting = Sitting(archive, tmp_path)
        await sitting.begin(sessions=3)
        right = sitting.right()
        other = right | {"i1": {"r1": choice(sitting, "four-thousand")}}
        answers = {1: right, 2: right, 3: other}
        batches = [sitting.batch(number, 1, given) for number, given in answers.items()]
        await sitting.write(*batches, ended=(1, 2, 3))
        await sitting.score()
        yield sitting


def choice(sitting: Sitting, authored: str) -> str:
    """How pupils see a choice of the first item."""
    choices = sitting._key["items"]["i1"]["responses"]["r1"]["choices"]
    return str(next(name for name, value in choices.items() if value == authored))


async def rescoring(sitting: Sitting) -> Rescoring:
    delivery = await sitting.archive.delivery(NAME)
    given = (sitting.archive, sitting.keyring, sitting.bank, delivery, Ticking())
    return Rescoring(*given, partitions=64)


async def rescored(sitting: Sitting, key: Path | str, report: Path | None = None) -> Rescored:
    return await (await rescoring(sitting)).with_key(str(key), who="op-1", report=report)


async def exported(sitting: Sitting, folder: Path, version: int | None = None) -> Exported:
    parts = (sitting.archive, sitting.keyring, sitting.bank, NAME)
    return await export(*parts, folder, who="op-1", now_ms=NOON_MS, version=version)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def first_item(files: Exported) -> dict[str, str]:
    """Scores of the first item by session."""
    return {row["session"]: row["score"] for row in rows(files.scores) if row["item"] == "MA-6-001"}


async def count(sitting: Sitting, table: Any) -> int:
    async with sitting.archive.database.reading.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


@both
async def test_both_judgements_stay_and_the_report_says_what_changed(
    sitting: Sitting, tmp_path: Path
) -> None:
    """Two pupils lose the point of the first item, one gains it; the first scores can still be had."""
    package = corrected(tmp_path / "corrected")

    done = await rescored(sitting, package, tmp_path / "report")

    assert (done.made.version, done.made.before, done.made.sessions, done.made.is_new) == (2, 1, 3, True)
    (item,) = done.changes.changed_items()
    assert (item["item"], item["up"], item["down"], item["same"]) == ("MA-6-001", 1, 2, 0)
    assert item["mean_change"] == pytest.approx(-1 / 3, abs=1e-6)
    one, two, three = (a_sid(number).hex() for number in (1, 2, 3))
    first, second = [await exported(sitting, tmp_path / str(n), n) for n in (1, 2)]
    assert first_item(first) == {one: "1.0", two: "1.0", three: "0.0"}
    assert first_item(second) == {one: "0.0", two: "0.0", three: "1.0"}
    assert first.responses.read_bytes() == second.responses.read_bytes()
    changes = rows(tmp_path / "report" / "changes.csv")
    assert [(row["session"], row["change"]) for row in changes if row["item"] == "MA-6-001"] == [
        (one, "-1.0"),
        (two, "-1.0"),
        (three, "1.0"),
    ]
    assert [row["change"] for row in changes if not row["item"]] == ["-1.0", "-1.0", "1.0"]
    assert len(rows(tmp_path / "report" / "changed-items.csv")) == len(sitting.items)


async def test_the_newest_judgement_is_exported_when_none_is_named(sitting: Sitting, tmp_path: Path) -> None:
    """Who asks for results gets the corrected ones; a version that is not there is refused by its number."""
    assert (await exported(sitting, tmp_path / "a")).version == 1
    await rescored(sitting, corrected(tmp_path / "corrected"))

    assert (await exported(sitting, tmp_path / "b")).version == 2
    with pytest.raises(Conflict, match="no score version 7: there are 1, 2"):
        await exported(sitting, tmp_path / "c", 7)


async def test_the_same_key_again_makes_nothing_and_tells_the_same(sitting: Sitting, tmp_path: Path) -> None:
    """Rescoring may be repeated: by the package, which compiles to the same form, or by the form's name."""
    package = corrected(tmp_path / "corrected")
    first = await rescored(sitting, package)

    again = await rescored(sitting, package)
    named = await rescored(sitting, first.made.form[:12])

    assert (again.made.is_new, named.made.is_new) == (False, False)
    assert again.changes.changed_items() == first.changes.changed_items() == named.changes.changed_items()
    assert len(await complete_versions(sitting.archive.database, NAME)) == 1


async def test_a_key_can_be_taken_back_and_rules_can_change(sitting: Sitting, tmp_path: Path) -> None:
    """The delivery's own form is a key like another: a third version gives the first scores again."""
    await rescored(sitting, corrected(tmp_path / "corrected"))

    back = await rescored(sitting, sitting.compiled)

    assert back.made.version == 3
    third, first = [await exported(sitting, tmp_path / str(n), n) for n in (3, 1)]
    assert third.scores.read_bytes() == first.scores.read_bytes()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("MA-6-001", "trois millions", "quatre millions"), "MA-6-001: pupils see something else"),
        (("MA-6-001", 'identifier="thirty-million"', 'identifier="other"'), "can be chosen, are others"),
        (("MA-6-012", "Noé affirme", "Noa affirme"), "MA-6-012: pupils see something else"),
    ],
)
async def test_a_form_with_other_content_is_refused_with_reasons(
    sitting: Sitting, tmp_path: Path, change: tuple[str, str, str], reason: str
) -> None:
    """Answers to one text are not judged by the key of another; nothing is made or begun."""
    with pytest.raises(Conflict, match=reason):
        await rescored(sitting, changed(tmp_path / "other", change))

    assert await count(sitting, tables.score_versions) == 0


@both
async def test_what_an_interruption_left_is_never_read_and_goes_away(
    sitting: Sitting, tmp_path: Path
) -> None:
    """Stopped between two pages, a version is not there; the next try makes it whole."""

    class Stopped(Exception):
        pass

    def stop(done: int) -> None:
        raise Stopped

    package = str(corrected(tmp_path / "corrected"))
    with pytest.raises(Stopped):
        await (await rescoring(sitting)).with_key(package, who="op-1", told=stop)
    assert await count(sitting, tables.version_scores) == 3
    assert (await exported(sitting, tmp_path / "a")).version == 1

    done = await rescored(sitting, package)

    assert (done.made.version, done.made.is_new) == (2, True)
    assert await count(sitting, tables.version_scores) == 3
    assert await count(sitting, tables.score_versions) == 1


async def test_one_version_is_made_at_a_time(sitting: Sitting, tmp_path: Path) -> None:
    """Two operators at once do not mix their keys: the second is told to wait."""
    other = Lease(sitting.archive.database, "somebody else", LEASE)
    assert await other.take(NOON_MS + 60_000)

    with pytest.raises(Conflict, match="being made"):
        await rescored(sitting, corrected(tmp_path / "corrected"))


@both
async def test_a_late_answer_makes_a_version_outdated_until_it_is_made_again(
    sitting: Sitting, tmp_path: Path
) -> None:
    """A session scored again after a version was made is counted as such, and the next version has it."""
    package = corrected(tmp_path / "corrected")
    await rescored(sitting, package)
    assert await outdated(sitting.archive.database, NAME, 2) == 0
    change = tables.scores.update().where(tables.scores.c.sid == a_sid(2)).values(scored_ms=NOON_MS + 5)
    async with sitting.archive.database.writing.begin() as connection:
        await connection.execute(change)

    assert (await exported(sitting, tmp_path / "a")).outdated == 1
    again = await rescored(sitting, package)

    assert (again.made.version, again.made.is_new) == (3, True)
    assert (await exported(sitting, tmp_path / "b")).outdated == 0


async def test_rescoring_is_written_down(sitting: Sitting, tmp_path: Path) -> None:
    """When it begins and when it takes effect, by whom, by which key."""
    done = await rescored(sitting, corrected(tmp_path / "corrected"))

    lines = [line async for line in sitting.archive.audit_lines()][-2:]
    assert [(line.act, line.who) for line in lines] == [
        ("results.rescore", "op-1"),
        ("results.version", "op-1"),
    ]
    assert lines[0].detail == {"version": 2, "kind": "key", "key": done.made.form}
    assert lines[1].detail == {"version": 2, "sessions": 3, "marks": 0}
    assert await sitting.archive.first_broken_audit_line() is None


async def test_a_version_opens_only_as_itself(sitting: Sitting, tmp_path: Path) -> None:
    """A record moved to another version or session does not open: nobody passes one judgement for another."""
    await rescored(sitting, corrected(tmp_path / "corrected"))
    table = tables.version_scores
    async with sitting.archive.database.reading.connect() as connection:
        query = select(table.c.body).where(table.c.sid == a_sid(1))
        body = (await connection.execute(query)).scalar_one()

    assert open_record(body, KEY, a_sid(1), NAME, 2)["items"]
    for sid, version in ((a_sid(1), FIRST), (a_sid(1), 3), (a_sid(2), 2)):
        with pytest.raises(Unreadable):
            open_record(body, KEY, sid, NAME, version)


async def test_a_version_begun_twice_by_hand_is_no_version(sitting: Sitting) -> None:
    """A name alone does not make a version: unfinished ones are not listed."""
    async with sitting.archive.database.writing.begin() as connection:
        await begin_version(connection, NAME, kind="key", form="f" * 64, who="op-1", now_ms=NOON_MS)

    assert await complete_versions(sitting.archive.database, NAME) == []

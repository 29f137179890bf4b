"""Marking by people: answers go out under ids that tell nothing, marks come back checked, both are kept."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.archive import Conflict
from engine.archive.versions import complete_versions
from engine.results import export
from engine.results.marking.export import DISAGREEMENTS, Marking
from engine.results.marking.ids import Allocation, MarkingIds
from engine.results.marking.intake import Taken, import_marks
from engine.results.marking.outcomes import Bounds, marked_outcomes
from engine.results.marking.reading import BadMarks
from engine.results.rescoring import Rescored, Rescoring
from tests.engine.archives import DATABASES, NOON_MS, a_sid, emptied, empty_address, opened
from tests.engine.sittings import NAME, Sitting
from tests.engine.test_rescoring import Ticking

ITEM = "MA-6-012"
PUPILS = 4
CLOCK = Ticking()
both = pytest.mark.parametrize("sitting", DATABASES, indirect=True)


@pytest.fixture
async def sitting(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sitting]:
    """A scored sitting: pupils 1 to 3 wrote an explanation, the fourth nothing but blanks."""
    database = getattr(request, "param", "sqlite")
    async with opened(await emptied(empty_address(request, database))) as archive:
        sitting = Sitting(archive, tmp_path)
        await sitting.begin(sessions=PUPILS)
        texts = {1: "=cmd|'/c calc'!A1", 2: "Noé a tort.\n5 × 5", 3: "Oui", 4: "  "}
        essay = next(i for i in sitting.items if sitting.scorer().authored(i) == ITEM)
        batches = [
            sitting.batch(number, 1, sitting.right() | {essay: {"r1": text}})
            for number, text in texts.items()
        ]
        await sitting.write(*batches, ended=tuple(texts))
        await sitting.score()
        yield sitting


async def marking_of(sitting: Sitting) -> Marking:
    delivery = await sitting.archive.delivery(NAME)
    return Marking(sitting.archive, sitting.keyring, sitting.bank, delivery)


async def sheets(sitting: Sitting, folder: Path, **options: Any) -> list[list[dict[str, str]]]:
    """The batches as markers find them."""
    marking = await marking_of(sitting)
    written = await marking.write(folder, who="op-1", now_ms=NOON_MS, **options)
    found = [rows(folder / f"batch-{number + 1:02}.csv") for number in range(len(written.batches))]
    assert [len(batch) for batch in found] == written.batches
    return found


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def filled(path: Path, given: list[dict[str, str]], separator: str = ",") -> Path:
    """A file of marks, as a spreadsheet saves it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, given[0], delimiter=separator)
        writer.writeheader()
        writer.writerows(given)
    return path


async def taken(sitting: Sitting, *files: Path, **options: bool) -> Taken:
    return await import_marks(await marking_of(sitting), files, who="op-1", now_ms=CLOCK(), **options)


async def merged(sitting: Sitting) -> Rescored:
    """A new version with all marks."""
    delivery = await sitting.archive.delivery(NAME)
    given = (sitting.archive, sitting.keyring, sitting.bank, delivery)
    return await Rescoring(*given, CLOCK, partitions=64).with_marks(who="op-1")


async def essay_scores(sitting: Sitting, folder: Path) -> dict[str, tuple[str, str]]:
    """Score and needs_marking of the essay by session."""
    parts = (sitting.archive, sitting.keyring, sitting.bank, NAME)
    files = await export(*parts, folder, who="op-1", now_ms=NOON_MS)
    found = [row for row in rows(files.scores) if row["item"] == ITEM]
    return {row["session"]: (row["score"], row["needs_marking"]) for row in found}


@both
async def test_marks_come_back_as_a_new_score_version(sitting: Sitting, tmp_path: Path) -> None:
    """From batch to scores: bounds and rubric stand beside the answers, nobody marks blanks."""
    (batch,) = await sheets(sitting, tmp_path / "out")
    assert {row["item"] for row in batch} == {ITEM}
    assert {(row["outcome"], row["marker"], row["lowest"], row["highest"]) for row in batch} == {
        ("SCORE", "m01", "0.0", "3.0")
    }
    (item,) = rows(tmp_path / "out" / "items.csv")
    assert "1 point : l’élève répond que Noé a tort." in item["rubric"]
    by_text = {row["response"]: row for row in batch}
    assert set(by_text) == {"'=cmd|'/c calc'!A1", "Noé a tort.\n5 × 5", "Oui"}
    marks = {"'=cmd|'/c calc'!A1": "0", "Noé a tort.\n5 × 5": "2,5", "Oui": "3"}
    given = [row | {"mark": marks[text]} for text, row in by_text.items()]

    assert await taken(sitting, filled(tmp_path / "m.csv", given, ";")) == Taken(3, 0, 0)
    done = await merged(sitting)

    assert (done.made.version, done.made.marks) == (2, 3)
    assert await essay_scores(sitting, tmp_path / "res") == {
        a_sid(1).hex(): ("0.0", "false"),
        a_sid(2).hex(): ("2.5", "false"),
        a_sid(3).hex(): ("3.0", "false"),
        a_sid(4).hex(): ("0.0", "false"),
    }
    assert {line.act async for line in sitting.archive.audit_lines()} >= {"marking.export", "marking.import"}


async def test_marking_ids_tell_neither_session_nor_order(sitting: Sitting, tmp_path: Path) -> None:
    """No session id stands in the files, rows are sorted by marking id, and two exports agree."""
    (batch,) = await sheets(sitting, tmp_path / "a")
    (again,) = await sheets(sitting, tmp_path / "b")

    text = b"".join(path.read_bytes() for path in (tmp_path / "a").iterdir())
    assert all(a_sid(number).hex().encode() not in text for number in range(1, PUPILS + 1))
    assert batch == again == sorted(batch, key=lambda row: row["marking_id"])
    assert not [path for path in (tmp_path / "a").iterdir() if path.name.startswith(".")]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "a").iterdir())


def test_a_marking_id_leads_back_only_with_key_item_and_outcome() -> None:
    """The same pupil has another id for each item, outcome and delivery, and each leads back in its place."""
    ids, sid = MarkingIds(bytes(32), "d1"), a_sid(7)
    found = {(item, outcome): ids.of(sid, item, outcome) for item in "ab" for outcome in "xy"}

    assert len({*found.values(), MarkingIds(bytes(32), "d2").of(sid, "a", "x")}) == 5
    assert all(ids.sid(text, *place) == sid for place, text in found.items())
    assert ids.sid(found["a", "x"], "a", "y") != sid
    assert ids.sid("short", "a", "x") is None
    assert ids.sid("1" * 26, "a", "x") is None


def test_a_share_of_the_answers_is_marked_twice_by_two_people() -> None:
    """Batches are even, doubles are as many as asked for, and never with the same marker."""
    ids, allocation = MarkingIds(bytes(32), "d1"), Allocation(4, 250)
    found = [allocation.of(ids.of(a_sid(number), "a", "x")) for number in range(4000)]

    assert 850 < sum(len(batches) == 2 for batches in found) < 1150
    assert all(len(set(batches)) == len(batches) for batches in found)
    sizes = [sum(number in batches for batches in found) for number in (1, 2, 3, 4)]
    assert max(sizes) < 1.2 * min(sizes)


@both
async def test_markers_who_differ_are_reported_and_adjudicated(sitting: Sitting, tmp_path: Path) -> None:
    """Both marks stay; the score is open until somebody has the last word."""
    first, second = await sheets(sitting, tmp_path / "out", batches=2, double_permille=1000)
    assert len(first) == len(second) == 3
    files = [
        filled(tmp_path / "m1.csv", [row | {"mark": "2"} for row in first]),
        filled(
            tmp_path / "m2.csv", [row | {"mark": "1" if row["response"] == "Oui" else "2"} for row in second]
        ),
    ]
    await taken(sitting, *files)
    await merged(sitting)
    assert (await essay_scores(sitting, tmp_path / "a"))[a_sid(3).hex()] == ("", "true")

    assert await (await marking_of(sitting)).write_disagreements(tmp_path / "report") == 1
    (open_,) = rows(tmp_path / "report" / DISAGREEMENTS)
    assert (open_["response"], open_["marks"], open_["marker"]) == ("Oui", "m01: 2; m02: 1", "adjudicated")
    last = filled(tmp_path / "last.csv", [open_ | {"mark": "1"}])
    with pytest.raises(BadMarks, match="--adjudicate"):
        await taken(sitting, last)
    await taken(sitting, last, adjudicate=True)
    await merged(sitting)

    assert (await essay_scores(sitting, tmp_path / "b"))[a_sid(3).hex()] == ("1.0", "false")
    assert await (await marking_of(sitting)).write_disagreements(None) == 0


async def test_everything_wrong_is_said_at_once_and_nothing_is_taken(
    sitting: Sitting, tmp_path: Path
) -> None:
    """Bounds, unknown ids, other items, doubles, no numbers: each by file and line."""
    (batch,) = await sheets(sitting, tmp_path / "out")
    one, two, three = batch
    given = [
        one | {"mark": "3.5"},
        two | {"mark": "abc"},
        three | {"mark": "1"},
        three | {"mark": "2"},
        one | {"mark": "1", "marking_id": "a" * 26, "marker": "m02"},
        one | {"mark": "1", "item": "MA-6-001"},
        one | {"mark": "1", "marker": "Jeanne Dupont"},
        one | {"mark": ""},
    ]

    with pytest.raises(BadMarks) as refused:
        await taken(sitting, filled(tmp_path / "m.csv", given))

    said = "\n".join(refused.value.problems)
    for words in (
        "the mark 3.5 must be at least 0 and at most 3",
        "'abc' is no number",
        "the same answer by the same marker",
        "not of an answer in this delivery",
        "'MA-6-001' is not marked by people",
        "no name of a person",
    ):
        assert words in said
    assert len(refused.value.problems) == 6
    assert await taken(sitting, filled(tmp_path / "ok.csv", [one | {"mark": "1"}])) == Taken(1, 0, 0)


async def test_the_same_marks_again_change_nothing_and_others_are_refused(
    sitting: Sitting, tmp_path: Path
) -> None:
    """An import may be repeated; a marker's second thought needs a word from whoever imports."""
    (batch,) = await sheets(sitting, tmp_path / "out")
    file = filled(tmp_path / "m.csv", [row | {"mark": "1"} for row in batch])
    await taken(sitting, file)
    await merged(sitting)

    assert await taken(sitting, file) == Taken(0, 3, 0)
    assert (await merged(sitting)).made.is_new is False
    other = filled(tmp_path / "n.csv", [batch[0] | {"mark": "2"}])
    with pytest.raises(BadMarks, match="gave 1 before, and 2 now"):
        await taken(sitting, other)
    assert await taken(sitting, other, replace=True) == Taken(1, 0, 0)
    assert len(await complete_versions(sitting.archive.database, NAME)) == 1


async def test_impossible_shares_are_refused(sitting: Sitting) -> None:
    """The operator is told what is possible, before a file is written."""
    marking = await marking_of(sitting)
    wrong: dict[str, dict[str, Any]] = {"1 to 200": {"batches": 0}, "two batches": {"double_permille": 500}}
    for reason, options in wrong.items():
        with pytest.raises(Conflict, match=reason):
            await marking.write(Path("unused"), who="op-1", now_ms=NOON_MS, **options)


@pytest.mark.parametrize(
    ("outcomes", "needs_marking", "due"),
    [
        ({"SCORE": {"base_type": "float", "normal_maximum": 4.0}}, False, {}),
        (
            {"SCORE": {"base_type": "float"}, "FORM": {"external_scored": "human", "base_type": "integer"}},
            False,
            {"FORM": Bounds(0.0, None, True)},
        ),
        (
            {"SCORE": {"base_type": "float", "normal_minimum": -1.0, "normal_maximum": 4.0}},
            True,
            {"SCORE": Bounds(-1.0, 4.0, False)},
        ),
        ({"AUTO": {"external_scored": "externalMachine", "base_type": "float"}}, False, {}),
    ],
)
def test_people_give_what_is_declared_theirs_and_scores_without_a_rule(
    outcomes: dict[str, Any], needs_marking: bool, due: dict[str, Bounds]
) -> None:
    """`external-scored="human"`, and SCORE where nothing else gives it; never what a machine gives."""
    program = {"outcomes": outcomes, "needs_marking": needs_marking, "responses": {}}
    assert marked_outcomes(program) == due

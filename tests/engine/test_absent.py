"""Absent and no answer, as teachers key them: values to the end, and neither of them a wrong answer."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pyarrow import parquet

from engine.archive.versions import judged_sessions
from engine.published.mastery import read_mastery
from engine.published.national import National
from engine.published.pupils import Domains
from engine.results import Exported, export
from engine.results.opening import Opened, Opener
from engine.results.reporting import NAMESPACES
from engine.results.rescoring import Rescoring
from items.compile import compile_form
from items.package import read_package
from tests.engine.archives import NOON_MS, a_sid, opened
from tests.engine.sittings import NAME, Sitting
from tests.engine.test_published import THRESHOLDS
from tests.keyed import paper_form

QUESTIONS = 5
VALUE, NOTHING, ABSENT, EMPTY = "value", "nothing", "absent", "empty"
KEYED: dict[int, tuple[str, ...]] = {
    1: (VALUE,) * 5,
    2: (NOTHING,) * 5,
    3: (ABSENT,) * 5,
    4: (VALUE, VALUE, VALUE, ABSENT, ABSENT),
    5: (VALUE, VALUE, VALUE, VALUE),
}
"""Whose paper says what: all right; left blank; away; away in the afternoon; the last one not keyed."""


@pytest.fixture
async def sitting(tmp_path: Path) -> AsyncIterator[Sitting]:
    """Five pupils on paper, keyed and scored."""
    form = compile_form(read_package(paper_form(tmp_path, QUESTIONS)), seed=b"test")
    async with opened(f"sqlite:///{tmp_path / 'archive.sqlite'}") as archive:
        sitting = Sitting(archive, tmp_path, form)
        await sitting.begin(sessions=len(KEYED), keyed=True)
        batches = [keyed(sitting, number, kinds) for number, kinds in KEYED.items()]
        await sitting.write(*batches, ended=tuple(KEYED))
        await sitting.score()
        yield sitting


def keyed(sitting: Sitting, number: int, kinds: tuple[str, ...]) -> Any:
    said = dict(zip(sitting.items, kinds, strict=False))
    right = sitting.right()
    answers = {
        item: right[item] if kind == VALUE else dict.fromkeys(right[item]) for item, kind in said.items()
    }
    return sitting.batch(number, 1, answers, kinds=said)


async def exported(sitting: Sitting, folder: Path) -> Exported:
    parts = (sitting.archive, sitting.keyring, sitting.bank, NAME, folder)
    return await export(*parts, who="op-1", now_ms=NOON_MS, formats=("csv", "parquet", "qti3"))


async def records(sitting: Sitting, version: int = 1) -> dict[int, Opened]:
    opener = Opener(sitting.keyring.delivery(NAME).kek, NAME, version)
    found = [opener.opened(row) async for row in judged_sessions(sitting.archive.database, NAME, version, 10)]
    return {next(n for n in KEYED if a_sid(n).hex() == one.session): one for one in found}


def rows(path: Path, number: int) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["session"] == a_sid(number).hex()]


async def test_an_absent_pupil_has_no_points_and_misses_none(sitting: Sitting) -> None:
    """A blank is zero of five; an absence nothing of nothing; what nobody keyed is nobody's mistake."""
    found = await records(sitting)
    assert {number: (one.score, one.max_score) for number, one in found.items()} == {
        1: (5.0, 5.0),
        2: (0.0, 5.0),
        3: (None, 0.0),
        4: (3.0, 3.0),
        5: (4.0, 4.0),
    }
    assert {number: one.missed for number, one in found.items()} == {
        1: (0, 0),
        2: (0, 0),
        3: (5, 0),
        4: (2, 0),
        5: (0, 1),
    }


async def test_csv_says_what_stands_behind_each_score(sitting: Sitting, tmp_path: Path) -> None:
    """By item, by value and in the total."""
    files = await exported(sitting, tmp_path / "out")
    for number, kinds in KEYED.items():
        *items, total = rows(files.scores, number)
        told = [row["kind"] for row in items]
        assert told == [*kinds, *[EMPTY] * (QUESTIONS - len(kinds))]
        assert [row["score"] for row in items] == [
            {VALUE: "1.0", NOTHING: "0.0"}.get(kind, "") for kind in told
        ]
        assert (total["item"], total["kind"]) == ("", ABSENT if number == 3 else "")
        assert [row["kind"] for row in rows(files.responses, number)] == list(kinds)
    assert rows(files.scores, 3)[-1]["score"] == ""
    assert {row["attempts"] for row in rows(files.scores, 3)} == {"0", ""}


async def test_parquet_says_the_same_with_its_meaning(sitting: Sitting, tmp_path: Path) -> None:
    """Missing scores where nothing was judged; absences and what was not keyed are counted apart."""
    await exported(sitting, tmp_path / "out")
    long, wide, sessions = (
        parquet.read_table(tmp_path / "out" / f"{name}.parquet").to_pylist()
        for name in ("responses", "scores", "sessions")
    )
    of = {row["session"]: row for row in wide}
    assert of[a_sid(3).hex()]["score"] is None
    last = [f"score_{sitting.scorer().authored(item)}" for item in sitting.items[3:]]
    assert [name for name, value in of[a_sid(4).hex()].items() if value is None] == last
    assert [(row["answered"], row["absent"], row["unkeyed"]) for row in sessions] == [
        (5, 0, 0),
        (5, 0, 0),
        (0, 5, 0),
        (3, 2, 0),
        (4, 0, 1),
    ]
    assert {row["kind"] for row in long if row["session"] == a_sid(2).hex()} == {NOTHING}
    dictionary = (tmp_path / "out" / "data-dictionary.csv").read_text()
    assert "left blank" in dictionary


async def test_results_reporting_tells_absence_from_a_blank(sitting: Sitting, tmp_path: Path) -> None:
    """Not attempted, SCORE without a value, and an outcome that says why; a blank is an answer of nothing."""
    await exported(sitting, tmp_path / "out")
    space, last = f"{{{NAMESPACES[3]}}}", sitting.scorer().authored(sitting.items[-1])

    def values(number: int, item: str) -> Mapping[str, list[str | None]]:
        with zipfile.ZipFile(tmp_path / "out" / "qti3" / "results-0001.zip") as archive:
            root = ElementTree.fromstring(archive.read(f"{a_sid(number).hex()}.xml"))
        place = root.find(f"{space}itemResult[@identifier='{item}']" if item else f"{space}testResult")
        assert place is not None
        return {one.attrib["identifier"]: [v.text for v in one.iter(f"{space}value")] for one in place}

    absent, blank, unkeyed = values(4, last), values(2, last), values(5, last)
    assert (absent["SCORE"], absent["ABSENT"], absent["completionStatus"]) == (
        [],
        ["true"],
        ["not_attempted"],
    )
    assert (blank["SCORE"], blank["completionStatus"]) == (["0.0"], ["completed"])
    assert "ABSENT" not in blank
    assert (unkeyed["SCORE"], unkeyed["ABSENT"]) == ([], ["false"])
    assert (values(3, "")["SCORE"], values(3, "")["ABSENT"]) == ([], ["true"])
    assert values(4, "")["SCORE"] == ["3.0"]


async def test_nobody_absent_is_in_a_group_or_in_a_mean(sitting: Sitting) -> None:
    """Not of the class, not of the country; the domain that was sat whole keeps its group."""
    scorer = sitting.scorer()
    domains = Domains(
        {item: scorer.domain(item) for item in sitting.items}, read_mastery(THRESHOLDS | {"domains": {}})
    )
    marks = {number: domains.marks(one.items) for number, one in (await records(sitting)).items()}
    assert {number: [mark.group for mark in found] for number, found in marks.items()} == {
        1: [2, 2, 2],
        2: [0, 0, 0],
        3: [None, None, None],
        4: [None, 2, None],
        5: [None, 2, None],
    }
    assert [(mark.absent, mark.unkeyed) for mark in marks[4] + marks[5]] == [
        *((2, 0), (0, 0), (2, 0)),
        *((0, 1), (0, 0), (0, 1)),
    ]
    national = National(rows=3, groups=3)
    for _ in range(11):
        for found in marks.values():
            national.add(found)
    told = national.to_json()
    assert told["pupils"] == 44
    assert [row["counted"] for row in told["rows"]] == [22, 44, 22]
    assert told["rows"][0]["mean"] == 0.5


async def test_a_new_score_version_keeps_absences(sitting: Sitting) -> None:
    """Judged again by another compilation of the same test, whose names of choices are others."""
    again = compile_form(read_package(paper_form(sitting.contents.parent.parent, QUESTIONS)), seed=b"another")
    sitting.bank.add(again)
    delivery = await sitting.archive.delivery(NAME)
    rescoring = Rescoring(
        sitting.archive, sitting.keyring, sitting.bank, delivery, lambda: NOON_MS, partitions=64
    )
    made = await rescoring.with_key(again.form, who="op-1")
    found = await records(sitting, made.made.version)
    assert {number: (one.score, one.missed) for number, one in found.items()} == {
        1: (5.0, (0, 0)),
        2: (0.0, (0, 0)),
        3: (None, (5, 0)),
        4: (3.0, (2, 0)),
        5: (4.0, (0, 1)),
    }


async def test_a_pupils_own_browser_cannot_say_absent(tmp_path: Path) -> None:
    """Marks in a batch of a test on the screen are a lie: the answers count as they are, for zero."""
    async with opened(f"sqlite:///{tmp_path / 'archive.sqlite'}") as archive:
        sitting = Sitting(archive, tmp_path)
        await sitting.begin(sessions=1)
        blank = {item: dict.fromkeys(given) for item, given in sitting.right().items()}
        await sitting.write(sitting.batch(1, 1, blank, kinds=dict.fromkeys(blank, ABSENT)), ended=(1,))
        await sitting.score()
        one = (await records(sitting))[1]
        assert (one.score, one.missed) == (0.0, (0, 0))
        assert one.max_score > 0

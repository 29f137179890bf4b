"""Results for others' programs: Parquet with its dictionary, Results Reporting XML, in bounded memory."""

from __future__ import annotations

import csv
import os
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree

import pytest
from pyarrow import parquet

from engine.archive import Conflict
from engine.archive.versions import judged_sessions
from engine.results import Exported, export
from engine.results.columns import RESPONSES, Column
from engine.results.csvtables import csv_tables
from engine.results.export import Options
from engine.results.opening import Names, Opened, Opener
from engine.results.parquet import parquet_file, parquet_tables
from engine.results.reporting import NAMESPACES, result_files
from engine.results.xmltext import element, text
from tests.engine.archives import NOON_MS, a_sid, opened
from tests.engine.sittings import DEADLINE_MS, NAME, Sitting

ESSAY = "MA-6-012"


@pytest.fixture
async def sitting(tmp_path: Path) -> AsyncIterator[Sitting]:
    """Two pupils: one right everywhere but for an essay full of markup, one who answered nothing."""
    async with opened(f"sqlite:///{tmp_path / 'archive.sqlite'}") as archive:
        sitting = Sitting(archive, tmp_path)
        await sitting.begin(sessions=2)
        essay = next(i for i in sitting.items if sitting.scorer().authored(i) == ESSAY)
        answers = sitting.right() | {essay: {"r1": "a < b & \x01 \"c\"\r\n'd' ]]>"}}
        await sitting.write(sitting.batch(1, 1, answers), sitting.batch(2, 1, {}), ended=(1, 2))
        await sitting.score()
        yield sitting


async def exported(sitting: Sitting, folder: Path, *formats: str, **options: bool) -> Exported:
    parts = (sitting.archive, sitting.keyring, sitting.bank, NAME, folder)
    asked: dict[str, Any] = {"formats": formats, "options": Options(**options)}
    return await export(*parts, who="op-1", now_ms=NOON_MS, **asked)


async def names_of(sitting: Sitting) -> Names:
    return Names(sitting.bank, await sitting.archive.delivery(NAME), sitting.compiled)


def document(folder: Path, number: int) -> ElementTree.Element:
    """The report of one session."""
    with zipfile.ZipFile(folder / "results-0001.zip") as archive:
        return ElementTree.fromstring(archive.read(f"{a_sid(number).hex()}.xml"))


async def test_parquet_says_the_same_as_csv(sitting: Sitting, tmp_path: Path) -> None:
    """Long responses, wide scores, items and sessions: the same figures, typed."""
    files = await exported(sitting, tmp_path / "out", "csv", "parquet")
    assert all(path.is_file() for path in files.files)
    long, wide, items, sessions = (
        parquet.read_table(tmp_path / "out" / f"{name}.parquet").to_pylist()
        for name in ("responses", "scores", "items", "sessions")
    )

    with files.responses.open(encoding="utf-8", newline="") as file:
        plain = [(row["item"], row["response"], row["elapsed_ms"]) for row in csv.DictReader(file)]
    assert [(row["item"], row["response"], str(row["elapsed_ms"])) for row in long] == plain
    assert {(row["counted"], row["late"]) for row in long} == {(True, "")}
    assert long[0]["received_at"].timestamp() * 1000 == NOON_MS + 1000
    with files.scores.open(encoding="utf-8", newline="") as file:
        scores = [row for row in csv.DictReader(file) if row["item"]]
    flat = {(row["session"], f"score_{row['item']}"): row["score"] for row in scores}
    for row in wide:
        for name, value in row.items():
            if name.startswith("score_"):
                assert flat[row["session"], name] == ("" if value is None else str(value))
    assert [row["item"] for row in items] == [sitting.scorer().authored(item) for item in sitting.items]
    essay = next(row for row in items if row["item"] == ESSAY)
    assert (essay["interactions"], essay["marked_by_people"], essay["max_score"]) == (
        "extended-text",
        True,
        3.0,
    )
    assert [(row["status"], row["duration_ms"], row["answered"]) for row in sessions] == [
        ("submitted", 2000, len(sitting.items)),
        ("submitted", 2000, 0),
    ]
    assert sessions[0]["deadline_at"].timestamp() * 1000 == DEADLINE_MS


async def test_the_dictionary_is_what_the_files_hold(sitting: Sitting, tmp_path: Path) -> None:
    """Every column of every file stands in it with type and meaning, and nothing else does."""
    await exported(sitting, tmp_path / "out", "parquet")
    with (tmp_path / "out" / "data-dictionary.csv").open(encoding="utf-8", newline="") as file:
        told = [(row["table"], row["column"], row["type"], row["meaning"]) for row in csv.DictReader(file)]

    held = []
    for path in sorted((tmp_path / "out").glob("*.parquet")):
        for field in parquet.read_schema(path):
            held.append((path.stem, field.name, str(field.type), field.metadata[b"meaning"].decode()))
    assert sorted(told) == sorted(held)
    assert all(meaning for *_, meaning in told)


@pytest.mark.parametrize("version", [3, 2])
async def test_a_report_has_the_structure_of_the_specification(
    sitting: Sitting, tmp_path: Path, version: int
) -> None:
    """Context, testResult, one itemResult each, every variable with cardinality, base type and values."""
    await exported(sitting, tmp_path / "out", f"qti{version}")
    root = document(tmp_path / "out" / f"qti{version}", 1)
    space = f"{{{NAMESPACES[version]}}}"
    assert root.tag == f"{space}assessmentResult"
    context, test, *items = root
    assert (context.tag, context.attrib) == (f"{space}context", {"sourcedId": a_sid(1).hex()})
    assert [(one.tag, one.attrib) for one in context] == [
        (f"{space}sessionIdentifier", {"sourceID": "delivery", "identifier": NAME})
    ]
    assert test.tag == f"{space}testResult"
    assert set(test.attrib) == {"identifier", "datestamp"}
    assert [item.attrib["identifier"] for item in items] == [
        sitting.scorer().authored(item) for item in sitting.items
    ]
    for number, item in enumerate(items, 1):
        assert item.tag == f"{space}itemResult"
        assert set(item.attrib) == {"identifier", "sequenceIndex", "datestamp", "sessionStatus"}
        assert item.attrib["sequenceIndex"] == str(number)
        kinds = [one.tag.removeprefix(space) for one in item]
        assert kinds == sorted(kinds, key=["responseVariable", "templateVariable", "outcomeVariable"].index)
        for variable in item:
            well_formed(variable, space, version)


def well_formed(variable: ElementTree.Element, space: str, version: int) -> None:
    """What the specification asks of one variable."""
    assert {"identifier", "cardinality"} <= set(variable.attrib)
    assert variable.attrib["cardinality"] in ("single", "multiple", "ordered", "record")
    assert ("baseType" in variable.attrib) != (variable.attrib["cardinality"] == "record")
    assert version == 3 or "externalScored" not in variable.attrib
    holder = variable
    if variable.tag == f"{space}responseVariable":
        (holder,) = variable
        assert holder.tag == f"{space}candidateResponse"
    assert {value.tag for value in holder} <= {f"{space}value"}
    assert variable.attrib["cardinality"] != "single" or len(holder) <= 1


async def test_a_report_tells_answers_scores_and_what_is_open(sitting: Sitting, tmp_path: Path) -> None:
    """Values as given, text safe for XML, NULL without a value, marking shown as pending."""
    await exported(sitting, tmp_path / "out", "qti3")
    space = f"{{{NAMESPACES[3]}}}"
    right, nothing = (document(tmp_path / "out" / "qti3", number) for number in (1, 2))

    def value(root: ElementTree.Element, item: str, name: str) -> list[str | None]:
        path = f"{space}itemResult[@identifier='{item}']/*[@identifier='{name}']//{space}value"
        return [one.text for one in root.findall(path)]

    def status(root: ElementTree.Element, item: str) -> str:
        found = root.find(f"{space}itemResult[@identifier='{item}']")
        return "" if found is None else found.attrib["sessionStatus"]

    assert value(right, "MA-6-001", "RESPONSE") == ["forty-thousand"]
    assert value(right, "MA-6-006", "RESPONSE") == ["disc", "rectangle"]
    assert value(right, ESSAY, "RESPONSE") == ["a < b & \ufffd \"c\"\r\n'd' ]]>"]
    assert (value(right, "MA-6-001", "SCORE"), value(right, ESSAY, "SCORE")) == (["1.0"], [])
    assert (value(right, "MA-6-001", "duration"), value(right, "MA-6-001", "numAttempts")) == (
        ["1.500"],
        ["1"],
    )
    assert (status(right, "MA-6-001"), status(right, ESSAY)) == ("final", "pendingResponseProcessing")
    assert value(nothing, "MA-6-001", "RESPONSE") == []
    assert value(nothing, "MA-6-001", "completionStatus") == ["not_attempted"]
    assert right.find(f"{space}testResult").attrib["datestamp"] == "2027-01-15T08:00:02.000Z"  # type: ignore[union-attr]


async def test_right_answers_are_in_a_report_only_on_request(sitting: Sitting, tmp_path: Path) -> None:
    """A file of results is no key, unless somebody asks for one."""
    await exported(sitting, tmp_path / "plain", "qti3")
    await exported(sitting, tmp_path / "keyed", "qti3", correct_responses=True)
    path = f".//{{{NAMESPACES[3]}}}correctResponse"

    assert document(tmp_path / "plain" / "qti3", 2).findall(path) == []
    keyed = document(tmp_path / "keyed" / "qti3", 2).findall(path)
    assert keyed[0][0].text == "forty-thousand"


async def test_an_unknown_format_is_refused_before_anything_is_written(
    sitting: Sitting, tmp_path: Path
) -> None:
    """The operator reads which formats there are."""
    with pytest.raises(Conflict, match="csv, test, parquet, qti3, qti2"):
        await exported(sitting, tmp_path / "out", "csv", "xlsx")
    assert not (tmp_path / "out").exists()


class Counted(Opened):
    """A session that counts how many like it there are at a time."""

    alive: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def __del__(self) -> None:
        Counted.alive -= 1


async def test_any_number_of_sessions_goes_through_one_at_a_time(sitting: Sitting, tmp_path: Path) -> None:
    """No format holds on to a session: what is in memory does not depend on how many there are."""
    names = await names_of(sitting)
    kek = sitting.keyring.delivery(NAME).kek
    found = [row async for row in judged_sessions(sitting.archive.database, NAME, 1, 10)]
    model = Opener(kek, NAME).opened(found[0])

    def sessions(count: int) -> Iterator[Opened]:
        for number in range(count):
            Counted.alive += 1
            Counted.most = max(Counted.most, Counted.alive)
            yield Counted(*model._replace(session=f"{number:032x}"))

    with ExitStack() as files:
        formats = (
            csv_tables(tmp_path, names),
            parquet_tables(tmp_path, names),
            result_files(tmp_path, names, each=60),
        )
        writes = [files.enter_context(one) for one in formats]
        for session in sessions(150):
            for write in writes:
                write(session)

    assert Counted.most <= 2
    assert sum(name.endswith(".zip") for name in os.listdir(tmp_path)) == 3
    assert parquet.read_metadata(tmp_path / "scores.parquet").num_rows == 150


class Word(str):
    """A text that counts how many like it there are at a time."""

    alive: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def __new__(cls, value: str) -> Word:
        Word.alive += 1
        Word.most = max(Word.most, Word.alive)
        return super().__new__(cls, value)

    def __del__(self) -> None:
        Word.alive -= 1


def test_parquet_holds_one_row_group_at_most(tmp_path: Path) -> None:
    """A thousand rows in groups of fifty: never more than fifty in memory, twenty groups in the file."""
    columns = (Column("word", "text", "a word"), Column("place", "whole", "its place"))
    with parquet_file(tmp_path / "words.parquet", columns, group_rows=50) as put:
        put((Word(f"w{number}"), number) for number in range(1000))

    assert Word.most <= 51
    about = parquet.read_metadata(tmp_path / "words.parquet")
    assert (about.num_row_groups, about.num_rows) == (20, 1000)


def test_a_table_without_rows_has_its_schema(tmp_path: Path) -> None:
    """A delivery in which nobody answered can be read by the same program."""
    with parquet_file(tmp_path / "empty.parquet", RESPONSES):
        pass
    assert parquet.read_table(tmp_path / "empty.parquet").column_names == [one.name for one in RESPONSES]


def test_xml_is_well_formed_whatever_it_holds() -> None:
    """Markup, quotes, control characters, half surrogates: read back as written, or as U+FFFD."""
    value = "<&>\"'\t\n\r\x00\x1f\ud800é😀]]>"
    root = ElementTree.fromstring(element("a", {"b": value, "c": None}, text(value)))

    assert root.text == "<&>\"'\t\n\r\ufffd\ufffd\ufffdé😀]]>"
    assert root.attrib == {"b": "<&>\"'\t\n\r\ufffd\ufffd\ufffdé😀]]>"}

"""Files that pupils handed in reach the people who mark them, and tell them of no session."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.filecipher import Chunk, FileCipher, Owner, Place
from engine.files import FileStore
from engine.results import export
from engine.results.export import Options
from engine.results.marking.export import Marking
from engine.results.marking.handed import UNREADABLE
from items.filetypes import Upload
from items.model import Form
from tests.engine.archives import NOON_MS, a_sid, opened
from tests.engine.sittings import KEY, NAME, Sitting
from tests.items.given import a_form, an_item, declared, png
from tests.items.handed_kinds import UPLOAD

VARIANT = an_item(
    '<p><qti-printed-variable identifier="N"/>'
    '<qti-text-entry-interaction response-identifier="RESPONSE"/></p>',
    declared((), base_type="integer")
    + '<qti-template-declaration identifier="N" cardinality="single" base-type="integer"/>',
    identifier="sum",
    rest="""<qti-template-processing><qti-set-template-value identifier="N">
      <qti-random-integer min="1" max="9"/></qti-set-template-value>
      <qti-set-correct-response identifier="RESPONSE"><qti-variable identifier="N"/>
      </qti-set-correct-response></qti-template-processing>""",
)
PICTURE, MISSING = "a" * 32, "b" * 32


def _form(folder: Path) -> Form:
    return a_form(folder, UPLOAD, VARIANT)


@pytest.fixture
async def sitting(tmp_path: Path) -> AsyncIterator[Sitting]:
    """One pupil handed in a picture that is here, another one a file that is not."""
    async with opened(f"sqlite:///{tmp_path / 'archive.sqlite'}") as archive:
        sitting = Sitting(archive, tmp_path, _form(tmp_path))
        await sitting.begin(sessions=2)
        batches = [
            sitting.batch(1, 1, {"i1": {"r1": PICTURE}, "i2": {"r1": "3"}}),
            sitting.batch(2, 1, {"i1": {"r1": MISSING}}),
        ]
        await sitting.write(*batches, ended=(1, 2))
        await sitting.score()
        yield sitting


def _store(folder: Path) -> FileStore:
    store, owner, data = FileStore(folder / "files"), Owner(NAME, a_sid(1)), png()
    chunk = Chunk(Place("i1", "r1", PICTURE), 0, len(data), data)
    store.put(owner, chunk, Upload(("image/png",)), FileCipher(KEY, owner))
    return store


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_a_marker_finds_each_file_beside_the_batch_by_its_marking_id(
    sitting: Sitting, tmp_path: Path
) -> None:
    """Two markers of the same answer both have it; no session and no file is named."""
    delivery = await sitting.archive.delivery(NAME)
    marking = Marking(sitting.archive, sitting.keyring, sitting.bank, delivery, _store(tmp_path))
    out = tmp_path / "out"
    written = await marking.write(out, who="op-1", now_ms=NOON_MS, batches=2, double_permille=1000)
    assert (written.files, written.unreadable) == (1, 1)
    for number in (1, 2):
        rows = {row["response"]: row["marking_id"] for row in _rows(out / f"batch-{number:02}.csv")}
        assert UNREADABLE in rows
        name = next(name for name in rows if name != UNREADABLE)
        assert name == f"{rows[name]}.png"
        assert (out / f"batch-{number:02}" / name).read_bytes() == png()
    everything = " ".join(str(path) + path.read_text("latin-1") for path in out.rglob("*") if path.is_file())
    for secret in (a_sid(1).hex(), a_sid(2).hex(), PICTURE, MISSING):
        assert secret not in everything


async def test_exports_tell_attempts_and_the_variant_that_each_pupil_had(
    sitting: Sitting, tmp_path: Path
) -> None:
    given = (sitting.archive, sitting.keyring, sitting.bank, NAME, tmp_path / "out")
    files = await export(*given, who="op-1", now_ms=NOON_MS, formats=("csv",), options=Options())
    rows = [row for row in _rows(files.scores) if row["item"] == "ref-item2"]
    assert [row["attempts"] for row in rows] == ["1", "0"]
    for row in rows:
        assert row["variant"].startswith('{"N":')
        assert len(row["variant_seed"]) == 64
    assert rows[0]["variant_seed"] != rows[1]["variant_seed"]
    (response,) = (row for row in _rows(files.responses) if row["item"] == "ref-item2")
    assert response["variant_seed"] == rows[0]["variant_seed"]

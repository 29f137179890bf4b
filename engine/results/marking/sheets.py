"""The files that markers fill in: one a batch, item after item, in an order that tells nothing about pupils.

batch-01/ ...      the files that the answers of a batch name (`handed`)
batch-01.csv ...   marking_id, item, outcome, marker, lowest, highest, response, mark (empty)
items.csv          what is marked, between which bounds, by which rubric
READ-ME.txt        how to fill them in, and that answers may hold what is personal

Rows are sorted by marking id within an item, a drawer at a time, each small enough for memory: a whole year
group's essays are not.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from engine.archive import Conflict
from engine.results.drafts import Rows, draft, table
from engine.results.marking.ids import Allocation
from engine.results.marking.outcomes import Bounds

HEADER = ("marking_id", "item", "outcome", "marker", "lowest", "highest", "response", "mark")
ITEMS = ("item", "title", "domain", "outcome", "lowest", "highest", "whole", "rubric")
MOST_BATCHES = 200
MOST_DRAWERS = 256
"""Files open at a time while rows are sorted; 4 million answers of 1 KB make drawers of 16 MB."""

WARNING = (
    "These answers were written by children and may hold names or what is private: keep them on encrypted "
    "disks, send them encrypted, delete them when the marks are in."
)
READ_ME = f"""{WARNING}

Fill in the column "mark" of your batch: a number from "lowest" to "highest", with a point or a comma.
Leave it empty while you have not decided. Change nothing else. items.csv holds the rubrics. Where "response"
names a file, it lies in the folder of your batch: batch-01/ for batch-01.csv.

Ces réponses ont été écrites par des enfants et peuvent contenir des noms ou des choses privées : gardez-les
sur un disque chiffré, envoyez-les chiffrées, effacez-les quand les notes sont saisies.

Remplissez la colonne « mark » de votre lot : un nombre de « lowest » à « highest », avec un point ou une
virgule. Laissez-la vide tant que vous n'avez pas décidé. Ne changez rien d'autre. Les barèmes sont dans
items.csv. Si « response » donne le nom d'un fichier, il est dans le dossier de votre lot : batch-01/ pour
batch-01.csv.
"""


class Sheet(NamedTuple):
    """One answer to be marked."""

    item: str
    outcome: str
    marking_id: str
    response: str


class Drawers:
    """Rows laid away in files by item and marking id, and taken out again sorted."""

    def __init__(self, items: list[str], files: ExitStack, below: Path) -> None:
        below.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=".sorting-", dir=below))
        files.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._each = max(1, MOST_DRAWERS // max(1, len(items)))
        self._items = items
        self._open = {
            (item, number): files.enter_context((self._folder / f"{place}-{number}").open("w+b"))
            for place, item in enumerate(items)
            for number in range(self._each)
        }

    def put(self, sheet: Sheet) -> None:
        number = int(sheet.marking_id[:2], 36) * self._each // 36**2
        self._open[sheet.item, number].write(orjson.dumps([*sheet]) + b"\n")

    def sheets(self) -> Iterator[Sheet]:
        """All rows, item after item, each item's by marking id; one drawer in memory at a time."""
        for item in self._items:
            for number in range(self._each):
                file = self._open[item, number]
                file.seek(0)
                yield from sorted(
                    (Sheet(*orjson.loads(line)) for line in file), key=lambda sheet: sheet.marking_id
                )


def write_sheets(
    folder: Path, drawers: Drawers, due: dict[str, dict[str, Bounds]], allocation: Allocation
) -> list[int]:
    """One file a batch; gives how many answers are in each."""
    counts = [0] * allocation.batches
    with ExitStack() as files:
        batches = [
            files.enter_context(table(folder / f"batch-{number:02}.csv", HEADER))
            for number in range(1, allocation.batches + 1)
        ]
        for sheet in drawers.sheets():
            bounds = due[sheet.item][sheet.outcome]
            for number in allocation.of(sheet.marking_id):
                batches[number - 1]([_row(sheet, f"m{number:02}", bounds)])
                counts[number - 1] += 1
        with draft(folder / "READ-ME.txt") as page:
            page.write_text(READ_ME, encoding="utf-8")
    return counts


def _row(sheet: Sheet, marker: str, bounds: Bounds) -> tuple[Any, ...]:
    head = (sheet.marking_id, sheet.item, sheet.outcome, marker)
    return (*head, bounds.lowest, bounds.highest, sheet.response, "")


def item_list(folder: Path, rows: Rows) -> None:
    with table(folder / "items.csv", ITEMS) as write:
        write(rows)


def checked(batches: int, double_permille: int) -> Allocation:
    """An allocation, or Conflict when it cannot be."""
    if not 1 <= batches <= MOST_BATCHES:
        raise Conflict(f"there may be from 1 to {MOST_BATCHES} batches")
    if not 0 <= double_permille <= 1000:
        raise Conflict("the share that is marked twice lies between 0 and 1")
    if double_permille and batches < 2:
        raise Conflict("marking twice needs two batches at least: give --batches 2 or more")
    return Allocation(batches, double_permille)


Told = Callable[[int], None]

"""Out to the markers: every answer that a person must judge, once or twice, under its marking id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from engine.archive import Archive, Conflict, Delivery, Gone
from engine.archive.answers import unscored
from engine.archive.versions import FIRST, judged_sessions, marks_of
from engine.files import FileStore
from engine.keyring import KeyRing
from engine.recovery import pages
from engine.results.drafts import Rows, table
from engine.results.marking.handed import Handed
from engine.results.marking.ids import MarkingIds
from engine.results.marking.merging import ADJUDICATOR, agreed, opened_marks
from engine.results.marking.outcomes import Bounds, is_blank, marked_outcomes
from engine.results.marking.sheets import HEADER, Drawers, Sheet, Told, checked, item_list, write_sheets
from engine.results.opening import Opened, Opener
from engine.results.texts import canonical, yes
from items.bank import Bank
from items.scorer import Scorer

PAGE = 200
DISAGREEMENTS = "disagreements.csv"


class SheetsWritten(NamedTuple):
    """How many answers each batch holds; how many ended sessions are missing, not scored yet; how many files
    were written beside the batches, and how many cannot be read.
    """

    folder: Path
    batches: list[int]
    items: int
    missing: int
    files: int = 0
    unreadable: int = 0


class Marking:
    """What is marked in one delivery; KeyProblem when its key is gone, Conflict when nothing is marked."""

    def __init__(
        self,
        archive: Archive,
        keyring: KeyRing,
        bank: Bank,
        delivery: Delivery,
        store: FileStore | None = None,
    ) -> None:
        if delivery.state == "created":
            raise Gone(f"delivery {delivery.id} was never open: there is nothing to mark")
        self.archive = archive
        self.delivery = delivery.id
        self.kek = keyring.delivery(delivery.id).kek
        self.ids = MarkingIds(self.kek, delivery.id)
        self.sat = Scorer(bank.key(delivery.compiled))
        self._handed = Handed(delivery.id, bank.schema(delivery.compiled), store)
        everything = {
            self.sat.authored(item): (item, marked_outcomes(self.sat.declarations(item)))
            for item in self.sat.items()
        }
        found = {authored: entry for authored, entry in everything.items() if entry[1]}
        self.opaque = {authored: item for authored, (item, _) in found.items()}
        self.due: dict[str, dict[str, Bounds]] = {authored: due for authored, (_, due) in found.items()}
        if not self.due:
            raise Conflict(
                f"nothing in delivery {delivery.id} is marked by people: all items score themselves"
            )

    async def write(
        self,
        folder: Path,
        *,
        who: str,
        now_ms: int,
        batches: int = 1,
        double_permille: int = 0,
        told: Told = lambda _: None,
    ) -> SheetsWritten:
        """Write the markers' files below `folder`, with a line in the audit log before the first row."""
        allocation = checked(batches, double_permille)
        database = self.archive.database
        missing = await unscored(database, self.delivery)
        detail = {"batches": batches, "double_permille": double_permille, "missing": missing}
        await self.archive.audit("marking.export", who=who, now_ms=now_ms, delivery=self.delivery, **detail)
        opener, handed = Opener(self.kek, self.delivery), self._handed.below(folder, allocation)
        with ExitStack() as files:
            drawers = Drawers(list(self.due), files, folder)
            count = 0
            async for session in judged_sessions(database, self.delivery, FIRST, PAGE):
                key = opener.key(session.sid, session.wrapped_key)
                for sheet in self.sheets(opener.opened(session), key):
                    drawers.put(sheet)
                count += 1
                told(count)
            counts = write_sheets(folder, drawers, self.due, allocation)
        item_list(folder, self._items())
        return SheetsWritten(folder, counts, len(self.due), missing, handed.written, handed.unreadable)

    def sheets(self, session: Opened, key: bytes) -> Iterator[Sheet]:
        """What is to be marked of one session, whose own `key` opens the files it handed in."""
        sid = bytes.fromhex(session.session)
        for entry in session.items:
            item, answer = self.sat.authored(entry["item"]), entry["answer"]
            if item not in self.due or answer is None or is_blank(answer["response"]):
                continue
            for outcome in self.due[item]:
                name = self.ids.of(sid, item, outcome)
                given = self._handed.shown(sid, key, entry["item"], answer["response"], name)
                response = self.sat.responses_in_authored(entry["item"], given)
                yield Sheet(item, outcome, name, _shown(response))

    def _items(self) -> Iterator[tuple[Any, ...]]:
        for authored, outcomes in self.due.items():
            item = self.opaque[authored]
            names = (authored, self.sat.title(item), self.sat.domain(item))
            for outcome, bounds in outcomes.items():
                highest = "" if bounds.highest is None else bounds.highest
                whole = yes(bounds.is_whole)
                yield (*names, outcome, bounds.lowest, highest, whole, self.sat.rubric(item))

    async def write_disagreements(self, folder: Path | None) -> int:
        """The answers whose markers differ, to be adjudicated; gives how many there are."""
        opener, count = Opener(self.kek, self.delivery), 0
        database = self.archive.database
        with ExitStack() as files:
            write: Callable[[Rows], None] = lambda rows: None  # noqa: E731
            if folder is not None:
                header = (*HEADER[:-1], "marks", "mark")
                write = files.enter_context(table(folder / DISAGREEMENTS, header))
            async for page in pages(judged_sessions(database, self.delivery, FIRST, PAGE), PAGE):
                marks = await marks_of(database, [session.sid for session in page])
                for session in page:
                    if session.sid not in marks:
                        continue
                    key = opener.key(session.sid, session.wrapped_key)
                    known = opened_marks(marks[session.sid], key, self.delivery)
                    rows = list(self._open_rows(opener.opened(session), key, known))
                    write(rows)
                    count += len(rows)
        return count

    def _open_rows(self, session: Opened, key: bytes, known: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        for sheet in self.sheets(session, key):
            given = known.get(self.opaque[sheet.item], {}).get(sheet.outcome, {})
            if given and agreed(given) is None:
                bounds = self.due[sheet.item][sheet.outcome]
                said = "; ".join(f"{marker}: {mark:g}" for marker, mark in sorted(given.items()))
                head = (sheet.marking_id, sheet.item, sheet.outcome, ADJUDICATOR)
                yield (*head, bounds.lowest, bounds.highest, sheet.response, said, "")


def _shown(response: Mapping[str, Any]) -> str:
    """An answer as a marker reads it: its only value, or each value after its response's name."""
    if len(response) == 1:
        return canonical(next(iter(response.values())))
    return "\n".join(f"{name}: {canonical(value)}" for name, value in response.items())

"""Results out of the archive: two CSV files a delivery, by session id, never by name.

responses.csv  one row per response: what was answered, in the author's identifiers, when, and whether it
counts scores.csv     one row per item of each session, and one row for its total (item empty)

Sessions are read, opened and written one after the other, so the size of a delivery does not matter. Both
files appear whole or not at all. A text that a spreadsheet would take for a formula is quoted with an
apostrophe.
"""

from __future__ import annotations

import csv
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from engine.archive import Archive, Delivery, Gone
from engine.archive.answers import ScoredSession, scored_sessions, unscored
from engine.keyring import KeyRing
from engine.scorerecord import open_record
from items.bank import Bank
from items.scorer import Scorer
from sessions.cipher import unwrap_key

PAGE = 200
RESPONSES = (
    *("session", "room", "item", "response", "value", "epoch", "n"),
    *("received_ms", "elapsed_ms", "late", "counted"),
)
SCORES = ("session", "room", "item", "domain", "score", "max_score", "needs_marking")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")

Row = tuple[Any, ...]


class Exported(NamedTuple):
    """What an export wrote, and how many ended sessions were not scored yet and are missing."""

    responses: Path
    scores: Path
    sessions: int
    missing: int


class Export:
    """One delivery, ready to be written out; KeyProblem at once when its key is gone."""

    def __init__(self, archive: Archive, keyring: KeyRing, bank: Bank, delivery: Delivery) -> None:
        self._archive = archive
        self._delivery = delivery
        self._kek = keyring.delivery(delivery.id).kek
        self._scorer = Scorer(bank.key(delivery.compiled))

    async def write(
        self,
        folder: Path,
        *,
        who: str,
        now_ms: int,
        bom: bool = False,
        told: Callable[[int], None] = lambda _: None,
    ) -> Exported:
        """Write both files below `folder`, with a line in the audit log before the first row."""
        delivery, archive = self._delivery.id, self._archive
        missing = await unscored(archive.database, delivery)
        await archive.audit("results.export", who=who, now_ms=now_ms, delivery=delivery, missing=missing)
        paths = (folder / "responses.csv", folder / "scores.csv")
        count = 0
        with ExitStack() as files:
            responses = files.enter_context(_table(paths[0], RESPONSES, bom))
            scores = files.enter_context(_table(paths[1], SCORES, bom))
            async for session in scored_sessions(archive.database, delivery, PAGE):
                record = self._opened(session)
                responses(self._response_rows(session, record))
                scores(self._score_rows(session, record))
                count += 1
                told(count)
        return Exported(*paths, sessions=count, missing=missing)

    def _opened(self, session: ScoredSession) -> dict[str, Any]:
        key = unwrap_key(self._kek, session.wrapped_key, session.sid, self._delivery.id)
        return open_record(session.body, key, session.sid, self._delivery.id)

    def _response_rows(self, session: ScoredSession, record: dict[str, Any]) -> Iterator[Row]:
        head = (session.sid.hex(), session.room)
        for entry in record["items"]:
            item = self._scorer.authored(entry["item"])
            for answer, counted in ((entry["answer"], True), (entry["uncounted"], False)):
                if answer is None:
                    continue
                times = [answer[name] for name in ("epoch", "n", "received_ms", "elapsed_ms", "late")]
                authored = self._scorer.responses_in_authored(entry["item"], answer["response"])
                for response, value in authored.items():
                    yield (*head, item, response, canonical(value), *times, _yes(counted))

    def _score_rows(self, session: ScoredSession, record: dict[str, Any]) -> Iterator[Row]:
        head = (session.sid.hex(), session.room)
        for entry in record["items"]:
            item, domain = self._scorer.authored(entry["item"]), self._scorer.domain(entry["item"])
            yield (*head, item, domain, entry["score"], entry["max"], _yes(entry["marking"]))
        items = record["items"]
        marking = any(entry["marking"] for entry in items)
        yield (*head, "", "", _total(items, "score"), _total(items, "max"), _yes(marking))


async def export(
    archive: Archive,
    keyring: KeyRing,
    bank: Bank,
    delivery: str,
    folder: Path,
    *,
    who: str,
    now_ms: int,
    bom: bool = False,
    told: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Export a delivery's results; KeyProblem when its key is destroyed or missing."""
    found = await archive.delivery(delivery)
    if found.state == "created":
        raise Gone(f"delivery {delivery} was never open: it has no results")
    return await Export(archive, keyring, bank, found).write(
        folder, who=who, now_ms=now_ms, bom=bom, told=told
    )


def canonical(value: Any) -> str:
    """A response as one text: nothing, the value, or a JSON array of values."""
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def safe(value: Any) -> Any:
    """What a spreadsheet shows as it stands: text that it would run as a formula gets an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _total(items: Iterable[dict[str, Any]], name: str) -> float:
    return float(sum(entry[name] for entry in items if entry[name] is not None))


@contextmanager
def _table(path: Path, header: Row, bom: bool) -> Iterator[Callable[[Iterable[Row]], None]]:
    """A CSV file that appears under its name when the block ends well."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            yield lambda rows: writer.writerows(map(safe, row) for row in rows)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)

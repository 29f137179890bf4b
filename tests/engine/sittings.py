"""A delivery of the demonstration form with sessions and keys, for tests of scores, results and recovery."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import update

from engine.archive import Archive, Delivery, SessionRow, tables
from engine.archive.intake import write_portion
from engine.archive.lease import Lease
from engine.archive.portion import Portion
from engine.archive.records import StoredBatch
from engine.deliveries import Deliveries, Window
from engine.keyring import KeyRing
from engine.scorekeeper import ScoreKeeper
from items.bank import Bank
from items.compile import compile_form
from items.model import Form
from items.package import read_package
from items.scorer import Scorer
from items.scoring.run import correct_responses
from sessions.cipher import SessionCipher, wrap_key
from tests.engine.archives import NOON_MS, a_sid

FORM = Path(__file__).parents[2] / "items" / "content" / "maths-6e"
NAME = "nombres1"
DEADLINE_MS = NOON_MS + 1_800_000
KEY = bytes(range(32))
"""Every session's key in these tests; what keeps them apart is the associated data."""


@cache
def compiled() -> Form:
    """The demonstration form, compiled once for all tests."""
    return compile_form(read_package(FORM), seed=b"test")


class Sitting:
    """An open delivery, and what its pupils did, written straight into the archive."""

    def __init__(self, archive: Archive, folder: Path, form: Form | None = None) -> None:
        self.archive = archive
        self.keyring = KeyRing(folder / "keys", folder / "data")
        self.keyring.ensure()
        self.bank = Bank(folder / "data")
        self.contents = folder / "data" / "content"
        self.lease = Lease(archive.database, "test")
        self.keeper = ScoreKeeper(archive, self.keyring, self.bank, partitions=64)
        form = form or compiled()
        self.bank.add(form)
        self.compiled, self.items, self._key = form.form, form.item_ids, form.key

    async def begin(self, sessions: int = 1, **changed: Any) -> Delivery:
        """Create and open the delivery, and import its sessions."""
        staff = Deliveries(self.archive, self.keyring, who="op-1")
        window = Window(NOON_MS, NOON_MS, NOON_MS + 3_600_000, NOON_MS + 7_200_000, 1_800_000)
        created = await staff.create(
            self.compiled,
            window,
            bank=self.bank,
            contents=self.contents,
            now_ms=NOON_MS,
            delivery=NAME,
            **changed,
        )
        rows = [(self._session(number), (b"s" + a_sid(number)[1:],)) for number in range(1, sessions + 1)]
        file: dict[str, Any] = {"sha256": "a" * 64, "campaign": "test-1", "who": "op-1", "now_ms": NOON_MS}
        await self.archive.import_sessions(created.id, rows, **file)
        await self.lease.take(NOON_MS)
        return await staff.act(created.id, "open", NOON_MS)

    def _session(self, number: int) -> SessionRow:
        kek, sid = self.keyring.delivery(NAME).kek, a_sid(number)
        wrapped = wrap_key(kek, KEY, sid, NAME, number.to_bytes(12, "big"))
        return SessionRow(sid, NAME, f"R{number}", 1000, (), wrapped)

    def batch(
        self,
        number: int,
        n: int,
        answers: Mapping[str, Any],
        *,
        epoch: int = 1,
        late: str = "",
        received_ms: int = NOON_MS + 1000,
        age_ms: int = 0,
        kinds: Mapping[str, str] | None = None,
    ) -> StoredBatch:
        """A sealed batch as the journal brings it; answers by item, each an object of responses.

        `kinds` says by item what a teacher keyed for each of its responses.
        """
        entries = [
            {"item": item, "response": response, "elapsed_ms": 1500, "age_ms": age_ms}
            | ({"marks": {name: [{"kind": kinds[item]}] for name in response}} if kinds else {})
            for item, response in answers.items()
        ]
        body = orjson.dumps({"n": n, "answers": entries})
        nonce = epoch.to_bytes(8, "big") + n.to_bytes(4, "big")
        sealed = SessionCipher(KEY, a_sid(number), NAME).seal(epoch, n, body, nonce)
        digest = hashlib.sha256(body).digest()
        return StoredBatch(a_sid(number), epoch, n, digest, received_ms, late, False, False, age_ms, sealed)

    async def write(self, *batches: StoredBatch, ended: tuple[int, ...] = ()) -> None:
        """Archive batches; the sessions `ended` are handed in."""
        portion = Portion()
        portion.add_batches(batches)
        for number in ended:
            last = portion.highest.get(a_sid(number), 0)
            state = {"status": "submitted", "epoch": 1, "version": 9, "last": last}
            times = {"started_ms": NOON_MS, "deadline_ms": DEADLINE_MS}
            portion.add_event(a_sid(number), "submit", NOON_MS + 2000, **state, **times)  # type: ignore[arg-type]
        async with self.lease.transaction(NOON_MS) as connection:
            await write_portion(self.archive.database, connection, portion)

    async def score(self) -> int:
        """Score all that is to be scored; gives how many sessions that were."""
        total = 0
        while count := await self.keeper.score_some(self.lease, NOON_MS):
            total += count
        return total

    async def cut_key(self, number: int) -> None:
        """Damage a session's wrapped key."""
        change = update(tables.sessions).where(tables.sessions.c.sid == a_sid(number))
        async with self.archive.database.writing.begin() as connection:
            await connection.execute(change.values(wrapped_key=b"\x01" + bytes(60)))

    def right(self) -> dict[str, dict[str, Any]]:
        """The declared right answers of all items, in the pupils' identifiers."""
        return {item: self._opaque(entry) for item, entry in self._key["items"].items()}

    def scorer(self) -> Scorer:
        return Scorer(self._key)

    def _opaque(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        correct = correct_responses(entry["program"])
        given = {}
        for response, names in entry["responses"].items():
            opaque = {authored: name for name, authored in names["choices"].items()}
            given[response] = _translated(correct[names["authored"]], opaque)
        return given


def _translated(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_translated(member, names) for member in value]
    return " ".join(names.get(part, part) for part in value.split(" ")) if isinstance(value, str) else value

"""A delivery judged again: which key, a version, and the report of what it changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from engine.archive import Archive, Delivery, Gone
from engine.archive.versions import FIRST, complete_versions
from engine.keyring import KeyRing
from engine.results.changes import Changes, compare
from engine.results.correcting import corrected_form
from engine.results.opening import Opener
from engine.results.versions import Made, VersionMaker
from items.bank import Bank
from items.scorer import Scorer

Told = Callable[[int], None]


class Rescored(NamedTuple):
    """A version, and what it changed against the one before."""

    made: Made
    changes: Changes

    def to_record(self) -> dict[str, Any]:
        """For machines: figures alone, no pupil."""
        made = self.made._asdict()
        return {**made, "changed_sessions": self.changes.sessions, "items": self.changes.changed_items()}


class Rescoring:
    """Judges the answers of one delivery again; Gone, KeyProblem or Conflict say why it cannot."""

    def __init__(
        self,
        archive: Archive,
        keyring: KeyRing,
        bank: Bank,
        delivery: Delivery,
        clock: Callable[[], int],
        *,
        partitions: int,
    ) -> None:
        if delivery.state == "created":
            raise Gone(f"delivery {delivery.id} was never open: it has no scores")
        self._archive = archive
        self._bank = bank
        self._delivery = delivery
        self._kek = keyring.delivery(delivery.id).kek
        self._maker = VersionMaker(archive, keyring, bank, delivery, partitions=partitions)
        self._clock = clock

    async def with_key(
        self, key: str, *, who: str, report: Path | None = None, told: Told = lambda _: None
    ) -> Rescored:
        """By a corrected key: a form of the bank, or a package with the same content."""
        form = corrected_form(self._bank, self._delivery, key)
        return await self._make("key", form, who, report, told)

    async def with_marks(
        self, *, who: str, report: Path | None = None, told: Told = lambda _: None
    ) -> Rescored:
        """By the newest version's key, with all marks that have come in."""
        versions = await complete_versions(self._archive.database, self._delivery.id)
        form = versions[-1].form if versions else self._delivery.compiled
        return await self._make("marks", form, who, report, told)

    async def _make(self, kind: str, form: str, who: str, report: Path | None, told: Told) -> Rescored:
        made = await self._maker.make(kind, form, who=who, clock=self._clock, told=told)
        earlier, later = (
            Opener(self._kek, self._delivery.id, number) for number in (made.before, made.version)
        )
        sat = Scorer(self._bank.key(self._delivery.compiled))
        changes = await compare(self._archive.database, earlier, later, sat, report)
        return Rescored(made, changes)


async def all_versions(archive: Archive, delivery: Delivery) -> list[dict[str, Any]]:
    """Every score version of a delivery, the first one included, as an operator reads them."""
    first = {"version": FIRST, "kind": "first", "form": delivery.compiled}
    return [first, *(version._asdict() for version in await complete_versions(archive.database, delivery.id))]

"""A pupil's answers on their way: numbered batches, frozen when first sent, kept until sealed.

The same rules as the player's outbox, without the network: what to send next, and what each reply means. A
batch carries all saves that were due when it was frozen; each of them is timed by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Batch:
    """One numbered batch; its bytes never change."""

    n: int
    body: bytes
    due: list[float]
    """The moments at which its saves were intended, until they are acknowledged."""
    weight: int
    """How many saves it carries."""
    full: bool
    told: bool = False
    """The server has acknowledged it once."""


Freeze = Callable[[int, int, bool, int], bytes]
"""(number, how many saves, whether all answers go, batches held) -> the body."""


@dataclass(slots=True)
class Outbox:
    """What one device knows of its batches; `freeze` writes a body."""

    freeze: Freeze
    last: int = 0
    sealed: int = 0
    top: int = 0
    full: bool = False
    due: list[float] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    @property
    def held(self) -> int:
        """Batches that the server has not acknowledged, the one to come included."""
        return sum(batch.n > self.last for batch in self.batches) + bool(self.due or self.full)

    def next(self) -> Batch | None:
        """The oldest batch that the server lacks, else a new one with all that is due, else None."""
        if self.top > self.last and not self.full:
            for batch in self.batches:
                if batch.n > self.last and (batch.n == self.last + 1 or batch.full):
                    return batch
            self.full = True  # a hole that only all we know can close
        return self._frozen() if self.full or self.due else None

    def _frozen(self) -> Batch:
        due, self.due = self.due, []
        if self.full:
            for lost in self.batches:
                if lost.n > self.last:
                    due = lost.due + due
            self.batches = [batch for batch in self.batches if batch.n <= self.last]
        n = max(self.top, self.last) + 1
        body = self.freeze(n, len(due), self.full, self.held + 1)
        batch = Batch(n, body, due, len(due), self.full)
        self.batches.append(batch)
        self.top, self.full = n, False
        return batch

    def acknowledged(self, last: int, sealed: int) -> list[Batch]:
        """Take over what the server holds; gives the batches that it acknowledges for the first time."""
        self.last = last
        self.top = max(self.top, last)
        self.sealed = max(self.sealed, sealed)
        fresh = [batch for batch in self.batches if batch.n <= last and not batch.told]
        self.batches = [batch for batch in self.batches if batch.n > self.sealed]
        return fresh

    def gap(self, last: int, n: int) -> None:
        """The server did not take `n` (0: no batch): send from `last` + 1.

        With nothing missing before it, it does not know this seat: all that is known goes.
        """
        self.last = last
        if n <= last + 1:
            again = [batch for batch in self.batches if batch.n <= last and not batch.told]
            self.due = [moment for batch in again for moment in batch.due] + self.due
            self.batches = [batch for batch in self.batches if batch not in again]
            self.top, self.full = max(self.top, last), True

    def fork(self, last: int) -> None:
        """The number was given to other answers: all that is known goes under the next one."""
        self.due = [moment for batch in self.batches for moment in batch.due] + self.due
        self.last = self.top = last
        self.batches = [batch for batch in self.batches if batch.told and batch.n <= last]
        self.full = True

    def refused(self, batch: Batch) -> None:
        """Its answers were wrongly shaped: its number is free again, what came after goes in a full one."""
        self.batches.remove(batch)
        self.full = batch.full or batch.n < self.top
        self.top -= batch.n == self.top

    def waiting(self) -> Sequence[float]:
        """The intended moments of all saves that are not acknowledged."""
        return [moment for batch in self.batches for moment in batch.due] + self.due

"""Faults of the player: an outbox that forgets too early, or does not do what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulation.protocol.outbox import Batch, Outbox, Reply
from simulation.world.device import Sender


class DeletesWhenAcknowledged(Outbox):
    """What is acknowledged is let go, batch and answers, though the archive does not have it yet."""

    def settle(self, last: int, sealed: int) -> None:
        for batch in self.box["batches"]:
            for item in batch["items"] if batch["n"] <= last else ():
                self.answers.pop(item, None)
        self.box["dirty"] = [item for item in self.box["dirty"] if item in self.answers]
        super().settle(last, max(last, sealed))


class NeverGoesBack(Outbox):
    """A lower `last` is not believed."""

    def settle(self, last: int, sealed: int) -> None:
        super().settle(max(last, self.box["last"]), sealed)

    def refused(self, batch: Batch | None, reply: Reply, is_over: bool = False) -> bool:
        return reply["code"] == "gap" or super().refused(batch, reply, is_over)


class GivesUpAtGap(Outbox):
    """`gap` is taken for a refusal that stands."""

    def refused(self, batch: Batch | None, reply: Reply, is_over: bool = False) -> bool:
        return reply["code"] != "gap" and super().refused(batch, reply, is_over)


class StopsAtEvidence(Outbox):
    """What is kept aside after the hand-in of another seat ends the sending of what a server has lost."""

    def refused(self, batch: Batch | None, reply: Reply, is_over: bool = False) -> bool:
        """As before the end."""
        return super().refused(batch, reply)


class StopsAtEvidenceOfClosed(Outbox):
    """The same where the session was closed as one that had never begun, and at that end alone."""

    def refused(self, batch: Batch | None, reply: Reply, is_over: bool = False) -> bool:
        """As before the end."""
        return super().refused(batch, reply, is_over and reply["code"] != "session_closed")


class BelievesNumbers(Outbox):
    """After the end a number that is taken is taken for its own."""

    @property
    def doubtful(self) -> list[Batch]:
        return []

    def delivered(self, arrived: Sequence[Batch]) -> dict[str, Any]:
        return super().delivered(super().doubtful)


class NumbersAnew(Outbox):
    """A batch that was refused goes again under the same number, with other bytes."""

    def next_batch(self, now_ms: int) -> Batch | None:
        batch = super().next_batch(now_ms)
        if batch and batch["frozen_ms"] < now_ms:
            batch["body"] = batch["body"].replace('"held":', f'"again":{now_ms},"held":')
        return batch


def sender_with(outbox: type[Outbox]) -> type[Sender]:
    """A tab with this outbox."""
    return type("WrongSender", (Sender,), {"outbox_type": outbox})


class LeavesWithReceipt(Sender):
    """Who has handed in sends nothing again, whatever the server has lost."""

    async def recover(self) -> None:
        """It was acknowledged once."""


class ForgetsWhatWasTakenAgain(Sender):
    """Who has brought again what a server had lost goes by what it held before, and watches no longer."""

    async def recover(self) -> None:
        told = self.outbox.box.get("told")
        await super().recover()
        self.outbox.box["told"] = told


class BringsOneBatch(Sender):
    """Of what waits when the test is over one batch is brought, as if more of it came later."""

    def _goes_on(self) -> bool:
        return bool(self.outbox.unacknowledged or self.outbox.box["full"])


class StopsTrying(Sender):
    """After three failures nothing is sent any more, and nobody says so."""

    failures = 0

    async def _handled(self, batch: Batch | None, reply: dict[str, Any]) -> bool:
        self.failures += 1
        if self.failures > 3:
            self.is_stopped = True
            return False
        return await super()._handled(batch, reply)

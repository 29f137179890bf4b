"""What the archive holds of a delivery's sessions, opened: which answers count, by item.

The first scores and every later score version begin here, so that both judge the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.archive import Delivery
from engine.archive.answers import Ended, KeptBatch
from engine.attempts.rulebook import sitting_seed
from engine.counting import Held, OpenBatch, Rule, held_answers
from sessions.cipher import SessionCipher, unwrap_key
from sessions.keys import partition_of

Outages = Mapping[int, Sequence[tuple[int, int]]]


class Sittings:
    """The sessions of one delivery, for whoever holds its key."""

    def __init__(self, delivery: Delivery, kek: bytes, outages: Outages, partitions: int) -> None:
        self._delivery = delivery
        self._kek = kek
        self._outages = outages
        self._partitions = partitions

    def key(self, session: Ended) -> bytes:
        """The session's own key; Unreadable when it is damaged."""
        return unwrap_key(self._kek, session.wrapped_key, session.sid, self._delivery.id)

    def seed(self, session: Ended) -> bytes:
        """The secret from which the sitting's variants and lots were drawn."""
        return sitting_seed(self._kek, session.sid)

    def held(self, session: Ended, batches: Sequence[KeptBatch]) -> dict[str, Held]:
        """What counts of a session's batches, and what came too late; Unreadable when one is damaged."""
        cipher = SessionCipher(self.key(session), session.sid, self._delivery.id)
        opened = [
            OpenBatch(b.epoch, b.n, b.received_ms, b.late, cipher.open(b.epoch, b.n, b.body)) for b in batches
        ]
        return held_answers(opened, self._rule(session))

    def _rule(self, session: Ended) -> Rule:
        delivery = self._delivery
        return Rule(
            session.deadline_ms,
            delivery.grace_ms,
            delivery.count_corroborated,
            delivery.count_self_attested,
            self._outages.get(partition_of(session.sid, self._partitions), ()),
        )

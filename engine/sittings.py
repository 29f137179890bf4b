"""What the archive holds of a delivery's sessions, opened and judged: which answers count, by item.

The first scores and every later score version begin here, so that both judge the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.archive import Delivery
from engine.archive.answers import Ended, KeptBatch
from engine.attempts.rulebook import sitting_seed
from engine.counting import OpenBatch, Rule
from engine.courses import SessionCourse
from engine.judging import Judged, judge_session
from engine.keyring import DeliveryKeys
from engine.turns import Times
from items.course import Course
from sessions.cipher import SessionCipher, unwrap_key
from sessions.keys import partition_of

Outages = Mapping[int, Sequence[tuple[int, int]]]


class Sittings:
    """The sessions of one delivery, for whoever holds its keys; `course` is that of the form that was sat."""

    def __init__(
        self, delivery: Delivery, keys: DeliveryKeys, course: Course, outages: Outages, partitions: int
    ) -> None:
        self._delivery = delivery
        self._keys = keys
        self._course = course
        self._outages = outages
        self._partitions = partitions

    def key(self, session: Ended) -> bytes:
        """The session's own key; Unreadable when it is damaged."""
        return unwrap_key(self._keys.kek, session.wrapped_key, session.sid, self._delivery.id)

    def judged(
        self, session: Ended, batches: Sequence[KeptBatch], deadlines: Sequence[tuple[int, int]] = ()
    ) -> Judged:
        """What counts of a session's batches, and which way it went; Unreadable when one is damaged.

        `deadlines`: from when on the session had which, where its form has times of its parts.
        """
        cipher = SessionCipher(self.key(session), session.sid, self._delivery.id)
        opened = [
            OpenBatch(b.epoch, b.n, b.received_ms, b.late, cipher.open(b.epoch, b.n, b.body)) for b in batches
        ]
        keys = self._keys
        course = SessionCourse(self._course, session.sid, key=keys.kek, content_key=keys.content_key)
        times = Times(session.started_ms, deadlines, session.factor_permille)
        judged = judge_session(course, opened, self._rule(session), times)
        return judged._replace(seed=sitting_seed(keys.kek, session.sid), is_keyed=self._delivery.keyed)

    def _rule(self, session: Ended) -> Rule:
        delivery = self._delivery
        return Rule(
            session.deadline_ms,
            delivery.grace_ms,
            delivery.count_corroborated,
            delivery.count_self_attested,
            self._outages.get(partition_of(session.sid, self._partitions), ()),
            delivery.keyed,
        )

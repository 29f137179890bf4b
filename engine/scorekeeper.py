"""Scores the sessions that are handed in or closed, a page at a time, between two readings of the journal.

A batch that arrives later has its session scored again, whole: the record depends on what the archive holds
and on nothing else. A session whose key or batches cannot be read is left for a person to look at, and does
not hold up the others.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from engine.archive import Archive, Delivery
from engine.archive.answers import (
    Ended,
    SealedScore,
    all_outages,
    batches_of,
    deadlines_of,
    mark_outdated,
    put_scores,
    sessions_to_score,
)
from engine.archive.lease import Lease
from engine.judging import Judged
from engine.keyring import KeyProblem, KeyRing
from engine.logs import logger
from engine.scorerecord import RULES, outcomes_of_test, score_session, seal_record
from engine.sittings import Sittings
from items.bank import Bank
from items.course import Course
from items.scorer import Scorer
from sessions.cipher import Unreadable

LOG = logger("scores")
PAGE = 50
"""Sessions scored at a time: some 50 ms of work, so that the journal never waits long."""


class ScoreKeeper:
    """Keeps the scores of all deliveries up to date; holds each form's key in memory."""

    def __init__(self, archive: Archive, keyring: KeyRing, bank: Bank, *, partitions: int) -> None:
        self._archive = archive
        self._keyring = keyring
        self._bank = bank
        self._partitions = partitions
        self._forms: dict[str, tuple[Scorer, Course]] = {}
        self._unreadable: set[bytes] = set()

    async def begin(self, lease: Lease, now_ms: int) -> None:
        """Have sessions scored again whose scores an earlier version of the rules gave."""
        async with lease.transaction(now_ms) as connection:
            await mark_outdated(connection, RULES)

    async def score_some(self, lease: Lease, now_ms: int) -> int:
        """Score up to one page of sessions of some delivery; gives how many there were."""
        for delivery in await self._archive.deliveries():
            ended = await sessions_to_score(self._archive.database, delivery.id, PAGE + len(self._unreadable))
            ended = [session for session in ended if session.sid not in self._unreadable]
            if ended:
                await self._score(delivery, ended, lease, now_ms)
                return len(ended)
        return 0

    async def _score(self, delivery: Delivery, ended: Sequence[Ended], lease: Lease, now_ms: int) -> None:
        try:
            keys = self._keyring.delivery(delivery.id)
            _, course = self._form(delivery.compiled)
        except (KeyProblem, LookupError, OSError, ValueError) as problem:
            self._set_aside([session.sid for session in ended], str(problem))
            return
        database = self._archive.database
        sittings = Sittings(delivery, keys, course, await all_outages(database), self._partitions)
        sids = [session.sid for session in ended]
        batches = await batches_of(database, sids)
        deadlines = await deadlines_of(database, sids) if course.limits else {}
        scores = []
        for session in ended:
            try:
                judged = sittings.judged(session, batches[session.sid], deadlines.get(session.sid, ()))
                body = self._sealed(delivery, session, sittings, judged)
            except (Unreadable, LookupError, TypeError, ValueError) as error:
                self._set_aside([session.sid], type(error).__name__)
            else:
                scores.append(SealedScore(session.sid, RULES, delivery.compiled, now_ms, body))
        async with lease.transaction(now_ms) as connection:
            await put_scores(database, connection, scores)

    def _sealed(self, delivery: Delivery, session: Ended, sittings: Sittings, judged: Judged) -> bytes:
        scorer, course = self._form(delivery.compiled)
        record = score_session(scorer, delivery.compiled, judged)
        record["test"]["outcomes"] = outcomes_of_test(course.scorer, record, judged.seed)
        return seal_record(record, sittings.key(session), session.sid, delivery.id, secrets.token_bytes(12))

    def _form(self, compiled: str) -> tuple[Scorer, Course]:
        if compiled not in self._forms:
            key = self._bank.key(compiled)
            course = Course(self._bank.content(compiled).structure, key)
            self._forms[compiled] = (Scorer(key), course)
        return self._forms[compiled]

    def _set_aside(self, sids: Sequence[bytes], why: str) -> None:
        self._unreadable.update(sids)
        LOG.error("sessions not scored", extra={"fields": {"sessions": len(sids), "why": why}})

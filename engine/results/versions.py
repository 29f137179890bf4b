"""Score versions: the same answers judged again, by a corrected key or with people's marks, beside the first.

A version is a function of the answers, of one key and of all marks there are, so making one again gives the
same. It is made a page at a time and read only when complete (`engine.archive.versions`); whoever is
interrupted starts again and loses nothing but time. One is made at a time: a lease sees to that.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from engine.archive import Archive, Conflict, Delivery
from engine.archive.answers import (
    Ended,
    KeptBatch,
    ScoredSession,
    all_outages,
    batches_of,
    deadlines_of,
    unscored,
)
from engine.archive.lease import Lease, this_process
from engine.archive.versions import (
    FIRST,
    ScoreVersion,
    SealedMark,
    VersionScore,
    begin_version,
    complete_versions,
    drop_unfinished,
    finish_version,
    judged_sessions,
    marked_since,
    marks_of,
    outdated,
    put_version_scores,
)
from engine.keyring import KeyRing
from engine.recovery import pages
from engine.results.correcting import Correction
from engine.results.marking.merging import merged, opened_marks
from engine.scorerecord import is_missing, outcomes_of_test, score_session, seal_record
from engine.sittings import Sittings
from items.bank import Bank
from items.course import Course
from items.scorer import Scorer
from items.testscorer import TestScorer

PAGE = 100
LEASE = "score version"


class Made(NamedTuple):
    """A score version and the one before it; `missing` sessions wait for their first scores.

    `is_new` is false when the version was there already.
    """

    version: int
    before: int
    form: str
    sessions: int
    marks: int
    missing: int
    is_new: bool


class VersionMaker:
    """Makes score versions of one delivery; KeyProblem at once when its key is gone."""

    def __init__(
        self, archive: Archive, keyring: KeyRing, bank: Bank, delivery: Delivery, *, partitions: int
    ) -> None:
        self._database = archive.database
        self._delivery = delivery
        self._keys = keyring.delivery(delivery.id)
        self._bank = bank
        self._course = Course(bank.content(delivery.compiled).structure, bank.key(delivery.compiled))
        self._partitions = partitions
        self._lease = Lease(archive.database, this_process(), LEASE)

    async def make(
        self,
        kind: str,
        form: str,
        *,
        who: str,
        clock: Callable[[], int],
        told: Callable[[int], None] = lambda _: None,
    ) -> Made:
        """Judge all scored sessions by the key of `form` and all marks; `kind` is `key` or `marks`.

        When the newest version is that already, nothing is made. Conflict while another one is being made.
        """
        if not await self._lease.take(clock()):
            raise Conflict("another score version is being made: wait until it is done, then try again")
        try:
            versions = await complete_versions(self._database, self._delivery.id)
            before = versions[-1].version if versions else FIRST
            if versions and await self._is_current(versions[-1], form):
                return await self._told(versions[-1], versions[-2].version if versions[1:] else FIRST, False)
            await drop_unfinished(self._database, self._lease, self._delivery.id, clock())
            await self._make(kind, form, who, clock, told)
            made = (await complete_versions(self._database, self._delivery.id))[-1]
            return await self._told(made, before, True)
        finally:
            await self._lease.give_back()

    async def _told(self, version: ScoreVersion, before: int, is_new: bool) -> Made:
        missing = await unscored(self._database, self._delivery.id)
        return Made(version.version, before, version.form, version.sessions, version.marks, missing, is_new)

    async def _is_current(self, newest: ScoreVersion, form: str) -> bool:
        """Whether making the newest version again would give the same."""
        if newest.form != form or await outdated(self._database, newest.delivery, newest.version):
            return False
        return await marked_since(self._database, newest.delivery) < newest.begun_ms

    async def _make(
        self, kind: str, form: str, who: str, clock: Callable[[], int], told: Callable[[int], None]
    ) -> None:
        delivery, database = self._delivery.id, self._database
        async with self._lease.transaction(clock()) as connection:
            number = await begin_version(connection, delivery, kind=kind, form=form, who=who, now_ms=clock())
        judge = await self._judge(form, number)
        sessions = 0
        async for page in pages(judged_sessions(database, delivery, FIRST, PAGE), PAGE):
            sids = [session.sid for session in page]
            marks, batches = await marks_of(database, sids), await batches_of(database, sids)
            deadlines = await deadlines_of(database, sids) if self._course.limits else {}
            rows = [
                judge.session(one, batches[one.sid], marks.get(one.sid, ()), deadlines.get(one.sid, ()))
                for one in page
            ]
            async with self._lease.transaction(clock()) as connection:
                await put_version_scores(database, connection, rows)
            sessions += len(page)
            told(sessions)
        async with self._lease.transaction(clock()) as connection:
            counts = {"sessions": sessions, "marks": judge.marks}
            await finish_version(connection, delivery, number, who=who, now_ms=clock(), **counts)

    async def _judge(self, form: str, number: int) -> Judge:
        sat = Scorer(self._bank.key(self._delivery.compiled))
        rules = self._bank.key(form)
        key = sat if form == self._delivery.compiled else Scorer(rules)
        outages = await all_outages(self._database)
        sittings = Sittings(self._delivery, self._keys, self._course, outages, self._partitions)
        is_marked = await marked_since(self._database, self._delivery.id) > 0
        test = TestScorer(rules, key)
        return Judge(self._delivery.id, sittings, sat, key, test, form, number, is_marked=is_marked)


class Judge:
    """Scores sessions for one later version; `marks` counts those that went in.

    Only where people have begun to mark, what nobody answered gets its lowest mark.
    """

    def __init__(
        self,
        delivery: str,
        sittings: Sittings,
        sat: Scorer,
        key: Scorer,
        test: TestScorer,
        form: str,
        number: int,
        *,
        is_marked: bool,
    ) -> None:
        self._delivery = delivery
        self._sittings = sittings
        self._correction = Correction(sat, key)
        self._key = key
        self._test = test
        self._form = form
        self._number = number
        self._is_marked = is_marked
        self.marks = 0

    def session(
        self,
        session: ScoredSession,
        batches: Sequence[KeptBatch],
        marks: Sequence[SealedMark],
        deadlines: Sequence[tuple[int, int]] = (),
    ) -> VersionScore:
        """The record of one session, from its batches and its marks, as the first one was made."""
        times = (session.deadline_ms, session.started_ms, session.factor_permille)
        ended = Ended(session.sid, session.wrapped_key, *times)
        key = self._sittings.key(ended)
        judged = self._sittings.judged(ended, batches, deadlines)
        judged = judged._replace(held=self._correction.held(judged.held))
        record = score_session(self._key, self._form, judged)
        known = opened_marks(marks, key, self._delivery)
        record["items"] = [self._marked(entry, known.get(entry["item"], {})) for entry in record["items"]]
        record["test"]["outcomes"] = outcomes_of_test(self._test, record, judged.seed)
        nonce = secrets.token_bytes(12)
        sealed = seal_record(record, key, session.sid, self._delivery, nonce, self._number)
        return VersionScore(session.sid, self._number, session.scored_ms, sealed)

    def _marked(self, entry: dict[str, Any], marks: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
        due = self._correction.due(entry["item"])
        if not due or not self._is_marked or is_missing(entry):
            return entry
        self.marks += sum(len(given) for given in marks.values())
        return merged(entry, due, marks)

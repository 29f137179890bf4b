"""The results page's call: a room's pupils by pseudonym, whole test and domains in mastery groups.

    GET /api/v1/rooms/{room}/results     Authorization: Assertion ..., or the cookie of our own page

Open between two dates alone (`engine.published.publication`), also when the delivery is closed by then;
before and after, and where nothing was published, there is nothing to be seen. Every look stands in the
audit log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from engine.archive import Archive, ArchiveAway
from engine.archive.database import is_away
from engine.archive.versions import complete_versions, judged_of
from engine.assertion import Assertion
from engine.catalog import Opened
from engine.errors import Problem
from engine.published.publication import Publication, Publications
from engine.published.pupils import Domains
from engine.results.opening import Opener
from engine.scorerecord import kind_of
from engine.seats import Seat, number_of
from engine.services import Services
from items.bank import Bank
from items.scorer import Scorer


class ClassResults:
    """This call, for rooms whose caller is known."""

    def __init__(self, services: Services, archive: Archive) -> None:
        self._services = services
        self._archive = archive
        self._bank = Bank(services.settings.data_dir)
        self._publications = Publications(services.settings.data_dir)
        self._form = lru_cache(maxsize=16)(self._form_of)

    async def look(self, found: Sequence[tuple[Seat, Opened]], who: Assertion, room: str) -> dict[str, Any]:
        """All that is published of the room now. Problem: `results_closed` with nothing, `archive_away`."""
        now_ms = self._services.clock()
        by_delivery: dict[str, tuple[Opened, list[bytes]]] = {}
        for seat, opened in found:
            by_delivery.setdefault(seat.delivery, (opened, []))[1].append(seat.sid)
        published = {name: await asyncio.to_thread(self._publications.get, name) for name in by_delivery}
        opens = {name: one for name, one in published.items() if one is not None and one.is_open(now_ms)}
        if not opens:
            raise Problem("results_closed")
        try:
            await self._archive.audit("results.look", who=who.actor, now_ms=now_ms, room=room)
            results = [await self._of(*by_delivery[name], opens[name]) for name in opens]
        except Exception as error:
            raise (ArchiveAway(str(error)) if is_away(error) else error) from error
        return {"now_ms": now_ms, "results": results}

    async def _of(self, opened: Opened, sids: Sequence[bytes], publication: Publication) -> dict[str, Any]:
        key, items = self._form(await self._judged_by(opened.record, publication.version))
        domains = Domains({item: key.domain(item) for item in items}, publication.mastery)
        opener = Opener(opened.kek, publication.delivery, publication.version)
        pupils = []
        for session in await judged_of(self._archive.database, sids, publication.version):
            record = opener.opened(session)
            marks = domains.marks(record.items)
            kinds = {entry["item"]: kind_of(entry) for entry in record.items}
            scores = {entry["item"]: entry["score"] for entry in record.items if not entry["marking"]}
            pupils.append(
                {
                    "session": record.session,
                    "number": number_of(session.sid),
                    "status": record.status,
                    "marks": [mark.to_json() for mark in marks],
                    "items": [scores.get(item) for item in items],
                    "kinds": [kinds.get(item) for item in items],
                }
            )
        return {
            "title": opened.record["title"],
            "language": opened.record["language"],
            "closes_ms": publication.closes_ms,
            "groups": list(publication.mastery.groups),
            "rows": [
                {"domain": name, "bounds": publication.mastery.bounds_of(name)}
                for name in ("", *domains.names)
            ],
            "items": [
                {"title": key.title(item), "domain": key.domain(item), "max": key.max_score(item)}
                for item in items
            ],
            "national": publication.national,
            "pupils": pupils,
        }

    async def _judged_by(self, record: Mapping[str, Any], version: int) -> str:
        """The form whose key judged a version."""
        found = await complete_versions(self._archive.database, record["id"])
        return next((one.form for one in found if one.version == version), record["compiled"])

    def _form_of(self, form: str) -> tuple[Scorer, list[str]]:
        key = Scorer(self._bank.key(form))
        return key, key.items()

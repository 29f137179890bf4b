"""A class's results: its teacher sees them between two dates, by pseudonym, and nobody else ever does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from engine.archive import Archive
from engine.archive.answers import scored
from engine.clock import now_ms
from engine.published.mastery import read_mastery
from engine.published.publication import Publication, Publications
from tests.asserted import assertion, shown
from tests.engine.test_openapi_live import until
from tests.engine.test_published import THRESHOLDS
from tests.engine.test_rooms import School, _closed, _last_line, code_of
from tests.responses import a_response
from tests.served import Served

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def school(engine: Served) -> Iterator[School]:
    made = School(engine)
    yield made
    made.http.close()


@pytest.fixture(scope="module")
def room(school: School) -> str:
    """A room whose two pupils have handed in and are scored."""
    room, codes = school.room(2)
    for code in codes:
        pupil = school.pupil(code)
        item = pupil.order[0]["items"][0]["item"]
        pupil.answer(**{item: a_response(school.engine.schema(school.delivery)["items"][item])})
        pupil.submit()

    async def count() -> int:
        archive = Archive(school.engine.settings.archive_address)
        try:
            return (await scored(archive.database, school.delivery))[0]
        finally:
            await archive.close()

    until(lambda: asyncio.run(count()) == 2)
    return room


def publish(school: School, opens_ms: int, closes_ms: int, national: dict[str, Any] | None = None) -> None:
    found = Publication(
        school.delivery, 1, opens_ms, closes_ms, read_mastery(THRESHOLDS | {"domains": {}}), national
    )
    Publications(school.engine.settings.data_dir).put(found)


def look(school: School, room: str, headers: dict[str, str] | None = None) -> httpx2.Response:
    return school.http.get(f"/api/v1/rooms/{room}/results", headers=headers or shown(assertion(room)))


def test_results_are_seen_between_two_dates_and_the_look_is_written_down(school: School, room: str) -> None:
    """Also when the delivery is closed, which ends every other access to the room."""
    assert code_of(look(school, room)) == (410, "results_closed")
    publish(school, now_ms() + HOUR_MS, now_ms() + 2 * HOUR_MS)
    assert code_of(look(school, room)) == (410, "results_closed")
    publish(school, now_ms() - HOUR_MS, now_ms() + HOUR_MS)
    asyncio.run(_closed(school.engine.settings, school.delivery))
    until(lambda: school.ask(room).status_code == 410)

    reply = look(school, room)

    (found,) = reply.json()["results"]
    sessions = {pupil["session"] for pupil in found["pupils"]}
    assert (reply.status_code, len(sessions), found["national"]) == (200, 2, None)
    assert found["rows"][0]["domain"] == ""
    assert len(found["rows"]) > 2
    for pupil in found["pupils"]:
        assert len(pupil["marks"]) == len(found["rows"])
        assert len(pupil["items"]) == len(found["items"]) == 20
        assert sum(mark["max"] for mark in pupil["marks"][1:]) == pupil["marks"][0]["max"]
    line = asyncio.run(_last_line(school.engine.settings))
    assert (line.act, line.who.partition(":")[0]) == ("results.look", "teacher")
    publish(school, now_ms() - 2 * HOUR_MS, now_ms() - HOUR_MS)
    assert code_of(look(school, room)) == (410, "results_closed")


def test_another_room_of_the_school_is_not_shown(school: School, room: str) -> None:
    """Nor to somebody without any assertion."""
    publish(school, now_ms() - HOUR_MS, now_ms() + HOUR_MS)
    assert code_of(look(school, room, shown(assertion("elsewhere")))) == (403, "room_other")
    assert look(school, room, {"Origin": "https://elsewhere.example"}).status_code in (401, 403)

"""The results of a class as its teacher reads them: groups, pupils, a sheet to print, between two dates."""

from __future__ import annotations

import asyncio

import pytest
from playwright.sync_api import expect

from engine.archive import Archive
from engine.archive.answers import scored
from engine.clock import now_ms
from engine.keyring import KeyRing
from engine.published.mastery import read_mastery
from engine.published.publication import Publication, Publications
from engine.teacherdoor import room_code
from sessions.codes import pretty
from tests.browser.conftest import Open
from tests.browser.deliveries import apart
from tests.browser.test_access import Inspector
from tests.engine.test_openapi_live import until
from tests.engine.test_published import THRESHOLDS
from tests.engine.test_rooms import School
from tests.served import Served

HOUR_MS = 3_600_000
PUPILS = 3


@pytest.fixture
def school(engine: Served) -> School:
    return apart(lambda: School(engine))


def sat(school: School) -> str:
    """A room whose pupils have handed in, and are scored."""
    room, codes = school.room(PUPILS)
    for code in codes:
        school.pupil(code).submit()

    async def count() -> int:
        archive = Archive(school.engine.settings.archive_address)
        try:
            return (await scored(archive.database, school.delivery))[0]
        finally:
            await archive.close()

    until(lambda: asyncio.run(count()) == PUPILS)
    return room


def publish(school: School, closes_ms: int) -> None:
    mastery = read_mastery(THRESHOLDS | {"domains": {}})
    national = {"pupils": 90, "rows": [{"counted": 90, "mean": 0.6, "groups": [None, None, 60]}] * 6}
    found = Publication(school.delivery, 1, 0, closes_ms, mastery, national)
    Publications(school.engine.settings.data_dir).put(found)


def test_a_teacher_reads_groups_and_sheets_between_the_dates_alone(opened: Open, school: School) -> None:
    """Both widths and axe on the way; after the last date the page says so and shows nothing."""
    room = apart(lambda: sat(school))
    publish(school, now_ms() + HOUR_MS)
    kek = KeyRing.of(school.engine.settings).delivery(school.delivery).kek
    page = opened().new_page()
    page.goto(f"{school.engine.url}/teacher#results")
    page.locator("#room-name").fill(room)
    page.locator("#code").fill(pretty(room_code(kek, room)))
    page.keyboard.press("Enter")
    inspector = Inspector(page)

    expect(page.locator(".results-list tbody tr")).to_have_count(PUPILS)
    expect(page.locator(".domain")).to_have_count(5)
    expect(page.locator(".bar.is-far").first).to_be_visible()
    inspector.look("results")
    page.get_by_role("button", name="Fiche de", exact=False).first.click()
    expect(page.locator("dialog .fiche-items li")).to_have_count(20)
    inspector.look("sheet")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)

    publish(school, now_ms() - HOUR_MS)
    page.reload()
    expect(page.locator("#warning")).to_be_visible()
    expect(page.locator(".results-list")).to_have_count(0)
    assert inspector.wrong == []

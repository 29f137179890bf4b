"""Before the bell, at the bell, and in the waiting room: calm, true, and without a click too many.

The hour is the page's own (Playwright's clock), so nobody waits for it; the server's bell is moved by hand.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from engine.archive import Archive
from engine.clock import now_ms
from engine.deliveries import publish_delivery
from sessions.link import Link
from sessions.store import Store
from tests.browser.conftest import Open
from tests.browser.deliveries import MINUTE_MS, Delivered, apart, deliver
from tests.browser.sitting import LOOK_AGAIN_MS, Sitting
from tests.browser.test_access import Inspector
from tests.engine.outboxes import comes_true
from tests.pupil import PupilClient
from tests.served import Served

LOOKS, LOOKS_IN_ROOM = 12, 2_000
BELL_MS = 10 * MINUTE_MS
PLACE = "AAABumDTSySAr8570BUotXGF"


@pytest.fixture(scope="module")
def soon(engine: Served) -> Delivered:
    """A delivery whose bell rings in ten minutes."""
    return deliver(engine, "maths-6e", opens_in_ms=BELL_MS)


def ring(delivered: Delivered, spread_ms: int = 0) -> None:
    """The bell rings now, whatever had been planned."""

    async def move() -> None:
        settings = delivered.engine.settings
        archive = await Archive.open(settings.archive_address)
        link = Link(settings.redis_address)
        try:
            delivery = await archive.delivery(delivered.id)
            changed = replace(
                delivery, opens_at_ms=now_ms() - 1, spread_ms=spread_ms, version=delivery.version + 1
            )
            await archive.update_delivery(changed, act="move", who="test", now_ms=now_ms())
            await publish_delivery(Store(link, partitions=settings.partitions), changed)
        finally:
            await link.aclose()
            await archive.close()

    apart(lambda: asyncio.run(move()))
    code, heard = delivered.seat().code, 0
    while heard < LOOKS:  # each worker hears of it in a moment
        pupil = PupilClient(delivered.engine.url, code)
        heard = heard + 1 if pupil.login()["session"]["opens_at_ms"] <= now_ms() else 0
        pupil.http.close()


def wait_for_bell(page: Page, delivered: Delivered) -> Sitting:
    """A pupil who has logged in early and has said that he is ready."""
    page.clock.install()
    sitting = Sitting(page, delivered)
    sitting.enter()
    page.get_by_role("button", name="J’ai tout lu").click()
    expect(sitting.heading).to_have_text("Tout est prêt")
    return sitting


def test_who_said_ready_starts_by_himself_when_the_bell_rings(page: Page, engine: Served) -> None:
    """Nobody presses anything at the bell; the page asks for its moment, and the time begins with it."""
    delivered = deliver(engine, "maths-6e", seats=2, opens_in_ms=BELL_MS)
    sitting = wait_for_bell(page, delivered)
    expect(page.locator(".bell")).to_have_text(re.compile(r"^\d:\d\d$"))
    expect(page.locator(".card")).to_contain_text("Ton temps ne part qu’avec la première question.")
    rung_ms = now_ms()
    with page.expect_response("**/api/v1/start") as started:
        ring(delivered)
        if page.locator(".bell").count():  # a page whose clock stood still for a moment asks by itself
            page.clock.fast_forward(BELL_MS - 10_000)
    session: dict[str, Any] = started.value.json()["session"]
    assert session["started_at_ms"] >= rung_ms
    expect(page.locator(".question .item")).to_be_visible()
    assert sitting.page.locator(".on-bell").count() == 0


@pytest.mark.long
def test_before_the_bell_no_page_has_a_barrier_or_overflows(page: Page, soon: Delivered) -> None:
    """Instructions with their button, the countdown, and the way back to the instructions."""
    inspector = Inspector(page)
    page.clock.install()
    sitting = Sitting(page, soon)
    sitting.enter()
    ready = page.get_by_role("button", name="J’ai tout lu")
    expect(ready).to_be_visible()
    inspector.look("instructions before the bell")
    ready.click()
    inspector.look("waiting for the bell")
    page.get_by_role("button", name="Relire les consignes").click()
    expect(ready).to_be_visible()
    assert inspector.wrong == []


@pytest.mark.long
def test_who_has_not_said_ready_presses_after_the_bell(page: Page, soon: Delivered) -> None:
    """A pupil who is not there loses no time: nothing starts without him."""
    page.clock.install()
    sitting = Sitting(page, soon)
    sitting.enter()
    expect(page.get_by_role("button", name="J’ai tout lu")).to_be_visible()
    page.route("**/api/v1/opening", lambda route: route.abort())
    page.clock.fast_forward(BELL_MS + 5000)
    expect(page.get_by_role("button", name="Commencer le test")).to_be_enabled()
    assert page.locator(".on-instructions").count() == 1


@pytest.mark.long
def test_a_line_that_is_down_at_the_bell_starts_when_it_is_back(page: Page, engine: Served) -> None:
    """The page says that it goes on trying, and so it does."""
    delivered = deliver(engine, "maths-6e", seats=2, opens_in_ms=BELL_MS)
    wait_for_bell(page, delivered)
    page.context.set_offline(True)  # before the bell: a page that stood still for a moment asks by itself
    ring(delivered)
    page.clock.fast_forward(BELL_MS + 1000)
    expect(page.locator(".waiting")).to_contain_text("Pas de réseau")
    page.context.set_offline(False)
    page.clock.resume()
    assert comes_true(page, lambda: page.locator(".question .item").is_visible())


class Room:
    """A waiting room at the log-in, until it lets in: who brings a place keeps it, others get `place`."""

    def __init__(self, page: Page, place: str = PLACE) -> None:
        self.number = 340
        self.place = place
        self.brought: list[str] = []
        self.is_open = False
        page.route("**/api/v1/login", self._answer)

    def _answer(self, route: Route) -> None:
        brought = route.request.headers.get("passation-place", "")
        self.brought.append(brought)
        if self.is_open:
            route.continue_()
            return
        error = {"code": "waiting_room", "message": "", "place": brought or self.place, "number": self.number}
        error |= {"wait_ms": 110_000, "retry_after_ms": 1000}
        route.fulfill(status=503, headers={"Retry-After": "1"}, json={"error": error})


def test_in_the_waiting_room_a_pupil_sees_his_place_and_keeps_it_through_a_reload(
    opened: Open, soon: Delivered
) -> None:
    """About which number, about how long, that nothing is lost; then he is in, and the place is gone."""
    page = opened().new_page()
    room, inspector = Room(page), Inspector(page)
    sitting = Sitting(page, soon)
    sitting.enter()
    note = page.locator(".waiting")
    expect(note).to_contain_text("environ le numéro 340")
    expect(note).to_contain_text("Rien n’est perdu")
    inspector.look("waiting room")
    page.wait_for_function("() => sessionStorage.place")
    room.place, room.number = PLACE[::-1], 900  # what a newcomer would get
    before = len(room.brought)
    sitting.enter()
    expect(note).to_contain_text("environ le numéro 900")
    for _ in range(LOOKS_IN_ROOM):  # it asks without a place once, then again by itself
        if "" in room.brought[before:] and room.brought[-1]:
            break
        page.wait_for_timeout(LOOK_AGAIN_MS)
    room.is_open = True
    expect(page.locator(".on-instructions h1")).to_be_visible()
    assert room.brought[-1] == PLACE
    page.wait_for_function("() => !sessionStorage.place")
    assert inspector.wrong == []

"""A test is over, and the store has lost answers: the device brings them all, and watches over them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, Route, expect
from sqlalchemy import select

from engine.archive import Archive
from engine.archive.tables import asides
from engine.staff import Staff
from sessions.link import Link
from sessions.store import Store
from tests.browser.answers import Exported
from tests.browser.conftest import Open
from tests.browser.course import give
from tests.browser.deliveries import WHO, Delivered, apart, deliver
from tests.browser.sitting import Sitting
from tests.browser.test_answers_kept import go_back, kept_of, on_redis
from tests.engine.outboxes import comes_true
from tests.items.given import a_package_of, zipped
from tests.items.kinds import EVERY_KIND
from tests.served import Served

ESSAY = "é" * 20_000
"""One fills a batch by itself: a batch has 60,000 bytes at most."""
ESSAYS = 3
LOOKS = 2_000
"""The archive follows in its own time."""


def close(sitting: Sitting) -> None:
    """As staff do, also to a session that has not begun."""
    settings = sitting.delivered.engine.settings

    async def act() -> None:
        archive, link = await Archive.open(settings.archive_address), Link(settings.redis_address)
        try:
            store = Store(link, partitions=settings.partitions)
            staff = Staff(archive, store, partitions=settings.partitions, who=WHO)
            await staff.act([bytes.fromhex(sitting.seat.session)], "close")
        finally:
            await link.aclose()
            await archive.close()

    apart(lambda: asyncio.run(act()))


def kept_aside(sitting: Sitting) -> set[int]:
    """The numbers of the batches that the archive has as evidence."""
    address, sid = sitting.delivered.engine.settings.archive_address, bytes.fromhex(sitting.seat.session)

    async def look() -> set[int]:
        archive = await Archive.open(address)
        try:
            return {
                row.n async for row in archive.database.rows(select(asides.c.n).where(asides.c.sid == sid))
            }
        finally:
            await archive.close()

    return apart(lambda: asyncio.run(look()))


def taken_by(page: Page) -> list[int]:
    """The numbers of the batches that the server takes from now on, as they come."""
    taken: list[int] = []

    def answered(response: Response) -> None:
        sent: Any = response.request.post_data_json if response.url.endswith("/answers") else {}
        if response.ok and sent.get("n"):
            taken.append(sent["n"])

    page.on("response", answered)
    return taken


def test_who_comes_back_after_the_end_is_told_what_to_do_while_the_server_is_away(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """Not that the answers are leaving: they wait here, for the page to stay open and a teacher to know."""
    context = opened()
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    sitting.begin()
    give(sitting, 1)
    sitting.saved()
    sitting.page.close()
    close(sitting)

    def refuse(route: Route) -> None:
        route.fulfill(status=500, json={"error": {"code": "internal"}})

    context.route("**/api/v1/submit", refuse)
    sitting.page = context.new_page()
    sitting.enter()
    expect(sitting.page.locator(".is-waiting")).to_contain_text("Laisse cette page ouverte")
    context.unroute_all()
    assert sitting.receipt()


@pytest.mark.long
def test_what_was_brought_again_after_a_loss_is_watched_over_as_well(
    opened: Open, fragile: Served, tmp_path: Path
) -> None:
    """Late answers to a closed session are lost, brought by the page with the receipt, and lost once more."""
    page = opened().new_page()
    sitting = Sitting(page, deliver(fragile, "maths-6e", seats=1))
    page.clock.install()
    sitting.begin()
    given = give(sitting, 1)
    sitting.saved()
    page.context.set_offline(True)
    given |= give(sitting, 2)
    sitting.held()
    close(sitting)
    (drain,) = fragile.processes("engine.archive.drain")
    drain.send_signal(signal.SIGSTOP)
    closed = on_redis(fragile, kept_of)
    page.context.set_offline(False)
    assert sitting.receipt()

    taken = taken_by(page)
    for _ in range(2):
        taken.clear()
        on_redis(fragile, lambda redis: go_back(redis, closed))
        assert comes_true(page, lambda: bool(taken))
    drain.send_signal(signal.SIGCONT)
    exported = Exported(sitting.delivered, sitting.seat, tmp_path)
    assert exported.answers(also_uncounted=True) == exported.expected(given)


@pytest.mark.long
@pytest.mark.parametrize("has_begun", [True, False], ids=["taken", "kept aside"])
def test_a_device_that_comes_back_brings_more_than_one_batch(
    opened: Open, fragile: Served, tmp_path: Path, has_begun: bool
) -> None:
    """To a session that was closed over answers that the store has lost, its start as well or not."""
    files = a_package_of({f"item{number}": EVERY_KIND["extended-text"] for number in range(ESSAYS)})
    context = opened()
    sitting = Sitting(context.new_page(), deliver(fragile, zipped(tmp_path, files), seats=1))
    (drain,) = fragile.processes("engine.archive.drain")
    drain.send_signal(signal.SIGSTOP)
    sitting.enter()
    sitting.page.locator(".on-instructions .main").wait_for()
    ready = on_redis(fragile, kept_of)
    sitting.start()
    begun = on_redis(fragile, kept_of)
    for _ in sitting.questions():
        sitting.page.locator(".item textarea").fill(ESSAY)
        sitting.saved()
    sitting.page.close()
    on_redis(fragile, lambda redis: go_back(redis, begun if has_begun else ready))
    close(sitting)

    sitting.page = context.new_page()
    sitting.enter()
    assert sitting.receipt()
    sitting.page.close()  # nothing is left to what a page does that stays open
    drain.send_signal(signal.SIGCONT)
    if has_begun:
        exported = Exported(sitting.delivered, sitting.seat, tmp_path)
        assert len(exported.answers(also_uncounted=True)) == ESSAYS
    else:
        assert any(len(kept_aside(sitting)) == ESSAYS for _ in range(LOOKS))

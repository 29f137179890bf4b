"""Answers that the server refused, or lost after its reply, or that are only begun: none goes unseen."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from redis.asyncio import Redis

from tests.browser.answers import plausible
from tests.browser.conftest import Open
from tests.browser.course import arrived, give
from tests.browser.deliveries import Delivered, apart, deliver
from tests.browser.mouse import answer
from tests.browser.sitting import Sitting
from tests.browser.test_mouse import of_kind
from tests.served import Served

LONGER = "(field) => { field.maxLength = 100000; field.value = 'x'.repeat(40000) }"


def on_redis(engine: Served, act: Callable[[Redis], Awaitable[None]]) -> None:
    """Do something to the engine's Redis behind its back."""

    async def run() -> None:
        async with Redis.from_url(engine.operator_redis) as redis:
            await act(redis)

    apart(lambda: asyncio.run(run()))


@pytest.mark.long
def test_batches_that_the_server_lost_after_its_reply_are_sent_again(
    opened: Open, fragile: Served, tmp_path: Path
) -> None:
    """A fail-over brings back an older Redis, and the archive had nothing yet: the device has it all."""
    sitting = Sitting(opened().new_page(), deliver(fragile, "maths-6e", seats=1))
    sitting.begin()
    given = give(sitting, 1)
    sitting.saved()
    (drain,) = fragile.processes("engine.archive.drain")
    drain.send_signal(signal.SIGSTOP)
    before: dict[bytes, bytes] = {}

    async def remember(redis: Redis) -> None:
        before.update({key: await redis.dump(key) async for key in redis.scan_iter()})

    async def fail_over(redis: Redis) -> None:
        async with redis.pipeline(transaction=True) as at_once:  # the engine goes on writing meanwhile
            at_once.flushall()
            for key, value in before.items():
                at_once.restore(key, 0, value)
            await at_once.execute()

    on_redis(fragile, remember)
    for number in (2, 3):
        given |= give(sitting, number)
        sitting.saved()
    on_redis(fragile, fail_over)
    given |= give(sitting, 4)
    sitting.saved()
    drain.send_signal(signal.SIGCONT)
    arrived(sitting, given, tmp_path)


def test_an_answer_that_the_server_refuses_is_set_aside_where_the_pupil_sees_it(
    page: Page, forms: Callable[[str], Delivered], tmp_path: Path
) -> None:
    """In the bar, at the question, in the map and before the hand-in; the others are saved."""
    sitting = Sitting(page, forms("maths-6e"))
    sitting.begin()
    given = give(sitting, 1)
    item = of_kind(sitting.delivered, "text-entry")
    number = 1 + sitting.items.index(item)
    sitting.go(number)
    field = sitting.interaction("r1")
    field.evaluate(LONGER)
    field.dispatch_event("input")
    expect(sitting.status).to_have_text("Une réponse est à corriger")
    expect(page.locator(".question .error")).to_contain_text("n’a pas pu être enregistrée")
    given |= give(sitting, 3)
    page.locator(".turn.middle").click()
    expect(sitting.dialog.locator(".map .place").nth(number - 1)).to_have_accessible_name(
        re.compile("à corriger")
    )
    sitting.dialog.locator(".actions button").click()
    expect(page.locator(".sums")).to_contain_text(f"À corriger : question {number}.")
    expect(page.locator(".sums")).to_contain_text("Tu as répondu à 2 questions sur 20.")

    page.locator(".on-review .map .place").nth(number - 1).click()
    sitting.on_question(number)
    expect(page.locator(".question .error")).to_contain_text("Change-la")
    given[item] = plausible(sitting.delivered, item)
    answer(sitting, given[item])
    sitting.saved()
    arrived(sitting, given, tmp_path)


def test_what_is_only_begun_is_called_so_before_the_hand_in(
    page: Page, forms: Callable[[str], Delivered]
) -> None:
    """One gap of several is no answer: the map, the review and the last question before hand-in say it."""
    sitting = Sitting(page, forms("maths-6e"))
    sitting.begin()
    number = 1 + sitting.items.index(of_kind(sitting.delivered, "gap-match"))
    sitting.go(number)
    page.locator("select[data-gap]").first.select_option(index=1)
    page.locator(".turn.middle").click()
    place = sitting.dialog.locator(".map .place").nth(number - 1)
    expect(place).to_have_accessible_name(re.compile("commencée"))
    sitting.dialog.locator(".actions button").click()
    expect(page.locator(".sums")).to_contain_text("Tu as répondu à 0 question sur 20.")
    page.locator(".on-review .actions .main").click()
    expect(sitting.dialog).to_contain_text(f"Commencées, pas finies : question {number}.")
    expect(sitting.dialog).to_contain_text("Sans réponse : questions 1,")
    sitting.dialog.locator(".second").click()
    sitting.page.locator(".on-review .map .place").nth(number - 1).click()
    expect(page.locator("select[data-gap]").first).to_be_visible()
    for gap in page.locator("select[data-gap]").all():
        gap.select_option(index=1)
    page.locator(".turn.middle").click()
    expect(place).to_have_accessible_name(re.compile("répondue"))

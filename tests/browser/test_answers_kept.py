"""Answers that the server refused, or lost after its reply, or that are only begun: none goes unseen."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

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


Result = TypeVar("Result")
Kept = dict[bytes, bytes]


async def kept_of(redis: Redis) -> Kept:
    """All keys as they are now."""
    return {key: value async for key in redis.scan_iter() if (value := await redis.dump(key))}


async def go_back(redis: Redis, before: Kept) -> None:
    """As after a fail-over to a replica that was behind."""
    async with redis.pipeline(transaction=True) as at_once:  # the engine goes on writing meanwhile
        at_once.flushall()
        for key, value in before.items():
            at_once.restore(key, 0, value)
        await at_once.execute()


def on_redis(engine: Served, act: Callable[[Redis], Awaitable[Result]]) -> Result:
    """Do something to the engine's Redis behind its back."""

    async def run() -> Result:
        async with Redis.from_url(engine.operator_redis) as redis:
            return await act(redis)

    return apart(lambda: asyncio.run(run()))


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
    before = on_redis(fragile, kept_of)
    for number in (2, 3):
        given |= give(sitting, number)
        sitting.saved()
    on_redis(fragile, lambda redis: go_back(redis, before))
    given |= give(sitting, 4)
    sitting.saved()
    drain.send_signal(signal.SIGCONT)
    arrived(sitting, given, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("is_reloaded", [True, False], ids=["reloaded", "open"])
def test_numbers_of_another_seat_do_not_pass_for_those_of_one_whose_log_in_was_lost(
    opened: Open, fragile: Served, tmp_path: Path, is_reloaded: bool
) -> None:
    """Two primaries: on the one that is lost the pupil went on elsewhere, and was acknowledged."""
    (drain,) = fragile.processes("engine.archive.drain")
    here = Sitting(opened().new_page(), deliver(fragile, "maths-6e", seats=1))
    here.begin()
    given = give(here, 1)
    here.saved()
    drain.send_signal(signal.SIGSTOP)
    older = on_redis(fragile, kept_of)
    give(here, 2, pick=0)
    here.saved()
    newer = on_redis(fragile, kept_of)
    here.page.close()

    on_redis(fragile, lambda redis: go_back(redis, older))
    there = Sitting(opened().new_page(), here.delivered, here.seat)
    there.items = here.items
    there.enter()
    there.on_question(1)
    given |= give(there, 2)
    there.saved()
    on_redis(fragile, lambda redis: go_back(redis, newer))
    if is_reloaded:
        there.kept()
        there.enter()
        there.on_question(2)
    given |= give(there, 3)
    there.saved()
    drain.send_signal(signal.SIGCONT)
    arrived(there, given, tmp_path)


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

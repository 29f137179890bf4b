"""Tokens, tabs and devices: one of them holds the test, and what the others held is in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.course import ANSWERS, arrived, give
from tests.browser.deliveries import Delivered
from tests.browser.sitting import Sitting
from tests.browser.test_network import is_on_disk


@pytest.mark.long
def test_a_token_that_is_no_longer_good_costs_the_code_and_nothing_else(
    page: Page, forms: Callable[[str], Delivered], tmp_path: Path
) -> None:
    """The page asks for the code where it stands; another code is refused, the right one goes on saving."""

    def spoil(route: Route) -> None:
        route.continue_(headers=route.request.headers | {"authorization": "Bearer AQAAEQ"})

    sitting = Sitting(page, forms("maths-6e"))
    sitting.begin()
    given = give(sitting, 1)
    sitting.saved()
    page.context.set_offline(True)  # nothing asks for the code before the question is answered
    page.route(ANSWERS, spoil)
    given |= give(sitting, 2)
    page.context.set_offline(False)
    expect(sitting.dialog).to_contain_text("Tape encore ton code")
    sitting.dialog.locator("input").fill(sitting.delivered.seat().code)
    sitting.dialog.locator(".main").click()
    expect(sitting.dialog).to_contain_text("pas le code de ce test")
    page.unroute(ANSWERS)
    sitting.dialog.locator("input").fill(sitting.seat.code)
    sitting.dialog.locator(".main").click()
    sitting.saved()
    arrived(sitting, given, tmp_path)


@pytest.mark.long
def test_a_second_tab_says_so_and_can_take_the_test_over(
    opened: Open, forms: Callable[[str], Delivered], tmp_path: Path
) -> None:
    """Two would overwrite each other: the first one stops, and what it held is in the second."""
    context = opened()
    first = Sitting(context.new_page(), forms("maths-6e"))
    first.begin()
    given = give(first, 1)
    context.set_offline(True)
    given |= give(first, 2)
    first.held()
    is_on_disk(first, given, 2)  # a tab that is taken over has a moment to write, however slow it is
    context.set_offline(False)
    second = Sitting(context.new_page(), first.delivered, first.seat)
    second.items = first.items
    second.enter()
    expect(second.heading).to_have_text("Ton test est déjà ouvert")
    second.page.locator(".actions .main").click()
    second.on_question(2)
    expect(first.heading).to_have_text("Ton test est déjà ouvert")
    assert first.page.locator(".item").count() == 0
    second.saved()
    arrived(second, given, tmp_path)


def test_a_new_device_opens_at_the_question_that_the_old_one_left(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """The pupil goes on where the old computer died."""
    here = Sitting(opened().new_page(), forms("maths-6e"))
    here.begin()
    give(here, 7)
    here.saved()
    there = Sitting(opened().new_page(), here.delivered, here.seat)
    there.enter()
    there.on_question(7)

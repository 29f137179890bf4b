"""Whole tests by keyboard alone, for who cannot use a mouse, or has none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.answers import Exported, plausible
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered
from tests.browser.keyboard import Keyboard
from tests.browser.sitting import Sitting


@pytest.mark.parametrize(
    ("form", "width"),
    [
        ("francais-6e", 1280),
        pytest.param("maths-6e-en", 640, marks=pytest.mark.long),
    ],
)
def test_a_whole_test_is_sat_by_keyboard_alone(
    opened: Open, forms: Callable[[str], Delivered], tmp_path: Path, form: str, width: int
) -> None:
    """Each control is reached by Tab, seen when it has the focus, and answers; at 200 % (640 px) too."""
    context = opened(viewport={"width": width, "height": width * 5 // 8})
    sitting = Sitting(context.new_page(), forms(form))
    hands = Keyboard(sitting)
    enter_and_start(sitting, hands)
    given = {}
    for number, item in enumerate(sitting.items, 1):
        sitting.on_question(number)
        given[item] = plausible(sitting.delivered, item)
        hands.answer(given[item])
        hands.press(sitting.next)

    hands.press(sitting.page.locator(".on-review .actions .main"))
    hands.press(sitting.dialog.locator(".main"))
    assert sitting.receipt()

    exported = Exported(sitting.delivered, sitting.seat, tmp_path)
    assert exported.answers() == exported.expected(given)
    assert hands.hidden == []


def enter_and_start(sitting: Sitting, hands: Keyboard) -> None:
    """Code and instructions."""
    sitting.page.goto(sitting.url)
    expect(sitting.page.locator("#code")).to_be_focused()
    hands.keys.type(sitting.seat.code)
    hands.keys.press("Enter")
    begin = sitting.page.locator(".on-instructions .main")
    expect(begin).to_be_enabled()
    with sitting.page.expect_response("**/api/v1/start") as started:
        hands.press(begin)
    sitting.take_order(started.value.json())

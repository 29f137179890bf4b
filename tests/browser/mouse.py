"""Answers by mouse or finger, each kind as pupils do it: labels pressed, arrows clicked; words are typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator

from tests.browser.sitting import Sitting

TICKED = "(root) => [...root.querySelectorAll('input')].filter((one) => one.checked).map((one) => one.value)"
ORDER = "(root) => [...root.querySelectorAll('.qti-order li')].map((one) => one.dataset.choice)"


def answer(sitting: Sitting, response: Mapping[str, Any]) -> None:
    """Give this response to the question on the screen."""
    for name, value in response.items():
        root = sitting.interaction(name)
        KINDS[root.get_attribute("data-interaction") or ""](root, value)


def press(target: Locator, **where: Any) -> None:
    """A tap where the device has a screen to be touched, else a click."""
    if target.evaluate("() => navigator.maxTouchPoints > 0"):
        target.tap(**where)
    else:
        target.click(**where)


def tick(root: Locator, value: str | list[str]) -> None:
    """Choices, hot spots, hot text and pairs: press the labels whose state is to change."""
    wanted = {value} if isinstance(value, str) else set(value)
    ticked = set(root.evaluate(TICKED))
    radios = root.locator('input[type="radio"]').count() > 0
    for one in sorted(wanted - ticked if radios else wanted ^ ticked):
        press(root.locator("label", has=root.page.locator(f'input[value="{one}"]')))


def write(root: Locator, value: str) -> None:
    field = root if root.evaluate("(root) => root.matches('input')") else root.locator("textarea")
    press(field)
    field.press("ControlOrMeta+a")
    field.press_sequentially(value)


def choose(root: Locator, value: str) -> None:
    root.select_option(value)


def order(root: Locator, value: list[str]) -> None:
    """Bring each line up to its place; where all stand right from the start, say so."""
    moved = False
    for place, choice in enumerate(value):
        for _ in range(root.evaluate(ORDER).index(choice) - place):
            press(root.locator(f'li[data-choice="{choice}"] .up'))
            moved = True
    confirm = root.locator(".qti-order + button")
    if not moved and confirm.is_visible():
        press(confirm)


def fill_gaps(root: Locator, value: list[str]) -> None:
    """Pick up each label and put it down in its gap."""
    for choice, gap in map(str.split, value):
        press(root.locator(f'li[data-choice="{choice}"] button'))
        press(root.locator(f'select[data-gap="{gap}"]'))


def slide(root: Locator, value: str) -> None:
    """Press the track near the place, then step to it."""
    track = root.locator('input[type="range"]')
    low, high, step = (float(track.get_attribute(name) or 0) for name in ("min", "max", "step"))
    box = track.bounding_box()
    assert box
    share = (float(value) - low) / (high - low)
    press(
        track, position={"x": min(box["width"] - 2, 2 + share * (box["width"] - 4)), "y": box["height"] / 2}
    )
    away = round((float(value) - float(track.input_value())) / step)
    button = root.locator(".step").nth(1 if away > 0 else 0)
    for _ in range(abs(away)):
        press(button)


KINDS: Mapping[str, Any] = {
    "choice": tick,
    "hottext": tick,
    "hotspot": tick,
    "match": tick,
    "text-entry": write,
    "extended-text": write,
    "inline-choice": choose,
    "order": order,
    "gap-match": fill_gaps,
    "slider": slide,
}

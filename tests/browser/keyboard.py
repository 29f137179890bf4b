"""Answers by keyboard alone: Tab, Shift-Tab, arrows, Space, Enter and letters; nothing else, and no mouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.mouse import ORDER, TICKED
from tests.browser.sitting import Sitting

STOPS_MAX = 150
"""More stops of Tab than any page has: past that, a control cannot be reached."""

HAS_FOCUS = """(element) => {
  const focused = document.activeElement
  const isRadio = element.type === 'radio' && focused.type === 'radio'
  return element === focused || (isRadio && element.name === focused.name)
}"""
IS_SEEN = """() => {
  const { left, right, top, bottom } = document.activeElement.getBoundingClientRect()
  const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2
  const places = [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => [x, top + (bottom - top) * share])
  const owner = document.activeElement.closest('label, li, [data-interaction]') || document.activeElement
  return places.some(([x, y]) => owner.contains(document.elementFromPoint(x, y)))
}"""


class Keyboard:
    """Two hands on the keys of one sitting."""

    def __init__(self, sitting: Sitting) -> None:
        self.sitting = sitting
        self.keys = sitting.page.keyboard
        self.hidden: list[str] = []
        """Controls that had the focus and could not be seen."""

    def reach(self, target: Locator, key: str = "Tab") -> None:
        """Press Tab until the focus is on `target` (a radio button: on its group)."""
        expect(target).to_be_enabled()
        for _ in range(STOPS_MAX):
            if target.evaluate(HAS_FOCUS):
                self._look()
                return
            self.keys.press(key)
        raise AssertionError(f"Tab never comes to {target}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Reach a button and press it."""
        self.reach(target)
        self.keys.press(key)

    def answer(self, response: Mapping[str, Any]) -> None:
        """Give this response to the question on the screen."""
        for name, value in response.items():
            root = self.sitting.interaction(name)
            kind = root.get_attribute("data-interaction") or ""
            getattr(self, KINDS[kind])(root, value)

    def tick(self, root: Locator, value: str | list[str]) -> None:
        wanted = [value] if isinstance(value, str) else value
        ticked: list[str] = root.evaluate(TICKED)
        places: list[str] = root.evaluate(
            "(root) => [...root.querySelectorAll('input')].map((one) => one.value)"
        )
        for one in sorted({*wanted} - {*ticked}, key=places.index):
            control = root.locator(f'input[value="{one}"]')
            self.reach(control)
            if control.get_attribute("type") == "radio":
                self._turn_to(control)
            else:
                self.keys.press("Space")

    def _turn_to(self, radio: Locator) -> None:
        """Through a group of radio buttons by arrow; Space where nothing is ticked yet."""
        for _ in range(STOPS_MAX):
            if radio.evaluate("(radio) => radio === document.activeElement"):
                self.keys.press("Space")
                return
            self.keys.press("ArrowDown")
        raise AssertionError(f"no arrow comes to {radio}")

    def write(self, root: Locator, value: str) -> None:
        self.reach(root if root.evaluate("(root) => root.matches('input')") else root.locator("textarea"))
        self.keys.type(value)

    def choose(self, field: Locator, value: str) -> None:
        """Arrow down a list until it shows the value."""
        self.reach(field)
        for _ in range(STOPS_MAX):
            if field.input_value() == value:
                return
            self.keys.press("ArrowDown")
        raise AssertionError(f"{value} is not in the list {field}")

    def order(self, root: Locator, value: list[str]) -> None:
        moved = False
        for place, choice in enumerate(value):
            button = root.locator(f'li[data-choice="{choice}"] .up')
            for _ in range(root.evaluate(ORDER).index(choice) - place):
                self.press(button, "Space")
                moved = True
            if moved:
                # Each line is looked for from the top of the page.
                self.reach(self.sitting.page.locator(".mark"), "Shift+Tab")
        if not moved:
            self.press(root.locator(".qti-order + button"))

    def fill_gaps(self, root: Locator, value: list[str]) -> None:
        gaps: list[str] = root.evaluate(
            "(root) => [...root.querySelectorAll('select')].map((one) => one.dataset.gap)"
        )
        for pair in sorted(value, key=lambda pair: gaps.index(pair.split()[1])):
            choice, gap = pair.split()
            self.choose(root.locator(f'select[data-gap="{gap}"]'), choice)

    def slide(self, root: Locator, value: str) -> None:
        track = root.locator('input[type="range"]')
        self.reach(track)
        steps = (float(value) - float(track.input_value())) / float(track.get_attribute("step") or 1)
        for _ in range(abs(round(steps))):
            self.keys.press("ArrowRight" if steps > 0 else "ArrowLeft")
        if not steps:
            self.keys.press("Space")

    def _look(self) -> None:
        if not self.sitting.page.evaluate(IS_SEEN):
            element = self.sitting.page.evaluate("() => document.activeElement.outerHTML.slice(0, 120)")
            self.hidden.append(f"{self.sitting.heading.inner_text()}: {element}")


KINDS = {
    "choice": "tick",
    "hottext": "tick",
    "hotspot": "tick",
    "match": "tick",
    "text-entry": "write",
    "extended-text": "write",
    "inline-choice": "choose",
    "order": "order",
    "gap-match": "fill_gaps",
    "slider": "slide",
}

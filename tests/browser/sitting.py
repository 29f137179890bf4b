"""The player as a pupil meets it: one method for each thing that a pupil does or sees, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.deliveries import Delivered, Seat

SHOWN = """(root) => ({
  controls: [...root.querySelectorAll('input, select, textarea')].map((control) =>
    ['radio', 'checkbox'].includes(control.type) ? [control.value, control.checked] : [control.value]),
  order: [...root.querySelectorAll('.qti-order [data-choice]')].map((line) => line.dataset.choice),
})"""
KEPT = """async () => {
  const { active } = (await navigator.serviceWorker.getRegistration()) || {}
  const names = (await caches.keys()).filter((name) => name.startsWith('passation-content-'))
  const count = async (name) => (await (await caches.open(name)).keys()).length
  const contents = await Promise.all(names.map(count))
  return active && active.state === 'activated' && contents.some((entries) => entries > 0)
}"""


LOOKS = 6000
LOOK_AGAIN_MS = 50


def until(page: Page, source: str, argument: Any = None) -> None:
    """Wait until an asynchronous function of the page says yes.

    `wait_for_function` would take its promise for a yes.
    """
    for _ in range(LOOKS):
        if page.evaluate(source, argument):
            return
        page.wait_for_timeout(LOOK_AGAIN_MS)
    raise AssertionError(f"the page never says yes to {source}")


class Sitting:
    """One pupil's sitting on one page."""

    def __init__(self, page: Page, delivered: Delivered, seat: Seat | None = None, url: str = "") -> None:
        self.page = page
        self.delivered = delivered
        self.seat = seat or delivered.seat()
        self.url = url or delivered.engine.url
        self.items: list[str] = []
        """In this pupil's order, as the server gave it."""
        self.heading = page.locator("main h1")
        self.status = page.locator(".status")
        self.next = page.locator(".turn.next")
        self.dialog = page.locator("dialog[open]")

    # --- the way in -----------------------------------------------------------------------------------

    def enter(self, code: str = "") -> None:
        """Open the page, type a code, press Enter's button."""
        self.page.goto(self.url)
        self.type_code(code or self.seat.code)

    def type_code(self, code: str) -> None:
        self.page.locator("#code").press_sequentially(code)
        self.page.locator("form .main").click()

    def start(self) -> None:
        """From the instructions to the first question."""
        with self.page.expect_response("**/api/v1/start") as started:
            self.page.locator(".on-instructions .main").click()
        self.take_order(started.value.json())
        self.on_question(1)

    def take_order(self, started: dict[str, Any]) -> None:
        self.items = [entry["item"] for section in started["order"] for entry in section["items"]]

    def begin(self) -> None:
        """The whole way in."""
        self.enter()
        self.start()

    # --- questions ------------------------------------------------------------------------------------

    def on_question(self, number: int) -> None:
        """Wait until this question is on the screen, with its controls."""
        expect(self.heading).to_have_text(re.compile(rf"\D{number}\D+\d+$"))
        expect(self.page.locator(".question .item")).to_be_visible()

    def questions(self) -> Iterator[str]:
        """Each item once, in order: on the screen when it is given."""
        for number, item in enumerate(self.items, 1):
            self.on_question(number)
            yield item
            if number < len(self.items):
                self.next.click()

    def go(self, number: int) -> None:
        """To a question by the map of all questions."""
        self.page.locator(".turn.middle").click()
        self.dialog.locator(".map .place").nth(number - 1).click()
        self.on_question(number)

    def interaction(self, response: str) -> Locator:
        return self.page.locator(f'.item [data-response="{response}"]')

    def shown(self) -> Any:
        """What the controls of the question show."""
        return self.page.locator(".question .item").evaluate(SHOWN)

    def saved(self) -> None:
        """Wait until the page says that all answers are saved."""
        expect(self.page.locator('.status[data-state="saved"]')).to_be_visible()

    def held(self) -> None:
        """Wait until the page says that answers wait on this computer."""
        expect(self.page.locator('.status[data-state="held"]')).to_be_visible()

    def kept(self) -> None:
        """Wait until this computer could open page and test without network."""
        until(self.page, KEPT)

    # --- the way out ----------------------------------------------------------------------------------

    def review(self) -> None:
        """From the last question to the page before hand-in."""
        self.next.click()
        expect(self.page.locator(".on-review main h1")).to_be_visible()

    def hand_in(self) -> str:
        """From the review to the receipt."""
        self.page.locator(".on-review .actions .main").click()
        self.dialog.locator(".main").click()
        return self.receipt()

    def receipt(self) -> str:
        """Wait for the receipt."""
        return self.page.locator(".receipt strong").inner_text()

    def finish(self) -> str:
        """From any question to the receipt."""
        self.go(len(self.items))
        self.review()
        return self.hand_in()

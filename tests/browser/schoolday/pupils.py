"""Those who sit the test: some at real browsers, the rest of the class by the API as the player speaks it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as Waited

from tests.browser.answers import correct, plausible
from tests.browser.conftest import PATIENCE_MS, patience
from tests.browser.deliveries import Delivered, Seat
from tests.browser.mouse import answer
from tests.browser.schoolday.paper import Strip
from tests.browser.sitting import Sitting
from tests.pupil import PupilClient

QUICK_MS = 10_000


class Pupil(Sitting):
    """A pupil at a browser, with a strip of paper."""

    def __init__(self, page: Page, delivered: Delivered, strip: Strip, url: str) -> None:
        super().__init__(page, delivered, Seat("", strip.code, ""), url)
        self.strip = strip
        self.session: dict[str, Any] = {}

    def take_order(self, started: dict[str, Any]) -> None:
        super().take_order(started)
        self.session = started["session"]

    def answers(self, *numbers: int) -> None:
        """Some questions, rightly."""
        for number in numbers:
            self.go(number)
            item = self.items[number - 1]
            answer(self, correct(self.delivered, item))

    def goes_on_at(self, there: Pupil) -> None:
        """To another computer, in the middle of the test, and to its end there."""
        there.enter()
        there.on_question(2)
        there.items = self.items
        there.answers(3)
        there.finish()

    def sits(self) -> str:
        """From the code to the receipt."""
        self.begin()
        self.answers(1, 2)
        return self.finish()


class Unplugged(Pupil):
    """A pupil whose line breaks for the last stretch of the test."""

    given = 0
    """How many questions were answered before the time was over."""

    def begin_and_lose_the_line(self) -> None:
        """One answer is safe; another one, as far as the time suffices on this machine, waits here."""
        context = self.page.context
        self.enter()
        try:
            self.start()
            patience(context, QUICK_MS)
            self.answers(1)
            self.given = 1
            self.saved()
            context.set_offline(True)
            self.answers(2)
            self.held()
            self.given = 2
        except (Waited, AssertionError):
            context.set_offline(True)
        finally:
            patience(context, PATIENCE_MS)

    def hears_the_bell(self) -> None:
        """The time is over, on this computer's own word."""
        expect(self.page.locator(".on-test")).to_have_count(0)

    def comes_back(self) -> None:
        """What waited here goes out, and the receipt comes."""
        self.page.context.set_offline(False)
        assert self.receipt()


def rest_of_the_class(url: str, delivered: Delivered, strips: Sequence[Strip]) -> list[PupilClient]:
    """Each logs in, starts, answers, hands in; every third one answers half of it wrongly."""
    sat = []
    for place, strip in enumerate(strips):
        pupil = PupilClient(url, strip.code)
        pupil.login()
        pupil.start()
        items = [entry["item"] for block in pupil.order for entry in block["items"]]
        wrong = len(items) // 2 if place % 3 == 0 else 2
        given = {item: correct(delivered, item) for item in items[wrong:]}
        pupil.answer(**given)
        pupil.answer(**{item: plausible(delivered, item) for item in items[:wrong]})
        pupil.submit()
        sat.append(pupil)
    return sat

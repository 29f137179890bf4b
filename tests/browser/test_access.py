"""Every page and every question, wide and narrow: no barrier that a machine finds, no overflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.answers import plausible
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered
from tests.browser.mouse import answer
from tests.browser.sitting import Sitting
from tests.browser.test_mouse import of_kind

WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 360, "height": 640}
GRAVE = ("serious", "critical")
RUN_AXE = "() => axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)"
BEYOND = """async () => {
  // Tables change their shape in the frame after the one that changes their width.
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
  return document.scrollingElement.scrollWidth - innerWidth
}"""
BELOW = """() => matchMedia('(min-width: 60rem)').matches && document.querySelector('.has-passage')
  ? document.scrollingElement.scrollHeight - innerHeight : 0"""
"""A text beside its question scrolls in a frame of its own, and the page not at all."""


class Inspector:
    """Looks at what a page shows now, and remembers what is wrong with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seen: list[str] = []
        self.wrong: list[str] = []

    def look(self, place: str) -> None:
        """At both widths: what axe finds serious, and what does not fit."""
        self.page.wait_for_load_state()  # what is looked for may be there before its style is
        self.seen.append(place)
        for size in (WIDE, NARROW):
            self.page.set_viewport_size(size)
            name = f"{place} at {size['width']}"
            self.fits(name)
            self.barriers(name)

    def barriers(self, name: str) -> None:
        """What axe finds serious on the page as it is."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        violations: list[dict[str, Any]] = self.page.evaluate(RUN_AXE)
        for violation in violations:
            if violation["impact"] in GRAVE:
                places = [node["target"] for node in violation["nodes"]][:3]
                self.wrong.append(f"{name}: {violation['id']} {places}")

    def fits(self, name: str) -> None:
        """Whether the page scrolls sideways as wide as it is, or under a text in a frame of its own."""
        beyond: int = self.page.evaluate(BEYOND)
        if beyond > 0:
            self.wrong.append(f"{name}: {beyond} px too wide")
        below: int = self.page.evaluate(BELOW)
        if below > 0:
            self.wrong.append(f"{name}: {below} px too tall")


@pytest.mark.parametrize(
    ("form", "answers"),
    [
        ("maths-6e", True),
        ("francais-6e", True),
        pytest.param("maths-6e", False, marks=pytest.mark.long),
        pytest.param("francais-6e", False, marks=pytest.mark.long),
    ],
)
def test_no_page_and_no_question_has_a_barrier_or_overflows(
    page: Page, forms: Callable[[str], Delivered], form: str, answers: bool
) -> None:
    """Log-in to receipt, at 1280 and 360 px, each question before or after it is answered."""
    sitting, inspector = Sitting(page, forms(form)), Inspector(page)
    page.goto(sitting.url)
    expect(page.locator("#code")).to_be_focused()
    inspector.look("log-in")
    sitting.type_code("K7QF2")
    expect(page.locator("#error")).not_to_be_empty()
    inspector.look("log-in with a mistake")
    sitting.enter()
    expect(page.locator(".on-instructions .main")).to_be_enabled()
    inspector.look("instructions")
    sitting.start()
    for item in sitting.questions():
        if answers:
            answer(sitting, plausible(sitting.delivered, item))
        inspector.look(f"question {item}")
    page.locator(".turn.middle").click()
    expect(sitting.dialog).to_be_visible()
    inspector.look("map")
    page.keyboard.press("Escape")
    sitting.review()
    inspector.look("review")
    page.locator(".on-review .actions .main").click()
    expect(sitting.dialog).to_be_visible()
    inspector.look("hand-in dialog")
    sitting.dialog.locator(".main").click()
    assert sitting.receipt()
    inspector.look("receipt")

    assert inspector.wrong == []
    assert len(inspector.seen) == 27


@pytest.mark.long
def test_no_page_that_tells_of_trouble_has_a_barrier_or_overflows(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """A refused answer, a dead line, a hand-in that waits, the code asked again, another tab."""
    context = opened()
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    page, inspector = sitting.page, Inspector(sitting.page)
    sitting.begin()
    sitting.go(1 + sitting.items.index(of_kind(sitting.delivered, "text-entry")))
    field = sitting.interaction("r1")
    field.evaluate("(field) => { field.maxLength = 100000; field.value = 'x'.repeat(40000) }")
    field.dispatch_event("input")
    expect(page.locator('.status[data-state="aside"]')).to_be_visible()
    inspector.look("refused answer")
    page.locator(".turn.middle").click()
    expect(sitting.dialog).to_be_visible()
    inspector.look("map with a refused answer")
    sitting.dialog.locator(".actions button").click()
    expect(page.locator(".on-review main h1")).to_be_visible()
    inspector.look("review with a refused answer")
    other = Sitting(context.new_page(), sitting.delivered, sitting.seat)
    other.enter()
    expect(other.page.locator(".is-moved")).to_be_visible()
    there = Inspector(other.page)
    there.look("open in another tab")
    page.locator(".on-review .map .place").first.click()
    context.set_offline(True)
    answer(sitting, plausible(sitting.delivered, sitting.items[0]))
    page.set_viewport_size(WIDE)
    sitting.go(20)
    sitting.review()
    page.locator(".on-review .actions .main").click()
    sitting.dialog.locator(".main").click()
    expect(page.locator(".is-waiting")).to_be_visible()
    inspector.look("hand-in that waits")
    context.set_offline(False)
    assert sitting.receipt()
    inspector.look("receipt that names what was refused")
    assert inspector.wrong + there.wrong == []


def test_on_a_wide_screen_a_passage_scrolls_beside_its_question(
    page: Page, forms: Callable[[str], Delivered]
) -> None:
    """Who reads the end of the text still sees the question: the page itself does not move."""
    sitting = Sitting(page, forms("francais-6e"))
    sitting.begin()
    passage = page.locator(".passages")
    expect(passage).to_be_visible()
    passage.locator(".passage").last.evaluate("(text) => text.scrollIntoView({ block: 'end' })")
    expect(sitting.heading).to_be_in_viewport()


def test_at_twice_the_size_every_question_is_answered(page: Page, forms: Callable[[str], Delivered]) -> None:
    """200 % on a screen of 1280 by 800 leaves 640 by 400: enough, from the code to the receipt.

    The page's own larger letters fit as well, on a telephone and on a tablet.
    """
    sitting = Sitting(page, forms("francais-6e"))
    sitting.begin()
    for width in (360, 768):
        page.set_viewport_size({"width": width, "height": 800})
        page.locator(".tool").click()
        for size in (1, 2, 3, 0):
            page.locator(f'.of-size input[value="{size}"]').check()
            assert page.evaluate(BEYOND) <= 0
        sitting.dialog.locator(".main").click()
    page.set_viewport_size({"width": 640, "height": 400})
    for item in sitting.questions():
        answer(sitting, plausible(sitting.delivered, item))
        assert page.evaluate(BEYOND) <= 0
    sitting.review()
    assert sitting.hand_in()

"""Variants, attempts and feedback on the page: by mouse, by keyboard, without network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.answers import Exported
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered, deliver
from tests.browser.mouse import answer
from tests.browser.sitting import Sitting
from tests.served import Served

FORM = Path(__file__).parents[1] / "forms" / "attempts"
PRODUCT, DOUBLE, CHEST, TRIES, PLAIN, HINT = range(1, 7)


@pytest.fixture(scope="module")
def attempts(engine: Served) -> Delivered:
    """An open delivery of the form with variants and attempts."""
    return deliver(engine, FORM, seats=6)


def chosen(sitting: Sitting, number: int, authored: str) -> dict[str, str]:
    """The response that ticks this choice."""
    for response, known in sitting.delivered.key["items"][f"i{number}"]["responses"].items():
        for name, identifier in known["choices"].items():
            if identifier == authored:
                return {response: name}
    raise LookupError(authored)


def check(sitting: Sitting) -> Locator:
    return sitting.page.locator(".attempts .check")


def numbers_of(sitting: Sitting) -> list[int]:
    """The numbers that the text of the question prints."""
    texts = sitting.page.locator(".item p [data-printed]").all_text_contents()
    return [int(text) for text in texts]


def test_a_sitting_with_variants_and_attempts(opened: Open, attempts: Delivered, tmp_path: Path) -> None:
    """Values filled in, a chest opened, feedback beside the choice, a check without network; the scores."""
    context = opened()
    sitting = Sitting(context.new_page(), attempts)
    sitting.begin()
    first, second, *formula = numbers_of(sitting)
    assert formula == [first, second]
    answer(sitting, {"r1": str(first * second)})

    sitting.next.click()
    sitting.on_question(DOUBLE)
    expect(sitting.page.locator(".qti-choices li")).to_have_count(3)
    (number,) = (int(text) for text in re.findall(r"\d+", sitting.page.locator(".qti-prompt").inner_text()))
    right = sitting.page.locator(".qti-choices li", has_text=re.compile(rf"^\s*{2 * number}\s*$"))
    right.locator("label").click()

    sitting.next.click()
    play_the_chests(sitting)
    sitting.next.click()
    try_twice(sitting)
    sitting.next.click()
    sitting.on_question(PLAIN)
    expect(check(sitting)).to_have_count(0)
    answer(sitting, {"r1": "Paris"})
    sitting.next.click()
    ask_for_the_hint(sitting)
    sitting.saved()
    sitting.review()
    sitting.hand_in()
    exported = Exported(attempts, sitting.seat, tmp_path)
    scores = {row["item"]: row["score"] for row in exported.scores if row["item"]}
    assert scores == {
        "VAR-001": "1.0",
        "VAR-002": "1.0",
        "ADA-001": "2.0",
        "ESS-001": "1.0",
        "SIM-001": "1.0",
        "IND-001": "1.0",
    }


def play_the_chests(sitting: Sitting) -> None:
    """Both steps of the adaptive question; between them the page is loaded anew."""
    page = sitting.page
    sitting.on_question(CHEST)
    check(sitting).click()
    expect(page.locator(".attempts .hint")).to_have_text(re.compile("Réponds d’abord"))
    answer(sitting, chosen(sitting, CHEST, "rouge"))
    check(sitting).click()
    opened = page.locator(".feedback", has_text="Le capitaine ouvre le coffre")
    expect(opened).to_contain_text(re.compile("coffre (vert|bleu) : il est vide"))
    expect(page.locator("#say")).to_have_text(re.compile("il est vide"))
    seen = opened.inner_text()
    sitting.saved()
    page.reload()
    sitting.type_code(sitting.seat.code)
    sitting.on_question(CHEST)
    expect(opened).to_be_visible()
    expect(opened).to_have_text(seen, use_inner_text=True)
    answer(sitting, chosen(sitting, CHEST, "changer"))
    check(sitting).click()
    end = page.locator(".feedback", has_text="deux fois sur trois")
    expect(end).to_be_visible()
    expect(end.locator("img")).to_have_js_property("naturalWidth", 240)
    expect(check(sitting)).to_be_hidden()
    expect(page.locator(".item input:enabled")).to_have_count(0)


def ask_for_the_hint(sitting: Sitting) -> None:
    """The button that ends an attempt is the check itself; it never stays pressed, network or not."""
    page = sitting.page
    sitting.on_question(HINT)
    ask = page.get_by_role("button", name="Je veux un indice")
    page.context.set_offline(True)
    ask.click()
    expect(page.locator(".attempts .hint")).to_have_text(re.compile("Il faut le réseau"))
    expect(ask).to_have_attribute("aria-pressed", "false")
    page.context.set_offline(False)
    sitting.saved()
    ask.click()
    expect(page.locator(".feedback", has_text="juste avant juin")).to_be_visible()
    expect(ask).to_be_enabled()
    answer(sitting, {"r1": "mai"})
    check(sitting).click()
    expect(page.locator(".attempts .hint")).to_have_text(re.compile("C’est fini"))


def try_twice(sitting: Sitting) -> None:
    """By keyboard: once without network, which costs no attempt; once wrong, once right."""
    page = sitting.page
    sitting.on_question(TRIES)
    expect(page.locator(".attempts .hint")).to_have_text("Il te reste 2 essais.")
    answer(sitting, chosen(sitting, TRIES, "macon"))
    page.context.set_offline(True)
    check(sitting).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".attempts .hint")).to_have_text(re.compile("Il faut le réseau"))
    page.context.set_offline(False)
    sitting.saved()
    check(sitting).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".feedback.in-choice")).to_have_text(re.compile("pas le Rhône"))
    expect(page.locator(".attempts .hint")).to_have_text("Il te reste un essai.")
    expect(check(sitting)).to_be_focused()
    answer(sitting, chosen(sitting, TRIES, "lyon"))
    check(sitting).focus()
    page.keyboard.press("Space")
    expect(page.locator(".feedback.below")).to_have_text(re.compile("Bravo"))
    expect(page.locator(".attempts .hint")).to_have_text(re.compile("C’est fini"))


@pytest.mark.long
def test_a_new_computer_shows_the_feedback_given_elsewhere(opened: Open, attempts: Delivered) -> None:
    """It asks once what the questions show now."""
    first = Sitting(opened().new_page(), attempts)
    first.begin()
    first.go(TRIES)
    answer(first, chosen(first, TRIES, "avignon"))
    check(first).click()
    expect(first.page.locator(".feedback.in-choice")).to_be_visible()
    other = Sitting(opened().new_page(), attempts, first.seat)
    with other.page.expect_response("**/api/v1/attempts") as known:
        other.enter()
    known.value.finished()  # a reply that takes its time is shown when the question is opened again
    expect(other.page.locator(".question .item")).to_be_visible()
    other.items = first.items
    other.go(TRIES)
    expect(other.page.locator(".feedback.in-choice")).to_have_text(re.compile("pas la Saône"))
    expect(other.page.locator(".attempts .hint")).to_have_text("Il te reste un essai.")


@pytest.mark.long
def test_attempts_fit_a_small_screen(opened: Open, attempts: Delivered) -> None:
    """360 pixels: nothing scrolls sideways, the check is as wide as a thumb needs."""
    page: Page = opened(viewport={"width": 360, "height": 640}).new_page()
    sitting = Sitting(page, attempts)
    sitting.begin()
    sitting.go(CHEST)
    answer(sitting, chosen(sitting, CHEST, "bleu"))
    check(sitting).click()
    expect(page.locator(".feedback", has_text="Le capitaine ouvre")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = check(sitting).bounding_box()
    assert box is not None
    assert box["width"] > 200
    assert box["height"] >= 44

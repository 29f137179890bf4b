"""Codes and seats: what a pupil is told who cannot go on, and where a code in the address goes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from sessions.codes import ALPHABET, generate, pretty
from tests.browser.answers import plausible
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered, apart
from tests.browser.mouse import answer
from tests.browser.sitting import Sitting
from tests.pupil import PupilClient

PRESS = "() => document.querySelector('.question .item input')?.click()"
"""One press, if the question is still there: the page ends as soon as it hears of the other seat."""
SENTENCES = {
    "unknown": ("pas connu.*ton professeur", "not known.*your teacher"),
    "mistyped": ("faute de frappe.*ta feuille", "typing mistake.*your sheet"),
    "too short": ("12 signes.*tapé 5", "12 signs.*typed 5"),
    "with a zero": ("ni zéro ni lettre O.*ta feuille", "no zero and no letter O.*your sheet"),
    "revoked": ("ne sert plus.*ton professeur", "no longer in use.*your teacher"),
}


def mistyped(code: str) -> str:
    """The code with its last sign wrong."""
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]


def wrong_codes(delivered: Delivered) -> dict[str, str]:
    """One code of each kind that leads nowhere."""
    seat = delivered.seat()
    revoked = apart(lambda: delivered.engine.run("codes", "revoke", seat.session))
    assert revoked.returncode == 0, revoked.stderr
    return {
        "unknown": generate(secrets.token_bytes),
        "mistyped": mistyped(seat.code),
        "too short": "K7QF2",
        "with a zero": "0" + seat.code[1:],
        "revoked": seat.code,
    }


@pytest.mark.parametrize(("language", "locale"), [("fr", "fr-FR"), ("en", "en-GB")])
def test_each_code_that_leads_nowhere_has_a_sentence_of_its_own(
    opened: Open, forms: Callable[[str], Delivered], language: str, locale: str
) -> None:
    """In the pupil's language, it says what to do next; the field keeps what was typed."""
    delivered = forms("maths-6e")
    sitting = Sitting(opened(locale=locale).new_page(), delivered)
    for kind, code in wrong_codes(delivered).items():
        sitting.enter(code)
        sentence = SENTENCES[kind][language == "en"]
        expect(sitting.page.locator("#error")).to_have_text(re.compile(sentence))
        expect(sitting.page.locator("#code")).to_be_focused()
        assert sitting.page.locator("#code").input_value().replace(" ", "") == code
    assert sitting.page.locator("html").get_attribute("lang") == language


def test_the_language_of_the_page_is_chosen_by_button(page: Page, forms: Callable[[str], Delivered]) -> None:
    """And it is the same at the next visit; the test itself speaks its own."""
    sitting = Sitting(page, forms("maths-6e"))
    page.goto(sitting.url)
    page.get_by_role("button", name="English").click()
    expect(sitting.heading).to_have_text("Hello!")
    page.reload()
    expect(sitting.heading).to_have_text("Hello!")
    sitting.type_code(sitting.seat.code)
    expect(page.locator(".on-instructions h2")).to_have_text(["Avant de commencer", "Comment ça marche"])


def test_the_form_s_own_instructions_are_read_before_the_start(
    page: Page, forms: Callable[[str], Delivered]
) -> None:
    """What its author wrote, also after a reload; the time does not run yet."""
    sitting = Sitting(page, forms("francais-6e"))
    for _ in range(2):
        sitting.enter()
        expect(page.locator(".on-instructions .own")).to_contain_text("tu vas lire deux textes")
        expect(page.locator(".facts")).to_have_text(re.compile("45 minutes.*20 questions"))
    assert page.locator(".time").count() == 0


def test_a_code_that_was_handed_in_leads_to_its_receipt(
    page: Page, forms: Callable[[str], Delivered]
) -> None:
    """Not to the test: the same receipt as before, and nothing to answer."""
    sitting = Sitting(page, forms("maths-6e"))
    before = PupilClient(sitting.url, sitting.seat.code)
    before.login()
    before.start()
    receipt = before.submit()["receipt"]

    sitting.enter()

    assert sitting.receipt() == receipt
    expect(sitting.heading).to_have_text(re.compile("rendu"))
    assert page.locator(".item").count() == 0


def one_press(sitting: Sitting) -> int:
    """The place of a question, not the first one, that one press answers."""
    shapes = (sitting.delivered.shapes[item] for item in sitting.items)
    kinds = [[shape["kind"] for shape in one.values()] for one in shapes]
    return kinds.index(["choice"], 1) + 1


def test_a_seat_taken_elsewhere_ends_the_test_here(opened: Open, forms: Callable[[str], Delivered]) -> None:
    """The first page says where the test is now and sends no more; the second one has all answers."""
    here = Sitting(opened().new_page(), forms("maths-6e"))
    here.begin()
    item = here.items[0]
    answer(here, plausible(here.delivered, item))
    here.saved()
    shown = here.shown()
    here.go(one_press(here))
    there = Sitting(opened().new_page(), here.delivered, here.seat)
    with there.page.expect_response("**/api/v1/start") as started:
        there.enter()
    there.take_order(started.value.json())
    there.go(1)
    assert there.shown() == shown

    here.page.evaluate(PRESS)
    expect(here.heading).to_have_text("Ton test continue ailleurs")
    expect(here.page.locator(".notice")).to_contain_text("autre ordinateur")
    assert here.page.locator(".item").count() == 0
    sent: list[str] = []
    here.page.on("request", lambda request: sent.append(request.url))
    there.finish()
    # Files for later questions may still be on their way here.
    assert [url for url in sent if "/api/" in url] == []


@pytest.mark.parametrize("length", [12, 24])
def test_a_code_in_the_address_is_typed_in_and_leaves_the_address(
    page: Page, forms: Callable[[str], Delivered], length: int
) -> None:
    """Neither the address nor the way back shows it; Enter is all that is left to press."""
    sitting = Sitting(page, forms("maths-6e"))
    code = sitting.seat.code if length == 12 else sitting.seat.long_code
    page.goto("about:blank")
    page.goto(f"{sitting.url}/#{code}")
    expect(page.locator("#code")).to_have_value(pretty(code))
    expect(page).to_have_url(f"{sitting.url}/")
    page.keyboard.press("Enter")
    expect(page.locator(".on-instructions .main")).to_be_enabled()
    page.go_back()
    expect(page).to_have_url("about:blank")

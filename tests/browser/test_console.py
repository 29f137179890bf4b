"""The operator's console in a browser: by keyboard, at both widths, in both languages, alive."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.console.gate import VISIT
from tests.browser.conftest import Open
from tests.browser.deliveries import apart
from tests.browser.test_access import WIDE, Inspector
from tests.engine.desks import Desk, account
from tests.pupil import PupilClient
from tests.served import Served

PICTURES = os.environ.get("PASSATION_PICTURES", "")
"""A folder for pictures of the pages, as its README shows them."""


def test_an_operator_signs_in_by_keyboard_and_sees_the_day_move(page: Page, engine: Served) -> None:
    """Three fields and Enter; an answer shows in the figures without a reload; no barrier on any page."""
    proof = apart(lambda: account(engine, "operator"))
    prepared = apart(lambda: engine.prepare(codes_each=3))[0]
    inspector = Inspector(page)
    page.goto(f"{engine.url}/operator")
    inspector.look("sign-in")
    page.set_viewport_size(WIDE)
    page.locator("#operator").focus()
    for text in (proof.operator, proof.password.lower(), proof.totp.now()):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("La journée")
    pupil = PupilClient(engine.url, prepared.codes[0])
    pupil.login()
    pupil.start()
    own = page.locator(f"[data-delivery='{prepared.delivery}']")
    expect(own.locator("[data-status='running']")).to_have_text("1")
    expect(page.locator("#workers tr")).not_to_have_count(0)
    _look_around(page, inspector, engine.url, prepared.delivery)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert inspector.wrong == []


def _look_around(page: Page, inspector: Inspector, url: str, delivery: str) -> None:
    """Every page, at both widths."""
    places = {
        "day": "",
        "deliveries": "/deliveries",
        "delivery": f"/deliveries/{delivery}",
        "rooms": f"/deliveries/{delivery}/rooms",
        "new": "/deliveries/new",
        "forms": "/forms",
        "proposals": "/proposals",
        "audit": "/audit",
    }
    for name, place in places.items():
        page.set_viewport_size(WIDE)
        page.goto(f"{url}/operator{place}")
        _picture(page, name)
        inspector.look(name)
        _picture(page, f"{name}-narrow")


def _picture(page: Page, name: str) -> None:
    """Of the whole page as it is now, if somebody wants to look."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.long
def test_a_message_is_shown_once_in_the_players_own_language(opened: Open, engine: Served) -> None:
    """Proposed and approved in two browsers; an English browser in a French test reads it in French, once."""
    prepared = apart(lambda: engine.prepare(codes_each=1))[0]
    pupil = opened(locale="en-GB").new_page()
    pupil.goto(f"{engine.url}/")
    pupil.locator("#code").fill(prepared.codes[0])
    pupil.keyboard.press("Enter")
    pupil.locator("main .main").first.click()
    one, other = apart(lambda: Desk(engine, "operator")), apart(lambda: Desk(engine, "approver"))
    proposal = apart(
        lambda: one.propose("broadcast", prepared.delivery, fr="Restez assis.", en="Stay seated.", shown="5")
    )
    apart(lambda: other.approve(proposal))
    dialog = pupil.get_by_role("dialog")
    expect(dialog).to_contain_text("Restez assis.")
    dialog.get_by_role("button").click()
    expect(dialog).to_have_count(0)
    assert VISIT not in {cookie["name"] for cookie in pupil.context.cookies()}

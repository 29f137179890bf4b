"""The operator's console in a browser: by keyboard, at both widths, in both languages, alive."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine.console.gate import VISIT
from tests.browser.conftest import Open
from tests.browser.deliveries import apart
from tests.browser.following import follow
from tests.browser.test_access import WIDE, Inspector
from tests.engine.desks import Desk, account
from tests.pupil import PupilClient
from tests.served import Served


def test_an_operator_signs_in_by_keyboard_and_sees_the_day_move(page: Page, engine: Served) -> None:
    """Three fields and Enter; who comes shows in the figures without a reload (pages: `test_pictures`)."""
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
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("La journée")
    pupil = PupilClient(engine.url, prepared.codes[0])
    pupil.login()
    pupil.start()
    own = page.locator(f"[data-delivery='{prepared.delivery}']")
    expect(own.locator("[data-status='running']")).to_have_text("1")
    expect(page.locator("#workers tr")).not_to_have_count(0)
    follow(page.get_by_role("button", name="English"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert inspector.wrong == []


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

"""The pages that anybody may read: ways in, what is held, manuals; at both widths, by keyboard, on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine.portal.addresses import ADDRESSES, FAMILIES, OPERATOR, PORTAL, TEACHER
from tests.browser.following import follow
from tests.browser.paper import picture, sheets
from tests.browser.test_access import NARROW, WIDE, Inspector
from tests.served import Served


def test_the_portal_leads_each_kind_of_user_to_the_right_place_by_keyboard(
    page: Page, engine: Served
) -> None:
    """From the pupil's first page to the portal, to what is held, to staff, and back to the code."""
    page.goto(f"{engine.url}/")
    page.locator("#portal a").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Qui êtes-vous ?")
    inspector = Inspector(page)
    inspector.look("portal")
    for name, (places, heading) in {
        "Lire ce qui est conservé": ("/familles", "Ce qui est conservé, et qui peut le lire"),
        "Par numéro": ("/teacher", "La salle"),
        "Console": ("/operator/login", "Connexion"),
    }.items():
        page.goto(engine.url + ADDRESSES[PORTAL]["fr"])
        page.get_by_role("link", name=name).focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(heading)
        assert page.url.endswith(places)
        follow(page.locator("#foot").get_by_role("link", name="Portail"))
        expect(page.locator("h1")).to_have_text("Qui êtes-vous ?")
    page.get_by_role("link", name="Taper mon code").click()
    expect(page.locator("#code")).to_be_focused()
    assert inspector.wrong == []


@pytest.mark.parametrize("name", [PORTAL, FAMILIES, TEACHER, OPERATOR])
def test_each_page_speaks_both_languages_and_has_no_barrier(page: Page, engine: Served, name: str) -> None:
    """A manual is one A4 page, in each language."""
    inspector = Inspector(page)
    page.goto(engine.url + ADDRESSES[name]["fr"])
    for language in ("fr", "en"):
        follow(page.locator("#bar").get_by_role("link", name={"fr": "Français", "en": "English"}[language]))
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.url == engine.url + ADDRESSES[name][language]
        for summary in page.locator("summary").all():
            summary.click()
        inspector.look(f"{name} in {language}")
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            picture(page, f"{name}-{language}-{size['width']}")
        page.set_viewport_size(WIDE)
        if name in (TEACHER, OPERATOR):
            assert sheets(page, f"{name}-{language}") == 1
    assert inspector.wrong == []

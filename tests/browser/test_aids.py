"""What a pupil may be given besides the question: cards, listening, colours, a ruler, crossing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.needs import SUPPORTS, THEMES
from tests.browser.aids import SAID, VOICES, a_form_with_aids
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered, deliver
from tests.browser.sitting import Sitting
from tests.browser.test_access import BEYOND, NARROW, WIDE, Inspector
from tests.served import Served

LARGE = re.compile(r"font-size: 150%")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_form_with_aids(tmp_path_factory.mktemp("aids"))


@pytest.fixture(scope="module")
def supported(engine: Served, package: Path) -> Delivered:
    """For pupils who have every support."""
    return deliver(engine, package, seats=6, needs=tuple(sorted(SUPPORTS)))


@pytest.fixture(scope="module")
def plain(engine: Served, package: Path) -> Delivered:
    """For pupils for whom the school chose nothing."""
    return deliver(engine, package, seats=12)


def begun(opened: Open, delivered: Delivered) -> Sitting:
    context = opened()
    context.add_init_script(VOICES)
    sitting = Sitting(context.new_page(), delivered)
    sitting.begin()
    return sitting


def settings(page: Page) -> None:
    page.locator(".tool").click()
    expect(page.locator(".settings-dialog")).to_be_visible()


def test_a_card_opens_by_keyboard_and_gives_the_focus_back(opened: Open, supported: Delivered) -> None:
    """A word has a sign beside it, a picture a button below it; translations ask which language."""
    page = begun(opened, supported).page
    sign = page.get_by_role("button", name="Aide : fleuve")
    sign.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("Il va à la mer.")
    expect(dialog.locator('[lang="en"]')).to_have_text("river")
    dialog.locator("select").select_option("ar")
    expect(dialog.locator('[lang="ar"]')).to_have_text("نهر")
    page.keyboard.press("Escape")
    expect(sign).to_be_focused()
    page.get_by_role("button", name="Description de l’image").click()
    expect(dialog).to_contain_text("Un rond au milieu.")


def test_who_has_no_support_gets_what_is_for_all_and_no_more(opened: Open, plain: Delivered) -> None:
    """The glossary and the description of the picture; no translation, and nobody reads aloud."""
    page = begun(opened, plain).page
    page.get_by_role("button", name="Ce que ça veut dire : fleuve").click()
    expect(page.locator("dialog[open]")).to_contain_text("Il va à la mer.")
    expect(page.locator("dialog[open]")).not_to_contain_text("river")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Description de l’image")).to_be_visible()
    expect(page.locator(".listening, .hear")).to_have_count(0)


def test_what_is_heard_is_what_is_seen_in_voices_of_this_computer(opened: Open, supported: Delivered) -> None:
    """Each language has its voice; what is hidden, kept silent or only to be pressed is not said."""
    sitting = begun(opened, supported)
    page = sitting.page
    listen = page.locator(".listen")
    expect(page.locator(".hear")).to_have_count(3)
    listen.focus()
    page.keyboard.press("Enter")
    for count in range(1, len(SAID) + 1):
        page.wait_for_function("count => said.length === count", arg=count)
        expect(page.locator(".is-heard")).to_have_count(1)
        assert page.evaluate("endPiece()")
    assert page.evaluate("said") == SAID
    page.wait_for_function("played === 1")  # the recording, in its turn
    expect(listen).to_have_text("Écouter")
    expect(page.locator(".is-heard")).to_have_count(0)

    page.evaluate("said.length = 0")
    page.get_by_role("button", name="Écouter : Vert").click()  # hears it, and does not choose it
    page.wait_for_function("said.length === 1")
    page.evaluate("endPiece()")
    assert page.evaluate("said") == [["near", "Vert"]]
    expect(page.locator(".item input:checked")).to_have_count(0)

    page.evaluate("said.length = 0")
    listen.click()
    page.get_by_role("button", name="Phrase d’après").click()
    page.wait_for_function("said.length === 2")
    assert page.evaluate("said")[1] == SAID[1]
    listen.click()  # a pause: the same piece again
    listen.click()
    page.wait_for_function("said.length === 3")
    assert page.evaluate("said")[2] == SAID[1]
    sitting.next.click()
    sitting.on_question(2)
    assert not page.evaluate("endPiece()")  # another question is on the screen: silence


def as_chosen(page: Page) -> None:
    """The page looks as it did before the reload."""
    root = page.locator("html")
    expect(page.locator(".is-struck")).to_have_text("Vert")
    expect(root).to_have_attribute("data-theme", "high-contrast")
    expect(root).to_have_class("is-large is-spaced has-ruler can-strike")
    expect(root).to_have_attribute("style", LARGE)


def test_settings_show_at_once_and_survive_a_reload_on_this_device_alone(
    opened: Open, plain: Delivered
) -> None:
    """Colours, size, room, ruler, what is crossed out: by keyboard, without barriers, and never sent."""
    sitting = begun(opened, plain)
    page = sitting.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    settings(page)
    page.keyboard.press("ArrowRight")  # among the colours
    expect(page.locator("html")).to_have_attribute("data-theme", "high-contrast")
    page.get_by_role("radio", name="150%").check()
    for name in ("Texte aéré", "Règle de lecture", "Barrer des réponses"):
        page.get_by_role("switch", name=name).press("Space")
    inspector = Inspector(page)
    inspector.look("settings")
    page.keyboard.press("Escape")
    expect(page.locator(".tool")).to_be_focused()

    page.get_by_role("button", name="Barrer : Vert").press("Enter")
    expect(page.locator(".is-struck")).to_have_text("Vert")
    ruler = page.get_by_role("slider")
    expect(ruler).to_have_attribute("aria-valuenow", re.compile(r"\d"))
    before = int(ruler.get_attribute("aria-valuenow") or "")
    ruler.press("ArrowDown")
    assert int(ruler.get_attribute("aria-valuenow") or "") > before
    inspector.look("question with aids")
    page.set_viewport_size(WIDE)
    page.get_by_role("radio", name="Rouge").check()
    sitting.saved()
    page.reload()
    sitting.type_code(sitting.seat.code)
    as_chosen(page)
    page.get_by_role("radio", name="Vert").check()  # who chooses it has not ruled it out
    expect(page.locator(".is-struck")).to_have_count(0)
    sitting.saved()
    told = "".join(sent)
    assert [one for one in ("item", "struck", "high-contrast", "display") if one in told] == ["item"]
    assert page.evaluate("Object.keys(localStorage)") in ([], ["language"])
    assert inspector.wrong == []


def test_what_the_school_chose_is_on_from_the_instructions(
    opened: Open, engine: Served, package: Path
) -> None:
    """A pupil for whom the page is to be large and yellow on blue does not first look for a button."""
    delivered = deliver(engine, package, seats=1, needs=("line-reader", "magnification", "yellow-blue"))
    sitting = Sitting(opened().new_page(), delivered)
    page, root = sitting.page, sitting.page.locator("html")
    sitting.enter()
    expect(root).to_have_attribute("data-theme", "yellow-blue")
    expect(root).to_have_attribute("style", LARGE)
    sitting.start()
    expect(page.locator(".ruler")).to_be_visible()


def test_text_runs_from_right_to_left_and_downwards(opened: Open, plain: Delivered) -> None:
    """In the direction of its language; what is vertical stays on a narrow screen."""
    sitting = begun(opened, plain)
    page = sitting.page
    sitting.next.click()
    sitting.on_question(2)
    arabic = page.locator('.item [lang="ar"]')
    assert arabic.evaluate("(text) => getComputedStyle(text).direction") == "rtl"
    assert arabic.locator("[lang=fr]").evaluate("(word) => getComputedStyle(word).unicodeBidi") == "isolate"
    vertical = page.locator(".qti-writing-mode-vertical-rl")
    assert vertical.evaluate("(text) => getComputedStyle(text).writingMode") == "vertical-rl"
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert page.evaluate(BEYOND) <= 0


@pytest.mark.long
@pytest.mark.parametrize("theme", THEMES)
def test_no_colour_theme_has_a_barrier(opened: Open, engine: Served, package: Path, theme: str) -> None:
    """Every page of the test: instructions, questions, settings, map, review, receipt."""
    delivered = deliver(engine, package, seats=1, needs=(theme, *sorted(SUPPORTS)))
    context = opened()
    context.add_init_script(VOICES)
    sitting = Sitting(context.new_page(), delivered)
    page, inspector = sitting.page, Inspector(sitting.page)
    sitting.enter()
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    inspector.look("instructions")
    sitting.start()
    expect(page.locator(".hear")).to_have_count(3)
    page.get_by_role("radio", name="Rouge").check()
    page.locator(".listen").click()
    expect(page.locator(".is-heard")).to_have_count(1)
    inspector.look("question")
    page.get_by_role("button", name="Aide : fleuve").click()
    inspector.look("cards")
    page.keyboard.press("Escape")
    settings(page)
    inspector.look("settings")
    page.keyboard.press("Escape")
    sitting.next.click()
    sitting.on_question(2)
    inspector.look("text")
    page.locator(".turn.middle").click()
    inspector.look("map")
    page.keyboard.press("Escape")
    sitting.review()
    inspector.look("review")
    assert sitting.hand_in()
    inspector.look("receipt")
    assert inspector.wrong == []

"""A test that leads: linear questions, parts that close, a way that the server decides, times of parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import forms
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered, apart, deliver
from tests.browser.sitting import Sitting
from tests.browser.test_access import Inspector
from tests.records import records_of
from tests.served import Served


class Walk(Sitting):
    """A sitting of a test that leads."""

    def begin(self) -> None:
        """The whole way in, by what the first part is like."""
        self.enter()
        expect(self.page.locator(".how")).to_contain_text("On ne revient pas")
        with self.page.expect_response("**/api/v1/start") as started:
            self.page.locator(".on-instructions .main").click()
        self.take_order(started.value.json())
        self.press("Commencer cette partie")
        self.on_question(1)

    def tick(self, choice: str) -> None:
        """Choose by what is written."""
        self.page.locator(".question .qti-choices label").filter(
            has_text=re.compile(rf"^\s*{choice}")
        ).click()

    def says(self, title: str) -> None:
        """Wait for a dialog with this title."""
        expect(self.dialog.locator("h2")).to_have_text(title)

    def press(self, text: str) -> None:
        """A button of the dialog, or of the page where there is none."""
        root = self.page.locator("dialog[open], body:not(:has(dialog[open]))")
        root.get_by_role("button", name=text, exact=True).click()

    def on(self, number: int, text: str) -> None:
        """Wait until this question is on the screen."""
        self.on_question(number)
        expect(self.page.locator(".question .qti-prompt")).to_have_text(text)


@pytest.fixture(scope="module")
def multistage(engine: Served, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """The multistage form, open."""
    return deliver(engine, forms.multistage(tmp_path_factory.mktemp("form")))


def first_part(walk: Walk) -> None:
    """Two linear questions, answered right, up to the border of the part."""
    walk.begin()
    walk.on(1, "Combien font 7 × 8 ?")
    expect(walk.page.locator(".turn.previous")).to_be_disabled()
    walk.next.click()
    walk.says("Pas encore")
    walk.press("J’ai compris")
    walk.tick("56")
    walk.next.click()
    walk.on(2, "Quel nombre est le plus grand ?")
    expect(walk.page.locator(".turn.previous")).to_be_disabled()
    walk.tick("0,5")
    expect(walk.next).to_have_text("Partie suivante")


def hard_module(walk: Walk) -> None:
    """Two questions in any order, answered right, up to the last part."""
    walk.tick("45")
    walk.next.click()
    walk.on(4, "Quelle fraction est égale à 2/3 ?")
    walk.page.locator(".turn.previous").click()
    walk.on(3, "Combien font les trois quarts de 60 ?")
    walk.next.click()
    walk.tick("8/12")
    walk.next.click()
    walk.press("Partie suivante")
    walk.press("Commencer cette partie")


def test_a_pupil_is_led_through_a_test_that_branches(opened: Open, multistage: Delivered) -> None:
    """No way back, nothing skipped that must not be, the hard module for who is right, a word at the end."""
    walk = Walk(opened().new_page(), multistage)
    page = walk.page
    first_part(walk)
    page.locator(".turn.middle").click()
    places = walk.dialog.locator(".map .place")
    expect(places.nth(0)).to_be_disabled()
    expect(places.nth(1)).to_be_enabled()
    inspector = Inspector(page)
    inspector.look("map")
    page.keyboard.press("Escape")
    page.go_back()
    walk.on(2, "Quel nombre est le plus grand ?")

    walk.next.click()
    walk.says("Quitter cette partie ?")
    inspector.look("border")
    walk.press("Partie suivante")
    expect(page.locator(".on-part h1")).to_have_text("Partie 2")
    inspector.look("part")
    page.reload()
    walk.type_code(walk.seat.code)
    walk.on(3, "Combien font les trois quarts de 60 ?")
    expect(page.locator(".section")).to_have_text("Partie 2 · Plus loin")
    hard_module(walk)
    walk.on(5, "Combien de minutes y a-t-il dans deux heures ?")
    walk.tick("120")
    walk.review()
    assert walk.hand_in()
    expect(page.locator(".told")).to_contain_text("Tu as pris le grand chemin.")
    inspector.look("receipt")
    assert inspector.wrong == []


@pytest.mark.long
def test_without_the_server_the_agreed_way_is_taken_and_marked(
    opened: Open, engine: Served, tmp_path: Path
) -> None:
    """A pupil whose line is down at the border goes on at once; the results say who decided."""
    walk = Walk(opened().new_page(), deliver(engine, forms.multistage(tmp_path), seats=1))
    first_part(walk)
    walk.saved()
    walk.page.context.set_offline(True)
    walk.next.click()
    walk.press("Partie suivante")
    walk.press("Commencer cette partie")
    walk.on(3, "Combien de côtés a un triangle ?")
    walk.tick("3")
    walk.next.click()
    walk.held()
    walk.page.context.set_offline(False)
    walk.saved()
    walk.tick("50")
    walk.next.click()
    walk.press("Partie suivante")
    walk.press("Commencer cette partie")
    walk.on(5, "Combien de minutes y a-t-il dans deux heures ?")
    walk.review()
    walk.hand_in()
    (record,) = apart(lambda: records_of(engine, walk.delivered.id, 1)).values()
    route = [(step["after"], step["to"], step["by"]) for step in record["test"]["route"]]
    assert route == [("i2", "i3", "agreed"), ("i4", "i7", "server")]
    assert record["test"]["outcomes"]["TOTAL"] == 4.0


def test_when_the_time_of_a_part_is_over_it_closes_and_the_way_goes_on(
    opened: Open, engine: Served, tmp_path: Path
) -> None:
    """Its questions lock, reached or not; the rest of the test is still there."""
    walk = Walk(
        opened(viewport={"width": 360, "height": 740}).new_page(),
        deliver(engine, forms.timed(tmp_path, 4), seats=1),
    )
    walk.begin()
    walk.says("Le temps de ces questions est écoulé")
    inspector = Inspector(walk.page)
    inspector.look("time over")
    assert inspector.wrong == []
    expect(walk.page.locator(".question input").first).not_to_be_editable()
    walk.press("Continuer")
    expect(walk.page.locator(".on-part .qti-rubric")).to_have_text("Prends ton temps.")
    walk.press("Commencer cette partie")
    walk.on(3, "Combien de côtés a un triangle ?")
    expect(walk.page.locator(".stretch")).to_be_hidden()
    walk.tick("3")
    walk.saved()


@pytest.mark.long
def test_what_an_answer_lacks_is_said_before_the_way_goes_on(
    opened: Open, engine: Served, tmp_path: Path
) -> None:
    """A pattern that is not met, too few choices, a part that may not be left yet."""
    walk = Walk(opened().new_page(), deliver(engine, forms.timed(tmp_path, 600, least=500), seats=1))
    walk.begin()
    field = walk.page.locator(".question input")
    for text, said in (("", "Il manque une réponse."), ("douze", "autre forme")):
        field.fill(text)
        walk.next.click()
        expect(walk.dialog).to_contain_text(said)
        walk.press("J’ai compris")
    field.fill("12")
    walk.next.click()
    walk.on(2, "Laquelle ?")
    walk.tick("right")
    walk.next.click()
    expect(walk.dialog).to_contain_text("au moins 2 réponses")
    expect(walk.dialog).to_contain_text("Prends ton temps")
    walk.page.keyboard.press("Escape")
    walk.on(2, "Laquelle ?")

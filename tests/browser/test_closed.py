"""Closed questions looked at again, solutions, comments: by mouse, by keyboard, at 360 pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests import forms
from tests.browser.answers import Exported
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered, deliver
from tests.browser.test_access import Inspector
from tests.browser.test_course import Walk
from tests.served import Served

SAID = "Je crois que la question a un piège."
CLOSED = "fermée : tu peux la relire"


@pytest.fixture(scope="module")
def closing(engine: Served, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """An open delivery of the form whose parts close."""
    return deliver(engine, forms.closing(tmp_path_factory.mktemp("form")), seats=4)


class Reader(Walk):
    """A sitting of a test whose questions can be looked at again."""

    def begin(self) -> None:
        self.enter()
        self.start()

    @property
    def ticked(self) -> Locator:
        return self.page.locator(".question .item .is-ticked")

    def place(self, number: int) -> Locator:
        return self.page.locator(".map .place").nth(number - 1)

    def comment(self, text: str) -> None:
        self.page.locator(".comment summary").click()
        self.page.get_by_label("Ton commentaire").fill(text)

    def leave_first_part(self) -> None:
        """Three answers, the first one wrong with a comment; then the last part."""
        self.tick("54")
        self.comment(SAID)
        self.next.click()
        self.on_question(2)
        self.tick("0,45")
        self.next.click()
        self.on_question(3)
        self.tick("3")
        self.next.click()
        self.press("Partie suivante")
        self.press("Commencer cette partie")
        self.on_question(4)

    def turn_to(self, button: str, choice: str) -> None:
        """Turn from the answer to the solution, or back; see what is ticked there."""
        self.press(button)
        expect(self.ticked).to_have_count(1)
        expect(self.ticked).to_contain_text(choice)


def solutions_told(page: Any, told: list[str]) -> None:
    """Remember each reply that brings a solution."""

    def heard(request: Any) -> None:
        if '"kind":"solution"' in (request.post_data or ""):
            told.append(request.post_data)

    page.on("request", heard)


def test_a_closed_question_is_read_again_and_never_answered(
    opened: Open, closing: Delivered, tmp_path: Path
) -> None:
    """Its answer, comment and solution; not the one whose author forbids it; the scores stay."""
    reader = Reader(opened().new_page(), closing)
    page = reader.page
    inspector = Inspector(page)
    reader.begin()
    reader.leave_first_part()
    look_at_closed_ones(reader, inspector)
    reader.tick("50")
    reader.review()
    reader.place(2).click()
    reader.on_question(2)
    page.locator(".turn.middle").click()
    reader.place(4).click()
    reader.on_question(4)
    reader.review()
    reader.hand_in()
    reader.press("Voir les solutions")
    reader.on_question(1)
    reader.turn_to("Voir la solution", "56")
    page.locator(".turn.middle").click()
    expect(page.locator(".receipt strong")).to_be_visible()
    assert inspector.wrong == []
    exported = Exported(closing, reader.seat, tmp_path)
    scores = {row["item"]: row["score"] for row in exported.scores if row["item"]}
    assert scores == {"ref-item1": "0.0", "ref-item2": "0.0", "ref-item3": "1.0", "ref-item4": "1.0"}


def look_at_closed_ones(reader: Reader, inspector: Inspector) -> None:
    """From the map: the first with comment and solution, then the second, then back to the test."""
    page = reader.page
    page.locator(".turn.middle").click()
    expect(reader.place(1)).to_have_accessible_name(f"Question 1 sur 4, répondue, {CLOSED}")
    expect(reader.place(3)).to_be_disabled()
    reader.place(1).click()
    reader.on_question(1)
    expect(reader.ticked).to_contain_text("54")
    expect(page.locator(".closed-note")).to_be_visible()
    expect(page.get_by_label("Ton commentaire")).to_have_value(SAID)
    page.locator(".question label", has_text="56").click(force=True)
    expect(reader.ticked).to_contain_text("54")
    inspector.look("closed")
    reader.turn_to("Voir la solution", "56")
    inspector.look("solution")
    reader.turn_to("Revoir ma réponse", "54")
    reader.next.click()
    reader.on_question(2)
    expect(reader.next).to_have_text("Revenir")
    reader.next.click()
    reader.on_question(4)


def test_a_comment_outlives_the_page_and_the_computer(opened: Open, closing: Delivered) -> None:
    """Typed without network, found after a reload, found on another computer; at 360 pixels."""
    small = opened(viewport={"width": 360, "height": 740})
    first = Reader(small.new_page(), closing)
    first.begin()
    first.kept()
    small.set_offline(True)
    first.comment(SAID)
    first.held()
    first.page.reload()
    first.type_code(first.seat.code)
    first.on_question(1)
    expect(first.page.get_by_label("Ton commentaire")).to_have_value(SAID)
    assert first.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small.set_offline(False)
    first.saved()
    other = Reader(opened().new_page(), closing, first.seat)
    other.enter()
    other.on_question(1)
    expect(other.page.get_by_label("Ton commentaire")).to_have_value(SAID)


def test_a_solution_is_turned_to_by_keyboard_when_the_attempts_are_over(
    opened: Open, closing: Delivered
) -> None:
    """It is asked for then and not before."""
    reader = Reader(opened().new_page(), closing)
    page = reader.page
    asked: list[str] = []
    solutions_told(page, asked)
    reader.begin()
    reader.go(2)
    reader.tick("0,45")
    expect(page.get_by_role("button", name="Voir la solution")).to_have_count(0)
    page.locator(".attempts .check").click()
    turn = page.get_by_role("button", name="Voir la solution")
    turn.focus()
    assert asked == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Revoir ma réponse")).to_be_focused()
    expect(reader.ticked).to_contain_text("0,5")

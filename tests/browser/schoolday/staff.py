"""The head and the teachers at the authority's pages, as they click and read there."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Literal

from playwright.sync_api import FilePayload, Page, expect
from pypdf import PdfReader

from tests.browser.following import follow
from tests.browser.schoolday.names import Person, class_lists
from tests.browser.schoolday.paper import Letter, Strip, strips

LOOKS = 300


class Visitor:
    """Somebody who was sent a letter."""

    def __init__(self, page: Page, letter: Letter, origin: str) -> None:
        self.page, self.letter, self.origin = page, letter, origin

    def enters(self) -> None:
        """By keyboard alone, as the letter says it."""
        self.page.goto(f"{self.origin}/login")
        expect(self.page.locator("#login")).to_be_focused()
        self.page.keyboard.type(self.letter.login)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(self.letter.password.lower())
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        expect(self.page.locator("h1")).not_to_have_text(re.compile("Connexion"))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, role: Literal["button", "link"] = "link") -> None:
        """To another page."""
        follow(self.page.get_by_role(role, name=name, exact=True))


class Head(Visitor):
    """The head of the school: lists in, checked, validated, codes on paper."""

    def brings_the_lists(self) -> None:
        """Both classes in one file; the line that no list may hold is told by its number."""
        self.follow("Importer des listes")
        upload: FilePayload = {"name": "listes.csv", "mimeType": "text/csv", "buffer": class_lists()}
        self.page.set_input_files("#file", upload)
        self.follow("Lire le fichier", "button")
        expect(self.page.locator(".odd li")).to_have_text([re.compile("Ligne 62.*signes")])
        self.follow("Enregistrer ces élèves", "button")

    def gives_a_third_more(self, label: str, person: Person) -> None:
        self.opens(label)
        follow(self.page.get_by_label(f"Corriger {person.name}", exact=True))
        self.page.get_by_label("Temps", exact=True).select_option(label="Un tiers de plus")
        self.follow("Enregistrer", "button")
        row = self.page.get_by_role("row").filter(has_text=person.family).filter(has_text=person.first)
        expect(row).to_contain_text("Un tiers de plus")

    def opens(self, label: str) -> None:
        self.page.goto(f"{self.origin}/school")
        self.follow(label)

    def validates(self, label: str, people: list[Person]) -> None:
        """Everybody is on the list, letter for letter."""
        self.opens(label)
        families = self.page.locator("table.list tbody th")
        expect(families).to_have_count(len(people))
        assert sorted(families.all_inner_texts()) == sorted(one.family for one in people)
        self.page.get_by_label("J’ai vérifié cette liste").check()
        self.follow("Valider la liste", "button")
        expect(self.page.locator(".pill.is-done")).to_be_visible()

    def prints_codes(self, label: str) -> list[Strip]:
        """The sheets of a class, cut into strips."""
        self.opens(label)
        self.follow("Codes de la classe")
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Imprimer la classe (PDF)", exact=True).click()
        return strips(Path(download.value.path()).read_bytes())


class Teacher(Visitor):
    """A teacher of one class, on the pages that join names and states."""

    def enters(self) -> None:
        super().enters()
        self.home = self.page.url

    def opens(self, view: str) -> None:
        """`room`, `keying` or `results` of the class."""
        self.page.goto(f"{self.home}/{view}")

    def finds(self, name: str, state: str) -> None:
        """Look at the room until a pupil's line says this; the page itself looks every ten seconds."""
        for _ in range(LOOKS):
            self.opens("room")
            line = self.page.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=name))
            expect(line.locator(".pill").first).not_to_have_text("")
            if line.locator(".pill").first.inner_text() == state:
                return
        raise AssertionError(f"no line says {state}")

    def seat(self, name: str) -> None:
        """Open what can be done for a pupil."""
        self.page.get_by_role("button", name=f"Agir pour {name}", exact=True).click()

    def said(self, act: str, name: str) -> None:
        expect(self.page.locator(".said")).to_have_text(f"{act} : c’est fait pour {name}.")

    def gives_time(self, name: str, minutes: int) -> None:
        self.seat(name)
        self.press("Donner du temps")
        self.page.get_by_label(f"{minutes} min", exact=True).check()
        self.page.locator("dialog .main").click()
        self.said("Donner du temps", name)

    def gives_the_reserve_code(self, name: str, strip: Strip) -> None:
        self.seat(name)
        self.press("Donner un code de réserve")
        self.page.locator("#reserve").select_option(label=f"Réserve {strip.number}")
        self.press("Confirmer")
        self.said("Donner un code de réserve", name)

    def counts(self, done: int, running: int, absent: int, safe: str) -> None:
        """The four figures on top of the room, as they are once the page has looked again."""
        pattern = rf"{done}\s*remis\s*{running}\s*en cours\s*{absent}\s*pas connectés\s*{safe}\s*en sécurité"
        expect(self.page.locator("#sum")).to_have_text(re.compile(pattern))

    def prints_the_state(self) -> str:
        """What comes out of the printer."""
        pdf = self.page.pdf()
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)

    def keys(self, *keys: str) -> None:
        expect(self.page.locator("td[tabindex='0']")).to_be_focused()
        for key in keys:
            self.page.keyboard.press(key)
        expect(self.page.locator("#saved.is-safe")).to_be_visible()

    def hands_in_papers(self, count: int) -> None:
        self.press("Remettre les copies complètes")
        self.page.locator("dialog .main").click()
        expect(self.page.locator("tr.is-over")).to_have_count(count)

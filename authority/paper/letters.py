"""Letters with credentials: one page each, printed once, kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from authority.paper.page import BLUE, MARGIN, SOFT, WIDTH, Page
from sessions.codes import pretty

WORDS = {
    "fr": {
        "title": "Vos identifiants",
        "head": "Madame la directrice, Monsieur le directeur, Madame la principale, Monsieur le principal,",
        "teacher": "Chère collègue, cher collègue,",
        "head_text": "Vous vérifiez et validez la liste des élèves de chaque classe, imprimez les codes, "
        "puis suivez les passations de votre établissement.",
        "teacher_text": "Vous consultez la liste des élèves de votre classe et suivez leur passation. "
        "Ce courrier est personnel : une classe, un identifiant.",
        "address": "Adresse",
        "login": "Identifiant",
        "password": "Mot de passe",
        "rules": "Le mot de passe se tape sans souci des majuscules ni des espaces. Il n'est écrit nulle "
        "part ailleurs : en cas de perte, un nouveau courrier vous est adressé et l'ancien mot de passe "
        "cesse de valoir. Personne ne vous le demandera jamais, ni par téléphone ni par courriel.",
    },
    "en": {
        "title": "Your credentials",
        "head": "Dear head teacher,",
        "teacher": "Dear teacher,",
        "head_text": "You check and validate the list of pupils of each class, print the codes, then follow "
        "the tests in your school.",
        "teacher_text": "You see the list of your class and follow its test. "
        "This letter is personal: one class, one identifier.",
        "address": "Address",
        "login": "Identifier",
        "password": "Password",
        "rules": "Capitals and spaces in the password do not matter. It is written nowhere else: if it is "
        "lost, a new letter is sent to you and the old password is worth nothing any more. Nobody will "
        "ever ask you for it, neither by telephone nor by e-mail.",
    },
}


class Letter(NamedTuple):
    """One letter; `label` names the class when it is a teacher's."""

    school: str
    label: str
    login: str
    password: str


def letters(found: Sequence[Letter], *, campaign: str, address: str, language: str, now_ms: int) -> bytes:
    """The PDF of these letters, one page each."""
    paper = Page(WORDS[language]["title"], now_ms, language)
    for letter in found:
        _letter(paper, WORDS[language], letter, campaign, address)
    return paper.bytes()


def _letter(paper: Page, words: dict[str, str], letter: Letter, campaign: str, address: str) -> None:
    paper.add_page()
    paper.mark(MARGIN, 15)
    paper.type(10, color=SOFT)
    paper.put(MARGIN + 45, 16, campaign, WIDTH - 45)
    paper.type(12)
    paper.put(110, 42, letter.school, 85)
    paper.put(110, 49, letter.label, 85)
    paper.type(18, bold=True)
    paper.put(MARGIN, 85, words["title"])
    role = "teacher" if letter.label else "head"
    paper.type(11)
    for y, text in ((98, words[role]), (108, words[f"{role}_text"])):
        paper.set_xy(MARGIN, y)
        paper.multi_cell(WIDTH, 6, text, align="L")
    paper.set_draw_color(*BLUE)
    paper.rect(MARGIN, 130, WIDTH, 62, round_corners=True, corner_radius=3)
    rows = (("address", address), ("login", letter.login), ("password", pretty(letter.password)))
    for place, (name, value) in enumerate(rows):
        y = 136 + place * 18
        paper.type(10, color=SOFT)
        paper.put(MARGIN + 8, y, words[name])
        paper.type(13 if name == "address" else 20, bold=True, color=BLUE)
        paper.put(MARGIN + 8, y + 5.5, value, WIDTH - 16)
    paper.type(10)
    paper.set_xy(MARGIN, 202)
    paper.multi_cell(WIDTH, 5.5, words["rules"], align="L")

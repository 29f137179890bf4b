"""Code sheets: one strip a pupil, cut along the lines; five strips on a page, large type, a QR code.

The strip carries what a child needs and the teacher hands out: name, class, code, where to type it. The QR
code holds the address and, behind `#`, the long code, which so reaches no server's log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from authority.paper.page import BLUE, LINE, MARGIN, SOFT, WIDTH, Page
from sessions.codes import pretty

STRIPS = 5
HEIGHT = 49.0
TOP = 24.0

WORDS = {
    "fr": {
        "title": "Codes de passation",
        "class": "Classe",
        "room": "Salle",
        "reserve": "Code de réserve",
        "reserve_help": "À donner à un élève sans code. Notez à qui sur le site A.S.P.",
        "go": "Va sur",
        "type": "et tape ton code :",
        "cut": "Découpez le long des traits. Codes personnels : sous clé, puis à détruire après l'épreuve.",
        "page": "page",
    },
    "en": {
        "title": "Access codes",
        "class": "Class",
        "room": "Room",
        "reserve": "Reserve code",
        "reserve_help": "For a pupil without a code. Note whose it is on the A.S.P. site.",
        "go": "Go to",
        "type": "and type your code:",
        "cut": "Cut along the lines. These codes are personal: lock them away, destroy them after the tests.",
        "page": "page",
    },
}


class Strip(NamedTuple):
    """One pupil's strip; without a name it is a reserve code."""

    name: str
    label: str
    room: str
    number: int
    short: str
    long: str


def sheets(
    strips: Sequence[Strip], *, campaign: str, school: str, address: str, language: str, now_ms: int
) -> bytes:
    """The PDF of these strips, a new page for each class."""
    words = WORDS[language]
    paper = Page(f"{words['title']} {campaign}", now_ms, language)
    place = 0
    for index, strip in enumerate(strips):
        if index == 0 or place == STRIPS or strip.label != strips[index - 1].label:
            _new_page(paper, words, campaign, school)
            place = 0
        _strip(paper, words, strip, TOP + place * (HEIGHT + 2.5), address)
        place += 1
    return paper.bytes()


def _new_page(paper: Page, words: dict[str, str], campaign: str, school: str) -> None:
    paper.add_page()
    paper.mark(MARGIN, 9)
    paper.type(9, color=SOFT)
    paper.put(MARGIN + 45, 9.9, f"{words['title']} · {campaign} · {school}", WIDTH - 45)
    paper.type(7.5, color=SOFT)
    paper.put(MARGIN, 285, words["cut"], WIDTH - 20)
    paper.put(MARGIN + WIDTH - 16, 285, f"{words['page']} {paper.page_no()}")


def _strip(paper: Page, words: dict[str, str], strip: Strip, y: float, address: str) -> None:
    paper.set_draw_color(*LINE)
    paper.set_dash_pattern(dash=1.6, gap=1.4)
    paper.rect(MARGIN, y, WIDTH, HEIGHT)
    paper.set_dash_pattern()
    left, text = MARGIN + 6, WIDTH - 52.0
    paper.type(17, bold=True)
    paper.put(left, y + 4, strip.name or f"{words['reserve']} R{strip.number}", text)
    paper.type(10, color=SOFT)
    about = f"{words['class']} {strip.label}  ·  {words['room']} {pretty(strip.room)}  ·  n° {strip.number}"
    paper.put(left, y + 13, about if strip.name else f"{about}  ·  {words['reserve_help']}", text)
    shown = address.removeprefix("https://").rstrip("/")
    paper.type(10.5)
    paper.put(left, y + 21, f"{words['go']} {shown} {words['type']}", text)
    paper.type(29, bold=True, color=BLUE)
    paper.put(left, y + 29, pretty(strip.short), text)
    paper.qr(MARGIN + WIDTH - 41, y + 6, 36, f"{address}#{strip.long}")

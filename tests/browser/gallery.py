"""Every page that people see: by which route, shown in which README; looked at, and pictured when asked.

`PASSATION_PICTURES=1` (or `make pictures`) writes a picture of each into `docs/pictures/`. Without it the
same pages are looked at: no barrier that axe finds serious, nothing too wide at 360 px, every control in the
reach of Tab and visibly focused.
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.test_access import NARROW, WIDE, Inspector
from tests.served import ROOT

PICTURES = ROOT / "docs" / "pictures"
IS_WRITING = bool(os.environ.get("PASSATION_PICTURES"))
FRAME_PX, NARROW_PX = 1100, 360
WIDTHS = (360, 768, 1024, 1280)
"""Of a telephone, a tablet upright and across, an old screen: nothing may be too wide there."""
COLOURS = 192
BYTES_MAX = 60_000


class Shot(NamedTuple):
    """One page in one state. `route` as its table has it; `readme` is the folder whose README shows it."""

    route: str
    readme: str
    says: str
    narrow: bool = False
    height: int = 860
    """Of its picture."""


PLAYER, CLASSROOM, CONSOLE, ASP = "engine/web", "classroom", "engine/console", "authority"
PAGES = "pages"
_DELIVERY = "/operator/deliveries/{delivery}"
_CLASS = "/classes/{class_id}"
READ = {
    "portal": Shot("/portail", PAGES, "Where each kind of person belongs, says the engine", height=1100),
    "portal-english": Shot("/portal", PAGES, "The same in English, on a telephone", narrow=True),
    "families": Shot("/familles", PAGES, "What the engine holds, and who can read it", height=1100),
    "families-english": Shot("/families", PAGES, "The same in English, on a telephone", narrow=True),
    "manual-teacher": Shot("/mode-d-emploi/enseignant", CLASSROOM, "The teacher's manual", height=940),
    "manual-teacher-english": Shot("/manual/teacher", CLASSROOM, "In English", narrow=True),
    "manual-operator": Shot("/mode-d-emploi/exploitant", CONSOLE, "The operator's manual", height=940),
    "manual-operator-english": Shot("/manual/operator", CONSOLE, "Its English, on a telephone", narrow=True),
}
"""What anybody may read of the engine's, by its address alone."""
ASP_READ = {
    "asp-portal": Shot("/", ASP, "Where each kind of person belongs"),
    "asp-privacy": Shot("/privacy", ASP, "What is held, for families"),
    "asp-manual-head": Shot("/manual/head", ASP, "The head's manual", height=880),
    "asp-manual-teacher": Shot("/manual/teacher", ASP, "The teacher's manual, here too", height=940),
}
READER = {
    "pupil-code": Shot("/", PLAYER, "The code, as it stands on paper"),
    "pupil-instructions": Shot("/", PLAYER, "What is to be done, and for how long"),
    "pupil-passage": Shot("/", PLAYER, "A text beside its questions"),
}
PUPIL = {
    "pupil-question": Shot("/", PLAYER, "A question with a picture; the answer is saved"),
    "pupil-match": Shot("/", PLAYER, "A table to tick"),
    "pupil-order": Shot("/", PLAYER, "Lines to put in order, by mouse, finger or keyboard"),
    "pupil-settings": Shot("/", PLAYER, "How the page looks and what helps"),
    "pupil-map": Shot("/", PLAYER, "All questions"),
    "pupil-review": Shot("/", PLAYER, "Before the hand-in"),
    "pupil-hand-in": Shot("/", PLAYER, "The hand-in, asked once more"),
    "pupil-receipt": Shot("/", PLAYER, "The receipt"),
}
ENGLISH = {"pupil-english": Shot("/", PLAYER, "In English, on a telephone", narrow=True)}
TEACHER = {
    "teacher-door": Shot("/teacher", CLASSROOM, "The engine's own door: a room and its code"),
    "teacher-room": Shot("/teacher", CLASSROOM, "The room on its day, by number"),
    "teacher-room-narrow": Shot("/teacher", CLASSROOM, "The same on a telephone", narrow=True),
}
KEYING = {"teacher-keying": Shot("/teacher", CLASSROOM, "The keying grid, with one cell in dispute")}
RESULTS = {
    "teacher-results": Shot("/teacher", CLASSROOM, "Results of a class", height=1200),
    "teacher-sheet": Shot("/teacher", CLASSROOM, "A pupil's sheet"),
}
OPERATOR = {
    "operator-sign-in": Shot("/operator/login", CONSOLE, "Two secrets to come in"),
    "operator-day": Shot("/operator", CONSOLE, "The day", height=1400),
    "operator-deliveries": Shot("/operator/deliveries", CONSOLE, "All deliveries"),
    "operator-delivery": Shot(
        _DELIVERY, CONSOLE, "One delivery: the check, and what may be done", height=1300
    ),
    "operator-rooms": Shot(f"{_DELIVERY}/rooms", CONSOLE, "Its rooms"),
    "operator-new": Shot("/operator/deliveries/new", CONSOLE, "A new delivery"),
    "operator-forms": Shot("/operator/forms", CONSOLE, "Tests, and a package to bring in"),
    "operator-proposals": Shot("/operator/proposals", CONSOLE, "What waits for a second person"),
    "operator-audit": Shot("/operator/audit", CONSOLE, "The audit log"),
    "operator-problem": Shot(_DELIVERY, CONSOLE, "A page that does not exist"),
    "operator-english": Shot("/operator", CONSOLE, "The day in English, on a telephone", narrow=True),
}
HEAD = {
    "asp-sign-in": Shot("/login", ASP, "Sign-in"),
    "asp-school": Shot("/school", ASP, "A school's classes"),
    "asp-import": Shot("/school/import", ASP, "Lists to bring in"),
    "asp-review": Shot("/school/import/{draft}", ASP, "What was read, and what is odd about it"),
    "asp-oddities": Shot(_CLASS, ASP, "A class to look at before it is validated"),
    "asp-class": Shot(_CLASS, ASP, "A validated class"),
    "asp-pupil": Shot(f"{_CLASS}/pupils/{{pupil}}", ASP, "A pupil: corrections, time and supports"),
    "asp-codes": Shot(f"{_CLASS}/codes", ASP, "Codes, which are never on the screen"),
    "asp-problem": Shot(_CLASS, ASP, "A page that does not exist"),
    "asp-english": Shot("/school", ASP, "In English, on a telephone", narrow=True),
}
HEAD_DOES = {
    "asp-access": Shot(f"{_CLASS}/access", ASP, "A teacher's access: the letter again, or none"),
    "asp-access-letter": Shot(f"{_CLASS}/access/letter", ASP, "No password in use ends by one click"),
    "asp-access-withdrawal": Shot(f"{_CLASS}/access/withdrawal", ASP, "Nor is an access withdrawn by one"),
    "asp-removal": Shot(f"{_CLASS}/pupils/{{pupil}}/removal", ASP, "Nor does a pupil go off a list by one"),
    "asp-withdrawal": Shot(f"{_CLASS}/codes/{{session}}/withdrawal", ASP, "Nor is a code withdrawn by one"),
    "asp-school-results": Shot("/school/results", ASP, "A school's results, class beside class", height=1100),
}
NAMES_ROOM = {"asp-room": Shot(f"{_CLASS}/room", ASP, "The room with names", height=1400)}
NAMES_KEYING = {"asp-keying": Shot(f"{_CLASS}/keying", ASP, "The keying grid with names")}
NAMES_RESULTS = {"asp-results": Shot(f"{_CLASS}/results", ASP, "Results with names", height=1700)}
OF_ENGINE = READ | READER | PUPIL | ENGLISH | TEACHER | KEYING | RESULTS | OPERATOR
OF_AUTHORITY = ASP_READ | HEAD | HEAD_DOES | NAMES_ROOM | NAMES_KEYING | NAMES_RESULTS
ALL = OF_ENGINE | OF_AUTHORITY

CONTROLS = """() => {
  const fields = ['button', 'input:not([type=hidden])', 'select', 'textarea'].map((one) => one + ':enabled')
  const named = ['a[href]', 'summary', '[tabindex="0"]', ...fields].join()
  const seen = ['outline', 'boxShadow', 'borderColor', 'backgroundColor', 'textDecorationLine']
  const top = document.querySelector('dialog[open]') || document
  const looks = (one) => {
    const near = [one, one.parentElement, one.closest('label'), one.nextElementSibling, ...one.children]
    const { x, y, width } = one.getBoundingClientRect()
    return [x, y, width].join() + near.filter(Boolean).map((node) => {
      const style = getComputedStyle(node)
      return seen.map((name) => style[name])
    }).join()
  }
  const wrong = []
  const before = document.activeElement
  document.activeElement.blur()
  for (const one of top.querySelectorAll(named)) {
    if (!one.checkVisibility({ visibilityProperty: true })) continue
    const name = one.outerHTML.slice(0, 90)
    const without = looks(one)
    one.focus({ preventScroll: true })
    if (document.activeElement !== one) wrong.push(`takes no focus: ${name}`)
    else if (looks(one) === without) wrong.push(`focus cannot be seen: ${name}`)
    else if (one.tabIndex < 0 && !one.closest('table')) wrong.push(`Tab does not reach it: ${name}`)
    one.blur()
  }
  before.focus({ preventScroll: true })
  return wrong
}"""


class Gallery:
    """Takes the shots of one table on one page."""

    def __init__(self, page: Page, shots: dict[str, Shot]) -> None:
        self.page = page
        self._left = dict(shots)
        self._inspector = Inspector(page)
        self._wrong: list[str] = []

    def take(self, name: str) -> None:
        """The page as it is now, which is this shot."""
        shot = self._left.pop(name)
        path = re.sub(r"\{\w+\}", "[^/]+", shot.route)
        expect(self.page).to_have_url(re.compile(rf"^https?://[^/]+{path}([?#].*)?$"))
        expect(self.page).to_have_title(re.compile(r"\S"))  # an address changes before its page is there
        self.page.wait_for_load_state()
        if IS_WRITING:
            width = NARROW_PX if shot.narrow else FRAME_PX
            self.page.set_viewport_size({"width": width, "height": shot.height})
            self.page.evaluate("scrollTo(0, 0)")
            write(name, self.page.screenshot(animations="disabled"))
        self.page.set_viewport_size(NARROW if shot.narrow else WIDE)
        self.page.keyboard.press("Tab")  # whoever uses the keyboard sees where the focus is
        self._wrong += [f"{name}: {wrong}" for wrong in self.page.evaluate(CONTROLS)]
        self._inspector.barriers(name)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            self._inspector.fits(f"{name} at {width}")
        self.page.set_viewport_size(WIDE)

    def faults(self) -> list[str]:
        """What is wrong on the pages, and the shots that were not taken."""
        return [*self._inspector.wrong, *self._wrong, *(f"not taken: {name}" for name in self._left)]


def write(name: str, png: bytes) -> None:
    """As a small file: as many colours as a page has, from the palette."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (COLOURS, COLOURS // 2, COLOURS // 4):
        kept = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
        if kept.tell() <= BYTES_MAX:
            break
    (PICTURES / f"{name}.png").write_bytes(kept.getvalue())


def shown_in(folder: str) -> set[str]:
    """The pictures that a README shows."""
    text = (Path(ROOT) / folder / "README.md").read_text()
    return set(re.findall(r"docs/pictures/([a-z-]+)\.png", text))

"""`make demo` as people meet it: every page of both programs is visited and looked at, or pictured."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pyotp
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from authority.web.routes import ROWS
from demonstration.pupils import Paper, Place, Pupil
from tests.browser import gallery
from tests.browser.conftest import new_computer
from tests.browser.deliveries import Seat
from tests.browser.following import follow
from tests.browser.gallery import ALL, BYTES_MAX, PICTURES, Gallery, shown_in
from tests.browser.sitting import Sitting
from tests.demonstrated import Demonstrated, demonstrated
from tests.engine.test_rights import ALLOWED
from tests.pupil import PupilClient
from tests.served import ROOT

LIST = """Nom;Prénom;Né(e) le;Classe
Étienne-Löw;Zoé;12/03/2015;6e Z
Étienne-Löw;Zoé;12/03/2015;6e Z
Nguyễn;Aïcha-Łucja;15/03/2012;6e Z
Roux;Tom;31/02/2015;6e Z
"""
NO_PAGE = re.compile(
    r"/(api/.*|content/.*|(operator/)?static/.*|classroom/.*|pages/.*|sw\.js|healthz|readyz|health|metrics|"
    r"operator/day|operator/oidc(/back)?)|.*\.pdf|/classes/\{class_id\}/people"
)
"""What is read by programs, fetched by pages, taken home as a file, or leaves for the ministry's sign-in."""
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstrated]:
    with demonstrated(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """A page on a computer of its own."""
    contexts = []

    def make(**options: Any) -> Page:
        contexts.append(new_computer(browser, **options))
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


def test_every_page_of_both_programs_is_in_the_gallery_and_shown_in_a_readme() -> None:
    """A page route without an entry fails, an entry without a picture, a picture that nothing shows."""
    engine = {route.removeprefix("GET ") for route in ALLOWED if route.startswith("GET ")}
    authority = {row.path for row in ROWS if row.method == "GET"}
    assert {shot.route for shot in gallery.OF_ENGINE.values()} == {
        path for path in engine if not NO_PAGE.fullmatch(path)
    }
    assert {shot.route for shot in gallery.OF_AUTHORITY.values()} == {
        path for path in authority if not NO_PAGE.fullmatch(path)
    }
    assert {path.stem for path in PICTURES.iterdir()} == set(ALL)
    assert max(path.stat().st_size for path in PICTURES.iterdir()) <= BYTES_MAX
    for folder in {shot.readme for shot in ALL.values()}:
        assert shown_in(folder) == {name for name, shot in ALL.items() if shot.readme == folder}


def test_every_printed_address_answers_and_every_credential_opens(demo: Demonstrated) -> None:
    """Pupils' codes start a test; the doors take what stands beside them."""
    text = "\n".join(demo.printed)
    with httpx2.Client(timeout=30, follow_redirects=True) as http:
        for address in sorted(set(re.findall(r"http://[^\s:]+:\d+[^\s#]*", text))):
            assert http.get(address).status_code == 200, address
        for test in ("maths", "paper", "results"):
            room, code = demo.door(test)
            assert f"room {room}, code {code[:4]} {code[4:8]} {code[8:]}" in text
            own = {"X-Passation": "1"}
            given = {"room": room, "code": code}
            assert http.post(f"{demo.engine}/api/v1/teacher", json=given, headers=own).status_code == 200
    assert len(demo.codes) == 18
    for code in demo.codes[3::6]:
        pupil = PupilClient(demo.engine, code)
        pupil.login()
        assert pupil.start()["content_key"]


@pytest.mark.parametrize("program", [pytest.param("engine", marks=pytest.mark.long), "authority"])
def test_anybody_reads_ways_in_what_is_held_and_manuals(
    demo: Demonstrated, visit: Visit, program: str
) -> None:
    """By the address alone, on both origins. `test_reading` looks at the engine's on every run."""
    page = visit()
    shots = {"engine": gallery.READ, "authority": gallery.ASP_READ}[program]
    look = Gallery(page, shots)
    for name, shot in shots.items():
        page.goto(f"{getattr(demo, program)}{shot.route}")
        look.take(name)
    assert look.faults() == []


def sitting_of(page: Page, demo: Demonstrated, code: str) -> Sitting:
    """Who types a printed code; of the delivery nothing else is known here."""
    return Sitting(page, None, Seat("", code, ""), demo.engine)  # type: ignore[arg-type]


def test_a_pupil_comes_in_and_reads(demo: Demonstrated, visit: Visit) -> None:
    """The code, the instructions, a story beside its questions."""
    page = visit()
    look = Gallery(page, gallery.READER)
    sitting = sitting_of(page, demo, demo.codes[12])
    page.goto(demo.engine)
    page.locator("#code").press_sequentially(demo.codes[12][:11])
    look.take("pupil-code")
    sitting.enter()
    expect(page.locator(".on-instructions .main")).to_be_enabled()
    look.take("pupil-instructions")
    sitting.start()
    sitting.go(3)
    sitting.saved()
    look.take("pupil-passage")
    assert look.faults() == []


def answered(demo: Demonstrated, code: str, but: Sequence[int]) -> None:
    """At another computer, all questions but those at these places."""
    paper = Paper(demo.folder / "engine" / "data", demo.note["tests"]["maths"]["form"])
    pupil = Pupil(demo.engine, Place(code, "", [], 0), 0.8, Random(3))
    pupil.begin()
    pupil.answer(paper, [place for place in range(20) if place not in but])
    pupil.leave()


def test_a_pupil_answers_and_hands_in(demo: Demonstrated, visit: Visit) -> None:
    """Questions of several kinds, settings, map, review, receipt."""
    page = visit()
    look = Gallery(page, gallery.PUPIL)
    sitting = sitting_of(page, demo, demo.codes[0])
    answered(demo, demo.codes[0], but=(6, 16, 17))
    sitting.enter()
    expect(page.locator(".question .item")).to_be_visible()
    sitting.go(18)
    for place in (0, 2):
        page.locator(".item label").nth(place).click()
    sitting.saved()
    look.take("pupil-question")
    sitting.go(17)
    page.locator(".item label").first.click()
    sitting.saved()
    look.take("pupil-match")
    sitting.go(2)
    sitting.saved()
    look.take("pupil-order")
    page.locator(".tool").click()
    expect(page.locator(".settings-dialog")).to_be_visible()
    look.take("pupil-settings")
    sitting.dialog.locator(".main").click()
    page.locator(".turn.middle").click()
    expect(sitting.dialog).to_be_visible()
    look.take("pupil-map")
    page.keyboard.press("Escape")
    sitting.go(20)
    sitting.review()
    look.take("pupil-review")
    page.locator(".on-review .actions .main").click()
    expect(sitting.dialog).to_be_visible()
    look.take("pupil-hand-in")
    sitting.dialog.locator(".main").click()
    assert sitting.receipt()
    look.take("pupil-receipt")
    assert look.faults() == []


def test_a_pupil_with_a_telephone_works_in_english(demo: Demonstrated, visit: Visit) -> None:
    """The English test, narrow."""
    page = visit(locale="en-GB")
    look = Gallery(page, gallery.ENGLISH)
    sitting = sitting_of(page, demo, demo.codes[6])
    sitting.begin()
    sitting.go(5)
    sitting.saved()
    look.take("pupil-english")
    assert look.faults() == []


def enter(page: Page, demo: Demonstrated, test: str, where: str = "") -> None:
    """Through the engine's own door."""
    room, code = demo.door(test)
    page.goto(f"{demo.engine}/teacher{where}")
    page.locator("#room-name").fill(room)
    page.locator("#code").fill(code)
    page.keyboard.press("Enter")


def test_a_teacher_at_the_engines_own_door(demo: Demonstrated, visit: Visit) -> None:
    """The room, the grid, the results; by number."""
    page = visit()
    look = Gallery(page, gallery.TEACHER | gallery.KEYING | gallery.RESULTS)
    page.goto(f"{demo.engine}/teacher")
    look.take("teacher-door")
    enter(page, demo, "maths")
    expect(page.locator("#seats .pill").first).to_be_visible()
    look.take("teacher-room")
    look.take("teacher-room-narrow")
    page.context.clear_cookies()
    enter(page, demo, "paper", "#keying")
    expect(page.locator("td[tabindex='0']")).to_be_focused()
    look.take("teacher-keying")
    page.context.clear_cookies()
    enter(page, demo, "results", "#results")
    expect(page.locator(".results-list tbody tr").first).to_be_visible()
    look.take("teacher-results")
    page.get_by_role("button", name="Fiche de", exact=False).first.click()
    expect(page.locator("dialog .fiche-items li").first).to_be_visible()
    look.take("teacher-sheet")
    assert look.faults() == []


def test_an_operator_at_the_console(demo: Demonstrated, visit: Visit) -> None:
    """Signed in with a one-time code; every page, a proposal that waits, and English."""
    page, own, sits = visit(), demo.note["operators"][0], demo.delivery("maths")
    look = Gallery(page, gallery.OPERATOR)
    page.goto(f"{demo.engine}/operator")
    look.take("operator-sign-in")
    page.fill("#operator", own["operator"])
    page.fill("#password", own["password"])
    totp = pyotp.parse_uri(own["totp"])
    assert isinstance(totp, pyotp.TOTP)
    page.fill("#totp", totp.now())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(f"[data-delivery='{sits}'] [data-status='running']")).not_to_have_text("0")
    if gallery.IS_WRITING:
        expect(page.locator("#curve path").last).to_have_attribute("d", re.compile("(L.*){12}"))
    look.take("operator-day")
    places = {
        "operator-deliveries": "/deliveries",
        "operator-delivery": f"/deliveries/{sits}",
        "operator-rooms": f"/deliveries/{sits}/rooms",
        "operator-new": "/deliveries/new",
        "operator-forms": "/forms",
        "operator-audit": "/audit",
        "operator-problem": "/deliveries/nowhere1",
    }
    for name, place in places.items():
        page.goto(f"{demo.engine}/operator{place}")
        look.take(name)
    page.goto(f"{demo.engine}/operator/deliveries/{sits}")
    page.fill("#message-fr", "Restez assis : le réseau revient dans cinq minutes.")
    page.fill("#message-en", "Stay seated: the network is back in five minutes.")
    follow(page.locator("form", has=page.locator("#message-fr")).locator("button"))
    page.goto(f"{demo.engine}/operator/proposals")
    look.take("operator-proposals")
    page.goto(f"{demo.engine}/operator")
    follow(page.get_by_role("button", name="English"))
    look.take("operator-english")
    assert look.faults() == []


def sign_in(page: Page, demo: Demonstrated, login: str, password: str) -> None:
    page.goto(f"{demo.authority}/login")
    page.fill("#login", login)
    page.fill("#password", password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("form[action='/logout']")).to_be_visible()


def test_a_head_at_asp(demo: Demonstrated, visit: Visit) -> None:
    """From sign-in through a list with oddities to codes, and English."""
    page, head = visit(), demo.note["authority"]["heads"][0]
    look = Gallery(page, gallery.HEAD)
    page.goto(f"{demo.authority}/login")
    look.take("asp-sign-in")
    sign_in(page, demo, head["login"], head["password"])
    look.take("asp-school")
    page.goto(f"{demo.authority}/school/import")
    look.take("asp-import")
    upload: FilePayload = {"name": "l.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    page.set_input_files("#file", upload)
    follow(page.get_by_role("button", name="Lire le fichier"))
    expect(page.locator(".odd")).to_contain_text("Ligne 5")
    look.take("asp-review")
    follow(page.get_by_role("button", name="Enregistrer ces élèves"))
    follow(page.get_by_role("link", name="6e Z", exact=True))
    look.take("asp-oddities")
    own = demo.class_of("maths")["page"]
    page.goto(f"{demo.authority}{own}")
    look.take("asp-class")
    follow(page.get_by_role("link", name=re.compile("^Corriger")).nth(1))
    look.take("asp-pupil")
    page.goto(f"{demo.authority}{own}/codes")
    look.take("asp-codes")
    page.goto(f"{demo.authority}/classes/{'0' * 32}")
    look.take("asp-problem")
    page.goto(f"{demo.authority}/school")
    follow(page.get_by_role("button", name="English"))
    look.take("asp-english")
    assert look.faults() == []


def test_a_head_is_asked_first_and_sees_all_classes(demo: Demonstrated, visit: Visit) -> None:
    """A letter, a pupil off the list, a code withdrawn: each a page of its own; results of the school."""
    page, head = visit(), demo.note["authority"]["heads"][0]
    look = Gallery(page, gallery.HEAD_DOES)
    sign_in(page, demo, head["login"], head["password"])
    own = demo.class_of("maths")["page"]
    for end in "", "/letter", "/withdrawal":
        page.goto(f"{demo.authority}{own}/access{end}")
        look.take(f"asp-access{end.replace('/', '-')}")
    page.goto(f"{demo.authority}{own}")
    follow(page.get_by_role("link", name=re.compile("^Corriger")).nth(1))
    follow(page.get_by_role("link", name="Retirer de la liste"))
    expect(page.locator("h1")).to_contain_text("Retirer")
    look.take("asp-removal")
    page.goto(f"{demo.authority}{own}/codes")
    follow(page.get_by_role("link", name=re.compile("^Retirer le code")).nth(1))
    expect(page.locator("h1")).to_contain_text("Retirer")
    look.take("asp-withdrawal")
    page.goto(f"{demo.authority}/school/results")
    expect(page.locator("#results summary").first).to_be_visible()
    look.take("asp-school-results")
    assert look.faults() == []


@pytest.mark.parametrize(
    ("test", "shots", "seen"),
    [
        ("maths", gallery.NAMES_ROOM, "#seats .pill"),
        ("paper", gallery.NAMES_KEYING, "td[tabindex='0']"),
        ("results", gallery.NAMES_RESULTS, ".results-list tbody tr"),
    ],
    ids=["room", "keying", "results"],
)
def test_a_teacher_at_asp_sees_names(
    demo: Demonstrated, visit: Visit, test: str, shots: dict[str, gallery.Shot], seen: str
) -> None:
    """The printed credential opens the class; states and figures come from the engine, beside the names."""
    page, own = visit(), demo.class_of(test)
    (name,) = shots
    look = Gallery(page, shots)
    sign_in(page, demo, own["login"], own["password"])
    page.goto(f"{demo.authority}{own['page']}/{name.removeprefix('asp-')}")
    expect(page.locator(seen).first).to_be_visible()
    expect(page.locator("tbody th").first).to_have_text(re.compile(r"[^\W\d]"))
    look.take(name)
    assert look.faults() == []


def test_a_second_one_and_a_taken_port_are_told_in_a_sentence(demo: Demonstrated, tmp_path: Path) -> None:
    """Each names what to do; nothing of the one that runs is touched."""
    port = demo.engine.rpartition(":")[2]
    assert "port" in refused("--port", port, "--folder", str(tmp_path / "demo"))
    assert "another demonstration runs" in refused("--port", "1", "--folder", str(demo.folder), "--fresh")
    assert demo.process.poll() is None


def refused(*arguments: str) -> str:
    """What it says on the way out."""
    command = [sys.executable, "-m", "demonstration", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_ctrl_c_leaves_no_process(demo: Demonstrated) -> None:
    """Neither program, nor anything that they started."""
    assert demo.end() == []
    assert demo.process.returncode == 0


@pytest.mark.long
def test_the_next_start_goes_on_where_the_day_stood(tmp_path: Path) -> None:
    """The same codes and credentials; a pupil's answers are there, those at work go on."""
    with demonstrated(tmp_path) as first:
        pupil = PupilClient(first.engine, first.codes[0])
        pupil.login()
        pupil.start()
        pupil.answer(i1={"r1": None})
        assert first.end() == []
    with demonstrated(tmp_path) as second:
        assert (second.codes, second.note) == (first.codes, first.note)
        again = PupilClient(second.engine, second.codes[0])
        assert again.login()["last"] == 1
        assert again.resume()["answers"].keys() == {"i1"}

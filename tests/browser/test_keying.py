"""The keying grid as teachers use it: as fast as fingers, over a line that breaks, beside a colleague."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from engine.seats import number_of
from sessions.codes import pretty
from tests.browser.conftest import Open
from tests.browser.deliveries import apart
from tests.browser.sitting import until
from tests.browser.test_access import WIDE, Inspector
from tests.engine.test_keying import OWN
from tests.keyed import Paper, keyed_class, paper_form
from tests.served import Served

QUESTIONS = 10
PUPILS = 6
SPEED_MS = 100
"""Ten keys a second."""
ARE_STORED = """(count) => new Promise((resolve) => {
  indexedDB.open('passation-keying').onsuccess = ({ target: { result } }) => {
    const counted = result.transaction('typed').objectStore('typed').count()
    counted.onsuccess = () => (result.close(), resolve(counted.result === count))
  }
})"""
"""Whether so many marks lie on this computer; those that the server has are forgotten a moment later."""


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return paper_form(tmp_path_factory.mktemp("paper"), QUESTIONS)


@pytest.fixture
def paper(engine: Served, form: Path) -> Paper:
    """A class of its own for each test."""
    return apart(lambda: keyed_class(engine.settings, form, PUPILS))


@pytest.fixture
def teacher(opened: Open, engine: Served, paper: Paper) -> Page:
    """A teacher in front of the grid."""
    page = opened().new_page()
    enter(page, engine, paper)
    return page


def enter(page: Page, engine: Served, paper: Paper) -> None:
    """The room and its code, typed as they stand on paper."""
    page.goto(f"{engine.url}/teacher#keying")
    expect(page.locator("#room-name")).to_be_focused()
    page.keyboard.type(paper.room)
    page.keyboard.press("Tab")
    page.keyboard.type(pretty(paper.code).lower())
    page.keyboard.press("Enter")
    expect(page.locator("td[tabindex='0']")).to_be_focused()


def rows(engine: Served, paper: Paper) -> dict[str, dict[str, list[str]]]:
    """What the server has: by session and cell the values, choices by their key."""
    with httpx2.Client(base_url=engine.url, timeout=30) as http:
        shows = {"room": paper.room, "code": paper.code}
        cookie = http.post("/api/v1/teacher", json=shows, headers=OWN).headers["set-cookie"].split(";")[0]
        address = f"/api/v1/rooms/{paper.room}/keying"
        grid = http.get(address, headers=OWN | {"Cookie": cookie}).json()
    # By cell: choices of two questions may have one id.
    keys = {
        (column["cell"], choice["value"]): str(place)
        for column in grid["columns"]
        for place, choice in enumerate(column["choices"], 1)
    }
    return {
        row["session"]: {
            cell: [keys.get((cell, mark["value"]), mark["value"]) or mark["kind"] for mark in marks]
            for cell, marks in row["cells"].items()
        }
        for row in grid["rows"]
    }


def line(pupil: int, questions: int = QUESTIONS) -> tuple[list[str], list[str]]:
    """Keys of one pupil's paper, and what they mean: every question is answered, each pupil otherwise."""
    keys, meant = [], []
    for place in range(questions):
        if (place + 1) % 5 == 0:
            number = str(10 * pupil + place)
            keys += [*number, " "]
            meant.append(number)
        else:
            key = "123a0"[(pupil + place) % 5]
            keys.append(key)
            meant.append({"a": "absent", "0": "nothing"}.get(key, key))
    return keys, meant


def press(page: Page, keys: list[str], delay_ms: int = 0) -> None:
    for key in keys:
        page.keyboard.press(key, delay=delay_ms)


def saved(page: Page) -> None:
    """Everything stands on the server, says the page."""
    expect(page.locator("#saved.is-safe")).to_be_visible()


def landed(page: Page) -> int:
    """How much lies on this device, as the page says, which is everything that the server does not have."""
    pill = page.locator("#saved.is-waiting")
    expect(pill).to_be_visible()
    return int(pill.inner_text().split()[0])


def right(engine: Served, paper: Paper, questions: int = QUESTIONS) -> list[list[list[str]]]:
    """The cells by pupil in the order of the numbers, by question in that of the paper."""
    found = rows(engine, paper)
    cells = [f"i{place}.r1" for place in range(1, questions + 1)]
    return [[by_cell.get(cell, []) for cell in cells] for by_cell in found.values()]


def test_a_class_is_keyed_without_a_pause_and_the_line_may_break(
    teacher: Page, engine: Served, paper: Paper, opened: Open
) -> None:
    """Cut in the middle, page closed within a number, another visit: what was said to be kept is there."""
    context = teacher.context
    papers = [line(pupil) for pupil in range(PUPILS)]
    for keys, _ in papers[:2]:
        press(teacher, keys)
    context.set_offline(True)
    for keys, _ in papers[2:4]:
        press(teacher, keys)
    expect(teacher.locator("#saved.is-waiting")).to_be_visible()
    expect(teacher.get_by_role("alert")).to_contain_text(re.compile("réseau|network"))
    press(teacher, papers[4][0][:-1])
    expect(teacher.locator("td.is-typing")).to_have_text(papers[4][1][-1])
    said = landed(teacher)
    assert said >= 3 * QUESTIONS
    until(teacher, ARE_STORED, said)
    teacher.close()

    context.set_offline(False)
    context.clear_cookies()
    again = context.new_page()
    enter(again, engine, paper)
    saved(again)
    again.locator("tbody tr").nth(5).locator("td").first.click()
    press(again, papers[5][0])
    saved(again)
    expect(again.locator("#keyed")).to_contain_text(f"{PUPILS * QUESTIONS}")
    assert apart(lambda: right(engine, paper)) == [[[one] for one in meant] for _, meant in papers]
    until(again, ARE_STORED, 0)


@pytest.mark.long
def test_ten_keys_a_second_for_a_whole_class_lose_none(opened: Open, engine: Served, tmp_path: Path) -> None:
    """Ten pupils of thirty questions at the speed of typing, with the network gone and back."""
    pupils, questions = 10, 30
    form = paper_form(tmp_path, questions)
    paper = apart(lambda: keyed_class(engine.settings, form, pupils))
    page = opened().new_page()
    enter(page, engine, paper)
    for pupil in range(pupils):
        page.context.set_offline(pupil % 3 == 1)
        press(page, line(pupil, questions)[0], SPEED_MS)
    page.context.set_offline(False)
    saved(page)
    meant = [[[one] for one in line(pupil, questions)[1]] for pupil in range(pupils)]
    assert apart(lambda: right(engine, paper, questions)) == meant


def test_two_teachers_see_both_values_until_one_decides(
    teacher: Page, engine: Served, paper: Paper, opened: Open
) -> None:
    """Neither overwrites the other; the one who decides does so by typing."""
    colleague = opened().new_page()
    enter(colleague, engine, paper)
    teacher.context.set_offline(True)
    press(teacher, ["1", "2"])
    press(colleague, ["3", "2"])
    saved(colleague)
    teacher.context.set_offline(False)
    saved(teacher)
    first = teacher.locator("tbody tr").first.locator("td").first
    expect(first).to_have_text("3 ≠ 1")
    expect(teacher.locator("#disputes")).to_be_visible()
    assert apart(lambda: right(engine, paper))[0][:2] == [["3", "1"], ["2"]]

    teacher.locator("#disputes").click()
    expect(first).to_be_focused()
    expect(teacher.locator(".place")).to_contain_text(re.compile(r"Deux valeurs.*3 \(collègue\), 1 \(vous\)"))
    press(teacher, ["1"])
    saved(teacher)
    expect(teacher.locator("#disputes")).to_be_hidden()
    assert apart(lambda: right(engine, paper))[0][0] == ["1"]
    expect(colleague.locator("tbody tr").first.locator("td").first).to_have_text("1")


def test_complete_papers_are_handed_in_by_a_phone_too(teacher: Page, engine: Served, paper: Paper) -> None:
    """By the buttons below the grid; no barrier, nothing too wide; a paper that is in no longer changes."""
    for key in line(0)[0]:
        press(teacher, [key])
    inspector = Inspector(teacher)
    inspector.look("grid")
    teacher.locator(".key").nth(1).click()
    second = teacher.locator("tbody tr").nth(1).locator("td").first
    expect(second).to_have_text("2")
    saved(teacher)
    teacher.locator(".actions .main").last.click()
    expect(teacher.get_by_role("dialog")).to_contain_text(re.compile("9"))
    inspector.look("hand-in")
    teacher.set_viewport_size(WIDE)
    teacher.locator("dialog .main").click()
    expect(teacher.locator("tr.is-over")).to_have_count(1)
    teacher.locator("tbody tr").first.locator("td").first.click()
    press(teacher, ["2"])
    expect(teacher.locator(".place")).to_contain_text(re.compile("remise|handed in"))
    assert inspector.wrong == []


def test_the_engines_own_room_has_numbers_and_a_door(page: Page, engine: Served, paper: Paper) -> None:
    """A wrong code is told; inside, pupils are numbers, and leaving shuts the door behind."""
    inspector = Inspector(page)
    page.goto(f"{engine.url}/teacher")
    page.fill("#room-name", paper.room)
    page.fill("#code", "K7QF 2M9X T4HD")
    page.keyboard.press("Enter")
    expect(page.locator("#error")).to_be_visible()
    inspector.look("door")
    page.fill("#code", paper.code)
    page.keyboard.press("Enter")
    numbers = sorted(number_of(bytes.fromhex(session)) for session in paper.sessions)
    expect(page.locator("#seats th")).to_have_text([f"Élève {number}" for number in numbers])
    inspector.look("room")
    page.set_viewport_size(WIDE)
    page.locator("#leave").click()
    expect(page.locator("#room-name")).to_be_focused()
    assert inspector.wrong == []

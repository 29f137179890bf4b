"""Files, drawings, recordings, a button and a module of an author's own: answered, kept, sent, handed in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.answers import Exported
from tests.browser.conftest import Open, new_computer
from tests.browser.deliveries import Delivered, apart, deliver
from tests.browser.handed import WORK, handed_form, hostile_form
from tests.browser.sitting import Sitting, until
from tests.browser.test_access import Inspector
from tests.pupil import PupilClient
from tests.served import Served

UPLOAD, DRAWING, MEDIA, CUSTOM, ENDING = range(1, 6)
FILE: Any = {"name": "Mon devoir.pdf", "mimeType": "application/pdf", "buffer": WORK}
INKED = """([canvas, x, y]) => {
  const copy = Object.assign(document.createElement('canvas'), { width: 1, height: 1 })
  const seen = copy.getContext('2d', { willReadFrequently: true })
  seen.drawImage(canvas, -x, -y)
  const [red, green, blue] = seen.getImageData(0, 0, 1, 1).data
  return red < 60 && green < 60 && blue < 60
}"""
INKED_SOON = f"async ([x, y]) => ({INKED})([document.querySelector('.qti-drawing canvas'), x, y])"
NOTHING_LEFT = """() => new Promise((resolve) => {
  indexedDB.open('passation-files').onsuccess = ({ target: { result } }) => {
    const count = result.transaction('kept').objectStore('kept').count()
    count.onsuccess = () => (result.close(), resolve(count.result === 0))
  }
})"""


@pytest.fixture(scope="package")
def handed(engine: Served, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """An open delivery of one form with a question of each kind."""
    form = handed_form(tmp_path_factory.mktemp("handed"))
    return apart(lambda: deliver(engine, form, seats=10))


def inked(sitting: Sitting, x: int, y: int) -> bool:
    """Whether the pen has been at this place of the drawing."""
    canvas = sitting.page.locator(".qti-drawing canvas").element_handle()
    return bool(sitting.page.evaluate(INKED, [canvas, x, y]))


def choose(sitting: Sitting) -> None:
    """Hand in the file with the keyboard alone."""
    with sitting.page.expect_file_chooser() as chooser:
        press(sitting.page.locator(".upload .second"))
    chooser.value.set_files(FILE)


def press(button: Locator) -> None:
    button.focus()
    button.page.keyboard.press("Enter")


def draw_by_keys(page: Page) -> None:
    """A line from the middle of the sheet to the right."""
    page.locator(".qti-drawing canvas").focus()
    for key in ["Enter", *["ArrowRight"] * 6, "Enter"]:
        page.keyboard.press(key)


def state_of(sitting: Sitting) -> dict[str, Any]:
    """What the server holds, asked for by the same seat's token."""
    client = PupilClient(sitting.delivered.engine.url, sitting.seat.code)
    client.login()
    answers: dict[str, Any] = client.resume()["answers"]
    return {item: answer["response"]["r1"] for item, answer in answers.items()}


def answer_all(sitting: Sitting, look: Callable[[str], None]) -> None:
    """Each question by keyboard; `look` is called on each once it is answered."""
    page = sitting.page
    frame = page.frame_locator(".custom iframe")
    choose(sitting)
    expect(page.locator(".file-card.is-sent")).to_contain_text("Mon devoir.pdf (614 ko)")
    look("upload")
    sitting.go(DRAWING)
    draw_by_keys(page)
    look("drawing")
    sitting.go(ENDING)
    press(page.locator(".item .second"))
    look("end attempt")
    sitting.go(MEDIA)
    press(page.locator(".playing .second"))
    expect(page.locator(".item")).to_contain_text("encore écouter une fois")
    look("media")
    sitting.go(CUSTOM)
    expect(frame.locator(".shown")).to_have_text("?")  # the author's module listens from here on
    for presses in (1, 2, 3):
        press(frame.locator("button"))
        expect(frame.locator(".shown")).to_have_text(f"{2 * presses} ({presses})")
    look("custom")


def shows_all(sitting: Sitting) -> None:
    """Each question shows what was given, from the last one on the screen."""
    page = sitting.page
    sitting.on_question(CUSTOM)
    expect(page.frame_locator(".custom iframe").locator(".shown")).to_have_text("6 (3)")
    sitting.go(MEDIA)
    expect(page.locator(".item")).to_contain_text("encore écouter une fois")
    sitting.go(ENDING)
    expect(page.locator(".item .second")).to_be_disabled()
    sitting.go(DRAWING)
    until(page, INKED_SOON, [250, 150])
    assert not inked(sitting, 250, 140)
    sitting.go(UPLOAD)
    expect(page.locator(".file-card.is-sent")).to_contain_text("Mon devoir.pdf")


def test_each_kind_is_answered_by_keyboard_shown_again_and_handed_in(
    page: Page, handed: Delivered, tmp_path: Path
) -> None:
    """Without barriers, at 360 px as well; after a reload each question shows what was given."""
    sitting, inspector = Sitting(page, handed), Inspector(page)
    sitting.begin()
    answer_all(sitting, inspector.look)
    assert inspector.wrong == []
    sitting.saved()
    page.reload()
    sitting.type_code(sitting.seat.code)
    shows_all(sitting)
    sitting.saved()
    sitting.go(ENDING)
    sitting.review()
    assert sitting.hand_in()
    until(page, NOTHING_LEFT)

    exported = Exported(handed, sitting.seat, tmp_path)
    given = {row["item"].removeprefix("ref-item"): row["value"] for row in exported.responses}
    assert (given["5"], given["3"], given["4"]) == ("true", "1", "6")
    assert len(given["1"]) == len(given["2"]) == 32
    assert {row["item"]: row["score"] for row in exported.scores}["ref-item4"] == "1.0"


def test_a_file_waits_on_this_computer_while_the_line_is_away(opened: Open, handed: Delivered) -> None:
    """The pupil goes on; hand-in says what it waits for; the line comes back and the file is there."""
    context = opened()
    sitting = Sitting(context.new_page(), handed)
    sitting.begin()
    sitting.kept()
    context.set_offline(True)
    choose(sitting)
    expect(sitting.page.locator(".file-state")).to_contain_text("attend le réseau")
    sitting.held()
    sitting.go(ENDING)
    sitting.review()
    sitting.page.locator(".on-review .actions .main").click()
    sitting.dialog.locator(".main").click()
    expect(sitting.page.locator(".is-waiting")).to_contain_text("lui aussi attend le réseau")
    context.set_offline(False)
    assert sitting.receipt()


def test_a_module_reaches_nothing_but_its_own_frame(browser: Browser, engine: Served, tmp_path: Path) -> None:
    """Not the page, not its storage or token, not the network, not another window: it says so itself."""
    delivered = apart(lambda: deliver(engine, hostile_form(tmp_path, engine.url), seats=1))
    context = new_computer(browser)  # not watched: what it tries is refused aloud
    try:
        sitting = Sitting(context.new_page(), delivered)
        sitting.begin()
        expect(sitting.page.locator(".clear")).to_be_visible()
        sitting.saved()
        found = json.loads(state_of(sitting)[sitting.items[0]])
        assert sitting.page.url.rstrip("/") == engine.url
    finally:
        context.close()
    # A beacon says that it was queued; the policy stops it all the same.
    assert {name for name, outcome in found.items() if outcome != "refused"} <= {"beacon"}
    assert len(found) == 17


def corner(page: Page) -> tuple[float, float]:
    """The top left of the sheet."""
    box = page.locator(".qti-drawing canvas").bounding_box()
    assert box is not None
    return box["x"], box["y"]


def stroke(page: Page, y: int, x_from: int = 20, x_to: int = 120) -> None:
    """A level line by mouse."""
    left, top = corner(page)
    page.mouse.move(left + x_from, top + y)
    page.mouse.down()
    page.mouse.move(left + x_to, top + y, steps=5)
    page.mouse.up()


def stroke_by_finger(page: Page, y: int) -> None:
    left, top = corner(page)
    touch = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 20), ("touchMove", 60), ("touchMove", 120)):
        points = [{"x": left + x, "y": top + y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.long
def test_a_drawing_by_mouse_and_finger_is_erased_undone_and_wiped(opened: Open, handed: Delivered) -> None:
    """And what the pen has left is what the next computer shows."""
    context = opened(has_touch=True)
    page = context.new_page()
    sitting = Sitting(page, handed)
    sitting.begin()
    sitting.go(DRAWING)
    stroke(page, 20)
    stroke(page, 280)
    assert inked(sitting, 70, 20)
    page.locator(".tools .step").last.click()
    assert not inked(sitting, 70, 280)
    stroke_by_finger(page, 260)
    assert inked(sitting, 70, 260)
    page.locator(".tool-eraser").click()
    stroke(page, 20, 50, 90)
    assert not inked(sitting, 70, 20)
    assert inked(sitting, 110, 20)
    sitting.saved()

    other = Sitting(opened().new_page(), handed, sitting.seat)
    other.enter()
    other.on_question(DRAWING)  # where the pupil was at the other computer
    other.items = sitting.items
    until(other.page, INKED_SOON, [110, 20])
    assert inked(other, 70, 260)
    assert not inked(other, 70, 20)
    other.page.locator(".clear").click()
    until(other.page, f"async (place) => !(await ({INKED_SOON})(place))", [110, 20])
    other.saved()
    expect(other.page.locator(".clear")).to_be_hidden()


@pytest.mark.long
def test_a_file_that_breaks_off_goes_on_after_the_computer_was_off(opened: Open, handed: Delivered) -> None:
    """From the chunk that the server holds; the name that it has at home stays at home."""
    context = opened()
    page = context.new_page()
    sitting, asked = Sitting(page, handed), list[str]()
    context.on("request", lambda request: asked.append(request.url))
    sitting.begin()
    sitting.kept()
    context.route(lambda url: "offset=262144" in url, lambda route: route.abort())
    choose(sitting)
    sitting.held()
    page.close()  # a page that stays would go on by itself as soon as it can
    context.unroute_all()
    again = Sitting(context.new_page(), handed, sitting.seat)
    again.enter()
    again.on_question(UPLOAD)
    expect(again.page.locator(".file-card.is-sent")).to_be_visible()
    again.saved()
    chunks = [url for url in asked if "/api/v1/files" in url]
    assert sum("offset=524288" in url for url in chunks) == 1
    assert not any("devoir" in url for url in asked)
    client = PupilClient(handed.engine.url, sitting.seat.code)
    client.login()
    file = client.resume()["answers"][sitting.items[0]]["response"]["r1"]
    reply = client.http.get(f"/api/v1/files/{file}", headers={"Authorization": f"Bearer {client.token}"})
    assert reply.content == WORK


@pytest.mark.long
def test_a_file_that_the_question_does_not_take_is_said_so(page: Page, handed: Delivered) -> None:
    """In words, where it was chosen, with what it does take; another one can be chosen."""
    sitting = Sitting(page, handed)
    sitting.begin()
    field = page.locator(".upload input")

    def drop(data: bytes) -> None:
        field.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": data})

    drop(b"<html>hello</html>")
    expect(page.locator(".item")).to_contain_text("Ce fichier ne convient pas")
    expect(page.locator('.status[data-state="aside"]')).to_be_visible()
    drop(b"%PDF-1.7" + bytes(100))
    expect(page.locator(".file-card.is-sent")).to_be_visible()
    sitting.saved()
    page.locator(".upload .plain").click()
    sitting.saved()
    assert state_of(sitting)[sitting.items[0]] is None


@pytest.mark.long
def test_a_module_runs_without_a_line(opened: Open, handed: Delivered) -> None:
    """Its files came with the form, and the page of its frame was fetched while there was one."""
    context = opened()
    page = context.new_page()
    sitting = Sitting(page, handed)
    with page.expect_response("**/static/frame.html"):
        sitting.begin()
    sitting.kept()
    context.set_offline(True)
    sitting.go(CUSTOM)
    frame = page.frame_locator(".custom iframe")
    expect(frame.locator(".shown")).to_have_text("?")
    press(frame.locator("button"))
    expect(frame.locator(".shown")).to_have_text("2 (1)")
    sitting.held()
    context.set_offline(False)
    sitting.saved()

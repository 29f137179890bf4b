"""The player in Mozilla's Firefox, which many schools have: whole tests, a line that breaks, a closed tab.

Some tests of Chromium run here again. Playwright speaks WebDriver BiDi to the Firefox on the path. A line is
cut at `localhost`: told to be offline, Firefox asks no service worker for an address in figures.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser, Playwright, Route, expect

from sessions.codes import pretty
from tests.browser.answers import WORDS, Exported, Response, correct
from tests.browser.conftest import LENIENT, Open
from tests.browser.deliveries import Delivered
from tests.browser.mouse import answer
from tests.browser.sitting import Sitting
from tests.browser.test_keyboard import test_a_whole_test_is_sat_by_keyboard_alone
from tests.browser.test_mouse import (
    test_a_label_is_dragged_to_a_gap_further_down_the_page,
    test_a_line_that_is_dragged_takes_its_new_place,
    test_right_answers_given_on_the_page_earn_every_point,
)
from tests.browser.test_network import cut
from tests.browser.test_privacy import Computer
from tests.browser.test_seats import test_a_second_tab_says_so_and_can_take_the_test_over
from tests.browser.test_time import test_when_the_time_ends_the_page_locks_and_the_answers_arrive

__all__ = [
    "test_a_label_is_dragged_to_a_gap_further_down_the_page",
    "test_a_line_that_is_dragged_takes_its_new_place",
    "test_a_second_tab_says_so_and_can_take_the_test_over",
    "test_a_whole_test_is_sat_by_keyboard_alone",
    "test_right_answers_given_on_the_page_earn_every_point",
    "test_when_the_time_ends_the_page_locks_and_the_answers_arrive",
]
pytestmark = pytest.mark.long
EXECUTABLES = ("firefox-esr", "firefox")
WHO_IS_JUDGED = """
  const { spawn } = require('child_process')
  const refused = '{"id":7,"error":"unknown command","message":"emulation.setMediaFeaturesOverride"}'
  const look = () => console.log('error' in JSON.parse(refused))
  look()
  spawn(process.argv[1]).once('close', () => {
    look()
    spawn(process.argv[2]).once('close', look)
    look()
  })
"""
"""Says whether a refusal is read as one: at first, after a Chromium, while a Firefox runs, and after it."""


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The Firefox on the path."""
    found = [path for name in EXECUTABLES if (path := shutil.which(name))]
    if not found:
        pytest.skip("there is no Firefox on the path: apt-get install firefox-esr")
    running = playwright.firefox.launch(channel="moz-firefox", executable_path=found[0])
    yield running
    running.close()


def at_home(delivered: Delivered) -> str:
    """The engine by the name of this computer."""
    return f"http://localhost:{delivered.engine.settings.port}"


def answered(sitting: Sitting, first: int, last: int) -> dict[str, Response]:
    """Answer these questions rightly; the last of them stays on the screen."""
    given = {}
    for number in range(first, last + 1):
        sitting.on_question(number)
        item = sitting.items[number - 1]
        given[item] = correct(sitting.delivered, item)
        answer(sitting, given[item])
        if number < last:
            sitting.next.click()
    return given


def opened_again(sitting: Sitting) -> Sitting:
    """The tab closed, and the code typed in another one."""
    context = sitting.page.context
    sitting.page.close()
    again = Sitting(context.new_page(), sitting.delivered, sitting.seat, sitting.url)
    again.items = sitting.items
    again.enter()
    return again


@pytest.mark.parametrize(("form", "locale"), [("maths-6e", "fr-FR"), ("maths-6e-en", "en-GB")])
def test_a_whole_test_is_sat_through_a_dead_line_a_reload_and_a_closed_tab(
    opened: Open, forms: Callable[[str], Delivered], tmp_path: Path, form: str, locale: str
) -> None:
    """Every answer is in the archive, the code leads to the receipt, and this computer tells nothing."""
    context = opened(locale=locale)
    computer = Computer(context)
    delivered = forms(form)
    sitting = Sitting(context.new_page(), delivered, url=at_home(delivered))
    sitting.begin()
    given = answered(sitting, 1, 6)
    sitting.saved()
    sitting.kept()
    sitting.page.reload()
    sitting.type_code(sitting.seat.code)
    given |= answered(sitting, 6, 8)
    sitting.next.click()
    with cut(context):
        given |= answered(sitting, 9, 12)
        sitting.held()
        shown = sitting.shown()
        sitting = opened_again(sitting)
        sitting.on_question(12)
        assert sitting.shown() == shown
    given |= answered(sitting, 12, len(sitting.items))
    sitting.saved()
    found = orjson.dumps(computer.dump(sitting.page), option=orjson.OPT_NON_STR_KEYS).decode()
    secrets = {*computer.secrets, sitting.seat.code, pretty(sitting.seat.code), WORDS, '"answers"'}
    assert [secret for secret in secrets if secret in found] == []
    receipt = sitting.finish()
    assert opened_again(sitting).receipt() == receipt

    exported = Exported(delivered, sitting.seat, tmp_path)
    assert exported.answers() == exported.expected(given)


def test_what_broke_off_on_the_way_to_the_page_comes_later(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """Where Firefox imports nothing again that failed once, the page is fetched anew with the code typed."""
    context = opened()
    lost: list[str] = []

    def lose_one(route: Route) -> None:
        if route.request.resource_type == "script" and not lost:
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    context.route("**/js/flow.js", lose_one)
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    sitting.page.goto(sitting.url)
    sitting.type_code(sitting.seat.code)
    expect(sitting.page.locator("#code")).to_have_value(pretty(sitting.seat.code))
    sitting.page.locator("form .main").click()
    sitting.start()
    assert lost


def test_what_broke_off_below_a_module_comes_later_on_the_same_page(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """The line breaks once, on what `desk.js` imports: the page goes on by itself, nothing is typed again."""
    context = opened(service_workers="block")
    lost: list[str] = []

    def lose_one(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.resource_type)
            route.abort()

    context.route("**/js/outbox.js", lose_one)
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    sitting.begin()
    given = answered(sitting, 1, 1)
    sitting.saved()
    assert (lost, len(given)) == (["fetch"], 1)


def test_a_refusal_is_read_as_an_acceptance_only_while_a_firefox_runs(tmp_path: Path) -> None:
    """Tests in Chromium are driven by what every other user of the tool has."""
    browsers = [tmp_path / name for name in ("chromium", "firefox-esr")]
    for path in browsers:
        path.symlink_to(shutil.which("true") or "/bin/true")
    node = compute_driver_executable()[0]
    command = [node, "--require", str(LENIENT), "-e", WHO_IS_JUDGED, *map(str, browsers)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.split() == ["true", "true", "false", "true"]

"""The line is cut, the tab is closed, the server dies: the pupil goes on working, and nothing is lost."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from sessions.codes import pretty
from tests.browser.answers import Exported, Response, plausible
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered, deliver
from tests.browser.mouse import answer
from tests.browser.sitting import Sitting, until
from tests.pupil import PupilClient
from tests.served import Served, served

SAFE_HERE = re.compile("ur cet ordinateur, en attente du réseau")
HEAR = """() => {
  const say = document.getElementById('say')
  window.heard = []
  new MutationObserver(() => heard.push(say.textContent)).observe(say, { childList: true })
}"""
"""Notes all that screen readers are told: the next thing said may be that of a question."""
LIKE_FIREFOX = "delete Navigator.prototype.userAgentData"
"""Browsers without it keep a failed import for as long as the page lives: see `load.js`."""
IS_KEPT = """async ([code, item, parts]) => {
  const { state } = await (await import('/static/js/vault.js')).openVault(code)
  const { response } = (state && state.answers[item]) || {}
  return parts.every((part) => JSON.stringify(response || '').includes(JSON.stringify(part).slice(1, -1)))
}"""


@pytest.fixture
def over_tls(tmp_path: Path, certificate: tuple[str, str]) -> Iterator[tuple[Delivered, str]]:
    """A delivery on an engine that speaks TLS, and its address."""
    cert, key = certificate
    with served(tmp_path / "tls", tls_cert=cert, tls_key=key) as engine:
        yield deliver(engine, "maths-6e", seats=2), f"https://localhost:{engine.settings.port}"


@pytest.fixture
def in_clear(forms: Callable[[str], Delivered]) -> tuple[Delivered, str]:
    """A delivery on the shared engine, and its address on this computer."""
    delivered = forms("maths-6e")
    return delivered, f"http://localhost:{delivered.engine.settings.port}"


@contextmanager
def cut(context: BrowserContext) -> Iterator[None]:
    """No network for this computer."""
    context.set_offline(True)
    yield
    context.set_offline(False)


def is_on_disk(sitting: Sitting, given: dict[str, Response], number: int) -> None:
    """Wait until this answer lies on the computer; what is typed gets there a moment after the key."""
    item = sitting.items[number - 1]
    values = [[value] if isinstance(value, str) else value for value in given[item].values()]
    until(sitting.page, IS_KEPT, [sitting.seat.code, item, [part for value in values for part in value]])


def answered(sitting: Sitting, numbers: range) -> dict[str, Response]:
    """Answer these questions; the last of them stays on the screen."""
    given = {}
    for number in numbers:
        sitting.on_question(number)
        item = sitting.items[number - 1]
        given[item] = plausible(sitting.delivered, item)
        answer(sitting, given[item])
        if number != numbers[-1]:
            sitting.next.click()
    return given


@pytest.mark.parametrize("place", ["in_clear", pytest.param("over_tls", marks=pytest.mark.long)])
def test_a_tab_closed_without_network_opens_again_without_network(
    opened: Open, request: pytest.FixtureRequest, tmp_path: Path, place: str
) -> None:
    """The code opens the same question with the same answers; all of them reach the archive later."""
    delivered, url = request.getfixturevalue(place)
    context = opened()
    first = Sitting(context.new_page(), delivered, url=url)
    first.begin()
    given = answered(first, range(1, 5))
    first.kept()
    first.page.evaluate(HEAR)
    with cut(context):
        first.next.click()
        given |= answered(first, range(5, 9))
        expect(first.status).to_have_text(SAFE_HERE)
        first.page.wait_for_function("heard.some((text) => /réseau est coupé.*en sécurité/.test(text))")
        shown = first.shown()
        is_on_disk(first, given, 8)
        first.page.close()

        second = Sitting(context.new_page(), delivered, first.seat, url)
        second.items = first.items
        second.enter()
        second.on_question(8)
        assert second.shown() == shown
        second.held()
    second.saved()
    second.finish()

    exported = Exported(delivered, first.seat, tmp_path)
    assert exported.answers() == exported.expected(given)


@pytest.mark.parametrize("keeps_failures", [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_button_pressed_before_its_words_have_come_does_its_work_when_they_have(
    opened: Open, forms: Callable[[str], Delivered], keeps_failures: bool
) -> None:
    """The first question may come before what stands around it; no press is lost.

    A browser that keeps failed imports fetches a file first, and imports what has come.
    """
    context = opened(service_workers="block")
    if keeps_failures:
        context.add_init_script(LIKE_FIREFOX)
    asked: list[str] = []

    def on_its_way(route: Route) -> None:
        asked.append(route.request.resource_type)
        if len(asked) == 1:
            sitting.page.locator(".turn.middle").click()
            route.abort()
        else:
            route.continue_()

    context.route("**/words/fr.late.js", on_its_way)
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    sitting.begin()
    expect(sitting.dialog.locator(".map .place")).to_have_count(20)
    assert asked == (["fetch", "fetch", "script"] if keeps_failures else ["script", "script"])


def test_where_failed_imports_are_kept_each_file_comes_before_any_is_imported(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """The line breaks on a module that another one imports: nothing is spoilt, and it is asked for again."""
    context = opened(service_workers="block")
    context.add_init_script(LIKE_FIREFOX)
    asked: list[str] = []

    def lose_one(route: Route) -> None:
        asked.append(f"{route.request.resource_type} {route.request.url.rpartition('/')[2]}")
        if asked == ["fetch desk.js", "fetch outbox.js"]:
            route.abort()
        else:
            route.continue_()

    context.route(re.compile("/js/(desk|outbox)\\.js"), lose_one)
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    sitting.begin()
    sitting.saved()
    first, last = asked[:2], asked[-2:]
    assert first == ["fetch desk.js", "fetch outbox.js"]
    assert last == ["script desk.js", "script outbox.js"]
    assert "fetch outbox.js" in asked[2:-2]


def test_a_page_that_can_import_no_more_is_fetched_anew_with_the_code_that_is_typed(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """Where a browser keeps failed imports, and the line broke in the middle of one."""
    context = opened(service_workers="block")
    context.add_init_script(LIKE_FIREFOX)
    lost: list[str] = []

    def lose_two(route: Route) -> None:
        if route.request.resource_type == "script" and len(lost) < 2:
            lost.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    context.route("**/js/flow.js", lose_two)
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    with sitting.page.expect_request_finished(lambda request: request.url.endswith("flow.js")):
        sitting.page.goto(sitting.url)
    with sitting.page.expect_navigation():
        sitting.type_code(sitting.seat.code)
    expect(sitting.page.locator("#code")).to_have_value(pretty(sitting.seat.code))
    assert sitting.page.evaluate("location.href") == f"{sitting.url}/"
    sitting.page.locator("form .main").click()
    sitting.start()


@pytest.mark.long
def test_each_kind_of_question_opens_again_without_network(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """A tab closed on it shows it again, answered as it was."""
    context, delivered = opened(), forms("maths-6e")
    first = Sitting(context.new_page(), delivered)
    first.begin()
    first.kept()
    kinds = {shapes["r1"]["kind"]: item for item, shapes in delivered.shapes.items()}
    with cut(context):
        sitting = first
        for item in kinds.values():
            number = 1 + first.items.index(item)
            sitting.go(number)
            given = plausible(delivered, item)
            answer(sitting, given)
            sitting.held()
            shown = sitting.shown()
            is_on_disk(sitting, {item: given}, number)
            sitting.page.close()
            sitting = Sitting(context.new_page(), delivered, first.seat)
            sitting.items = first.items
            sitting.enter()
            sitting.on_question(number)
            assert sitting.shown() == shown
    sitting.saved()


@pytest.mark.long
def test_a_question_that_has_not_arrived_comes_by_itself(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """The line fails between two questions: the page says so, and the pupil need not press anything."""
    context = opened(service_workers="block")
    context.route("**/interactions/order.js", lambda route: route.abort())
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    sitting.begin()
    sitting.next.click()
    expect(sitting.page.locator(".question")).to_contain_text("dès que le réseau revient")
    context.unroute_all()
    context.set_offline(True)
    context.set_offline(False)
    sitting.on_question(2)


REST = """async ([form, count]) => {
  const { Content } = await import('/static/js/content.js')
  const content = new Content(form)
  const whole = new Uint8Array(await (await fetch(content.url)).arrayBuffer())
  content.push(whole.subarray(0, count))
  const isWhole = await content.attempt()
  const bytes = await new Blob(content.parts).arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [isWhole, [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')]
}"""


def test_a_form_that_broke_off_on_the_way_is_fetched_from_there(
    page: Page, forms: Callable[[str], Delivered]
) -> None:
    """Only the rest comes over the line, and what is together then is the form that the session names."""
    delivered = forms("maths-6e")
    form = PupilClient(delivered.engine.url, delivered.seat().code).login()["session"]["form"]
    page.goto(delivered.engine.url)
    with page.expect_response(lambda reply: reply.status == 206) as rest:
        assert page.evaluate(REST, [form, 5000]) == [True, form]
    assert rest.value.headers["content-range"].startswith("bytes 5000-")


def test_another_code_opens_nothing_of_what_this_computer_keeps(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """Without network only the code of a kept sitting leads on; the next pupil waits for the network."""
    context, delivered = opened(), forms("maths-6e")
    first = Sitting(context.new_page(), delivered)
    first.begin()
    answered(first, range(1, 2))
    first.kept()
    with cut(context):
        first.page.close()
        other = Sitting(context.new_page(), delivered)
        other.enter()
        expect(other.page.locator(".waiting")).to_have_text(re.compile("réessaie toute seule"))
        assert other.page.locator(".item").count() == 0
    expect(other.page.locator(".on-instructions .main")).to_be_enabled()


def test_a_hand_in_without_network_waits_and_then_happens_by_itself(
    opened: Open, forms: Callable[[str], Delivered], tmp_path: Path
) -> None:
    """The page says that the answers are safe here and that it hands in by itself; and so it does."""
    context = opened()
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    sitting.begin()
    sitting.kept()
    with cut(context):
        given = answered(sitting, range(1, 3))
        sitting.go(len(sitting.items))
        sitting.review()
        sitting.page.locator(".on-review .actions .main").click()
        sitting.dialog.locator(".main").click()
        expect(sitting.page.locator(".is-waiting")).to_contain_text("en sécurité sur cet ordinateur")
    assert sitting.receipt()

    exported = Exported(sitting.delivered, sitting.seat, tmp_path)
    assert exported.answers() == exported.expected(given)


def test_a_server_killed_in_the_middle_costs_no_answer(opened: Open, fragile: Served, tmp_path: Path) -> None:
    """While no worker lives the page says that answers wait here; when they are back it sends them."""
    delivered = deliver(fragile, "maths-6e", seats=1)
    sitting = Sitting(opened().new_page(), delivered)
    sitting.begin()
    given = answered(sitting, range(1, 4))
    fragile.process.send_signal(signal.SIGSTOP)  # so that nobody brings the workers back yet
    for worker in fragile.processes("engine.worker"):
        worker.kill()

    sitting.next.click()
    given |= answered(sitting, range(4, 6))
    expect(sitting.status).to_have_text(SAFE_HERE)

    fragile.process.send_signal(signal.SIGCONT)
    sitting.saved()
    sitting.finish()
    exported = Exported(delivered, sitting.seat, tmp_path)
    assert exported.answers() == exported.expected(given)

"""What a test day brings: pauses, storms of refusals, browsers that cannot do everything."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Open, new_computer
from tests.browser.course import arrived, give
from tests.browser.deliveries import Delivered, apart, deliver
from tests.browser.sitting import LOOK_AGAIN_MS, Sitting
from tests.pupil import PupilClient, Refused
from tests.served import Served, served

SEATS = 600
"""A pupil is gone with each look at whether one may start."""
FAR = "http://school.test"
NOTHING_IS_KEPT = """if (isSecureContext) {
  const refuse = () => new DOMException('not here', 'SecurityError')
  const later = () => Promise.reject(refuse())
  IDBFactory.prototype.open = () => { throw refuse() }
  LockManager.prototype.request = later
  for (const act of ['open', 'keys', 'match', 'delete']) CacheStorage.prototype[act] = later
  delete Navigator.prototype.serviceWorker
}"""
"""Cookies are barred, or a window is private: database, locks and caches refuse, and there is no worker."""


@pytest.mark.long
@pytest.mark.parametrize("whose", ["sessions", "deliveries"])
def test_a_pause_stops_the_clock_and_a_resumption_gives_the_time_back(
    page: Page, engine: Served, tmp_path: Path, whose: str
) -> None:
    """For one sitting or for all of a delivery; what was answered before is kept."""
    sitting = Sitting(page, deliver(engine, "maths-6e", seats=1))
    named = {"sessions": sitting.seat.session, "deliveries": sitting.delivered.id}[whose]

    def staff(act: str) -> None:
        done = apart(lambda: engine.run(whose, act, named))
        assert done.returncode == 0, done.stderr

    sitting.begin()
    given = give(sitting, 1)
    sitting.saved()
    sitting.kept()
    page.context.set_offline(True)  # the page must not hear of the pause before it has an answer to send
    staff("pause")
    given |= give(sitting, 2)
    page.context.set_offline(False)
    expect(sitting.dialog).to_contain_text("Le test est en pause")
    page.keyboard.press("Escape")
    expect(sitting.dialog).to_contain_text("Le test est en pause")
    staff("resume")
    expect(sitting.dialog).to_be_hidden()
    sitting.on_question(2)
    given |= give(sitting, 3)
    arrived(sitting, given, tmp_path)


@pytest.mark.long
def test_who_comes_to_the_start_during_a_pause_waits_and_then_starts(page: Page, tmp_path: Path) -> None:
    """The page says that it goes on by itself, and so it does."""
    with served(tmp_path, workers=1) as engine:
        delivered = deliver(engine, "maths-6e", seats=SEATS)
        sitting = Sitting(page, delivered)
        sitting.enter()
        expect(page.locator(".on-instructions .main")).to_be_enabled()
        assert apart(lambda: engine.run("deliveries", "pause", delivered.id)).returncode == 0
        while may_start(delivered):  # the worker hears of it in a moment
            page.wait_for_timeout(LOOK_AGAIN_MS)
        page.locator(".on-instructions .main").click()
        expect(page.locator(".waiting")).to_contain_text("en pause pour tout le monde")
        assert apart(lambda: engine.run("deliveries", "resume", delivered.id)).returncode == 0
        expect(page.locator(".on-test .item")).to_be_visible()


def may_start(delivered: Delivered) -> bool:
    """Whether a pupil who comes now can start."""
    pupil = PupilClient(delivered.engine.url, delivered.seat().code)
    pupil.login()
    try:
        return bool(pupil.start())
    except Refused:
        return False
    finally:
        pupil.http.close()


@pytest.mark.long
def test_a_storm_of_refusals_is_a_slower_day(opened: Open, fragile: Served, tmp_path: Path) -> None:
    """The store is gone, each call is refused: who is inside works on, who comes in waits."""
    delivered = deliver(fragile, "maths-6e", seats=2)
    inside = Sitting(opened().new_page(), delivered)
    inside.begin()
    given = give(inside, 1)
    inside.saved()
    fragile.process.send_signal(signal.SIGSTOP)  # so that nobody brings the store back yet
    (store,) = fragile.processes("redis-server")
    store.kill()
    with inside.page.expect_response(lambda reply: reply.status == 503):
        given |= give(inside, 2)
    expect(inside.status).to_have_text(re.compile("En sécurité sur cet ordinateur"))
    given |= give(inside, 3)
    outside = Sitting(opened().new_page(), delivered)
    outside.enter()
    expect(outside.page.locator(".waiting")).to_have_text(re.compile("réessaie toute seule"))

    fragile.process.send_signal(signal.SIGCONT)
    inside.saved()
    outside.start()
    arrived(inside, given, tmp_path)


@pytest.mark.long
def test_where_nothing_can_be_kept_the_page_says_that_it_must_stay_open(
    opened: Open, forms: Callable[[str], Delivered], tmp_path: Path
) -> None:
    """The test is sat all the same, in this one tab, and no promise is made too much."""
    context = opened()
    context.add_init_script(NOTHING_IS_KEPT)
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    sitting.begin()
    given = give(sitting, 1)
    sitting.saved()
    context.set_offline(True)
    given |= give(sitting, 2)
    expect(sitting.status).to_have_text("En attente du réseau : ne ferme pas cette page")
    context.set_offline(False)
    sitting.saved()
    arrived(sitting, given, tmp_path)


def test_an_address_without_tls_is_explained(browser: Browser, engine: Served) -> None:
    """Instead of a page that half works: nothing can be typed, and the teacher is told what to look at."""
    context = new_computer(browser)
    page = context.new_page()

    def fetch(route: Route) -> None:
        route.fulfill(response=page.request.fetch(engine.url + route.request.url.removeprefix(FAR)))

    page.route(f"{FAR}/**", fetch)
    page.goto(f"{FAR}/")
    expect(page.locator("h1")).to_have_text("Cette page n’est pas protégée")
    expect(page.locator(".card")).to_contain_text("https://")
    assert page.locator("input").count() == 0
    context.close()


@pytest.mark.parametrize("is_ancient", [True, False])
def test_a_browser_that_is_too_old_is_told_so(browser: Browser, engine: Served, is_ancient: bool) -> None:
    """One that knows no modules by the plainest script, one that lacks something by the page itself."""
    context = new_computer(browser)
    page = context.new_page()

    reply = page.request.get(engine.url)
    html = re.sub('<script type="module".*?</script>', "", reply.text()).replace("nomodule", "")
    headers = {name: reply.headers[name] for name in ("content-type", "content-security-policy")}
    if is_ancient:
        page.route(f"{engine.url}/", lambda route: route.fulfill(body=html, headers=headers))
    else:
        page.add_init_script("delete window.DecompressionStream")
    page.goto(engine.url)
    expect(page.locator("main")).to_contain_text("trop ancien")
    expect(page.locator("main")).to_contain_text("Appelle ton professeur")
    expect(page.locator("main")).to_contain_text("Firefox 113")
    assert page.locator("input").count() == 0
    context.close()

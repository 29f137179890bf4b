"""The player's outbox, in a real browser, against a server that keeps the API's rules for one session."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route

from tests.engine.player import ORIGIN, browser, page

__all__ = ["browser", "page"]
LOOK_AGAIN_MS = 5


class Server:
    """One session of the API: numbers, repeats, holes, forks; it notes the bodies it was sent."""

    def __init__(self, page: Page) -> None:
        self.bodies: dict[int, str] = {}
        self.sent: list[tuple[int | None, list[str], bool]] = []
        self.answers: dict[str, Any] = {}
        self.last = self.sealed = 0
        self.bad = self.breaks_on = ""
        self.standing: dict[str, str] = {}
        self.errors = 0
        self.down = self.is_over = False
        page.route(f"{ORIGIN}/api/v1/answers", self._take)

    def _take(self, route: Route) -> None:
        text = route.request.post_data or ""
        batch = json.loads(text)
        if self.down:
            route.abort()
            return
        self.sent.append(
            (batch.get("n"), [one["item"] for one in batch["answers"]], batch.get("full", False))
        )
        if self.errors or any(one["item"] == self.breaks_on for one in batch["answers"]):
            self.errors = max(0, self.errors - 1)
            route.fulfill(status=500, json={"error": {"code": "internal"}})
            return
        error = self._judge(batch, text) if "n" in batch else None
        for one in batch["answers"]:
            error = {"code": self.standing[one["item"]]} if one["item"] in self.standing else error
        if error:
            route.fulfill(status=409, json={"error": error})
            return
        now = {"now_ms": 1_000_000, "remaining_ms": 60_000, "flush_after_ms": 0, "notices": []}
        route.fulfill(json={"last": self.last, "sealed": self.sealed, "lease": "word", **now})

    def _judge(self, batch: dict[str, Any], text: str) -> dict[str, Any] | None:
        n = batch["n"]
        bad = [
            {"index": index, "item": one["item"], "problem": "unknown_choice"}
            for index, one in enumerate(batch["answers"])
            if one["item"] == self.bad
        ]
        if bad:
            return {"code": "bad_answer", "entries": bad}
        if n > self.last and self.is_over:
            return {"code": "handed_in"}
        if n <= self.last and self.bodies.get(n, text) != text:
            return {"code": "fork", "last": self.last}
        if n > self.last + 1 and not batch.get("full"):
            return {"code": "gap", "last": self.last}
        self.bodies[n] = text
        self.last = max(self.last, n)
        self.answers |= {one["item"]: one["response"]["r1"] for one in batch["answers"]}
        return None


class Device:
    """A sitting and its outbox in the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.evaluate(
            """async () => {
              const { Sitting, freshState } = await import('/static/js/sitting.js')
              const { Outbox } = await import('/static/js/outbox.js')
              const { Vault } = await import('/static/js/vault.js')
              const vault = new Vault()
              vault.state = freshState({ session: { form: 'f', deadline_ms: 2_000_000 }, last: 0 })
              window.sitting = new Sitting(vault)
              sitting.clock.anchor({ now_ms: 1_000_000 })
              window.outbox = new Outbox(sitting)
              clearTimeout(outbox.timer)
              outbox.plan = () => {} // sent when the test says so
              outbox.backoff.delay_ms = () => 0
            }"""
        )

    def answer(self, item: str, value: str) -> None:
        self.page.evaluate("([item, value]) => sitting.answer(item, { r1: value })", [item, value])

    def send(self) -> str:
        """Send what waits; what the page then says of the answers."""
        return str(self.page.evaluate("outbox.retry().then(() => outbox.status)"))

    def comes_to_say(self, status: str) -> None:
        """Wait until the page says this of the answers."""
        self.page.evaluate(
            """(status) => new Promise((resolve) => {
              const look = () => outbox.status === status && resolve()
              sitting.on('status', look)
              look()
            })""",
            status,
        )

    def box(self) -> dict[str, Any]:
        return dict(self.page.evaluate("sitting.state.box"))


@pytest.fixture
def server(page: Page) -> Server:
    return Server(page)


@pytest.fixture
def device(page: Page, server: Server) -> Device:
    return Device(page)


def test_answers_go_in_numbered_batches_and_leave_when_they_are_sealed(
    device: Device, server: Server
) -> None:
    """Acknowledged is saved; kept all the same until the archive has it."""
    device.answer("i1", "a")
    assert device.send() == "saved"
    device.answer("i1", "b")
    device.answer("i2", "c")
    assert device.send() == "saved"
    assert server.sent == [(1, ["i1"], False), (2, ["i1", "i2"], False)]
    assert [batch["n"] for batch in device.box()["batches"]] == [1, 2]
    server.sealed = 1
    device.send()
    assert [batch["n"] for batch in device.box()["batches"]] == [2]


def test_after_an_outage_batches_go_again_three_at_a_time(device: Device, server: Server) -> None:
    """The server came back without its last minutes: all devices send again, none all at once."""
    for number in range(1, 7):
        device.answer("i1", str(number))
        assert device.send() == "saved"
    server.last = 0
    server.sent.clear()
    waves = []
    for _ in range(3):
        device.send()
        waves.append([n for n, _, _ in server.sent])
        server.sent.clear()
    assert waves == [[None, 1, 2], [3, 4, 5], [6]]
    assert server.answers == {"i1": "6"}


def test_signs_of_life_grow_rarer_with_the_load_within_bounds(page: Page, device: Device) -> None:
    """A quiet server hears each device every 25 s or so, one that has much to do every minute at most."""
    delays = page.evaluate(
        """async () => {
          const { Outbox } = await import('/static/js/outbox.js')
          const delays = []
          const later = window.setTimeout
          for (const flush_ms of [4000, 15_000, 30_000]) {
            outbox.flush_after_ms = flush_ms
            window.setTimeout = (act, ms) => delays.push(ms)
            Outbox.prototype.plan.call(outbox)
            window.setTimeout = later
          }
          return delays
        }"""
    )
    bounds = [(24_000, 31_000), (44_000, 55_000), (59_000, 73_000)]
    assert all(low <= delay <= high for delay, (low, high) in zip(delays, bounds, strict=True))


def test_a_batch_that_may_have_arrived_is_sent_again_byte_for_byte(
    page: Page, device: Device, server: Server
) -> None:
    """The acknowledgement is lost: the same number brings the same bytes, newer answers the next."""
    device.answer("i1", "a")
    page.route(f"{ORIGIN}/api/v1/answers", lambda route: _deliver_without_reply(route, server), times=1)
    device.answer("i1", "a")
    assert device.send() == "saved"
    device.answer("i1", "b")
    device.send()
    assert server.sent == [(1, ["i1"], False), (1, ["i1"], False), (2, ["i1"], False)]
    assert server.answers == {"i1": "b"}


def _deliver_without_reply(route: Route, server: Server) -> None:
    batch = json.loads(route.request.post_data or "")
    server.sent.append((batch["n"], ["i1"], False))
    assert server._judge(batch, route.request.post_data or "") is None
    route.abort()


def test_what_the_server_lost_is_sent_again(device: Device, server: Server) -> None:
    """After a fail-over `last` is lower: the batches above it go again, with their old numbers."""
    for value in "abc":
        device.answer("i1", value)
        device.send()
    server.last = 1
    server.answers.clear()
    del server.bodies[2], server.bodies[3], server.sent[:]
    device.send()  # a sign of life hears of it, and the batches follow
    assert server.sent[-2:] == [(2, ["i1"], False), (3, ["i1"], False)]
    assert (server.answers, server.last) == ({"i1": "c"}, 3)


def test_a_hole_is_closed_by_all_that_the_device_knows(device: Device, server: Server) -> None:
    """A batch that was sealed, or another seat's, cannot be sent again; all answers can."""
    for item in ("i1", "i2", "i3"):
        device.answer(item, "a")
        device.send()
    server.sealed = 2
    device.send()
    server.last = 0
    server.answers.clear()
    server.bodies.clear()
    del server.sent[:]
    device.answer("i2", "b")
    device.send()
    assert server.answers == {"i1": "a", "i2": "b", "i3": "a"}
    assert server.sent[-1] == (5, ["i1", "i2", "i3"], True)


def test_a_number_that_another_seat_used_is_answered_with_everything_under_the_next(
    device: Device, server: Server
) -> None:
    """409 `fork`: all answers, under last + 1."""
    device.answer("i1", "a")
    device.send()
    server.bodies[2], server.last = "another seat's", 2
    device.answer("i2", "b")
    assert device.send() == "saved"
    assert server.sent[1:] == [(2, ["i2"], False), (3, ["i1", "i2"], True)]


def test_a_refused_answer_is_set_aside_and_the_others_use_its_number(device: Device, server: Server) -> None:
    """The pupil sees it; a changed answer goes with the next batch."""
    server.bad = "i2"
    device.answer("i1", "a")
    device.answer("i2", "b")
    assert device.send() == "aside"
    assert server.sent == [(1, ["i1", "i2"], False), (1, ["i1"], False)]
    assert device.box()["aside"] == {"i2": "unknown_choice"}
    server.bad = ""
    device.answer("i2", "c")
    assert device.send() == "saved"
    assert server.answers == {"i1": "a", "i2": "c"}


def test_an_answer_on_which_the_server_stumbles_holds_up_no_other_and_is_seen(
    device: Device, server: Server
) -> None:
    """The others arrive though it came with them; it is tried again at the hand-in and when changed."""
    server.breaks_on = "i2"
    for item in ("i1", "i2", "i3"):
        device.answer(item, "a")
    device.page.evaluate("outbox.isHurried = true")
    assert device.send() == "aside"
    assert server.answers == {"i1": "a", "i3": "a"}
    assert device.box()["aside"] == {"i2": "internal"}
    server.breaks_on = ""
    device.page.evaluate("outbox.reconsider()")
    assert device.send() == "saved"
    server.breaks_on = "i1"
    device.answer("i1", "b")
    assert device.send() == "aside"
    server.breaks_on = ""
    device.answer("i1", "c")
    assert device.send() == "saved"
    assert server.answers == {"i1": "c", "i2": "a", "i3": "a"}


def test_while_a_server_stumbles_on_everything_no_answer_is_blamed(device: Device, server: Server) -> None:
    """They wait, and arrive when it is well again."""
    server.errors = 33
    device.answer("i1", "a")
    device.answer("i2", "b")
    device.page.evaluate("outbox.isHurried = true")
    assert device.send() == "saved"
    assert server.answers == {"i1": "a", "i2": "b"}
    assert device.box()["aside"] == {}


def test_a_long_text_fits_or_is_set_aside_and_holds_up_nobody(device: Device, server: Server) -> None:
    """A batch stays below the server's 64 KiB; what can never fit does not block the rest."""
    for number in range(5):
        device.answer(f"i{number}", "é" * 15_000)
    device.answer("huge", "é" * 40_000)
    device.page.evaluate("outbox.isHurried = true")
    assert device.send() == "aside"
    assert sorted(server.answers) == [f"i{number}" for number in range(5)]
    assert all(len(body.encode()) < 64 * 1024 for body in server.bodies.values())


def test_while_the_line_is_down_the_page_does_not_say_saved(device: Device, server: Server) -> None:
    """And what is given meanwhile waits for one batch, instead of a queue of them."""
    server.down = True
    device.page.evaluate("outbox.backoff.delay_ms = () => 1e9")
    device.answer("i1", "a")
    device.page.evaluate("void outbox.retry()")
    device.comes_to_say("memory")
    device.answer("i1", "b")
    device.answer("i2", "b")
    device.comes_to_say("memory")
    assert [batch["n"] for batch in device.box()["batches"]] == [1]
    assert device.box()["dirty"] == ["i1", "i2"]


def test_what_a_server_lost_after_the_hand_in_goes_again_and_is_handed_in_again(
    page: Page, device: Device, server: Server
) -> None:
    """Answers first, under the token of the sitting that ran; kept on this device until they are sealed."""
    calls = hand_ins(page, server)
    for item in ("i1", "i2"):
        device.answer(item, "a")
        device.send()
    server.last = 1
    del server.bodies[2], server.answers["i2"], server.sent[:]
    page.clock.install()
    page.evaluate(HAND_IN)
    assert comes_true(page, lambda: server.last == 2)
    assert (server.sent, server.answers) == ([(2, ["i2"], False)], {"i1": "a", "i2": "a"})
    assert not page.evaluate("sitting.vault.isClosed")
    server.sealed = 2
    assert comes_true(page, lambda: page.evaluate("sitting.vault.isClosed === true"))
    assert set(calls) == {"Bearer run 2"}
    assert page.evaluate("sitting.state.token") is None


def test_numbers_of_another_device_do_not_pass_for_what_a_server_lost_after_the_end(
    page: Page, device: Device, server: Server
) -> None:
    """It brought all that it knows before this one asked: each batch of ours goes again as it was, once."""
    hand_ins(page, server)
    for item in ("i1", "i2"):
        device.answer(item, "a")
        device.send()
    server.bodies, server.last, server.answers = {3: "another device's"}, 3, {}
    del server.sent[:]
    page.clock.install()
    page.evaluate(HAND_IN)
    assert comes_true(page, lambda: server.answers == {"i1": "a", "i2": "a"})
    server.sealed = 3
    assert comes_true(page, lambda: page.evaluate("sitting.vault.isClosed === true"))
    assert server.sent == [(1, ["i1"], False), (2, ["i2"], False)]


@pytest.mark.parametrize("is_over", [False, True], ids=["closed", "handed in"])
@pytest.mark.parametrize("code", ["internal", "bad_answer", "too_many"])
def test_what_a_server_lost_after_the_end_and_takes_no_more_is_told_on_the_receipt(
    page: Page, device: Device, server: Server, code: str, is_over: bool
) -> None:
    """A refused batch is not taken for arrived; what may still be taken stays on this device."""
    hand_ins(page, server)
    for item in ("i1", "i2"):
        device.answer(item, "a")
        device.send()
    server.bodies, server.last, server.answers = {3: "another device's"}, 3, {}
    server.is_over = is_over
    server.breaks_on, server.standing = ("i1", {}) if code == "internal" else ("", {"i1": code})
    page.evaluate("sitting.list = ['i1', 'i2'].map((item, index) => ({ item, number: index + 1 }))")
    page.clock.install()
    page.evaluate(HAND_IN)
    receipt = page.locator(".notice")
    assert comes_true(page, lambda: "sauf" in receipt.inner_text())
    assert "sauf pour la question 1." in receipt.inner_text()
    assert server.answers["i2"] == "a"
    server.sealed = server.last
    if code == "too_many":
        assert not comes_true(page, lambda: page.evaluate("sitting.vault.isClosed === true"))
        server.standing = {}
        assert comes_true(page, lambda: "Toutes tes réponses sont arrivées" in receipt.inner_text())
        assert is_over or server.answers["i1"] == "a"  # else it is kept aside
        server.sealed = server.last
    assert comes_true(page, lambda: page.evaluate("sitting.vault.isClosed === true"))


def test_what_has_not_left_when_the_test_is_closed_goes_before_the_receipt(
    page: Page, device: Device, server: Server
) -> None:
    """The line broke in the last moment: an answer is not forgotten because there is a receipt."""
    hand_ins(page, server)
    for item in ("i1", "i2"):
        device.answer(item, "a")
        device.send()
    device.answer("i3", "a")
    page.clock.install()
    page.evaluate(HAND_IN)
    assert comes_true(page, lambda: server.answers == {"i1": "a", "i2": "a", "i3": "a"})
    server.sealed = 3
    assert comes_true(page, lambda: page.evaluate("sitting.vault.isClosed === true"))


def hand_ins(page: Page, server: Server) -> list[str]:
    """Answers `submit` from now on; the token and number of each, as they come."""
    calls: list[str] = []

    def submit(route: Route) -> None:
        last = json.loads(route.request.post_data or "")["last"]
        calls.append(f"{route.request.headers['authorization']} {last}")
        if last > server.last:
            route.fulfill(status=409, json={"error": {"code": "gap", "last": server.last}})
        else:
            route.fulfill(
                json={"token": "over", "receipt": "R", "last": server.last, "sealed": server.sealed}
            )

    page.route(f"{ORIGIN}/api/v1/submit", submit)
    return calls


def comes_true(page: Page, condition: Callable[[], bool]) -> bool:
    """Let the page's own time pass until it is so; it stands still while a request is under way."""
    under_way: list[str] = []
    page.on("request", lambda request: under_way.append(request.url))

    def ended(request: Request) -> None:
        if request.url in under_way:  # it may have begun before
            under_way.remove(request.url)

    page.on("requestfinished", ended)
    page.on("requestfailed", ended)
    for _ in range(300):
        page.clock.run_for(1_000)
        page.wait_for_timeout(LOOK_AGAIN_MS)
        while under_way:
            page.wait_for_timeout(LOOK_AGAIN_MS)
        if condition():
            return True
    return False


HAND_IN = """async () => {
  const { h } = await import('/static/js/element.js')
  document.body.append(h('p', { id: 'title' }), h('p', { id: 'tools' }))
  const { finish } = await import('/static/js/handin.js')
  const { speakMore, speak } = await import('/static/js/words.js')
  await speak('fr', '')
  await speakMore()
  sitting.state.token = 'run'
  outbox.stop()
  finish(sitting, { token: 'over', receipt: 'R', last: 2, sealed: 0 }, false)
}"""

"""Behind the receipt: what has not arrived is told and sent, and what a server loses then goes again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.engine.outboxes import Device, Server, comes_true, device, hand_ins, server
from tests.engine.player import browser, page

__all__ = ["browser", "device", "page", "server"]
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
COME_BACK = """async () => {
  const { h } = await import('/static/js/element.js')
  document.body.append(h('p', { id: 'title' }), h('p', { id: 'tools' }))
  const { resume } = await import('/static/js/resume.js')
  const { speak } = await import('/static/js/words.js')
  await speak('fr', '')
  outbox.stop()
  sitting.state.token = 'run'
  sitting.state.session.status = 'submitted'
  resume(sitting, {})
}"""
BACK_OFFLINE = """async () => {
  const { h } = await import('/static/js/element.js')
  document.body.append(h('p', { id: 'title' }), h('p', { id: 'tools' }))
  const { reopen } = await import('/static/js/resume.js')
  Object.defineProperty(navigator, 'onLine', { value: false })
  Object.assign(sitting.state, { receipt: 'R', token: null, key: null })
  sitting.state.session.language = 'fr'
  outbox.stop()
  await reopen(sitting.vault, 'code', {})
}"""


def send_two(device: Device) -> None:
    """Two answers, each in a batch of its own."""
    for item in ("i1", "i2"):
        device.answer(item, "a")
        device.send()


def test_what_a_server_lost_after_the_hand_in_goes_again_and_is_handed_in_again(
    page: Page, device: Device, server: Server
) -> None:
    """Answers first, under the token of the sitting that ran; kept on this device until they are sealed."""
    calls = hand_ins(page, server)
    send_two(device)
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
    send_two(device)
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
    send_two(device)
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
    send_two(device)
    device.answer("i3", "a")
    page.clock.install()
    page.evaluate(HAND_IN)
    assert comes_true(page, lambda: server.answers == {"i1": "a", "i2": "a", "i3": "a"})
    server.sealed = 3
    assert comes_true(page, lambda: page.evaluate("sitting.vault.isClosed === true"))


def test_the_receipt_says_so_as_soon_as_the_last_answer_has_left(
    page: Page, device: Device, server: Server
) -> None:
    """It came while the receipt was on the screen already."""
    hand_ins(page, server)
    for item in ("i1", "i2", "i3"):
        device.answer(item, "a")
        if item != "i3":
            device.send()
    server.errors = 1
    page.evaluate("outbox.backoff.delay_ms = () => 9000")
    page.clock.install()
    page.evaluate(HAND_IN)
    receipt = page.locator(".notice")
    assert comes_true(page, lambda: page.locator(".is-waiting .receipt").count() == 1)
    assert comes_true(page, lambda: "Toutes tes réponses sont arrivées" in receipt.inner_text())
    assert server.answers == {"i1": "a", "i2": "a", "i3": "a"}


def test_who_comes_back_after_the_end_keeps_the_receipt_on_the_screen(
    page: Page, device: Device, server: Server
) -> None:
    """What was set aside has a last chance first; what the server loses later goes behind the receipt."""
    hand_ins(page, server)
    server.breaks_on = "i2"
    device.answer("i1", "a")
    device.send()
    device.answer("i2", "a")
    device.send()
    server.breaks_on = ""
    page.clock.install()
    page.evaluate(COME_BACK)
    assert comes_true(page, lambda: page.locator(".receipt").count() == 1)
    assert server.answers == {"i1": "a", "i2": "a"}
    server.bodies, server.last, server.answers, server.errors = {}, 0, {}, 1
    assert comes_true(page, lambda: server.answers == {"i1": "a", "i2": "a"})
    assert page.locator(".receipt").count() == 1


def test_a_receipt_without_network_does_not_say_that_what_is_here_has_arrived(
    page: Page, device: Device, server: Server
) -> None:
    """A batch that was frozen and not acknowledged is on this computer only."""
    server.down = True
    device.answer("i1", "a")
    page.evaluate("outbox.freeze()")
    page.evaluate(BACK_OFFLINE)
    told = page.locator(".notice").inner_text()
    assert "Toutes tes réponses" not in told
    assert page.locator(".is-waiting .receipt").count() == 1

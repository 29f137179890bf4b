"""When the server meets an error of its own: nothing waits for one answer, and nothing is lost."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.engine.outboxes import Device, Server, device, server
from tests.engine.player import ORIGIN, browser, page

__all__ = ["browser", "device", "page", "server"]
STOP_AFTER_PROBE = """() => {
  outbox.isHurried = true
  const { send } = outbox
  outbox.send = async (batch) => {
    const reply = await send.call(outbox, batch)
    if (batch && !batch.items.length) {
      if (reply.ok) outbox.accepted(batch, reply)
      outbox.stop()
    }
    return reply
  }
}"""
MERGE = """async ([known, isNewSeat, last]) => {
  const { merge } = await import('/static/js/resume.js')
  const { box } = sitting.state
  if (isNewSeat) [box.unsent, box.batches] = [box.batches, []]
  sitting.settle({ last, sealed: isNewSeat ? 0 : last })
  merge(sitting, known, isNewSeat)
}"""


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
    """They wait, and arrive when it is well again; meanwhile it is asked no more often than by any batch."""
    server.errors = 33
    device.answer("i1", "a")
    device.answer("i2", "b")
    device.page.evaluate("() => { window.rests = 0; outbox.backoff.delay_ms = () => (rests++, 0) }")
    device.page.evaluate("outbox.isHurried = true")
    assert device.send() == "saved"
    assert server.answers == {"i1": "a", "i2": "b"}
    assert device.box()["aside"] == {}
    both = ["i1", "i2"]
    assert server.sent == [*[(1, both, False)] * 5, *[(1, [], False)] * 29, (2, both, False)]
    assert len(server.seen) == 3
    assert device.page.evaluate("rests") == 32  # after each error but one


def test_an_attempt_on_which_the_server_stumbles_is_kept_as_an_answer(
    page: Page, device: Device, server: Server
) -> None:
    """The answer is not at fault: it is what plays the rules that fails."""
    broken = {"status": 500, "json": {"error": {"code": "internal"}}}
    page.route(f"{ORIGIN}/api/v1/attempts", lambda route: route.fulfill(**broken))
    device.answer("i1", "a")
    page.evaluate(
        """() => {
          const batch = outbox.freeze()
          outbox.box.batches[0] = { ...batch, path: 'attempts' }
          outbox.isHurried = true
        }"""
    )
    assert device.send() == "saved"
    assert (server.answers, device.box()["aside"]) == ({"i1": "a"}, {})


def test_what_a_stumbling_server_has_lost_stays_newer_than_what_it_holds(
    page: Page, device: Device, server: Server
) -> None:
    """The page is closed after the probe jumped over what was lost: the next one brings all of it."""
    for value in ("old", "new"):
        device.answer("i2", value)
        device.send()
    device.answer("i1", "a")
    device.send()
    device.answer("i2", "newest")
    device.send()
    server.last, server.answers, server.breaks_on = 2, {"i2": "new"}, "i1"
    page.evaluate(STOP_AFTER_PROBE)
    device.send()
    assert server.sent[-1] == (5, [], True)
    page.evaluate(MERGE, [{"i2": {"response": {"r1": "new"}, "n": 2}}, False, 5])
    server.breaks_on = ""
    page.evaluate("[outbox.isStopped, outbox.isHurried] = [false, true]")
    assert device.send() == "saved"
    assert server.answers == {"i1": "a", "i2": "newest"}


def test_what_was_taken_before_the_server_stumbled_arrives_once_more(device: Device, server: Server) -> None:
    """Its number is taken: all goes again, under the next."""
    server.mute = 5
    device.answer("i1", "a")
    device.page.evaluate("outbox.isHurried = true")
    assert device.send() == "saved"
    assert server.sent[-1] == (2, ["i1"], True)
    assert (server.answers, device.box()["aside"]) == ({"i1": "a"}, {})


def test_an_answer_changed_after_one_that_a_stumbling_server_took_is_kept_by_a_new_seat(
    page: Page, device: Device, server: Server
) -> None:
    """What the server holds under the number of the probe is this device's own, and older."""
    server.mute = 5
    device.answer("i1", "a")
    page.evaluate(STOP_AFTER_PROBE)
    device.send()
    device.answer("i1", "b")
    page.evaluate(MERGE, [{"i1": {"response": {"r1": "a"}, "n": 1}}, True, 1])
    assert page.evaluate("sitting.state.answers.i1.response.r1") == "b"
    assert device.box()["dirty"] == ["i1"]

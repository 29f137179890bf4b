"""The player's outbox, in a real browser, against a server that keeps the API's rules for one session."""

from __future__ import annotations

import json

from playwright.sync_api import Page, Route

from tests.engine.outboxes import Device, Server, device, server
from tests.engine.player import ORIGIN, browser, page

__all__ = ["browser", "device", "page", "server"]


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

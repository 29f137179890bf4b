"""The player's outbox in a real browser, and a server that keeps the API's rules for one session."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route

from tests.engine.player import ORIGIN

LOOK_AGAIN_MS = 5


class Server:
    """One session of the API: numbers, repeats, holes, forks; it notes the bodies it was sent."""

    def __init__(self, page: Page) -> None:
        self.bodies: dict[int, str] = {}
        self.sent: list[tuple[int | None, list[str], bool]] = []
        self.seen: set[str] = set()
        self.answers: dict[str, Any] = {}
        self.last = self.sealed = 0
        self.bad = self.breaks_on = ""
        self.standing: dict[str, str] = {}
        self.errors = self.mute = 0
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
        self.seen.add(text)
        if self.errors or any(one["item"] == self.breaks_on for one in batch["answers"]):
            self.errors = max(0, self.errors - 1)
            route.fulfill(status=500, json={"error": {"code": "internal"}})
            return
        error = self._judge(batch, text) if "n" in batch else None
        if self.mute:  # it has taken it, and stumbles over its reply
            self.mute -= 1
            error = {"code": "internal"}
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
                json={
                    "session": {"status": "submitted"},
                    "token": "over",
                    "receipt": "R",
                    "last": server.last,
                    "sealed": server.sealed,
                }
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

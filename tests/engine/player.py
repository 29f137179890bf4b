"""An empty page in a real browser that can import the player's modules as they lie in `engine/web/`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from engine.assets import POLICY, WEB

ORIGIN = "https://player.test"
PATIENCE_MS = 180_000
"""A guard against waiting for ever, not a measure of speed."""
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
BLANK = '<!doctype html><html lang="fr"><main id="page"></main><p id="toast"></p><p id="say"></p>'
EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser on the path, else Playwright's own."""
    found = [path for name in EXECUTABLES if (path := shutil.which(name))]
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=found[0] if found else None, args=arguments, timeout=PATIENCE_MS
        )
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of our origin, under our policy, from which modules can be imported."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    context.route(f"{ORIGIN}/**", _serve)
    page = context.new_page()
    page.goto(f"{ORIGIN}/blank")
    yield page
    context.close()


def _serve(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path == "/blank":
        headers = {"content-type": "text/html", "content-security-policy": POLICY.decode()}
        route.fulfill(body=BLANK, headers=headers)
        return
    file = WEB / path.removeprefix("/static/")
    if not path.startswith("/static/") or not file.is_file():
        route.fulfill(status=404)
        return
    route.fulfill(body=file.read_bytes(), headers={"content-type": TYPES[file.suffix]})

"""One browser for the run; each test takes contexts from it, and each context is watched.

Playwright's loop counts as running in this thread for as long as the browser lives. So the browser ends with
this package, tests here are plain functions, and what needs a loop of its own runs through `apart`.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.deliveries import Delivered, deliver
from tests.browser.watch import Watch
from tests.certificate import make_certificate
from tests.served import Served, served

PATIENCE_MS = 180_000
"""A guard against waiting for ever, not a measure of speed: a page itself may wait for 45 seconds."""
LENIENT = Path(__file__).parent / "firefox.js"
EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--disable-background-networking", "--disable-component-update", "--no-first-run")

Open = Callable[..., BrowserContext]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test below this folder drives a browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate that no authority signed, and its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers of the run."""
    expect.set_options(timeout=PATIENCE_MS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODE_OPTIONS", f'--require "{LENIENT}"')
        with sync_playwright() as running:
            yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright, certificate: tuple[str, str]) -> Iterator[Browser]:
    """The browser on the path, else Playwright's own; it trusts our certificate as if it were signed."""
    found = [path for name in EXECUTABLES if (path := shutil.which(name))]
    arguments = [*QUIET, f"--ignore-certificate-errors-spki-list={_pin(certificate[0])}"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    running = playwright.chromium.launch(
        executable_path=found[0] if found else None, args=arguments, timeout=PATIENCE_MS
    )
    yield running
    running.close()


def new_computer(browser: Browser, **options: Any) -> BrowserContext:
    """A computer that no other test has touched: French, 1280 by 800 unless told otherwise."""
    options = {"locale": "fr-FR", "viewport": {"width": 1280, "height": 800}} | options
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)
    return context


def patience(context: BrowserContext, most_ms: int) -> None:
    """Wait so long, and no longer, for whatever is to be seen or done."""
    context.set_default_timeout(most_ms)
    expect.set_options(timeout=most_ms)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Makes contexts: computers of their own, watched while the test runs and judged at its end."""
    watches: list[Watch] = []

    def make(**options: Any) -> BrowserContext:
        context = new_computer(browser, **options)
        watches.append(Watch(context))
        return context

    yield make
    for watch in watches:
        watch.context.close()
    for watch in watches:
        assert watch.faults() == []


@pytest.fixture
def page(opened: Open) -> Page:
    """A page on a computer of its own."""
    return opened().new_page()


@pytest.fixture(scope="package")
def forms(engine: Served) -> Callable[[str], Delivered]:
    """An open delivery of each form, made when first asked for."""
    made: dict[str, Delivered] = {}

    def of(name: str) -> Delivered:
        if name not in made:
            made[name] = deliver(engine, name)
        return made[name]

    return of


@pytest.fixture
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An engine that may be stopped and killed."""
    with served(tmp_path_factory.mktemp("fragile")) as running:
        yield running


def _pin(path: str) -> str:
    """How Chromium names a public key that it is to trust."""
    with open(path, "rb") as file:
        key = x509.load_pem_x509_certificate(file.read()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    digest = hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).digest()
    return base64.b64encode(digest).decode()

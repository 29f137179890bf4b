"""A shared computer: what lies on it during a sitting says nothing, and nothing is left afterwards."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from playwright.sync_api import BrowserContext, Page, Response

from engine.keyring import KeyRing
from sessions.codes import pretty
from tests.browser.answers import WORDS, plausible
from tests.browser.conftest import Open
from tests.browser.deliveries import Delivered, deliver
from tests.browser.mouse import answer
from tests.browser.sitting import LOOK_AGAIN_MS, Sitting, until
from tests.browser.test_mouse import of_kind
from tests.served import Served

DUMP = """async () => {
  const text = (bytes) => Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')
  const plain = (value) => value instanceof ArrayBuffer ? text(value)
    : ArrayBuffer.isView(value) ? text(value.buffer)
    : value instanceof CryptoKey ? ['key', value.extractable]
    : value && typeof value === 'object' ? Object.entries(value).map((entry) => entry.map(plain)) : value
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const stores = {}
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name))
    for (const one of database.objectStoreNames) {
      const store = database.transaction(one).objectStore(one)
      stores[one] = plain([await asked(store.getAllKeys()), await asked(store.getAll())])
    }
    database.close()
  }
  const kept = {}
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      kept[request.url] = text(await (await cache.match(request)).arrayBuffer())
    }
  }
  const page = [window.name, history.state, location.href]
  return { local: { ...localStorage }, session: { ...sessionStorage }, page, stores, kept }
}"""
VAULT = "async (code) => (await (await import('/static/js/vault.js')).openVault(code)).state"


SECRETS_LEAST = 3
"""The tokens of the log-in and of the start, and the key of the content."""


class Computer:
    """What a curious person finds on a computer, and what must not be found."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.secrets: set[str] = set()
        context.on("response", self._note)

    def _note(self, response: Response) -> None:
        if "/api/v1/" in response.url and response.ok:
            document = response.json()
            self.secrets |= {document[name] for name in ("token", "content_key") if name in document}

    def dump(self, page: Page) -> dict[str, Any]:
        """All that pages of ours put on this computer."""
        found: dict[str, Any] = page.evaluate(DUMP)
        return found | {"cookies": self.context.cookies()}


def test_what_lies_on_the_computer_says_nothing_without_the_code(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """Code, token, key, answers and opened questions are in no storage, no cache, no cookie, no address."""
    context = opened()
    computer = Computer(context)
    sitting = Sitting(context.new_page(), forms("maths-6e"))
    sitting.begin()
    item = of_kind(sitting.delivered, "extended-text")
    sitting.go(1 + sitting.items.index(item))
    answer(sitting, plausible(sitting.delivered, item))
    question = sitting.page.locator(".item .qti-prompt").first.inner_text()
    sitting.saved()
    sitting.kept()
    until(sitting.page, f"async (code) => (await ({VAULT})(code)).box.last > 0", sitting.seat.code)

    dump = computer.dump(sitting.page)
    found = orjson.dumps(dump, option=orjson.OPT_NON_STR_KEYS).decode()
    code = sitting.seat.code
    assert found.count('"sealed"') == 1
    assert any("/content/" in url for url in dump["kept"])
    assert not any("/api/" in url for url in dump["kept"])
    while len(computer.secrets) < SECRETS_LEAST:  # a reply is read after it was seen
        sitting.page.wait_for_timeout(LOOK_AGAIN_MS)
    secrets = computer.secrets | {
        code,
        pretty(code),
        code.lower(),
        WORDS,
        question,
        '"answers"',
        "content_key",
    }
    assert [secret for secret in secrets if secret in found and secret != "content_key"] == []
    kept = sitting.page.evaluate(VAULT, code)
    assert WORDS in kept["answers"][item]["response"]["r1"]


@pytest.mark.long
def test_after_hand_in_key_and_token_go_and_the_outbox_once_it_is_sealed(
    opened: Open, fragile: Served
) -> None:
    """While the archive lags batches and answers stay, nothing else; once it has them, nothing at all."""
    sitting = Sitting(opened().new_page(), deliver(fragile, "maths-6e", seats=1))
    sitting.begin()
    (drain,) = fragile.processes("engine.archive.drain")
    drain.send_signal(signal.SIGSTOP)
    answer(sitting, plausible(sitting.delivered, sitting.items[0]))
    sitting.finish()

    kept = sitting.page.evaluate(VAULT, sitting.seat.code)
    assert kept["box"]["batches"]
    assert kept["answers"]
    assert (kept["token"], kept["key"], kept["order"]) == (None, None, None)

    drain.send_signal(signal.SIGCONT)
    until(sitting.page, f"async (code) => !(await ({VAULT})(code))", sitting.seat.code)


def in_archive(sitting: Sitting) -> None:
    """Wait until the archive holds a batch of this sitting: then a hand-in is sealed at once."""
    engine = sitting.delivered.engine
    token = KeyRing.of(engine.settings).operator_token()
    headers = {"Authorization": f"Bearer {token}"}
    ledger = f"{engine.url}/api/v1/deliveries/{sitting.delivered.id}/ledger"
    while sitting.seat.session not in sitting.page.request.get(ledger, headers=headers).text():
        sitting.page.wait_for_timeout(LOOK_AGAIN_MS)


def test_a_sealed_sitting_leaves_nothing_on_the_computer(
    opened: Open, forms: Callable[[str], Delivered]
) -> None:
    """The next pupil at this computer finds no sitting, and the code opens nothing any more."""
    sitting = Sitting(opened().new_page(), forms("maths-6e"))
    sitting.begin()
    answer(sitting, plausible(sitting.delivered, sitting.items[0]))
    sitting.go(len(sitting.items))
    sitting.review()
    sitting.saved()
    in_archive(sitting)
    sitting.hand_in()
    until(sitting.page, f"async (code) => !(await ({VAULT})(code))", sitting.seat.code)
    left = orjson.dumps(sitting.page.evaluate(DUMP)["stores"]).decode()
    assert "salt" in left
    assert "sealed" not in left

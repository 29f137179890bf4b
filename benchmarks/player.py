"""How many bytes of our code a browser fetches before the first item stands, as they come over the wire.

A real browser, once French and once English, logs in to each demonstration form and starts;
what it fetched of the pages until then is added up (bodies, brotli as served). The value is that of the
heaviest: a school does not choose. The form itself is another question: `form_40_items_bytes`.
"""

from __future__ import annotations

import shutil
from urllib.parse import urlsplit

from playwright.async_api import Page, async_playwright

from benchmarks.measure import Result, Skipped
from benchmarks.stack import Stack, stack
from engine import demonstration

WATCH = """
new MutationObserver((_, watch) => {
  if (!document.querySelector('.qti-item')) return
  window.itemStood_ms = performance.now()
  watch.disconnect()
}).observe(document, { childList: true, subtree: true })
"""
FETCHED = """
[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .filter((entry) => entry.responseEnd <= window.itemStood_ms)
  .map((entry) => [entry.name, entry.encodedBodySize])
"""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LOCALES = ("fr-FR", "en-GB")


async def player_first_item_bytes() -> Result:
    """Bytes of our pages until an item is on the screen: the most of all forms and languages."""
    binary = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if binary is None:
        raise Skipped("there is no Chromium on the path: sh scripts/browser.sh installs one")
    fetched: dict[str, dict[str, int]] = {}
    async with stack(1) as running, async_playwright() as tools:
        forms = [demonstration.FORMS / name for name in demonstration.NAMES]
        deliveries = await demonstration.prepare(running.settings, forms, len(LOCALES))
        browser = await tools.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        for form, delivery in zip(demonstration.NAMES, deliveries, strict=True):
            for locale, code in zip(LOCALES, delivery.codes, strict=True):
                context = await browser.new_context(service_workers="block", locale=locale)
                page = await context.new_page()
                fetched[f"{form} {locale}"] = await _until_first_item(running, page, code)
                await context.close()
        await browser.close()
    sizes = {name: sum(files.values()) for name, files in fetched.items()}
    heaviest = max(sizes, key=lambda name: sizes[name])
    files = fetched[heaviest]
    more = {"heaviest": heaviest, "files": len(files), "largest": max(files, key=lambda path: files[path])}
    return Result(sizes[heaviest], min(sizes.values()), sizes[heaviest], more)


async def _until_first_item(running: Stack, page: Page, code: str) -> dict[str, int]:
    """What the browser had fetched whole when the item came into the page, by path."""
    await page.add_init_script(WATCH)
    await page.goto(f"http://127.0.0.1:{running.settings.port}/")
    await page.fill("input", code)
    await page.press("input", "Enter")
    await page.click(".actions button:enabled")
    await page.wait_for_selector(".qti-item")
    fetched = {urlsplit(url).path: size for url, size in await page.evaluate(FETCHED)}
    return {path: size for path, size in fetched.items() if path == "/" or path.startswith("/static/")}

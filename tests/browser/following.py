"""From one page to the next, which is another document."""

from __future__ import annotations

from playwright.sync_api import Locator


def follow(target: Locator) -> None:
    """Press a link, or a button that sends a form, and wait until the next page is there, styles and all.

    A click alone may come back before the old page has gone: what is asked then is asked of that one, and who
    goes on to another address takes the form back before it was sent.
    """
    with target.page.expect_navigation():
        target.click()

"""What a page is on paper, as the browser would print it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Page

PICTURES = os.environ.get("PASSATION_PICTURES", "")
"""A folder for pictures and prints of the pages, if somebody wants to look."""


def sheets(page: Page, name: str) -> int:
    """How many A4 sheets it takes."""
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    if PICTURES:
        (Path(PICTURES) / f"{name}.pdf").write_bytes(printed)
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def picture(page: Page, name: str) -> None:
    """Of the whole page as it is now."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

"""The languages of the pages, and how people of each write a date, a time and a count."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

LANGUAGES = ("fr", "en")
_APART = re.compile(" ([:;?!»≠])")


def language_of(cookie: str, accepted: str) -> str:
    """The language chosen by button, else the browser's first that we speak, else French."""
    if cookie in LANGUAGES:
        return cookie
    for part in accepted.split(","):
        wanted = part.split(";")[0].strip()[:2].lower()
        if wanted in LANGUAGES:
            return wanted
    return LANGUAGES[0]


def tied(text: str) -> str:
    """French signs that stand apart from their word stay on its line."""
    return _APART.sub("\u00a0\\1", text).replace("« ", "«\u00a0")


def shown_date(iso: str, language: str) -> str:
    """A date like `2015-03-12`; nothing for none."""
    return date.fromisoformat(iso).strftime("%d/%m/%Y" if language == "fr" else "%d %b %Y") if iso else ""


def shown_moment(at_ms: int, language: str) -> str:
    """A time, by the server's clock."""
    if not at_ms:
        return "–"
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone()
    return moment.strftime("%d/%m/%Y %H:%M" if language == "fr" else "%d %b %Y, %H:%M")


def shown_number(value: float, language: str) -> str:
    """A count with thousands apart: by a narrow space in French."""
    text = f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text

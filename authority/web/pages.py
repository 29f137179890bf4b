"""Pages out of templates, with the words of their language; the one door to Jinja."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from authority.web.words import WORDS
from sessions.codes import pretty

LANGUAGES = ("fr", "en")


class Pages:
    """Renders templates; everything is escaped, and a value that is missing is an error, not a gap."""

    def __init__(self, title: str, engine_origin: str) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["pretty"] = pretty
        self._environment.globals |= {"campaign": title, "engine_origin": engine_origin}

    def render(self, template: str, language: str, status: int = 200, **values: Any) -> Response:
        words = WORDS[language]

        def say(key: str, **numbers: object) -> str:
            return words[key].format(**numbers) if numbers else words[key]

        def day(value: str | int | None) -> str:
            return _day(value, language)

        text = self._environment.get_template(template).render(t=say, day=day, language=language, **values)
        return HTMLResponse(text, status)


def language_of(cookie: str, accepted: str) -> str:
    """The language chosen by button, else the browser's first that we speak, else French."""
    if cookie in LANGUAGES:
        return cookie
    for part in accepted.split(","):
        wanted = part.split(";")[0].strip()[:2].lower()
        if wanted in LANGUAGES:
            return wanted
    return LANGUAGES[0]


def _day(value: str | int | None, language: str) -> str:
    """An ISO date or a time in milliseconds, as people of that language write it."""
    if not value:
        return ""
    if isinstance(value, int):
        moment = datetime.fromtimestamp(value / 1000, UTC).astimezone()
        return moment.strftime("%d/%m/%Y %H:%M" if language == "fr" else "%d %b %Y %H:%M")
    return date.fromisoformat(value).strftime("%d/%m/%Y" if language == "fr" else "%d %b %Y")

"""Pages out of templates, with the words of their language; the one door to Jinja in this program."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from engine.console.words import WORDS

LANGUAGES = ("fr", "en")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # same-origin, not no-referrer: that one would make browsers send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "strict-transport-security": "max-age=63072000",
    "cache-control": "no-store",
}


class Pages:
    """Renders templates; everything is escaped, and a value that is missing is an error, not a gap."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, template: str, language: str, status: int = 200, **values: Any) -> Response:
        """A page in a language."""
        words = WORDS[language]

        def say(key: str, **numbers: object) -> str:
            return words[key].format(**numbers) if numbers else words[key]

        def moment(at_ms: int) -> str:
            return shown_moment(at_ms, language)

        def number(value: float) -> str:
            return shown_number(value, language)

        given = {"t": say, "moment": moment, "number": number, "language": language, "words": words}
        text = self._environment.get_template(template).render(**given, **values)
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


def shown_moment(at_ms: int, language: str) -> str:
    """A time as people of that language write it, by the server's clock."""
    if not at_ms:
        return "–"
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone()
    return moment.strftime("%d/%m/%Y %H:%M" if language == "fr" else "%d %b %Y, %H:%M")


def shown_number(value: float, language: str) -> str:
    """A count with thousands apart: by a narrow space in French."""
    text = f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text


def secured(response: Response) -> Response:
    """`response` with the headers of every page here."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response

"""Pages out of templates, with the words of their language; the one door to Jinja."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from pages import manual
from pages.languages import shown_date, shown_moment, shown_number, tied
from pages.words import WORDS

Words = Mapping[str, str]
_SHARED = Path(__file__).parent / "templates"


class Pages:
    """Renders a program's templates and the shared ones, which extend its `base.html`; everything is escaped,
    and a value that is missing is an error, not a gap.

    `shared` are values and functions that every template of the program may use: `static` and `root`, below
    which its files and its choice of language lie, and `foot`, which gives the links below a page of a
    language, each as the key of its words and its address.
    """

    def __init__(self, templates: Path, words: Mapping[str, Words], **shared: Any) -> None:
        self._words = {language: {**WORDS[language], **own} for language, own in words.items()}
        self._environment = Environment(
            loader=FileSystemLoader([templates, _SHARED]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["tied"] = tied
        self._environment.globals |= {"foot": None, "pieces": manual.pieces, **shared}

    def text(self, template: str, language: str, **values: Any) -> str:
        """The page as HTML."""
        words = self._words[language]

        def say(key: str, **numbers: object) -> str:
            return words[key].format(**numbers) if numbers else words[key]

        given = {
            "t": say,
            "words": words,
            "language": language,
            "date": partial(shown_date, language=language),
            "moment": partial(shown_moment, language=language),
            "number": partial(shown_number, language=language),
        }
        return self._environment.get_template(template).render(**given, **values)

    def render(self, template: str, language: str, status: int = 200, **values: Any) -> Response:
        """The page as a response."""
        return HTMLResponse(self.text(template, language, **values), status)

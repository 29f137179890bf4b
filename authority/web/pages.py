"""The pages of this program: its templates and words in the frame that both programs share."""

from __future__ import annotations

from pathlib import Path

from authority.settings import Settings
from authority.web.words import WORDS
from pages.rendering import Pages
from sessions.codes import pretty


def foot(_language: str) -> list[tuple[str, str]]:
    """The links below each page."""
    return [("portal", "/"), ("families", "/privacy")]


def pages_of(settings: Settings, title: str) -> Pages:
    """The pages of the campaign with that title."""
    return Pages(
        Path(__file__).parent / "templates",
        WORDS,
        static="/static",
        root="",
        campaign=title,
        engine_origin=settings.engine_origin,
        pretty=pretty,
        foot=foot,
    )

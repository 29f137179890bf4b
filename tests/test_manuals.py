"""Manuals say what the pages say: every label, every command, the same in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from authority.web.manual import MANUAL as HEADS
from authority.web.words import WORDS as SCHOOLS
from classroom import STATIC
from classroom.manual import MANUAL as TEACHERS
from engine.assets import WEB
from engine.cli import app
from engine.console.manual import MANUAL as OPERATORS
from engine.console.words import WORDS as CONSOLE
from pages.manual import Manual, pieces
from pages.words import WORDS as SHARED

MANUALS = {"teacher": TEACHERS, "head": HEADS, "operator": OPERATORS}
LANGUAGES = ("fr", "en")


def _said(path: Path, language: str) -> set[str]:
    """The strings of a module of words; one that speaks both languages says French first."""
    text = path.read_text()
    french, both, english = text.partition("const en = {")
    if both:
        text = french if language == "fr" else english
    return set(re.findall(r"'((?:[^'\\]|\\.)*)'", text))


def _labels(reader: str, language: str) -> set[str]:
    """All that the pages of this reader say."""
    own = CONSOLE if reader == "operator" else SCHOOLS
    said = {*own[language].values(), *SHARED[language].values()}
    if reader != "operator":
        modules = [*sorted(STATIC.glob("words*.js")), *sorted((WEB / "js" / "words").glob(f"{language}*.js"))]
        said.update(*(_said(path, language) for path in modules))
    return said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", MANUALS)
def test_a_manual_names_no_button_that_is_not_there(reader: str, language: str) -> None:
    """Whoever renames a button hears of the manual."""
    labels = {piece.text for piece in MANUALS[reader][language].pieces() if piece.kind == "label"}
    assert labels
    assert labels - _labels(reader, language) == set()


def test_a_manual_names_no_command_that_does_not_exist() -> None:
    """Each is one of the program's."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    known = {"passation " + name for name in commands} | {
        f"passation {name} {below}"
        for name, command in commands.items()
        for below in getattr(command, "commands", ())
    }
    manuals = [manual for both in MANUALS.values() for manual in both.values()]
    named = {piece.text for manual in manuals for piece in manual.pieces() if piece.kind == "command"}
    assert named
    assert named - known == set()


@pytest.mark.parametrize("reader", MANUALS)
def test_a_manual_says_the_same_in_both_languages(reader: str) -> None:
    """As many parts, steps, labels and commands."""
    french, english = (MANUALS[reader][language] for language in LANGUAGES)
    assert _shape(french) == _shape(english)


def _shape(manual: Manual) -> list[list[list[str]]]:
    return [
        [[piece.kind for piece in pieces(step) if piece.kind != "text"] for step in steps]
        for _, steps in manual.parts
    ]

"""The documents say what the code does: settings, refusals, commands, packages; none missing."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from engine.cli import app
from engine.errors import KINDS
from engine.settings import Settings

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "package",
    [
        "engine",
        "items",
        "sessions",
        "authority",
        "classroom",
        "pages",
        "loadtest",
        "planning",
        "benchmarks",
        "simulation",
        "engine/admission",
        "faults",
        "demonstration",
        "engine/archive",
        "engine/backup",
        "engine/console",
        "engine/web",
    ],
)
def test_each_package_explains_itself_on_one_page(package: str) -> None:
    """A README beside the code, named in the table of the first one."""
    assert (ROOT / package / "README.md").is_file()


def test_every_setting_is_documented_with_its_default() -> None:
    """An operator finds each variable in the table."""
    page = (ROOT / "engine" / "README.md").read_text()
    missing = [entry.name for entry in fields(Settings) if f"`PASSATION_{entry.name.upper()}`" not in page]
    assert missing == []


def test_every_refusal_is_documented() -> None:
    """A developer of a client finds each code in the table, with what to do."""
    page = (ROOT / "engine" / "README.md").read_text()
    assert [code for code in KINDS if f"`{code}`" not in page] == []


def test_every_command_is_documented() -> None:
    """An operator finds each command."""
    page = (ROOT / "engine" / "README.md").read_text()
    group = typer.main.get_command(app)
    names = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        names += [f"{name} {inner}" for inner in below] if below else [name]
    assert names
    assert [name for name in names if f"passation {name}" not in page] == []


def test_every_target_that_a_document_names_can_be_made() -> None:
    """A stranger copies the command beside a figure."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("[a-z]*/**/README.md"))]
    command = re.compile(r"(?:^    |`)(?:[A-Z]+=\S+ )*make ([a-z-]+)", re.MULTILINE)
    named = {
        (str(page.relative_to(ROOT)), name) for page in pages for name in command.findall(page.read_text())
    }
    assert ("README.md", "peak") in named
    assert sorted((page, name) for page, name in named if name not in targets) == []

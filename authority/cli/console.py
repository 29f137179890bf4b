"""What all commands share: settings, keys, the register, and how results are said."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from authority.keys import Keys
from authority.register import Register
from authority.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="For machines: JSON, and nothing else.")]
Who = Annotated[str, typer.Option(help="Opaque id of whoever does this, for the audit log.")]
Out = Annotated[Path, typer.Option(help="File to write; its owner alone may read it.")]
Language = Annotated[str, typer.Option(help="fr or en.")]


class Parts(NamedTuple):
    """What a command works with."""

    settings: Settings
    keys: Keys
    register: Register


def settings() -> Settings:
    return Settings.load(os.environ)


@asynccontextmanager
async def parts() -> AsyncIterator[Parts]:
    """Settings, keys and the register."""
    found = settings()
    keys = Keys(found.keys_dir)
    register = await Register.open(found.address, keys)
    try:
        yield Parts(found, keys, register)
    finally:
        await register.close()


def say(record: Mapping[str, Any], as_json: bool, sentence: str) -> None:
    """The result of a command: one JSON object, or one sentence."""
    print(json.dumps(record, ensure_ascii=False) if as_json else sentence)


def checked_language(language: str) -> str:
    if language not in ("fr", "en"):
        raise typer.BadParameter("the language is fr or en")
    return language

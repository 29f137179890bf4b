"""What all commands share: settings, the archive, Redis, and how results are said."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.archive import Archive, ArchiveAway
from engine.keyring import KeyRing
from engine.settings import Settings
from engine.stores import store_of
from sessions.store import Store

Json = Annotated[bool, typer.Option("--json", help="For machines: JSON, and nothing else.")]
Who = Annotated[str, typer.Option(help="Opaque id of whoever does this, for the audit log; never a name.")]


class Parts(NamedTuple):
    """What a command works with."""

    settings: Settings
    keyring: KeyRing
    archive: Archive
    store: Store


@asynccontextmanager
async def parts() -> AsyncIterator[Parts]:
    """Settings, keys, archive and Redis; Redis is not reached before it is asked something."""
    settings = Settings.load(os.environ)
    keyring = KeyRing.of(settings)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        archive = await Archive.open(settings.archive_address)
    except ArchiveAway as error:
        print(f"passation: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    store = store_of(settings)
    try:
        yield Parts(settings, keyring, archive, store)
    finally:
        await store.aclose()
        await archive.close()


def say(record: Mapping[str, Any], as_json: bool, sentence: str) -> None:
    """The result of a command: one JSON object, or one sentence."""
    print(json.dumps(record, ensure_ascii=False) if as_json else sentence)


@contextmanager
def progress(title: str, total: int | None, as_json: bool) -> Iterator[Any]:
    """A progress bar on standard error; gives what is called with the number done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=as_json, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)

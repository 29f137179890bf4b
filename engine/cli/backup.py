"""`passation backup`: create, verify, restore."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from engine.backup.create import create as make
from engine.backup.manifest import Manifest
from engine.backup.restore import restore as put_back
from engine.backup.restore import verify as check
from engine.cli.console import Json, Who, parts, say
from engine.clock import now_ms
from engine.keyring import KeyRing
from engine.settings import Settings

app = typer.Typer(
    no_args_is_help=True, help="Backups: everything but the keys, which have a safe of their own."
)
Folder = Annotated[Path, typer.Argument(help="The backup's folder.")]


@app.command()
def create(
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    without_journal: Annotated[
        bool, typer.Option("--without-journal", help="Redis is lost: the archive and the files alone.")
    ] = False,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Copy archive, unsealed answers, forms and files, encrypted, while the engine runs."""

    async def run(told: Callable[[str, int], None]) -> Manifest:
        async with parts() as (settings, keyring, archive, store):
            journal = None if without_journal else store
            given = (settings, archive, journal, keyring.backup_key(), folder)
            return await make(*given, who=who, now_ms=now_ms(), told=told)

    with _told("copying", as_json) as told:
        manifest = asyncio.run(run(told))
    _say(manifest, folder, "holds", as_json)


@app.command()
def verify(folder: Folder, as_json: Json = False) -> None:
    """Read a backup to its end; nothing is written."""
    key = KeyRing.of(Settings.load(os.environ)).backup_key()
    with _told("checking", as_json) as told:
        manifest = check(folder, key, told)
    _say(manifest, folder, "is whole:", as_json)


@app.command()
def restore(folder: Folder, who: Who = "operator", as_json: Json = False) -> None:
    """Put a backup back into an empty place; then `passation serve`."""

    async def run(told: Callable[[str, int], None]) -> Manifest:
        async with parts() as (settings, keyring, archive, store):
            given = (settings, archive, store, keyring.backup_key(), folder)
            return await put_back(*given, who=who, now_ms=now_ms(), told=told)

    with _told("restoring", as_json) as told:
        manifest = asyncio.run(run(told))
    _say(manifest, folder, "is restored:", as_json)


@contextmanager
def _told(doing: str, as_json: bool) -> Iterator[Callable[[str, int], None]]:
    """What is under way, on standard error."""
    if as_json:
        yield lambda _name, _count: None
        return
    with Console(stderr=True).status(doing) as status:
        yield lambda name, count: status.update(f"{doing} {name}: {count}")


def _say(manifest: Manifest, folder: Path, holds: str, as_json: bool) -> None:
    record: dict[str, Any] = {
        "folder": str(folder),
        "id": manifest.id.hex(),
        "created_ms": manifest.created_ms,
        "audit_lines": manifest.audit_seq,
        "audit_hash": manifest.audit_hash,
        "journal": manifest.has_journal,
        "bytes": sum(part.bytes for part in manifest.parts),
        "records": {part.name: part.records for part in manifest.parts},
    }
    counts = f"{len(manifest.parts)} parts, {record['bytes']} bytes, {manifest.audit_seq} audit lines"
    say(record, as_json, f"the backup in {folder} {holds} {counts}")

"""`passation archive`: empty the journal into the archive by hand, see how far it is, do the accounts."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from engine.archive import ArchiveAway
from engine.archive.database import WrongSchema
from engine.archive.drain import drain as run_drain
from engine.archive.lease import LeaseLost
from engine.archive.migrations import migrate as run_migration
from engine.archive.status import archive_status
from engine.cli.console import Json, parts, say
from engine.clock import now_ms
from engine.reconciling import Account, as_record, total
from engine.reconciling import reconcile as accounts_of
from engine.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The archive: the database behind the journal.")


@app.command()
def drain(
    once: Annotated[bool, typer.Option("--once", help="Until the journal is empty, then end.")] = False,
    as_json: Json = False,
) -> None:
    """Carry the journal into the archive (`serve` does this by itself)."""
    try:
        lines = asyncio.run(run_drain(Settings.load(os.environ), once=once))
    except (ArchiveAway, LeaseLost) as error:
        print(f"passation: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    say({"lines": lines}, as_json, f"{lines} lines archived" if once else "stopped")


@app.command()
def migrate(as_json: Json = False) -> None:
    """Bring the archive to the schema of this program, whole or not at all; stop `serve` before."""
    address = Settings.load(os.environ).archive_address
    try:
        before, after = asyncio.run(run_migration(address))
    except (WrongSchema, ArchiveAway) as error:
        print(f"passation: {error}", file=sys.stderr)
        raise typer.Exit(1) from error
    told = f"schema {after} already" if before == after else f"from schema {before} to {after}"
    say({"before": before, "after": after}, as_json, told)


@app.command()
def status(as_json: Json = False) -> None:
    """What waits and since when, what is unscored, whether the audit log holds; 1 if there is a warning."""
    record = asyncio.run(_status())
    say(record, as_json, "\n".join(f"{name}: {value}" for name, value in record.items()))
    if record["audit_broken_at"] is not None or record["warnings"]:
        raise typer.Exit(1)


@app.command()
def reconcile(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    room: Annotated[str | None, typer.Option(help="This room alone.")] = None,
    as_json: Json = False,
) -> None:
    """Room by room: what browsers hold, what was accepted, sealed, put aside."""
    rooms = asyncio.run(_reconcile(delivery, room))
    whole = total(list(rooms.values()))
    if as_json:
        records = {name: as_record(account) for name, account in rooms.items()}
        say({"delivery": delivery, "total": as_record(whole), "rooms": records}, as_json, "")
        return
    columns = ("sessions", "held", "unknown", "accepted", "sealed", "waiting", "late", "aside", "dropped")
    table = Table("room", *columns)
    for name, account in [*rooms.items(), ("all", whole)]:
        table.add_row(name, *(str(getattr(account, column)) for column in columns))
    Console().print(table)


async def _reconcile(delivery: str, room: str | None) -> dict[str, Account]:
    async with parts() as (_, _, archive, store):
        return await accounts_of(archive, store, delivery, now_ms(), room)


async def _status() -> dict[str, Any]:
    async with parts() as (_, _, archive, store):
        return await archive_status(archive, store, now_ms())

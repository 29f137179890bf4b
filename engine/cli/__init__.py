"""The command line: parse, call, print. Errors name the thing to do and exit non-zero."""

from __future__ import annotations

import os
import sys

import typer

from engine.archive import ArchiveAway, Conflict, Gone
from engine.archive.database import WrongSchema
from engine.archive.lease import LeaseLost
from engine.backup.parts import BackupProblem
from engine.cli import (
    archive,
    audit,
    backup,
    codes,
    deliveries,
    items,
    keys,
    loadtest,
    operators,
    redis,
    results,
    rooms,
    sessions,
)
from engine.cli.finish import finish
from engine.cli.plan import plan
from engine.cli.serve import demo, doctor, serve
from engine.embedded import NoRedis
from engine.keyring import KeyProblem
from engine.settings import SettingsError
from engine.signedfile import CodesFileProblem
from engine.supervisor import PortTaken
from sessions.link import StoreAway, StoreFull

EXPECTED = (
    ArchiveAway,
    BackupProblem,
    CodesFileProblem,
    Conflict,
    Gone,
    KeyProblem,
    LeaseLost,
    NoRedis,
    PortTaken,
    SettingsError,
    StoreAway,
    StoreFull,
    WrongSchema,
)
"""What a command may end with in one sentence; anything else is a defect and shows its trace."""

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Delivers tests and loses no answer.")
app.command()(serve)
app.command()(demo)
app.command()(doctor)
app.command()(plan)
app.command()(finish)
MODULES = (
    *(items, deliveries, codes, rooms, sessions, operators),
    *(archive, audit, backup, redis, results, keys, loadtest),
)
for module in MODULES:
    app.add_typer(module.app, name=module.__name__.rpartition(".")[2])


def main() -> None:
    """The command `passation`. What it writes is its owner's alone, whatever the shell allows."""
    os.umask(0o077)
    try:
        app()
    except EXPECTED as error:
        print(f"passation: {error}", file=sys.stderr)
        sys.exit(1)

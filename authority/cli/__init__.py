"""The command line `passation-authority`: parse, call, print. Errors name what to do."""

from __future__ import annotations

import os
import sys

import typer

from authority.cli import audit, codes, export, schools, takeout
from authority.cli.campaign import demo, destroy, init
from authority.cli.serve import serve
from authority.problems import AuthorityProblem

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Class lists, codes, and all names.")
app.command()(init)
app.command()(serve)
app.command()(demo)
app.command()(destroy)
for module in (schools, codes, export, takeout, audit):
    app.add_typer(module.app, name=module.__name__.rpartition(".")[2])


def main() -> None:
    """The command `passation-authority`. What it writes is its owner's alone, whatever the shell allows."""
    os.umask(0o077)
    try:
        app()
    except AuthorityProblem as error:
        print(f"passation-authority: {error}", file=sys.stderr)
        sys.exit(1)

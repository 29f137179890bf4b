"""`passation-authority audit`: the log of this program, and whether its chain holds."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from authority.cli.console import Json, say, settings
from authority.register.register import read_log

app = typer.Typer(no_args_is_help=True, help="The audit log: who did what, when; readable without any key.")


@app.command()
def show(
    lines: Annotated[int, typer.Option(min=1, max=100_000, help="How many of the last lines.")] = 20,
    as_json: Json = False,
) -> None:
    """The last lines, and whether every line of the whole log is what was written."""
    found, broken = asyncio.run(read_log(settings().address, lines))
    records: list[dict[str, Any]] = [line._asdict() | {"hash": line.hash.hex()} for line in found]
    text = "\n".join(f"{line.seq:6} {line.at_ms} {line.who:12} {line.act:20} {line.detail}" for line in found)
    verdict = "the chain holds" if broken is None else f"line {broken} is not what was written"
    say({"lines": records, "broken": broken}, as_json, f"{text}\n{verdict}")
    if broken is not None:
        raise typer.Exit(1)

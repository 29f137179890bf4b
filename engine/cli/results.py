"""`passation results`: take the results of a delivery out, for the authority."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import Json, Who, parts, progress, say
from engine.clock import now_ms
from engine.results import Exported
from engine.results import export as export_results
from items.bank import Bank

app = typer.Typer(no_args_is_help=True, help="Results: responses and scores, by session id.")


@app.callback()
def results() -> None:
    """Results: responses and scores, by session id."""


@app.command()
def export(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    out: Annotated[Path, typer.Option(help="Folder to write responses.csv and scores.csv into.")],
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin with a byte order mark, for spreadsheets.")
    ] = False,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Write responses.csv and scores.csv; sessions that are still open are not in them."""
    exported = asyncio.run(_export(delivery, out, bom, who, as_json))
    record = {
        "responses": str(exported.responses),
        "scores": str(exported.scores),
        "sessions": exported.sessions,
        "missing": exported.missing,
    }
    sentence = f"{exported.sessions} sessions in {exported.responses} and {exported.scores}"
    if exported.missing:
        sentence += f"; {exported.missing} are not scored yet: export again when the drain has done them"
    say(record, as_json, sentence)


async def _export(delivery: str, out: Path, bom: bool, who: str, as_json: bool) -> Exported:
    async with parts() as (settings, keyring, archive, _):
        total = sum((await archive.counts(delivery)).values())
        with progress("sessions", total, as_json) as told:
            bank = Bank(settings.data_dir)
            return await export_results(
                *(archive, keyring, bank, delivery, out), who=who, now_ms=now_ms(), bom=bom, told=told
            )

"""`passation results marking`: answers out to the people who mark them, their marks back in."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.console import Json, Parts, Who, parts, progress, say
from engine.clock import now_ms
from engine.files import FileStore
from engine.results.marking.export import DISAGREEMENTS, Marking, SheetsWritten
from engine.results.marking.intake import Taken, import_marks
from engine.results.marking.sheets import WARNING
from engine.results.rescoring import Rescored, Rescoring
from items.bank import Bank

app = typer.Typer(no_args_is_help=True, help="Marking by people: answers out, marks back in.")

DeliveryId = Annotated[str, typer.Argument(help="The delivery's id.")]


async def _marking(opened: Parts, delivery: str) -> Marking:
    found = await opened.archive.delivery(delivery)
    store = FileStore(opened.settings.files_folder)
    return Marking(opened.archive, opened.keyring, Bank(opened.settings.data_dir), found, store)


@app.command(name="export")
def export_sheets(
    delivery: DeliveryId,
    out: Annotated[Path, typer.Option(help="Folder for the batches; readable by you alone.")],
    batches: Annotated[int, typer.Option(help="How many batches, one for each marker.")] = 1,
    double: Annotated[float, typer.Option(help="Share of the answers that two people mark, 0 to 1.")] = 0.0,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Write what people must mark, under marking ids that tell neither pupil nor session."""
    print(f"passation: {WARNING}", file=sys.stderr)
    written = asyncio.run(_export(delivery, out, batches, round(double * 1000), who, as_json))
    record = {**written._asdict(), "folder": str(out)}
    sizes = ", ".join(map(str, written.batches))
    sentence = f"{written.items} items in {len(written.batches)} batches of {sizes} answers, in {out}"
    if written.files:
        sentence += f"; {written.files} files lie in the folders of the batches"
    if written.unreadable:
        sentence += f"; {written.unreadable} files that answers name cannot be read"
    if written.missing:
        sentence += f"; {written.missing} ended sessions are not scored yet and missing"
    say(record, as_json, sentence)


async def _export(
    delivery: str, out: Path, batches: int, double_permille: int, who: str, as_json: bool
) -> SheetsWritten:
    async with parts() as opened:
        marking = await _marking(opened, delivery)
        total = sum((await opened.archive.counts(delivery)).values())
        shares = {"batches": batches, "double_permille": double_permille}
        with progress("sessions", total, as_json) as told:
            return await marking.write(out, who=who, now_ms=now_ms(), told=told, **shares)


@app.command(name="import")
def import_sheets(
    delivery: DeliveryId,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Batches with marks.")],
    report: Annotated[
        Path | None, typer.Option(help="Folder for what changed, and for what markers do not agree on.")
    ] = None,
    adjudicate: Annotated[
        bool, typer.Option("--adjudicate", help="The file holds the last word on disagreements.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let a marker's new mark replace an earlier one.")
    ] = False,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Take marks in, all files or nothing, and make a new score version with all marks there are."""
    options = {"adjudicate": adjudicate, "replace": replace}
    taken, rescored, open_ = asyncio.run(_import(delivery, files, report, options, who, as_json))
    record = {**taken._asdict(), "disagreements": open_, **rescored.to_record()}
    made = rescored.made
    sentence = f"{taken.new} marks are new, {taken.known} were there, {taken.empty} rows are empty; "
    sentence += f"score version {made.version} holds {made.marks} marks of {made.sessions} sessions"
    if open_:
        where = f", see {report / DISAGREEMENTS}" if report else ": give --report DIR to see them"
        sentence += f"; markers differ on {open_} answers{where}"
    say(record, as_json, sentence)


async def _import(
    delivery: str, files: list[Path], report: Path | None, options: dict[str, Any], who: str, as_json: bool
) -> tuple[Taken, Rescored, int]:
    async with parts() as opened:
        marking = await _marking(opened, delivery)
        taken = await import_marks(marking, files, who=who, now_ms=now_ms(), **options)
        found = await opened.archive.delivery(delivery)
        bank = Bank(opened.settings.data_dir)
        given = (opened.archive, opened.keyring, bank, found, now_ms)
        rescoring = Rescoring(*given, partitions=opened.settings.partitions)
        total = sum((await opened.archive.counts(delivery)).values())
        with progress("sessions", total, as_json) as told:
            rescored = await rescoring.with_marks(who=who, report=report, told=told)
        return taken, rescored, await marking.write_disagreements(report)

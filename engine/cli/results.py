"""`passation results`: take the results of a delivery out, judge its answers again, have people mark."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli import marking, publishing
from engine.cli.console import Json, Who, parts, progress, say
from engine.clock import now_ms
from engine.codesfile import private_key
from engine.files import FileStore
from engine.filesexport import FilesExported, export_files
from engine.results import Exported
from engine.results import export as export_results
from engine.results.export import FORMATS, Options
from engine.results.rescoring import Rescored, Rescoring, all_versions
from engine.results.takeout import sign_takeout
from items.bank import Bank

app = typer.Typer(no_args_is_help=True, help="Results: responses and scores, by session id.")
app.add_typer(marking.app, name="marking")
app.command()(publishing.publish)
app.command()(publishing.withdraw)

HandedIn = Annotated[
    Path | None, typer.Option("--files", help="Folder to write files and drawings of pupils into, in clear.")
]
Sign = Annotated[
    Path | None,
    typer.Option("--sign", help="Private key (PEM) to sign takeout.json with, for the authority."),
]
DeliveryId = Annotated[str, typer.Argument(help="The delivery's id.")]
Report = Annotated[Path | None, typer.Option(help="Folder for changes.csv (pupils) and changed-items.csv.")]


@app.callback()
def results() -> None:
    """Results: responses and scores, by session id."""


@app.command()
def export(
    delivery: DeliveryId,
    out: Annotated[Path, typer.Option(help="Folder to write the files into.")],
    formats: Annotated[
        str, typer.Option("--format", help=f"One or more of {', '.join(FORMATS)}; with commas.")
    ] = "csv",
    score_version: Annotated[
        int | None, typer.Option(help="Which judgement; the newest when not given, 1 is the first.")
    ] = None,
    correct_responses: Annotated[
        bool, typer.Option("--correct-responses", help="Write the right answers into the XML as well.")
    ] = False,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV files with a byte order mark, for spreadsheets.")
    ] = False,
    handed_in: HandedIn = None,
    sign: Sign = None,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Write responses and scores; sessions that are still open are not in them."""
    options = Options(bom=bom, correct_responses=correct_responses)
    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    exported = asyncio.run(_export(delivery, out, chosen, options, score_version, who, as_json))
    files = sorted(str(path) for path in exported.files)
    record, sentence = _record(exported, files), _exported(exported, files)
    if sign is not None:
        record["takeout"] = str(sign_takeout(exported, delivery, private_key(sign), now_ms()))
        sentence += f"; signed in {record['takeout']}"
    if handed_in is not None:
        written = asyncio.run(_export_files(delivery, handed_in, who))
        record["handed_in"] = {"written": written.written, "unreadable": written.unreadable}
        sentence += _handed_in(written)
    say(record, as_json, sentence)


def _record(exported: Exported, files: list[str]) -> dict[str, Any]:
    return {
        "responses": str(exported.responses),
        "scores": str(exported.scores),
        "files": files,
        "score_version": exported.version,
        "sessions": exported.sessions,
        "missing": exported.missing,
        "outdated": exported.outdated,
    }


def _handed_in(exported: FilesExported) -> str:
    sentence = f"; {exported.written} files in {exported.folder}"
    if exported.unreadable:
        sentence += f", {len(exported.unreadable)} cannot be read: look on the server that took them"
    return sentence


async def _export_files(delivery: str, folder: Path, who: str) -> FilesExported:
    async with parts() as (settings, keyring, archive, _):
        bank, store = Bank(settings.data_dir), FileStore(settings.files_folder)
        return await export_files(
            *(archive, keyring, bank, store, delivery, folder), who=who, now_ms=now_ms()
        )


def _exported(exported: Exported, files: list[str]) -> str:
    sentence = f"{exported.sessions} sessions, score version {exported.version}, in {', '.join(files)}"
    if exported.missing:
        sentence += f"; {exported.missing} are not scored yet: export again when the drain has done them"
    if exported.outdated:
        sentence += f"; {exported.outdated} were scored again since this version was made: make it again"
    return sentence


async def _export(
    delivery: str,
    out: Path,
    formats: list[str],
    options: Options,
    version: int | None,
    who: str,
    as_json: bool,
) -> Exported:
    async with parts() as (settings, keyring, archive, _):
        total = sum((await archive.counts(delivery)).values())
        with progress("sessions", total, as_json) as told:
            given = (archive, keyring, Bank(settings.data_dir), delivery, out)
            asked: dict[str, Any] = {"version": version, "formats": formats, "options": options}
            return await export_results(*given, who=who, now_ms=now_ms(), told=told, **asked)


@app.command()
def rescore(
    delivery: DeliveryId,
    key: Annotated[str, typer.Option(help="The form with the corrected key, or its package.")],
    report: Report = None,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Judge all answers again by a corrected key, as a new score version beside the earlier ones."""
    rescored = asyncio.run(_rescore(delivery, key, report, who, as_json))
    say(rescored.to_record(), as_json, told_changes(rescored))


async def _rescore(delivery: str, key: str, report: Path | None, who: str, as_json: bool) -> Rescored:
    async with parts() as (settings, keyring, archive, _):
        found = await archive.delivery(delivery)
        rescoring = Rescoring(
            archive, keyring, Bank(settings.data_dir), found, now_ms, partitions=settings.partitions
        )
        total = sum((await archive.counts(delivery)).values())
        with progress("sessions", total, as_json) as told:
            return await rescoring.with_key(key, who=who, report=report, told=told)


def told_changes(rescored: Rescored) -> str:
    """What an operator reads after a version was made."""
    made = rescored.made
    state = "is made" if made.is_new else "was there already"
    lines = [
        f"score version {made.version} {state}: {made.sessions} sessions by key {made.form[:12]}, "
        f"{made.marks} marks; {rescored.changes.sessions} sessions differ from version {made.before}"
    ]
    lines += [
        f"  {item['item']}: {item['up']} up, {item['down']} down, mean change {item['mean_change']:+g}"
        for item in rescored.changes.changed_items()
    ]
    if made.missing:
        lines.append(f"{made.missing} ended sessions are not scored yet: rescore again when they are")
    return "\n".join(lines)


@app.command()
def versions(delivery: DeliveryId, as_json: Json = False) -> None:
    """The score versions of a delivery: by which key, when, by whom."""
    found = asyncio.run(_versions(delivery))
    say({"delivery": delivery, "versions": found}, as_json, "\n".join(map(_version_line, found)))


def _version_line(version: Mapping[str, Any]) -> str:
    line = f"{version['version']:3}  {version['kind']:5}  key {version['form'][:12]}"
    if "who" in version:
        line += f"  {version['sessions']} sessions, {version['marks']} marks, by {version['who']}"
    return line


async def _versions(delivery: str) -> list[dict[str, Any]]:
    async with parts() as (_, _, archive, _):
        return await all_versions(archive, await archive.delivery(delivery))

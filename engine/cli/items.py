"""`passation items`: import a package, check packages and items, list the forms, try a score."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.archive import Conflict
from engine.cli.console import Json, say
from engine.cli.preview import preview
from engine.settings import Settings
from items.bank import Bank
from items.compile import compile_form
from items.examine import Examined, examine, program_of
from items.package import read_package
from items.problems import Problem, Refused
from items.qti.schemas import Schemas
from items.scoring.itemsession import ItemSession
from items.scoring.maximum import MOST_STEPS
from items.scoring.run import correct_responses, load
from items.survey import MARKS, as_markdown, put_between_marks, survey

app = typer.Typer(no_args_is_help=True, help="Items: QTI packages in, compiled forms out.")
app.command()(preview)

_MANIFEST = "imsmanifest.xml"
Path_ = Annotated[Path, typer.Argument(exists=True, help="A QTI package (2.0 to 3.0): zip or folder.")]


@app.command(name="import")
def import_package(package: Path_, as_json: Json = False) -> None:
    """Compile a package into a form and keep it; everything that is wrong is said at once."""
    try:
        form = compile_form(read_package(package), seed=secrets.token_bytes(32))
    except Refused as refused:
        _say_refused(package, refused.problems, as_json)
        raise typer.Exit(1) from refused
    _bank().add(form)
    record = {
        "form": form.form,
        "title": form.title,
        "language": form.language,
        "items": len(form.item_ids),
        "remarks": [problem._asdict() for problem in form.remarks],
    }
    remarks = "".join(f"\n{problem}" for problem in form.remarks)
    say(record, as_json, f"{form.form}  {form.title}, {len(form.item_ids)} items{remarks}")


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(exists=True, help="Packages, items, or folders of them.")],
    xsd: Annotated[
        Path | None, typer.Option(file_okay=False, exists=True, help="Validate by the XML Schemas there too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say of each package or item whether it can be delivered and scored, and if not, why."""
    try:
        schemas = Schemas(xsd) if xsd else None
    except Refused as refused:
        raise Conflict(str(refused)) from refused
    refused_paths = 0
    for path in (found for given in paths for found in _candidates(given)):
        examined = examine(path, schemas)
        refused_paths += not examined.accepted
        _say_examined(examined, as_json)
    if refused_paths:
        raise typer.Exit(1)


@app.command(name="survey")
def survey_folder(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A folder of families.")],
    into: Annotated[
        Path | None, typer.Option(dir_okay=False, exists=True, help="Put the table between its marks there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Try everything below a folder: how much is taken, scores as declared, or is refused, and why."""
    found = survey(folder)
    if as_json:
        for row in found.rows:
            print(json.dumps(row.to_json()))
        return
    table = as_markdown(found)
    if into is None:
        print(table)
        return
    written = put_between_marks(into.read_text(encoding="utf-8"), table)
    if written is None:
        raise Conflict(f"{into} has no lines {MARKS[0]} and {MARKS[1]}: add them where the table belongs")
    into.write_text(written, encoding="utf-8")


@app.command(name="list")
def list_forms(as_json: Json = False) -> None:
    """The forms in the bank."""
    bank = _bank()
    for form in bank.forms():
        content = bank.content(form)
        record = {
            "form": form,
            "title": content.title,
            "language": content.language,
            "items": len(content.items),
        }
        say(
            record, as_json, f"{form[:12]}  {content.language}  {len(content.items):3} items  {content.title}"
        )


@app.command(name="score")
def score_item(
    item: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An item (XML).")],
    responses: Annotated[
        Path | None, typer.Option(help="Responses by authored identifier, as a JSON object; - for stdin.")
    ] = None,
    correct: Annotated[bool, typer.Option("--correct", help="Take the declared correct responses.")] = False,
    seed: Annotated[str, typer.Option(help="Any text: draws the variant of an item with templates.")] = "",
    as_json: Json = False,
) -> None:
    """The outcome values of an item for given responses; an array of them is one attempt after another."""
    if (responses is None) == (not correct):
        raise typer.BadParameter("give either --responses FILE or --correct")
    try:
        program = program_of(item)
    except Refused as refused:
        _say_refused(item, refused.problems, as_json)
        raise typer.Exit(1) from refused
    loaded = load(program)
    variant = loaded.variant(seed.encode())
    if responses is not None:
        attempts = _responses(responses)
    else:  # an item in steps is gone through to its end
        attempts = [correct_responses(program, variant)] * (MOST_STEPS if loaded.is_adaptive else 1)
    session = ItemSession(loaded, variant)
    for given in attempts:
        session.attempt(given)
    outcomes = session.outcomes
    print(json.dumps(outcomes, ensure_ascii=False) if as_json else _lines(outcomes))


def _bank() -> Bank:
    return Bank(Settings.load(os.environ).data_dir)


def _candidates(path: Path) -> Iterator[Path]:
    """A file or a package as it is; of any other folder the packages and XML files in it."""
    if path.is_file() or (path / _MANIFEST).is_file():
        yield path
        return
    for child in sorted(path.iterdir()):
        if child.is_dir() or child.suffix in (".zip", ".xml", ".qti"):
            yield from _candidates(child)


def _responses(path: Path) -> list[dict[str, Any]]:
    try:
        given = json.loads(sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Conflict(f"cannot read responses from {path}: {error}") from error
    attempts = given if isinstance(given, list) else [given]
    if not attempts or not all(isinstance(attempt, dict) for attempt in attempts):
        raise Conflict(f"{path} must hold a JSON object, response identifier -> value, or an array of them")
    return attempts


def _say_refused(path: Path, problems: Iterable[Problem], as_json: bool) -> None:
    _say_examined(Examined(path, (), tuple(problems)), as_json)


def _say_examined(examined: Examined, as_json: bool) -> None:
    finding = examined.to_json()
    if as_json:
        print(json.dumps(finding, ensure_ascii=False))
        return
    print(f"{finding['verdict']}  {examined.path}  {', '.join(examined.interactions)}".rstrip())
    for problem in (*examined.problems, *examined.remarks):
        print(f"  {problem}", file=sys.stderr)


def _lines(outcomes: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in outcomes.items())

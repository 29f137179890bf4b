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
from items.package import Limits, Package, read_package
from items.problems import Findings, Problem, Refused
from items.qti.documents import read_document
from items.scoring.compile import compile_item
from items.scoring.itemsession import ItemSession
from items.scoring.maximum import MOST_STEPS
from items.scoring.run import correct_responses, load

app = typer.Typer(no_args_is_help=True, help="Items: QTI packages in, compiled forms out.")
app.command()(preview)

_MANIFEST = "imsmanifest.xml"
Path_ = Annotated[Path, typer.Argument(exists=True, help="A QTI 3 package: zip or folder.")]


@app.command(name="import")
def import_package(package: Path_, as_json: Json = False) -> None:
    """Compile a package into a form and keep it; everything that is wrong is said at once."""
    try:
        form = compile_form(read_package(package), seed=secrets.token_bytes(32))
    except Refused as refused:
        _say_refused(str(package), refused.problems, as_json)
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
    as_json: Json = False,
) -> None:
    """Say of each package or item whether it can be delivered and scored, and if not, why."""
    refused = 0
    for path in (found for given in paths for found in _candidates(given)):
        finding = _examined(path)
        refused += finding["verdict"] == "refused"
        _say_finding(finding, as_json)
    if refused:
        raise typer.Exit(1)


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
        program = _program(item)
    except Refused as refused:
        _say_refused(str(item), refused.problems, as_json)
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
        if child.is_dir() or child.suffix in (".zip", ".xml"):
            yield from _candidates(child)


def _examined(path: Path) -> dict[str, Any]:
    interactions: list[str] = []
    problems: Iterable[Problem] = ()
    try:
        package = read_package(path)
        interactions = _interactions(package)
        compile_form(package, seed=b"")
    except Refused as refused:
        problems = refused.problems
    return {
        "path": str(path),
        "verdict": "refused" if problems else "accepted",
        "interactions": interactions,
        "problems": [problem._asdict() for problem in problems],
    }


def _interactions(package: Package) -> list[str]:
    """The kinds of interaction that the items hold, supported or not."""
    tags = (element.tag for document in package.documents.values() for element in document.root.iter())
    names = {tag.rpartition("}")[2] for tag in tags if isinstance(tag, str)}
    return sorted(
        name.removeprefix("qti-").removesuffix("-interaction")
        for name in names
        if name.endswith("-interaction")
    )


def _program(item: Path) -> dict[str, Any]:
    findings = Findings()
    document = read_document(item.name, item.read_bytes(), findings, Limits())
    findings.stop_if_refused()
    if document is None:
        raise Refused(findings.refusals)
    return compile_item(document.root, item.name)


def _responses(path: Path) -> list[dict[str, Any]]:
    try:
        given = json.loads(sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Conflict(f"cannot read responses from {path}: {error}") from error
    attempts = given if isinstance(given, list) else [given]
    if not attempts or not all(isinstance(attempt, dict) for attempt in attempts):
        raise Conflict(f"{path} must hold a JSON object, response identifier -> value, or an array of them")
    return attempts


def _say_refused(path: str, problems: Iterable[Problem], as_json: bool) -> None:
    finding = {
        "path": path,
        "verdict": "refused",
        "interactions": [],
        "problems": [problem._asdict() for problem in problems],
    }
    _say_finding(finding, as_json)


def _say_finding(finding: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(finding, ensure_ascii=False))
        return
    print(f"{finding['verdict']}  {finding['path']}  {', '.join(finding['interactions'])}".rstrip())
    for problem in finding["problems"]:
        print(f"  {Problem(**problem)}", file=sys.stderr)


def _lines(outcomes: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in outcomes.items())

"""`passation-authority takeout`: check what the engine handed over, prove it whole, re-key it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from authority.cli.console import Json, Who, parts, say
from authority.clock import now_ms
from authority.files import write
from authority.keys import public_key
from authority.takeout import checked, prove, write_research
from authority.takeout.proof import report

app = typer.Typer(no_args_is_help=True, help="Results by pseudonym: checked, proved whole, for research.")
Folder = Annotated[Path, typer.Argument(help="The folder that `passation results export --sign` wrote.")]
EngineKey = Annotated[Path, typer.Option(help="The engine's public signing key (PEM).")]


@app.command()
def check(
    folder: Folder,
    engine_key: EngineKey,
    proof: Annotated[Path, typer.Option(help="File for the signed proof of completeness.")],
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """Signature, hashes, counts, and each code that was given out: whole, or what is missing."""
    record = asyncio.run(_check(folder, engine_key, proof, who))
    counts = ", ".join(f"{name} {count}" for name, count in record["counts"].items())
    say(record, as_json, f"{'whole' if record['whole'] else 'NOT whole'}: {counts}; proof in {proof}")
    if not record["whole"]:
        raise typer.Exit(1)


@app.command()
def research(
    folder: Folder,
    engine_key: EngineKey,
    out: Annotated[Path, typer.Option(help="Folder for the tables.")],
    parquet: Annotated[bool, typer.Option(help="Parquet beside CSV.")] = True,
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """Tables by new pseudonyms of pupil, class and school, with a dictionary; no way back to a session."""
    files = asyncio.run(_research(folder, engine_key, out, parquet, who))
    say({"files": [str(path) for path in files]}, as_json, "\n".join(map(str, files)))


async def _check(folder: Path, engine_key: Path, path: Path, who: str) -> dict[str, Any]:
    takeout = checked(folder, public_key(engine_key))
    async with parts() as (_, keys, register):
        places, campaign = await register.codebook.places(), await register.campaign()
        found = prove(takeout, places)
        now = now_ms()
        record = report(takeout, found, places, campaign=campaign.id, now_ms=now, key=keys.signing())
        await register.note(now, who, "takeout.check", delivery=takeout.delivery, whole=found.is_whole)
    write(path, json.dumps(record, indent=2).encode() + b"\n")
    return record


async def _research(folder: Path, engine_key: Path, out: Path, parquet: bool, who: str) -> list[Path]:
    takeout = checked(folder, public_key(engine_key))
    async with parts() as (_, keys, register):
        places = await register.codebook.places()
        await register.note(now_ms(), who, "takeout.research", delivery=takeout.delivery)
        return write_research(takeout, places, keys.research(), out, parquet=parquet)

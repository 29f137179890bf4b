"""`passation audit`: roots that are kept elsewhere, and whether the log is still what was written."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from engine.archive import Conflict
from engine.archive.audit import Check, check
from engine.cli.console import Json, parts, progress, say
from engine.clock import now_ms
from engine.roots import hashes, make_root, read_root, today

app = typer.Typer(no_args_is_help=True, help="The audit log: every act of people, every exception.")


@app.command()
def root(
    day: Annotated[str, typer.Option(help="A day such as 2027-09-14, by UTC; today by default.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write it to a new file, to be kept elsewhere.")] = None,
    as_json: Json = False,
) -> None:
    """Sign the hash that stands for all lines up to the end of a day."""
    made = asyncio.run(_root(day))
    if out is not None:
        _write_new(out, orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n")
    say(made, as_json, "\n".join(f"{name}: {value}" for name, value in made.items()))


async def _root(day: str) -> dict[str, Any]:
    async with parts() as (_, keyring, archive, _):
        now = now_ms()
        return await make_root(archive, _day(day) if day else today(now), keyring.audit_key(), now)


@app.command()
def verify(
    roots: Annotated[list[Path] | None, typer.Argument(help="Roots that were kept elsewhere.")] = None,
    key: Annotated[str, typer.Option(help="The public key (hex) that must have signed them.")] = "",
    as_json: Json = False,
) -> None:
    """Walk the whole log; say which line is the first that does not fit, if one does not."""
    kept = [read_root(path, key) for path in roots or ()]
    found = asyncio.run(_verify(kept))
    record = found._asdict() | {"roots": len(kept)}
    if found.broken_at is None:
        say(record, as_json, f"{found.lines} lines, each follows the one before; {len(kept)} roots hold")
        return
    say(record, as_json, f"line {found.broken_at} does not fit: {found.why}")
    raise typer.Exit(1)


async def _verify(kept: list[dict[str, Any]]) -> Check:
    async with parts() as (_, _, archive, _):
        return await check(archive.database, hashes(kept))


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="A new file, one JSON object a line.")], as_json: Json = False
) -> None:
    """Write the whole log, for whoever reads it elsewhere."""
    count = asyncio.run(_export(out, as_json))
    say({"lines": count, "file": str(out)}, as_json, f"{count} lines in {out}")


async def _export(out: Path, as_json: bool) -> int:
    count = 0
    async with parts() as (_, _, archive, _):
        with _new(out) as file, progress("audit log", None, as_json) as told:
            async for line in archive.audit_lines():
                fields = line._asdict() | {"prev": line.prev.hex(), "hash": line.hash.hex()}
                file.write(orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE))
                count += 1
                if count % 1000 == 0:
                    told(count)
    return count


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day: give one such as 2027-09-14") from error


def _new(path: Path) -> Any:
    try:
        return path.open("xb")
    except OSError as error:
        raise Conflict(f"cannot write {path}: {error.strerror}; give a new file") from error


def _write_new(path: Path, data: bytes) -> None:
    with _new(path) as file:
        file.write(data)

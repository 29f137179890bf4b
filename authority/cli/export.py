"""`passation-authority export`: what the engine is given, signed and without a name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import typer

from authority.cli.console import Json, Out, Who, parts, say
from authority.clock import now_ms
from authority.codesfile import Written, write_codes, write_revocations
from authority.problems import Conflict
from authority.register import Register

app = typer.Typer(no_args_is_help=True, help="Signed files for the engine: codes, withdrawals. No names.")
NAMES_MAX = 20
"""Names of classes that an error quotes: a school's, not a country's."""


@app.command()
def codes(
    out: Out,
    everything: Annotated[
        bool, typer.Option("--all", help="All codes that live, not only those that are new.")
    ] = False,
    school: Annotated[str, typer.Option(help="The classes of one school; of all if left out.")] = "",
    labels: Annotated[
        list[str] | None,
        typer.Option("--class", help="Classes of this name, `6e *` for all that begin so; may be repeated."),
    ] = None,
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """Sessions, rooms, digests of codes, factors, needs: `passation codes import` takes it.

    The engine takes a file into one delivery: where classes sit different tests, write a file for each.
    """
    written = asyncio.run(_codes(out, everything, school.upper(), labels or (), who))
    _say(written, as_json, "codes")


@app.command()
def revocations(out: Out, who: Who = "authority", as_json: Json = False) -> None:
    """Sessions whose codes were withdrawn after the engine was given them."""
    written = asyncio.run(_revocations(out, who))
    _say(written, as_json, "withdrawals")


def _say(written: Written, as_json: bool, what: str) -> None:
    record = {"file": str(written.path), "sha256": written.sha256, "count": written.total}
    say(record, as_json, f"{written.total} {what} in {written.path}, SHA-256 {written.sha256}")


async def _rooms(register: Register, school: str, labels: Sequence[str]) -> set[str] | None:
    """The rooms of the classes that were asked for, None for all; Conflict for a name that no class has."""
    if not school and not labels:
        return None
    if school:
        await register.lists.school(school)
    found = await register.lists.classes(school or None)
    for label in labels:
        if not any(_is_named(one.label, label) for one in found):
            names = ", ".join(sorted({one.label for one in found})[:NAMES_MAX]) or "none"
            where = f"{school} has no class" if school else "no school has a class"
            raise Conflict("classes", f"{where} {label!r}; there are: {names}")
    return {one.room for one in found if not labels or any(_is_named(one.label, it) for it in labels)}


def _is_named(label: str, given: str) -> bool:
    """Whether a class goes by this name or pattern: a name may hold what means something in a pattern."""
    return label == given or fnmatchcase(label, given)


async def _codes(out: Path, everything: bool, school: str, labels: Sequence[str], who: str) -> Written:
    async with parts() as (_, keys, register):
        rooms = await _rooms(register, school, labels)
        rows = await register.codebook.to_export(everything, rooms)
        if not rows:
            raise Conflict(
                "no_code", "no new codes: run `codes make` after lists were validated, or use --all"
            )
        campaign = await register.campaign()
        written = write_codes(
            out,
            rows,
            campaign=campaign.id,
            created_ms=now_ms(),
            pepper=keys.pepper(),
            key=keys.signing(),
        )
        sessions = [row[0].session for row in rows]
        await register.codebook.exported(sessions, written.sha256, now_ms(), who)
        return written


async def _revocations(out: Path, who: str) -> Written:
    async with parts() as (_, keys, register):
        sessions = await register.codebook.revocations()
        campaign = await register.campaign()
        written = write_revocations(
            out, sessions, campaign=campaign.id, created_ms=now_ms(), key=keys.signing()
        )
        await register.note(now_ms(), who, "revocations.export", count=written.total, sha256=written.sha256)
        return written

"""`passation-authority export`: what the engine is given, signed and without a name."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from authority.cli.console import Json, Out, Who, parts, say
from authority.clock import now_ms
from authority.codesfile import Written, write_codes, write_revocations
from authority.problems import Conflict

app = typer.Typer(no_args_is_help=True, help="Signed files for the engine: codes, withdrawals. No names.")


@app.command()
def codes(
    out: Out,
    everything: Annotated[
        bool, typer.Option("--all", help="All codes that live, not only those that are new.")
    ] = False,
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """Sessions, rooms, digests of codes, factors, needs: `passation codes import` takes it."""
    written = asyncio.run(_codes(out, everything, who))
    _say(written, as_json, "codes")


@app.command()
def revocations(out: Out, who: Who = "authority", as_json: Json = False) -> None:
    """Sessions whose codes were withdrawn after the engine was given them."""
    written = asyncio.run(_revocations(out, who))
    _say(written, as_json, "withdrawals")


def _say(written: Written, as_json: bool, what: str) -> None:
    record = {"file": str(written.path), "sha256": written.sha256, "count": written.total}
    say(record, as_json, f"{written.total} {what} in {written.path}, SHA-256 {written.sha256}")


async def _codes(out: Path, everything: bool, who: str) -> Written:
    async with parts() as (_, keys, register):
        rows = await register.codebook.to_export(everything)
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

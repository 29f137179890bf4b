"""`passation-authority codes`: make them, print them, withdraw them; no code is ever shown on a screen."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from authority.cli.console import Json, Language, Out, Who, checked_language, parts, say
from authority.clock import now_ms
from authority.files import write
from authority.paper import sheets
from authority.problems import Conflict
from authority.register.codebook import RESERVE_SHARE
from authority.sheeting import strips_of

app = typer.Typer(no_args_is_help=True, help="Codes: whose is whose, on paper only.")
_SESSION = re.compile(r"[0-9a-f]{32}")


@app.command()
def make(
    reserve: Annotated[
        float, typer.Option(min=0, max=1, help="Reserve codes as a share of each class, at least one.")
    ] = RESERVE_SHARE,
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """A code for each pupil of a validated class who has none; a second time makes none."""
    made, spare = asyncio.run(_make(reserve, who))
    say({"pupils": made, "reserve": spare}, as_json, f"{made} codes and {spare} reserve codes made")


@app.command(name="sheets")
def print_sheets(
    school: Annotated[str, typer.Argument(help="The school's number (UAI).")],
    out: Out,
    session: Annotated[str, typer.Option(help="One strip only: the session of the code.")] = "",
    language: Language = "fr",
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """The code sheets of a school as PDF, or one strip of them again."""
    count = asyncio.run(_sheets(school.upper(), out, session, checked_language(language), who))
    say({"strips": count, "file": str(out)}, as_json, f"{count} strips in {out}: print it, then delete it")


@app.command()
def revoke(
    sessions: Annotated[list[str], typer.Argument(help="Session ids (32 hexadecimal signs).")],
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """Withdraw codes; `export revocations` tells the engine."""
    if wrong := [session for session in sessions if not _SESSION.fullmatch(session)]:
        raise typer.BadParameter(f"{wrong[0][:40]!r} is no session id: it has 32 hexadecimal signs")
    count = asyncio.run(_revoke(sessions, who))
    say({"revoked": count}, as_json, f"{count} codes withdrawn")


async def _make(reserve: float, who: str) -> tuple[int, int]:
    async with parts() as (_, _, register):
        return await register.codebook.make(now_ms(), who, reserve)


async def _sheets(school: str, out: Path, session: str, language: str, who: str) -> int:
    async with parts() as (settings, _, register):
        found, campaign = await register.lists.school(school), await register.campaign()
        strips = await strips_of(register, await register.lists.classes(school), session)
        if not strips:
            raise Conflict("no_code", "no codes yet: the school validates its lists, then `codes make`")
        await register.note(now_ms(), who, "codes.print", strips=len(strips), school=school)
        data = sheets(
            strips,
            campaign=campaign.title,
            school=found.title,
            address=settings.codes_page,
            language=language,
            now_ms=now_ms(),
        )
        write(out, data)
        return len(strips)


async def _revoke(sessions: list[str], who: str) -> int:
    async with parts() as (_, _, register):
        return await register.codebook.revoke(sessions, now_ms(), who)

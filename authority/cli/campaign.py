"""`passation-authority init`, `demo`, `destroy`: the beginning and the end of a campaign."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from authority.cli.console import Json, Who, parts, say, settings
from authority.clock import now_ms
from authority.demonstration import DAY, Demonstrated, Planned, prepare, sixths
from authority.destruction import Plan, destroy_all, plan_of
from authority.keys import Keys
from sessions.codes import pretty


def init(
    campaign: Annotated[str, typer.Option(help="Id for files: letters, digits, dots and dashes.")],
    title: Annotated[str, typer.Option(help="What people read on pages and sheets.")],
    birth_year: Annotated[int, typer.Option(min=1990, max=2100, help="Usual birth year of the pupils.")],
    as_json: Json = False,
) -> None:
    """Make the keys and name the campaign; again changes nothing."""
    if not re.fullmatch(r"[0-9A-Za-z._-]{1,64}", campaign):
        raise typer.BadParameter("the id has at most 64 letters, digits, dots and dashes")
    found = settings()
    Keys(found.keys_dir).ensure()
    asyncio.run(_init(campaign, title, birth_year))
    record = {
        "keys": str(found.keys_dir),
        "public_key": str(found.keys_dir / "signing.pub.pem"),
        "pepper": str(found.keys_dir / "pepper.json"),
    }
    sentence = (
        f"keys are in {found.keys_dir}: keep a copy in a safe, never in a backup; "
        "the engine's operator needs signing.pub.pem and pepper.json, and nothing else of it"
    )
    say(record, as_json, sentence)


def demo(
    out: Annotated[Path | None, typer.Option(help="Folder for letters, sheets and the codes file.")] = None,
    classes: Annotated[int, typer.Option(min=1, max=6, help="Classes of 30 pupils with unusual names.")] = 2,
    day: Annotated[
        bool, typer.Option("--day", help="A test day instead: schools, and several tests.")
    ] = False,
    as_json: Json = False,
) -> None:
    """A demonstration school, ready to be looked at: lists, codes, sheets, letters, codes file."""
    plan = DAY if day else sixths(classes)
    done = asyncio.run(_demo(out or settings().data_dir / "demonstration", plan))
    sentence = "\n".join(
        (
            f"school: {done.school}",
            f"head: {done.head_login} / {pretty(done.head_password)}",
            *(
                f"teacher of {label}: {login} / {pretty(password)}"
                for label, login, password in done.teachers
            ),
            *(f"{name}: {path}" for name, path in done.files.items()),
        )
    )
    record = done._asdict() | {
        "files": {name: str(path) for name, path in done.files.items()},
        "heads": [head._asdict() for head in done.heads],
        "classes": [one._asdict() for one in done.classes],
    }
    say(record, as_json, sentence)


def destroy(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    who: Who = "authority",
    as_json: Json = False,
) -> None:
    """Destroy the table of names and codes, and the keys of every copy; nobody reads them again."""
    found = settings()
    plan = asyncio.run(plan_of(found.address, Keys(found.keys_dir)))
    if dry_run:
        say(plan._asdict() | {"destroyed": False}, as_json, _sentence(plan))
        return
    if not yes and typer.prompt(f"Type the campaign's id to destroy it ({plan.campaign})") != plan.campaign:
        raise typer.Exit(1)
    asyncio.run(destroy_all(found.address, Keys(found.keys_dir), now_ms(), who))
    sentence = f"destroyed: {_sentence(plan)}; destroy your safe copies of the keys too"
    say(plan._asdict() | {"destroyed": True}, as_json, sentence)


def _sentence(plan: Plan) -> str:
    rows = ", ".join(f"{count} {name}" for name, count in plan.rows.items())
    return f"{plan.campaign}: {rows}; keys {', '.join(plan.keys)}"


async def _init(campaign: str, title: str, birth_year: int) -> None:
    async with parts() as (_, _, register):
        await register.start(campaign, title, birth_year, now_ms())


async def _demo(out: Path, plan: Sequence[Planned]) -> Demonstrated:
    Keys(settings().keys_dir).ensure()
    async with parts() as (found, keys, register):
        return await prepare(register, keys, found, out, plan, now_ms())

"""`passation finish`: the end of a campaign, rehearsable, audited, and not to be undone."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Annotated

import typer

from engine.assertion import authority_key
from engine.cli.console import Json, Who, parts, say
from engine.clock import now_ms
from engine.files import FileStore
from engine.finishing import Finish, Plan, Receipt, described, read_receipt

Receipts = Annotated[
    list[Path] | None,
    typer.Option("--receipt", help="The authority's signed proof for one delivery's results; once for each."),
]


def finish(
    receipt: Receipts = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go and what stands in the way; change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """End the campaign: every key, code, token and answer of every delivery goes, for good."""
    files = receipt or []
    plan = asyncio.run(_plan(files))
    if dry_run or plan.hindrances:
        say(described(plan) | {"finished": False}, as_json, _sentence(plan))
        raise typer.Exit(1 if plan.hindrances else 0)
    if not yes and typer.prompt(f"{_sentence(plan)}. Type finish to do it") != "finish":
        raise typer.Exit(1)
    asyncio.run(_carry_out(plan, files, who))
    sentence = f"finished: {', '.join(plan.deliveries)}; destroy your safe copies of the keys too"
    say(described(plan) | {"finished": True}, as_json, sentence)


async def _plan(files: list[Path]) -> Plan:
    async with parts() as (settings, keyring, archive, store):
        found = Finish(archive, store, keyring, FileStore(settings.files_folder))
        return await found.plan(_receipts(settings.keys_dir, files))


async def _carry_out(plan: Plan, files: list[Path], who: str) -> None:
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    async with parts() as (settings, keyring, archive, store):
        found = Finish(archive, store, keyring, FileStore(settings.files_folder))
        await found.carry_out(plan, sums, who=who, now_ms=now_ms())


def _receipts(keys: Path, files: list[Path]) -> list[Receipt]:
    return [read_receipt(path, authority_key(keys)) for path in files]


def _sentence(plan: Plan) -> str:
    what = f"{len(plan.deliveries)} deliveries with {plan.sessions} sessions would go"
    return "\n".join([what, *(f"in the way: {one}" for one in plan.hindrances)])

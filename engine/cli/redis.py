"""`passation redis`: the application's user, three-node servers on this machine, a fail-over rehearsed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from engine.cli.console import Json, say
from engine.cli.loadtest import crowd, disk, rehearsal
from engine.logs import set_up
from engine.rehearsal.failover import compare, faults, lose_a_machine
from engine.rehearsal.nodes import KINDS, Kind
from engine.rehearsal.witness import Witness
from engine.settings import Settings
from engine.supervisor import for_ever, until_told
from sessions.access import acl_line

app = typer.Typer(no_args_is_help=True, help="Redis: its user, more than one node, a fail-over rehearsed.")

WITNESSES = 64
"""Enough that hardly a partition has none."""

KindName = Annotated[str, typer.Argument(help="sentinel or cluster.")]


@app.command()
def acl(
    password_file: Annotated[Path, typer.Option(help="Its password; drawn and written if there is none.")],
    user: Annotated[str, typer.Option(help="Name of the application's user.")] = "passation",
    waitaof: Annotated[bool, typer.Option("--waitaof", help="For Redis 7.2 and newer.")] = False,
) -> None:
    """The line of the ACL file that gives the application what it needs and no more."""
    if not password_file.exists():
        with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    digest = hashlib.sha256(password_file.read_text().strip().encode()).hexdigest()
    print(acl_line(user, f"#{digest}", waitaof=waitaof))


@app.command()
def start(
    kind: KindName,
    folder: Annotated[Path, typer.Option(help="Where its nodes keep their data.")] = Path("var/redis-nodes"),
) -> None:
    """Three machines' worth of Redis on this one, until Ctrl-C; prints the settings to use it with."""
    asyncio.run(_start(_kind(kind), folder.resolve()))


async def _start(kind: Kind, folder: Path) -> None:
    with until_told():
        async with kind(folder) as nodes:
            print(f"PASSATION_REDIS_URL={nodes.url}\nPASSATION_REPLICAS_WAIT=1\nready", flush=True)
            await for_ever()


@app.command()
def rehearse(
    kind: KindName,
    pupils: Annotated[int, typer.Option(help="How many pupils.", min=1)] = 2000,
    seconds: Annotated[float, typer.Option(help="Length of the run; the machine fails half-way.")] = 60.0,
    freeze: Annotated[bool, typer.Option("--freeze", help="It stops answering instead of dying.")] = False,
    json_file: Annotated[Path | None, typer.Option(help="Write the report here, too.")] = None,
    as_json: Json = False,
) -> None:
    """Lose a machine of Redis under load; exit code 0 only if nobody lost an answer or the seat."""
    set_up("error")
    chosen = _kind(kind)
    with tempfile.TemporaryDirectory(prefix="passation-failover-", dir=disk()) as folder:
        report = asyncio.run(_rehearse(chosen, Path(folder), pupils, seconds, freeze))
    if json_file:
        json_file.write_text(json.dumps(report, indent=2) + "\n")
    say(report, as_json, "\n".join(f"{name}: {value}" for name, value in report.items()))
    if report["faults"]:
        raise typer.Exit(1)


async def _rehearse(kind: Kind, folder: Path, pupils: int, seconds: float, freeze: bool) -> dict[str, Any]:
    async with (
        kind(folder / "redis") as nodes,
        rehearsal(folder, pupils + WITNESSES, redis_url=nodes.url, replicas_wait=1) as (target, _),
    ):
        codes = target.codes.read_text().splitlines()
        target.codes.write_text("\n".join(codes[WITNESSES:]))
        address = urlsplit(target.url)
        witnesses = [
            Witness(str(address.hostname), address.port or 0, code, seconds) for code in codes[:WITNESSES]
        ]
        options = ["--pupils", str(pupils), "--seconds", str(seconds), "--beyond-capacity"]
        report = await lose_a_machine(
            nodes, witnesses, lambda: crowd(target, options), seconds=seconds, freeze=freeze
        )
        archive = Settings.load({}, data_dir=folder / "data", keys_dir=folder / "keys").archive_address
        report["lost"], report["doubled"] = await compare(archive, target.delivery, witnesses)
        return report | {"faults": faults(report)}


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise typer.BadParameter(f"{name} is none of {', '.join(KINDS)}")
    return KINDS[name]

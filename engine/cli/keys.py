"""`passation keys`: create, list, rotate and destroy keys; no key is ever printed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.console import Json, Who, parts, say
from engine.clock import now_ms
from engine.deliveries import Deliveries
from engine.files import FileStore
from engine.keyring import KeyProblem, KeyRing
from engine.settings import Settings

LEAD_S = 10
"""Each worker reads the key ring once a second: by then all of them know a new key."""

app = typer.Typer(no_args_is_help=True, help="Keys: without them no answer can be read.")


def _keyring() -> KeyRing:
    settings = Settings.load(os.environ)
    return KeyRing.of(settings)


@app.command()
def create(as_json: Json = False) -> None:
    """Make the keys that an installation starts with; those that are there stay as they are."""
    folder = Settings.load(os.environ).keys_dir
    _keyring().ensure()
    say({"folder": str(folder)}, as_json, f"keys are in {folder}: keep a copy in a safe, never in a backup")


@app.command(name="list")
def list_keys(as_json: Json = False) -> None:
    """Say which keys there are."""
    keyring = _keyring()
    numbers, current = keyring.token_keys(now_ms())
    record = {
        "token_keys": sorted(numbers),
        "current": current,
        "deliveries": keyring.deliveries(),
        "destroyed": keyring.destroyed(),
    }
    say(record, as_json, "\n".join(f"{name}: {value}" for name, value in record.items()))


@app.command()
def rotate(
    wrapping: Annotated[
        bool, typer.Option("--wrapping", help="The key in PASSATION_KEYS_FILE, and all files under it.")
    ] = False,
    lead: Annotated[
        int, typer.Option("--in", help="Seconds until it signs; every worker must have read it.", min=0)
    ] = LEAD_S,
    as_json: Json = False,
) -> None:
    """Make a new token key, or a new wrapping key; servers take it up while they run."""
    if wrapping:
        number = _keyring().rotate_wrapping(_wrapping_file())
        sentence = f"all key files are under wrapping key {number}, the former is gone: make a new safe copy"
        say({"wrapping": number}, as_json, sentence)
        return
    number = _keyring().add_token_key(now_ms(), lead * 1000)
    say({"next": number}, as_json, f"token key {number} signs in {lead} s, on all servers that run")


@app.command()
def rewrap(as_json: Json = False) -> None:
    """Seal every key file anew, under the wrapping key that its source says is the current one."""
    count = _keyring().rewrap()
    say({"files": count}, as_json, f"{count} key files are sealed under the current wrapping key")


def _wrapping_file() -> Path:
    settings = Settings.load(os.environ)
    if not settings.keys_file:
        raise KeyProblem(
            "only a wrapping key in PASSATION_KEYS_FILE is made here; make the new one where yours comes "
            "from, let it be given beside the old one as the current, then `passation keys rewrap`"
        )
    return Path(settings.keys_file)


@app.command()
def drop(
    number: Annotated[int, typer.Argument(help="Number of an old token key.")], as_json: Json = False
) -> None:
    """Forget an old token key: tokens that it signed are worth nothing any more."""
    _keyring().drop_token_key(number, now_ms())
    say({"dropped": number}, as_json, f"token key {number} is dropped")


@app.command()
def destroy(
    delivery: Annotated[str, typer.Argument(help="Delivery whose answers become unreadable for ever.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Destroy a delivery's key: its answers and scores, in every copy, cannot be read any more."""
    if not yes and typer.prompt(f"Type the delivery's id again to destroy its key ({delivery})") != delivery:
        raise typer.Exit(1)
    asyncio.run(_destroy(delivery, who))
    say({"destroyed": delivery}, as_json, f"the key of {delivery} is destroyed: destroy your safe copy too")


async def _destroy(delivery: str, who: str) -> None:
    async with parts() as (settings, keyring, archive, store):
        files = FileStore(settings.files_folder)
        await Deliveries(archive, keyring, who=who).destroy(delivery, store, now_ms(), files)

"""`passation operators`: accounts of the console. Ids are drawn: no name enters; secrets are shown once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, NamedTuple

import segno
import typer
from rich.console import Console
from rich.table import Table

from engine.archive import Archive, Conflict, Gone
from engine.archive.operators import Accounts, Operator
from engine.cli.console import Json, Who, parts, say
from engine.clock import now_ms
from engine.console.credentials import Credentials, new_id
from engine.console.rights import ROLES
from engine.settings import Settings
from pages.languages import shown_moment
from sessions.codes import pretty

app = typer.Typer(no_args_is_help=True, help="Accounts of the operator's console.")
Name = Annotated[str, typer.Argument(help="The operator's id, op-...")]


class Given(NamedTuple):
    """What these commands work with."""

    settings: Settings
    archive: Archive
    accounts: Accounts
    credentials: Credentials
    key: bytes


@asynccontextmanager
async def _given() -> AsyncIterator[Given]:
    async with parts() as (settings, keyring, archive, _):
        key = keyring.ensure_console_key()
        yield Given(settings, archive, Accounts(archive.database, key), Credentials(key), key)


@app.command()
def add(
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")] = "operator",
    subject: Annotated[
        str, typer.Option(help="`sub` of the ministry's sign-in (OIDC): no password is made then.")
    ] = "",
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Make an account, and show its password and the secret of its one-time codes, once."""
    if role not in ROLES:
        raise Conflict(f"there is no role {role!r}: choose one of {', '.join(ROLES)}")
    asyncio.run(_add(role, subject, who, as_json))


async def _add(role: str, subject: str, who: str, as_json: bool) -> None:
    async with _given() as given:
        account = Operator(new_id(), role, created_ms=now_ms())
        if subject:
            await given.accounts.add(_by_subject(given, account, subject), who=who, now_ms=now_ms())
            record = {"operator": account.id, "role": role}
            say(record, as_json, f"{account.id} ({role}) signs in with the ministry's account")
            return
        password, hashed = given.credentials.new_password()
        address, totp = given.credentials.new_secret(account.id)
        account = account._replace(hash=hashed, totp=totp)
        await given.accounts.add(account, who=who, now_ms=now_ms())
        _show(account, password, address, as_json)


def _by_subject(given: Given, account: Operator, subject: str) -> Operator:
    """The account of somebody whom the ministry's provider signs in."""
    if not given.settings.oidc_issuer:
        raise Conflict("--subject needs PASSATION_OIDC_ISSUER and its three companions")
    from engine.console.oidc import subject_digest  # heavy, and only where the setting asks for it

    return account._replace(subject=subject_digest(given.key, given.settings.oidc_issuer, subject))


@app.command()
def reset(name: Name, who: Who = "operator", as_json: Json = False) -> None:
    """A new password and secret; old ones, and every sign-in, end. A disabled account lives again."""
    asyncio.run(_reset(name, who, as_json))


async def _reset(name: str, who: str, as_json: bool) -> None:
    async with _given() as given:
        account = await given.accounts.get(name)
        if account is None:
            raise Gone(f"there is no operator {name}: `passation operators list` shows them")
        if account.subject:
            raise Conflict(f"{name} signs in with the ministry's account: there is nothing to reset here")
        password, hashed = given.credentials.new_password()
        address, totp = given.credentials.new_secret(name)
        values = {"hash": hashed, "totp": totp, "totp_step": 0, "disabled_ms": 0}
        await given.accounts.change(name, act="operator.reset", who=who, now_ms=now_ms(), **values)
        _show(account, password, address, as_json)


@app.command()
def disable(name: Name, who: Who = "operator", as_json: Json = False) -> None:
    """Let an account sign in no more, and end its sign-ins at once; its lines in the audit log stay."""

    async def run() -> None:
        async with _given() as given:
            at_ms = now_ms()
            values = {"disabled_ms": at_ms}
            await given.accounts.change(name, act="operator.disable", who=who, now_ms=at_ms, **values)

    asyncio.run(run())
    say({"disabled": name}, as_json, f"{name} signs in no more")


@app.command(name="list")
def list_operators(as_json: Json = False) -> None:
    """The accounts, their roles and how they sign in."""

    async def run() -> list[Operator]:
        async with _given() as given:
            return await given.accounts.all()

    found = asyncio.run(run())
    records = [
        {
            "operator": one.id,
            "role": one.role,
            "way": "oidc" if one.subject else "password",
            "created_ms": one.created_ms,
            "disabled_ms": one.disabled_ms or None,
        }
        for one in found
    ]
    if as_json:
        say({"operators": records}, as_json, "")
        return
    table = Table("operator", "role", "signs in by", "since", "disabled")
    for one, record in zip(found, records, strict=True):
        disabled = shown_moment(one.disabled_ms, "en") if one.disabled_ms else ""
        table.add_row(one.id, one.role, str(record["way"]), shown_moment(one.created_ms, "en"), disabled)
    Console().print(table)


def _show(account: Operator, password: str, address: str, as_json: bool) -> None:
    """Once, on this screen: neither can be shown again."""
    record = {"operator": account.id, "role": account.role, "password": password, "totp": address}
    sentence = (
        f"operator {account.id} ({account.role})\npassword {pretty(password)}\n{address}\n"
        "Shown once: hand both over in person, and let the code below be scanned by an authenticator."
    )
    say(record, as_json, sentence)
    if not as_json and sys.stdout.isatty():
        segno.make(address).terminal(compact=True)

"""`passation codes`: take in the authority's signed file, withdraw codes; no code is ever printed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from engine.archive import Conflict
from engine.assertion import KEY_FILE
from engine.cli.console import Json, Who, parts, progress, say
from engine.clock import now_ms
from engine.codesfile import CodesFile, WithdrawalsFile, public_key
from engine.importing import import_file
from engine.needs import DISPLAY, NEEDS, SUPPORTS, THEMES, switches_of
from items.pnp import read_profile
from items.problems import Refused
from sessions.model import CodeEntry

__all__ = ["app", "import_file"]

REVOKED_AT_ONCE = 500

app = typer.Typer(no_args_is_help=True, help="Codes: who may sit which session.")


@app.command(name="import")
def import_codes(
    file: Annotated[Path, typer.Argument(help="The file that the authority signed.")],
    delivery: Annotated[str, typer.Option(help="Delivery that these sessions sit.")],
    authority_key: Annotated[Path, typer.Option(help="The authority's public key (PEM).")],
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Verify the whole file, then import its sessions and codes; a second time changes nothing."""
    asyncio.run(_import(file, delivery, authority_key, who, as_json))


async def _import(file: Path, delivery: str, authority_key: Path, who: str, as_json: bool) -> None:
    async with parts() as (_, keyring, archive, store):
        verified = CodesFile.verify(file, public_key(authority_key))
        with progress("sessions", verified.header.total, as_json) as told:
            count = await import_file(archive, store, keyring, verified, delivery, who=who, told=told)
    record = {"delivery": delivery, "campaign": verified.header.campaign, "imported": count}
    sentence = f"{count} sessions imported into {delivery}"
    say(
        record,
        as_json,
        sentence if count else f"this file was in {delivery} already; Redis has all of it now",
    )


@app.command()
def needs(
    pnp: Annotated[
        Path | None, typer.Option(help="An AfA PNP 3.0 profile of one pupil: say its switches.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the switches that `needs` of a codes file may hold, or those that a profile comes to."""
    if pnp is not None:
        return _profile(pnp, as_json)
    groups = {"with the switch only": SUPPORTS, "for all; on from the start": DISPLAY, "one theme": THEMES}
    if as_json:
        return say(dict(NEEDS), True, "")
    for title, switches in groups.items():
        print(f"{title}:")
        for name, meaning in switches.items():
            print(f"  {name:30}{meaning}")


def _profile(path: Path, as_json: bool) -> None:
    try:
        profile = read_profile(path.name, path.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"cannot read {path}: {error.strerror}") from error
    except Refused as refused:
        raise typer.BadParameter(str(refused)) from refused
    switches, without = switches_of(profile.features)
    record = {"needs": switches, "factor": profile.factor, "without_switch": without}
    lines = [f"needs: {', '.join(switches) or 'none'}", f"factor: {profile.factor}"]
    if without:
        lines.append(f"no switch stands for: {', '.join(without)}")
    say(record, as_json, "\n".join(lines))


@app.command()
def revoke(
    sessions: Annotated[
        list[str] | None, typer.Argument(help="Session ids (32 hexadecimal signs) from the authority.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="The signed file of withdrawals instead of ids; again does no harm.")
    ] = None,
    authority_key: Annotated[
        Path | None,
        typer.Option(help="The authority's public key (PEM), if not in the keys folder."),
    ] = None,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Withdraw both codes of each session: nobody logs in with them any more. A seat already taken stays."""
    if bool(sessions) == (file is not None):
        raise typer.BadParameter("give session ids, or the authority's --file of withdrawals")
    count = asyncio.run(_revoke(sessions or [], file, authority_key, who))
    say({"revoked": count}, as_json, f"{count} codes withdrawn")


async def _revoke(sessions: list[str], file: Path | None, authority_key: Path | None, who: str) -> int:
    async with parts() as (settings, _, archive, store):
        if file is None:
            sids = _ids(sessions)
        else:
            key = authority_key or settings.keys_dir / KEY_FILE
            sids = list(WithdrawalsFile.verify(file, public_key(key)).rows())
        count = 0
        for start in range(0, len(sids), REVOKED_AT_ONCE):
            some = sids[start : start + REVOKED_AT_ONCE]
            codes = await archive.revoke_codes(some, who=who, now_ms=now_ms())
            await store.put_codes([CodeEntry(*code) for code in codes])
            count += len(codes)
        if sids and not count:
            raise Conflict("none of these sessions is in the archive: ask the authority for the right ids")
    return count


def _ids(sessions: list[str]) -> list[bytes]:
    try:
        return [bytes.fromhex(session) for session in sessions]
    except ValueError as error:
        raise typer.BadParameter("a session id has 32 hexadecimal signs") from error

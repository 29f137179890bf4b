"""`passation rooms`: what teachers need for the engine's own page."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from engine.archive import Conflict
from engine.cli.console import Json, Who, parts, say
from engine.clock import now_ms
from engine.deliveries import renew_room
from engine.teacherdoor import renewal, room_code
from sessions.codes import pretty

app = typer.Typer(no_args_is_help=True, help="Rooms: sessions watched by one teacher.")


@app.callback()
def rooms() -> None:
    """Rooms: sessions watched by one teacher."""


@app.command()
def codes(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    room: Annotated[str, typer.Option(help="One room alone.")] = "",
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """What teachers type at /teacher: each room with its code. Noted in the audit log; keep it on paper."""
    found = asyncio.run(_codes(delivery, room, who))
    rows = [{"room": name, "sessions": count, "code": code} for name, count, code in found]
    lines = "\n".join(f"{name}  {pretty(code)}  ({count} sessions)" for name, count, code in found)
    say({"delivery": delivery, "rooms": rows}, as_json, lines)


@app.command()
def renew(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    room: Annotated[str, typer.Argument(help="The room whose code was seen by others, or is lost.")],
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Withdraw one room's code: nobody enters with it, who did is out; gives the new one for its teacher."""
    code = asyncio.run(_renew(delivery, room, who))
    record = {"delivery": delivery, "room": room, "code": code}
    say(record, as_json, f"{room}  {pretty(code)}  (the former code opens nothing any more)")


async def _renew(delivery: str, room: str, who: str) -> str:
    async with parts() as (_, keyring, archive, store):
        kek = keyring.delivery(delivery).kek
        changed = await renew_room(archive, store, delivery, room, who=who, now_ms=now_ms())
        return room_code(kek, room, renewal(changed.renewed, room).times)


async def _codes(delivery: str, room: str, who: str) -> list[tuple[str, int, str]]:
    async with parts() as (_, keyring, archive, _store):
        renewed = (await archive.delivery(delivery)).renewed
        kek = keyring.delivery(delivery).kek
        found = [row for row in await archive.rooms(delivery) if room in ("", row[0])]
        if not found:
            raise Conflict(f"delivery {delivery} has no such room: import its codes first")
        await archive.audit("rooms.codes", who=who, now_ms=now_ms(), delivery=delivery, rooms=len(found))
        return [(name, count, room_code(kek, name, renewal(renewed, name).times)) for name, count in found]

"""`passation rooms`: what teachers need for the engine's own page."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from engine.archive import Conflict
from engine.cli.console import Json, Who, parts, say
from engine.clock import now_ms
from engine.teacherdoor import room_code
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


async def _codes(delivery: str, room: str, who: str) -> list[tuple[str, int, str]]:
    async with parts() as (_, keyring, archive, _store):
        await archive.delivery(delivery)
        kek = keyring.delivery(delivery).kek
        found = [row for row in await archive.rooms(delivery) if room in ("", row[0])]
        if not found:
            raise Conflict(f"delivery {delivery} has no such room: import its codes first")
        await archive.audit("rooms.codes", who=who, now_ms=now_ms(), delivery=delivery, rooms=len(found))
        return [(name, count, room_code(kek, name)) for name, count in found]

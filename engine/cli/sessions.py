"""`passation sessions`: what staff may do to single sittings, until the teacher's page does it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from engine.cli.console import Json, Who, parts, say
from engine.staff import REASONS, Staff

app = typer.Typer(
    no_args_is_help=True, help="Sessions: pause, resume, extend, close, allow a change of device."
)
Ids = Annotated[list[str], typer.Argument(help="Session ids, 32 hexadecimal signs each.")]


@app.command()
def pause(sessions: Ids, who: Who = "operator", as_json: Json = False) -> None:
    """Stop the clock."""
    _act("pause", sessions, who, as_json)


@app.command()
def resume(sessions: Ids, who: Who = "operator", as_json: Json = False) -> None:
    """Let the clock run again; the deadline moves by the time that was paused."""
    _act("resume", sessions, who, as_json)


@app.command()
def close(sessions: Ids, who: Who = "operator", as_json: Json = False) -> None:
    """End the sitting; it counts as far as it got."""
    _act("close", sessions, who, as_json)


@app.command()
def allow(sessions: Ids, who: Who = "operator", as_json: Json = False) -> None:
    """Allow the next change of device at once."""
    _act("allow", sessions, who, as_json)


@app.command()
def extend(
    sessions: Ids,
    minutes: Annotated[float, typer.Option(min=0.5, max=240, help="Minutes to give.")],
    reason: Annotated[str, typer.Option(help=f"One of {', '.join(REASONS)}.")] = "technical",
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Give more time."""
    _run(lambda staff: staff.extend(_sids(sessions), round(minutes * 60_000), reason), "extend", who, as_json)


def _act(act: str, sessions: list[str], who: str, as_json: bool) -> None:
    _run(lambda staff: staff.act(_sids(sessions), act), act, who, as_json)


def _run(call: Callable[[Staff], Awaitable[int]], act: str, who: str, as_json: bool) -> None:
    async def run() -> int:
        async with parts() as (settings, _, archive, store):
            return await call(Staff(archive, store, partitions=settings.partitions, who=who))

    count = asyncio.run(run())
    say({"act": act, "sessions": count}, as_json, f"{act}: {count} session{'s' * (count != 1)}")


def _sids(sessions: list[str]) -> list[bytes]:
    try:
        sids = [bytes.fromhex(session) for session in sessions]
    except ValueError as error:
        raise typer.BadParameter("a session id has 32 hexadecimal signs") from error
    if any(len(sid) != 16 for sid in sids):
        raise typer.BadParameter("a session id has 32 hexadecimal signs")
    return sids

"""`passation deliveries`: create, open, pause, resume, close, and see how they stand."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from engine.archive import Conflict, Delivery
from engine.cli.console import Json, Who, parts, say
from engine.clock import now_ms
from engine.deliveries import Deliveries, Window, publish_delivery
from engine.staff import Staff
from items.bank import Bank

app = typer.Typer(no_args_is_help=True, help="Deliveries: a form opened to a population in a window of time.")

_AFTER = re.compile(r"\+(\d{1,4})(min|h|d)")
_UNITS = {"min": 60_000, "h": 3_600_000, "d": 86_400_000}
_WHEN = "'now', '+90min', '+2h', '+1d' or a time such as 2027-09-14T09:00"

Name = Annotated[str, typer.Argument(help="The delivery's id.")]


@app.command()
def create(
    form: Annotated[str, typer.Argument(help="A compiled form: its name, or the first signs of it.")],
    duration: Annotated[float, typer.Option(help="Minutes that a pupil has.", min=0.1, max=720)],
    opens: Annotated[str, typer.Option(help=f"First moment to start: {_WHEN}.")] = "now",
    log_in_opens: Annotated[str, typer.Option(help="First moment to log in; 15 minutes before.")] = "",
    closes: Annotated[str, typer.Option(help="Last moment to start; eight hours after it opens.")] = "",
    intake_ends: Annotated[str, typer.Option(help="Last moment for late answers; a day later.")] = "",
    grace: Annotated[int, typer.Option(help="Seconds for answers on their way at the end.", min=0)] = 10,
    spread: Annotated[
        float | None,
        typer.Option(help="Seconds over which starts at the bell spread; else as measured.", min=0, max=120),
    ] = None,
    count_self_attested: Annotated[
        bool, typer.Option(help="Count late answers on the device's word alone.")
    ] = False,
    keyed: Annotated[
        bool, typer.Option(help="Answered on paper and keyed by teachers: nobody logs in to it.")
    ] = False,
    name: Annotated[str | None, typer.Option("--id", help="Eight signs of a-z, 0-9 and -.")] = None,
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Seal a form for one delivery. Nobody can log in before it is opened."""
    now = now_ms()
    opens_at_ms = moment(opens, now, now)
    closes_at_ms = moment(closes, now, opens_at_ms + 8 * _UNITS["h"])
    window = Window(
        login_opens_ms=moment(log_in_opens, now, opens_at_ms - 15 * _UNITS["min"]),
        opens_at_ms=opens_at_ms,
        closes_at_ms=closes_at_ms,
        intake_ends_ms=moment(intake_ends, now, closes_at_ms + _UNITS["d"]),
        duration_ms=round(duration * _UNITS["min"]),
        grace_ms=grace * 1000,
        spread_ms=None if spread is None else round(spread * 1000),
    )
    delivery = asyncio.run(_create(form, window, name, count_self_attested, keyed, who))
    say(delivery.to_record(), as_json, f"delivery {delivery.id} created: {delivery.title}")


async def _create(
    form: str, window: Window, name: str | None, count_self_attested: bool, keyed: bool, who: str
) -> Delivery:
    async with parts() as (settings, keyring, archive, store):
        bank = Bank(settings.data_dir)
        delivery = await Deliveries(archive, keyring, who=who).create(
            whole_name(form, bank),
            window,
            bank=bank,
            contents=settings.data_dir / "content",
            now_ms=now_ms(),
            delivery=name,
            count_self_attested=count_self_attested,
            keyed=keyed,
        )
        await publish_delivery(store, delivery)
    return delivery


def _act(act: str, name: str, who: str, as_json: bool) -> None:
    async def run() -> Delivery:
        async with parts() as (settings, keyring, archive, store):
            delivery = await Deliveries(archive, keyring, who=who).act(name, act, now_ms())
            await publish_delivery(store, delivery)
            if act in ("pause", "resume"):
                await Staff(archive, store, partitions=settings.partitions, who=who).all_clocks(
                    delivery.id, act
                )
            return delivery

    delivery = asyncio.run(run())
    say(delivery.to_record(), as_json, f"delivery {delivery.id} is {delivery.state}")


@app.command(name="open")
def open_delivery(name: Name, who: Who = "operator", as_json: Json = False) -> None:
    """Let pupils in, in its window of time."""
    _act("open", name, who, as_json)


@app.command()
def pause(name: Name, who: Who = "operator", as_json: Json = False) -> None:
    """Let nobody start, and stop the clocks of those who have started."""
    _act("pause", name, who, as_json)


@app.command()
def resume(name: Name, who: Who = "operator", as_json: Json = False) -> None:
    """Let pupils start again, and let the clocks run on from where they stood."""
    _act("resume", name, who, as_json)


@app.command()
def close(name: Name, who: Who = "operator", as_json: Json = False) -> None:
    """End every access to it, at once; sessions that are open are closed as far as they got."""
    _act("close", name, who, as_json)


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="One delivery; all of them if none is given.")] = None,
    as_json: Json = False,
) -> None:
    """How deliveries stand, with their sessions by status."""
    records = asyncio.run(_status(name))
    if as_json:
        say({"deliveries": records}, as_json, "")
        return
    table = Table("delivery", "state", "title", "opens", "closes", "sessions")
    for record in records:
        counts = ", ".join(f"{count} {status}" for status, count in record["sessions"].items())
        times = (_shown(record["opens_at_ms"]), _shown(record["closes_at_ms"]))
        table.add_row(record["id"], record["state"], record["title"], *times, counts or "none")
    Console().print(table)


async def _status(name: str | None) -> list[dict[str, Any]]:
    async with parts() as (_, _, archive, _):
        found = [await archive.delivery(name)] if name else await archive.deliveries(destroyed=True)
        return [d.to_record() | {"sessions": await archive.counts(d.id)} for d in found]


def whole_name(start: str, bank: Bank) -> str:
    """The one form whose name begins with `start`, or Conflict."""
    names = [name for name in bank.forms() if start and name.startswith(start)]
    if len(names) != 1:
        problem = "no form begins" if not names else f"{len(names)} forms begin"
        raise Conflict(f"{problem} with {start!r}: `passation items list` shows their names")
    return names[0]


def moment(text: str, now: int, default: int) -> int:
    """A time as an operator gives it, in milliseconds."""
    if not text:
        return default
    if text == "now":
        return now
    if found := _AFTER.fullmatch(text):
        return now + int(found[1]) * _UNITS[found[2]]
    try:
        return round(datetime.fromisoformat(text).astimezone().timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(f"{text!r} is no time: give {_WHEN}") from error


def _shown(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")

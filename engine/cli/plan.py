"""`passation plan`: what a day needs in machines, memory, lines and money, with every assumption printed."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from engine.cli.console import Json
from planning.costs import Costs, cautions_of, measured
from planning.country import rehearse
from planning.plan import Demand, checked
from planning.plan import plan as planned

UNITS_S = {"s": 1, "min": 60, "h": 3600}
ROWS = (
    ("pupils live at once", "live", "{:,}"),
    ("connected at once, those of the next bell included", "connected", "{:,}"),
    ("bells", "waves", "{:,}"),
    ("batches of answers a second", "saves_per_s", "{:,.0f}"),
    ("starts a second, at the bell", "starts_per_s", "{:,.0f}"),
    ("TLS handshakes a second, at worst", "tls_handshakes_per_s", "{:,.0f}"),
    ("servers, spare ones included", "servers", "{:,}"),
    ("of them spare", "spare", "{:,}"),
    ("bound by", "bound_by", "{}"),
    ("Redis nodes", "redis_nodes", "{:,}"),
    ("Redis memory", "redis_gib", "{:,} GiB"),
    ("memory in all", "memory_gib", "{:,} GiB"),
    ("answers coming in", "mbit_in_per_s", "{:,} Mbit/s"),
    ("replies going out", "mbit_out_per_s", "{:,} Mbit/s"),
    ("forms going out before the bell (any cache takes them)", "mbit_content_per_s", "{:,} Mbit/s"),
    ("disk: archive and append-only file", "disk_gib", "{:,} GiB"),
    ("server hours", "server_hours", "{:,}"),
    ("price", "price", "{:,.2f}"),
    ("price of 1,000 pupils", "price_per_1000_pupils", "{:,}"),
)
PRICES = ("price", "price_per_1000_pupils")
CORES = {"log_ins": "log-ins", "redis": "Redis", "drain": "archive drain", "tls": "TLS"}
SIMULATED = (
    ("log-ins", "logins"),
    ("starts", "starts"),
    ("batches of answers", "saves"),
    ("hand-ins", "submits"),
    ("starts in the busiest second", "peak_starts_per_s"),
    ("live at once: a batch within 60 s, two bells may overlap", "peak_live"),
    ("calls refused, or met by a server that is away; all were repeated", "refused"),
    ("of them in the busiest second", "peak_refused_per_s"),
    ("wait in the queue, 99th percentile (ms)", "queue_p99_ms"),
    ("wait in the queue, longest (ms)", "queue_max_ms"),
    ("last hand-in, seconds after the first bell", "over_s"),
    ("pupils that were simulated", "sample"),
    ("each of them stands for", "factor"),
)


def plan(
    pupils: Annotated[int, typer.Option(help="How many pupils.", min=1)],
    window: Annotated[str, typer.Option(help="All sit their test within: 2h, 90min.")] = "2h",
    test: Annotated[str, typer.Option(help="Length of one test.")] = "1h",
    start_spread: Annotated[str, typer.Option(help="The starts of one bell spread over so long.")] = "60s",
    think: Annotated[str, typer.Option(help="Mean time between two batches of a pupil.")] = "20s",
    cores: Annotated[int, typer.Option(help="Cores of a server.", min=1)] = 8,
    memory_gib: Annotated[float, typer.Option(help="Memory of a server.")] = 32,
    busy: Annotated[float, typer.Option(help="Share of a core that may be used at the peak.")] = 0.5,
    spare: Annotated[int, typer.Option(help="Servers more than the peak needs.", min=0)] = 1,
    price: Annotated[float, typer.Option(help="Price of a server for an hour, in any currency.")] = 0.0,
    measured_file: Annotated[
        Path | None, typer.Option("--measured", help="Costs from this load test's JSON report.")
    ] = None,
    outage: Annotated[str, typer.Option(help="Simulate: all servers away so long, mid-test.")] = "0s",
    as_json: Json = False,
) -> None:
    """What a day needs, from measured costs; then the day itself in virtual time."""
    try:
        times = {"window_s": window, "test_s": test, "start_s": start_spread, "think_s": think}
        lengths = {name: seconds(text) for name, text in times.items()}
        sizes = {"cores": cores, "memory_gib": memory_gib, "busy": busy, "spare": spare, "price": price}
        demand = checked(Demand(pupils, **lengths, **sizes))  # type: ignore[arg-type]
        costs, cautions = costs_of(measured_file) if measured_file else (Costs(), [])
        away_s = seconds(outage)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    found = planned(demand, costs)
    middle_s = demand.test_s / 2
    away = [(middle_s, middle_s + away_s)] if away_s else []
    found["simulated"] = rehearse(demand, costs, found["servers"] - found["spare"], found["waves"], away=away)
    found["cautions"] = cautions
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        show(found)


def costs_of(file: Path) -> tuple[Costs, list[str]]:
    """The costs that a load test's report shows, and what to think of them; ValueError for another file."""
    try:
        report = json.loads(file.read_text())
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{file} is no report of a load test: write one with --json") from error
    return measured(report, file.name), cautions_of(report, file.name)


def seconds(text: str) -> float:
    """`90s`, `15min`, `2h` in seconds, or ValueError."""
    parts = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?(s|min|h)", text.strip())
    if not parts:
        raise ValueError(f"{text!r} is no length of time: write 90s, 15min or 2h")
    return float(parts[1]) * UNITS_S[parts[2]]


def show(found: dict[str, Any]) -> None:
    """The plan, the simulated day, the assumptions."""
    console = Console()
    meanings = {entry.name: entry.metadata.get("meaning", "pupils") for entry in fields(Demand)}
    unpriced = not found["demand"]["price"]
    needed = [
        (label, "give --price" if unpriced and name in PRICES else form.format(found[name]))
        for label, name, form in ROWS
    ]
    _table(console, "What it needs", needed)
    cores = [(CORES.get(name, name), f"{value:,}") for name, value in found["cores"].items()]
    _table(console, "Cores at the peak, wholly busy", cores)
    day = [(label, f"{found['simulated'][name]:,}") for label, name in SIMULATED]
    _table(console, "The day, simulated on the servers without the spare ones", day)
    given = [(meanings[name], f"{value:,}") for name, value in found["demand"].items()]
    _table(console, "Assumed: the day and the servers", given)
    costs = [
        (f"{cost['meaning']} [{cost['source']}]", f"{cost['value']:,} {cost['unit']}")
        for cost in found["costs"]
    ]
    _table(console, "Assumed: costs, with their sources", costs)
    for caution in found["cautions"]:
        console.print(f"[bold]caution:[/] {caution}")


def _table(console: Console, title: str, rows: list[tuple[str, str]]) -> None:
    table = Table(title=f"[bold]{title}", title_justify="left", show_header=False, box=None, min_width=60)
    table.add_column()
    table.add_column(justify="right")
    for label, value in rows:
        table.add_row(label.replace("[", r"\["), value)
    console.print(table)
    console.print()

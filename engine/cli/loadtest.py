"""`passation loadtest`: a peak day's rehearsal; by itself on this machine, or against a server that runs.

Without `--url` it makes everything anew in a folder that it removes at the end (keys, a demonstration form,
codes, Redis, drain, workers) and shares nothing with the real day. The crowd is another program, `loadtest`,
which sees HTTP alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from engine import demonstration
from engine.archive import Conflict
from engine.cli.console import Json, Who, parts, say
from engine.cli.serve import make_folders
from engine.clock import now_ms
from engine.keyring import KeyRing
from engine.logs import set_up
from engine.ports import free_port
from engine.rehearsal.outage import credits, keep_to
from engine.rehearsal.staff import ORIGIN, employ
from engine.settings import Settings
from engine.supervisor import Supervisor, until_told, wait_until_ready
from loadtest.beforehand import check_places
from loadtest.outages import outages_of
from loadtest.page import compare as comparison
from loadtest.run import BROKEN_OFF, GENERATORS, parsed
from loadtest.scenario import entry_of, scenario_of

FORM = demonstration.FORMS / demonstration.NAMES[0]
STAFF_FILE = "staff.json"
NOWHERE = ("--url", "-", "--codes", "-", "--delivery", "-", "--operator-token-file", "-")
"""Stands for the target where only the rest of the command line is looked at."""
PUPILS_A_WORKER = 15_000
"""Below a worker's bound of connections (18,000), with room for those that are just being replaced."""
ROWS = (
    ("pupils", "pupils", "{:,}"),
    ("live at once", "peak_live", "{:,}"),
    ("saves intended", "intended", "{:,}"),
    ("saves acknowledged", "acknowledged", "{:,}"),
    ("of them in the archive", "archived", "{:,}"),
    ("lost", "lost", "{:,}"),
    ("doubled", "doubled", "{:,}"),
    ("saves refused on the way", "refused", "{:,}"),
    ("errors", "errors", "{:,}"),
    ("requests a second, mean", "requests_per_s", "{:,.0f}"),
    ("requests in the busiest second", "peak_requests_per_s", "{:,}"),
    ("save, median", "save_p50_ms", "{:,.1f} ms"),
    ("save, 99th percentile", "save_p99_ms", "{:,.1f} ms"),
    ("save without gathering, 99th percentile", "save_ready_p99_ms", "{:,.1f} ms"),
    ("log-in, 99th percentile", "login_p99_ms", "{:,.1f} ms"),
    ("start, 99th percentile", "start_p99_ms", "{:,.1f} ms"),
    ("hand-in, 99th percentile", "submit_p99_ms", "{:,.1f} ms"),
    ("generator, busiest ten seconds", "generator_cpu", "{:.0%} of a core"),
    ("generator late by itself, 99th percentile", "slip_p99_ms", "{:,.1f} ms"),
)


class Target(NamedTuple):
    """What the crowd is sent to."""

    url: str
    codes: Path
    delivery: str
    operator_token: Path


Outages = Annotated[
    list[str] | None,
    typer.Option(help="redis:60 or engine:5min@90: killed for so long, started again; several times."),
]
Staff = Annotated[
    bool, typer.Option("--staff", help="A teacher watches each room, and an operator the server.")
]
Options = Annotated[
    list[str] | None, typer.Option("--set", help="NAME=VALUE of the scenario; see loadtest/README.md.")
]
Seconds = Annotated[
    float | None, typer.Option(help="Length of the run.", show_default="120, or the scenario's")
]
ScenarioFile = Annotated[Path | None, typer.Option(help="TOML file of a scenario; see loadtest/scenarios/.")]
Generator = Annotated[str, typer.Option(help="locust, light (large crowds), or both beside each other.")]
Beyond = Annotated[bool, typer.Option("--beyond-capacity", help="Do not judge the shares of saves.")]

app = typer.Typer(invoke_without_command=True, help="A peak day's rehearsal, and two of them compared.")


@app.callback()
def loadtest(
    context: typer.Context,
    pupils: Annotated[int, typer.Option(help="How many pupils.", min=1)] = 1000,
    seconds: Seconds = None,
    scenario: ScenarioFile = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the report here, too.")] = None,
    page: Annotated[Path | None, typer.Option("--report", help="Write a page with plots.")] = None,
    url: Annotated[str, typer.Option(help="A server that runs; empty: one of its own.")] = "",
    codes: Annotated[Path | None, typer.Option(help="With --url: one code a line.")] = None,
    delivery: Annotated[str, typer.Option(help="With --url: the codes' delivery.")] = "",
    operator_token_file: Annotated[
        Path | None, typer.Option(help="With --url: the operator's token.")
    ] = None,
    outage: Outages = None,
    staff: Staff = False,
    option: Options = None,
    generator: Generator = "locust",
    beyond_capacity: Beyond = False,
) -> None:
    """Send a crowd of pupils through a whole test; exit code 0 only if nothing was lost."""
    if context.invoked_subcommand:
        return
    more = ["--scenario", str(scenario.absolute())] if scenario else []
    more += [part for entry in option or () for part in _flag(entry)]
    more += [part for spec in outage or () for part in ("--outage", spec)]
    more += ["--generator", generator, *(["--beyond-capacity"] if beyond_capacity else [])]
    more += _files(page, json_file)
    more += ["--pupils", str(pupils), *(["--seconds", str(seconds)] if seconds is not None else [])]
    _check(more, page, json_file, generator)
    if url:
        target = _elsewhere(url, codes, delivery, operator_token_file, staff=staff)
        report = crowd(target, more)
    else:
        report = asyncio.run(_rehearse(pupils, more, has_outages=bool(outage), has_staff=staff))
    _conclude(report)


def _conclude(report: dict[str, Any]) -> None:
    """Tell what came of it, to a person and to machines, and end with the exit code."""
    code = report.pop("exit_code")
    show(report)
    print(json.dumps(report))
    if code and not report["faults"]:
        Console(stderr=True).print("[bold red]but a report could not be written: the lines above say which")
    if report["faults"] or code:
        raise typer.Exit(code or 1)


def _check(options: Sequence[str], page: Path | None, json_file: Path | None, generator: str) -> None:
    """Before anything is started: BadParameter with what is wrong with the run that is asked for."""
    try:
        if generator not in (*GENERATORS, "both"):
            raise ValueError(f"--generator is one of {', '.join(GENERATORS)}, both; not {generator!r}")
        given = parsed([*NOWHERE, *options])
        outages_of(given.outage, scenario_of(given))
        check_places([str(file) for file in (page, json_file) if file])
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _files(page: Path | None, json_file: Path | None) -> list[str]:
    found = ["--report", str(page.absolute())] if page else []
    return found + (["--json", str(json_file.absolute())] if json_file else [])


def _elsewhere(
    url: str, codes: Path | None, delivery: str, operator_token: Path | None, *, staff: bool
) -> Target:
    """A server that runs already, or BadParameter with what is missing."""
    if staff:
        raise typer.BadParameter("--staff needs a server of its own; see loadtest/README.md for others")
    if not (codes and delivery and operator_token):
        raise typer.BadParameter("--url needs --codes, --delivery and --operator-token-file")
    return Target(url, codes, delivery, operator_token)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="The JSON report of a run.")],
    second: Annotated[Path, typer.Argument(help="That of the run to hold against it.")],
    page: Annotated[Path | None, typer.Option("--report", help="Write a page with plots.")] = None,
    as_json: Json = False,
    same: Annotated[
        float, typer.Option(help="Figures closer than this share are the same.", min=0)
    ] = comparison.SAME,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 1 if a figure is worse, or they are not comparable.")
    ] = False,
) -> None:
    """Two runs beside each other: what became better, what worse, and what forbids to compare them."""
    one, other = _read(first), _read(second)
    try:
        check_places([str(page)] if page else [])
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    found = comparison.record(one, other, same)
    print(json.dumps(found, ensure_ascii=False) if as_json else comparison.text(one, other, same))
    if page:
        page.write_text(comparison.page(one, other, same))
    if strict and (found["worse"] or found["cautions"]):
        raise typer.Exit(1)


@app.command()
def record(
    report: Annotated[Path, typer.Argument(help="The JSON report of a run that passed.")],
    who: Who = "operator",
    as_json: Json = False,
) -> None:
    """Write a rehearsal into the audit log: the console's check then knows when the last one was."""
    run = _read(report)
    if run.get("faults") or run.get("void"):
        raise Conflict(f"{report} is of a run that did not pass: rehearse again, then record that one")
    facts: dict[str, Any] = {
        name: run.get(name) for name in ("pupils", "acknowledged", "lost", "doubled", "save_p99_ms")
    }

    async def note() -> int:
        async with parts() as (_, _, archive, _):
            return await archive.audit("rehearsal", who=who, now_ms=now_ms(), **facts)

    line = asyncio.run(note())
    say(
        {"line": line, **facts},
        as_json,
        f"line {line} of the audit log: a rehearsal with {run['pupils']} pupils",
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{path} cannot be read: {error}") from error
    if not isinstance(report, dict) or not {"series", "scenario"} <= report.keys():
        raise typer.BadParameter(f"{path} is no report of a load test: write one with --json")
    return report


def _flag(entry: str) -> tuple[str, str]:
    name, sign, value = entry.partition("=")
    if not sign:
        raise typer.BadParameter(f"--set takes NAME=VALUE, not {entry!r}")
    name = name.strip().replace("-", "_")
    try:
        return f"--{name.replace('_', '-')}", str(entry_of(name, value.strip()))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


async def _rehearse(
    pupils: int, options: Sequence[str], *, has_outages: bool, has_staff: bool
) -> dict[str, Any]:
    with until_told():
        return await _rehearsed(pupils, options, has_outages=has_outages, has_staff=has_staff)
    print("passation: the rehearsal was broken off; what it had started is ended", file=sys.stderr)
    raise typer.Exit(BROKEN_OFF)


async def _rehearsed(
    pupils: int, options: Sequence[str], *, has_outages: bool, has_staff: bool
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="passation-rehearsal-", dir=disk()) as name:
        folder = Path(name)
        given = {"authority_origin": ORIGIN} if has_staff else {}
        async with rehearsal(folder, pupils, **given) as (target, supervisor):
            plan = folder / "outages"
            own = ["--watch", str(os.getpid()), "--owner", str(plan)]
            own += ["--staff", str(folder / STAFF_FILE)] if has_staff else []
            acts = asyncio.create_task(keep_to(plan, supervisor))
            try:
                report = await crowd_beside(target, [*options, *own])
            finally:
                acts.cancel()
            if has_outages:
                report["credits"] = await credits(supervisor.settings)
            return report


@asynccontextmanager
async def rehearsal(folder: Path, pupils: int, **given: Any) -> AsyncIterator[tuple[Target, Supervisor]]:
    """A server of its own on a free port of the loopback, with one code for each pupil; `given` settings."""
    settings = _settings(folder, pupils, given)
    set_up(settings.log_level)
    make_folders(settings)
    keyring = KeyRing.of(settings)
    if settings.authority_origin:
        employ(settings, folder / STAFF_FILE, pupils)
    supervisor = Supervisor(settings)
    try:
        with Console(stderr=True).status(f"preparing a server and {pupils:,} codes ..."):
            await supervisor.start_store()
            (prepared,) = await demonstration.prepare(settings, [FORM], pupils)
            supervisor.start_servers()
            await wait_until_ready(supervisor)
        codes, token = folder / "codes", folder / "operator"
        codes.write_text("\n".join(prepared.codes))
        token.write_text(keyring.operator_token())
        url = f"http://{settings.host}:{settings.port}"
        yield Target(url, codes, prepared.delivery, token), supervisor
    finally:
        await supervisor.stop()


def _settings(folder: Path, pupils: int, given: Mapping[str, Any]) -> Settings:
    """The settings of this environment, but for what must be the rehearsal's own."""
    environ = {"PASSATION_LOG_LEVEL": "error"} | dict(os.environ)
    for name in ("REDIS_URL", "ARCHIVE_URL", "TLS_CERT", "TLS_KEY"):
        environ.pop(f"PASSATION_{name}", None)
    place = {"data_dir": folder / "data", "keys_dir": folder / "keys"}
    own = {**place, "host": "127.0.0.1", "port": free_port(), **given}
    settings = Settings.load(environ, **own)
    workers = max(settings.workers, -(-pupils // PUPILS_A_WORKER))
    return Settings.load(environ, **own, workers=workers)


def disk() -> str | None:
    """A folder for temporary files that is on a disk, where the system has one; TMPDIR wins."""
    return None if "TMPDIR" in os.environ or not os.access("/var/tmp", os.W_OK) else "/var/tmp"


def crowd(target: Target, options: Sequence[str]) -> dict[str, Any]:
    """Run the load test and give its report, or end with its exit code if there is none."""
    done = subprocess.run(_command(target, options), stdout=subprocess.PIPE, text=True, check=False)
    return _told(done.stdout, done.returncode)


async def crowd_beside(target: Target, options: Sequence[str]) -> dict[str, Any]:
    """As `crowd`, while others go on; who breaks off here ends the crowd as well."""
    started = await asyncio.create_subprocess_exec(
        *_command(target, options),
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C reaches this process alone, which ends the crowd before the server
    )
    try:
        told, _ = await started.communicate()
    finally:
        if started.returncode is None:
            started.terminate()
            await started.wait()
    return _told(told.decode(), started.returncode or 0)


def _command(target: Target, options: Sequence[str]) -> list[str]:
    command = [sys.executable, "-m", "loadtest", "--url", target.url, "--codes", str(target.codes)]
    command += ["--delivery", target.delivery, "--operator-token-file", str(target.operator_token)]
    return [*command, *options]


def _told(said: str, code: int) -> dict[str, Any]:
    """The report; says what else the exit code means: a file of it that was not written."""
    with contextlib.suppress(IndexError, json.JSONDecodeError):
        report: dict[str, Any] = json.loads(said.splitlines()[-1])
        return report | {"exit_code": code}
    raise typer.Exit(code or 1)


def show(report: dict[str, Any]) -> None:
    """The report for a person, on standard error."""
    console = Console(stderr=True)
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(justify="left")
    table.add_column(justify="right")
    for label, name, form in ROWS:
        value = report[name]
        table.add_row(label, "-" if value is None else form.format(value))
    console.print(table)
    for fault in report["faults"]:
        console.print(f"[bold red]{fault}")
    if not report["faults"]:
        console.print("[bold green]nothing lost, nothing doubled, the run is valid")
    if report["steps"]:
        held, broke = report["steps"]["holds_live"], report["steps"]["breaks_live"]
        console.print(f"steps: held at {held:,} live pupils" + (f", broke at {broke:,}" if broke else ""))

"""`python -m loadtest`: starts generator processes, waits for the archive, compares, reports.

The exit code is 0 only when the run passes (see `verdict`), 1 when it does not, 2 when it could not begin,
130 when it was broken off.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

from loadtest.archived import until_archived
from loadtest.beforehand import check_places, check_server
from loadtest.ledger import read_rows
from loadtest.outages import Outage, Owner, outages_of
from loadtest.overtime import slice_of
from loadtest.publish import publish
from loadtest.report import report_of
from loadtest.scenario import FILE_MEANING, Scenario, file_among, options, scenario_of
from loadtest.staff import staff_of
from loadtest.watch import Watch, usage

GENERATORS = {"locust": ("loadtest.process", 10_000), "light": ("loadtest.light", 18_000)}
"""By name: the module of a process, and how many pupils it plays: of 20,000 descriptors each needs one."""
COULD_NOT_BEGIN, BROKEN_OFF = 2, 130
BESIDE_MAX, BESIDE_SHARE = 1_000, 0.1
"""`both`: so many pupils at most, and so large a share of them, are Locust's."""
LEAD_S = 1.0


class Troop(NamedTuple):
    """The pupils of one generator process."""

    generator: str
    places: list[tuple[int, str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the report as JSON, give the exit code."""
    try:
        given = parsed(arguments)
        scenario = scenario_of(given)
        outages = outages_of(given.outage, scenario)
        codes = read_codes(Path(given.codes), given.pupils)
        operator = Path(given.operator_token_file).read_text().strip()
        staff_of(given.staff)
        check_places([given.json, given.report])
        check_server(given.url, given.delivery, operator, given.ca_file)
    except (OSError, ValueError) as error:
        told(f"loadtest: {error}")
        return COULD_NOT_BEGIN
    raise_descriptors()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended
    try:
        return whole(given, scenario, outages, codes, operator)
    except RuntimeError as error:
        told(f"loadtest: {error}")
        return 1
    except KeyboardInterrupt:
        told("loadtest: broken off: nothing was held against the archive, and no report was written")
        return BROKEN_OFF


def whole(
    given: argparse.Namespace,
    scenario: Scenario,
    outages: Sequence[Outage],
    codes: Sequence[str],
    operator: str,
) -> int:
    """The run, from the first process to the report; gives the exit code."""
    with tempfile.TemporaryDirectory(prefix="loadtest-") as folder:
        watch = Watch(given.watch, slice_of(scenario.seconds) / 2)
        owner = Owner(given.owner, outages)
        files, parts = drive(given, scenario, codes, Path(folder), [watch.start, owner.begin])
        watch.stop()
        owner.stop()
        told("waiting for the archive ...")
        left_s = time.monotonic()
        found = until_archived(
            given.url, given.delivery, operator, lambda: read_rows(files), ca_file=given.ca_file
        )
        waited_s = time.monotonic() - left_s
    report = report_of(scenario, parts, found, waited_s, owner.done())
    used = usage(watch, report["series"]["slice_s"], report["series"]["slices"])
    return publish(
        report | used,
        beyond_capacity=given.beyond_capacity,
        json_file=given.json,
        page_file=given.report,
    )


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line: what to drive, and one option for each entry of the scenario."""
    file = file_among(arguments)
    parser = argparse.ArgumentParser(prog="python -m loadtest", description=__doc__, allow_abbrev=False)
    parser.add_argument("--url", required=True, help="address of the server")
    parser.add_argument("--codes", required=True, help="file with one code a line")
    parser.add_argument("--delivery", required=True, help="the delivery that the codes belong to")
    parser.add_argument("--operator-token-file", required=True, help="lets this program read the ledger")
    parser.add_argument("--pupils", type=int, default=0, help="so many of the codes; 0: all")
    parser.add_argument(
        "--generator",
        choices=[*GENERATORS, "both"],
        default="locust",
        help="whose pupils come; both: a thousand of Locust's, a tenth at most, beside the light ones",
    )
    parser.add_argument(
        "--processes", type=int, default=0, help="of each generator; 0: as many as the pupils need"
    )
    _add_files(parser)
    _add_outages(parser)
    parser.add_argument(
        "--staff", default="", help="file that says whose rooms teachers watch (see loadtest/staff.py)"
    )
    parser.add_argument(
        "--beyond-capacity",
        action="store_true",
        help="more than the server is meant for: shares of saves are not judged",
    )
    parser.add_argument("--scenario", default="", help=FILE_MEANING)
    for option in options(file):
        parser.add_argument(
            option.flag, type=type(option.default), default=option.default, help=option.meaning
        )
    return parser.parse_args(arguments)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ca-file", default=None, help="authority of the server's certificate (PEM)")
    parser.add_argument("--json", default="", help="write the report into this file, too")
    parser.add_argument("--report", default="", help="write a page with plots into this file")
    parser.add_argument(
        "--watch",
        type=int,
        default=0,
        help="id of a process of this machine: it and all below it are measured",
    )


def _add_outages(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--outage",
        action="append",
        default=[],
        help="redis:60 or engine:5min@90; several times; a person or --owner stops and starts it",
    )
    parser.add_argument(
        "--owner", default="", help="file in which whoever owns the server finds the moments of outages"
    )


def read_codes(path: Path, count: int) -> list[str]:
    """The first `count` codes of the file, or ValueError if there are not so many."""
    if not path.is_file():
        raise ValueError(f"there is no file {path} of codes: --codes takes one, with a code a line")
    codes = ["".join(line.split()) for line in path.read_text().splitlines() if line.strip()]
    if len(codes) < max(1, count):
        raise ValueError(f"{path} holds {len(codes):,} codes, {max(1, count):,} are needed")
    return codes[: count or None]


def drive(
    given: argparse.Namespace,
    scenario: Scenario,
    codes: Sequence[str],
    folder: Path,
    begun: Sequence[Callable[[float], None]],
) -> tuple[list[Path], list[dict[str, Any]]]:
    """Run the processes; gives their ledgers' files and their shares of the report.

    `begun` hear of the moment at which the run begins, by the clock that all processes share.
    """
    troops = troops_of(codes, given.generator, given.processes)
    files = [folder / f"ledger-{number}" for number in range(len(troops))]
    order = {"url": given.url, "ca_file": given.ca_file, "scenario": asdict(scenario)}
    order |= {"staff": staff_of(given.staff), "of": len(troops)}
    processes = [
        start_process(
            troop.generator,
            order | {"places": troop.places, "ledger": str(files[number]), "share": number},
        )
        for number, troop in enumerate(troops)
    ]
    try:
        parts = [
            part | {"generator": troops[number].generator}
            for number, part in conduct(processes, len(codes), scenario, begun)
        ]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return files, parts


def troops_of(codes: Sequence[str], generator: str, processes: int) -> list[Troop]:
    """Who plays whom: pupils of all indexes in each process, so that none has the early or the late ones."""
    places = list(enumerate(codes))
    step = max(round(1 / BESIDE_SHARE), -(-len(places) // BESIDE_MAX))
    beside = places[::step]
    rest = [place for place in places if place[0] % step]
    crowds = {"locust": beside, "light": rest} if generator == "both" else {generator: places}
    troops = []
    for name, crowd in crowds.items():
        count = processes or -(-len(crowd) // GENERATORS[name][1])
        troops += [Troop(name, crowd[number::count]) for number in range(count)]
    return troops


def start_process(generator: str, order: dict[str, Any]) -> subprocess.Popen[bytes]:
    """A generator process that has its order.

    Each in a session of its own, as the server's processes are: Linux shares the processors out among
    sessions first (autogroups, sched(7)), and a crowd that had one share for all its processes would be late
    by itself where it drives a server on its own machine.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", GENERATORS[generator][0]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")
    process.stdin.flush()
    return process


def conduct(
    processes: Sequence[subprocess.Popen[bytes]],
    pupils: int,
    scenario: Scenario,
    begun: Sequence[Callable[[float], None]],
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Begin when all are ready, tell how far it is, give the shares as they come, each with its number."""
    lines: SimpleQueue[tuple[int, dict[str, Any]]] = SimpleQueue()
    for number, process in enumerate(processes):
        Thread(target=listen, args=(number, process, lines), daemon=True).start()
    ready, done, progress = 0, 0, dict[int, dict[str, int]]()
    several = "1 process" if len(processes) == 1 else f"{len(processes)} processes"
    told(f"{pupils:,} pupils come in {several}, for {scenario.seconds:.0f} s")
    while done < len(processes):
        number, line = lines.get()
        kind = line.pop("kind")
        if kind == "ready":
            ready += 1
            if ready == len(processes):
                begin(processes, begun)
        elif kind == "progress":
            progress[number] = line
            if number == 0:
                tell_progress(progress.values())
        elif kind == "part":
            done += 1
            yield number, line
        else:
            raise RuntimeError("a generator process ended before its time: see the lines above")


def listen(number: int, process: subprocess.Popen[bytes], lines: SimpleQueue[Any]) -> None:
    """Pass on what a process says, and that it has ended."""
    assert process.stdout is not None
    last = ""
    for text in process.stdout:
        line = json.loads(text)
        last = line["kind"]
        lines.put((number, line))
    if last != "part":
        lines.put((number, {"kind": "ended"}))


def begin(processes: Sequence[subprocess.Popen[bytes]], begun: Sequence[Callable[[float], None]]) -> None:
    """Tell all of them the same moment, and whoever else wants to hear of it."""
    begin_s = time.monotonic() + LEAD_S
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(f"{begin_s}\n".encode())
        process.stdin.flush()
    for hear in begun:
        hear(begin_s)


def tell_progress(progress: Any) -> None:
    """One line for a person."""
    sums: dict[str, int] = {}
    for line in progress:
        for name, count in line.items():
            sums[name] = sums.get(name, 0) + count
    told(", ".join(f"{name.replace('_', ' ')} {count}" for name, count in sums.items()))


def told(text: str) -> None:
    """To the person who watches; the report goes to standard output."""
    print(text, file=sys.stderr, flush=True)


def raise_descriptors() -> None:
    """Each pupil is a connection: as many as the machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

"""The same crowd under Locust's own command: its pages, its distributed mode.

    locust -f loadtest/locustfile.py --headless -u 5000 -r 1000 --host http://127.0.0.1:8080 \\
        --codes codes.txt --delivery DELIVERY --operator-token-file operator [--processes 4]

Pupils wait until all are there (`-r` only says how fast), then keep to their timetable. Workers need nothing
but `--worker` and the master's address: codes, scenario and staff come from the master, and each worker takes
every n-th code. At the end the ledger is compared with the archive and the report of `python -m loadtest` is
printed; the exit code follows its rule.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gevent
from locust import events
from locust.runners import STATE_MISSING, LocalRunner, MasterRunner, WorkerRunner

from loadtest.archived import until_archived
from loadtest.beforehand import check_places, check_server
from loadtest.busy import Busy
from loadtest.day import Day
from loadtest.ledger import rows_of
from loadtest.line import Address
from loadtest.outages import Outage, Owner, outages_of
from loadtest.overtime import slice_of
from loadtest.publish import publish
from loadtest.pupil import Crowd, Pupil, tell_locust
from loadtest.report import report_of
from loadtest.run import BROKEN_OFF, COULD_NOT_BEGIN, LEAD_S, read_codes, told
from loadtest.scenario import FILE_MEANING, Scenario, file_among, options, scenario_of
from loadtest.share import REPORT_S, rss_kib
from loadtest.staff import staff_of, watchers
from loadtest.watch import Watch, usage

__all__ = ["Pupil"]

OWN = (
    ("--codes", "file with one code a line"),
    ("--delivery", "the delivery that the codes belong to"),
    ("--operator-token-file", "lets this program read the ledger"),
    ("--report-json", "write the report into this file, too"),
    ("--report-page", "write a page with plots into this file"),
    ("--staff", "file that says whose rooms teachers watch (see loadtest/staff.py)"),
    ("--outage", "redis:60@90,engine:5min: a person, who is told when, stops and starts it"),
    ("--ca-file", "authority of the server's certificate (PEM)"),
)


NEEDED = ("--codes", "--delivery", "--operator-token-file")


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def add_options(parser: Any) -> None:
    """Our options beside Locust's; each may be given as LOADTEST_NAME in the environment."""
    for flag, meaning in OWN:
        parser.add_argument(flag, default="", help=meaning, env_var=_variable(flag))
    parser.add_argument("--scenario", default="", help=FILE_MEANING, env_var=_variable("--scenario"))
    parser.add_argument(
        "--watch", type=int, default=0, help="process of this machine: it and all below it are measured"
    )
    for option in options(_file()):
        parser.add_argument(
            option.flag,
            type=type(option.default),
            default=option.default,
            help=option.meaning,
            env_var=_variable(option.flag),
        )


def _file() -> dict[str, Any]:
    try:
        return file_among(sys.argv[1:], os.environ.get(_variable("--scenario"), ""))
    except ValueError as error:
        told(f"loadtest: {error}")
        sys.exit(COULD_NOT_BEGIN)


def _variable(flag: str) -> str:
    return "LOADTEST_" + flag.removeprefix("--").replace("-", "_").upper()


class Share:
    """One process's part in the run: its pupils if it has any, and what came of them."""

    def __init__(self, environment: Any) -> None:
        self.environment = environment
        self.rows = io.BytesIO()
        self.told = 0
        self.owner = Owner("", [])
        self.watchers: Sequence[Callable[[], None]] = ()
        self.busy = Busy()
        self.parts: dict[str, dict[str, Any]] = {}
        self.workers: list[str] = []
        self.watch = Watch(0, 1.0)
        self.has_begun = self.is_concluded = self.is_broken_off = False

    def check(self) -> None:
        """ValueError, or OSError, with what is missing or wrong; before any pupil is there."""
        given = self.environment.parsed_options
        missing = [flag for flag in NEEDED if not getattr(given, flag[2:].replace("-", "_"))]
        if not self.environment.host:
            missing.append("--host")
        if missing:
            raise ValueError(f"{', '.join(missing)} must be given; loadtest/README.md shows a whole line")
        scenario_of(given)
        self.outages()
        staff_of(given.staff)
        read_codes(Path(given.codes), given.num_users or 1)
        check_places([given.report_json, given.report_page])
        operator = Path(given.operator_token_file).read_text().strip()
        check_server(self.environment.host, given.delivery, operator, given.ca_file or None)

    def orders(self, of: int) -> list[dict[str, Any]]:
        """What each of so many processes is to do; a worker has no files of its own."""
        given = self.environment.parsed_options
        places = list(enumerate(read_codes(Path(given.codes), 0)))
        shared = {"host": self.environment.host, "ca_file": given.ca_file or None, "of": of}
        shared |= {"scenario": asdict(scenario_of(given)), "staff": staff_of(given.staff)}
        return [shared | {"index": index, "places": places[index::of]} for index in range(of)]

    def assemble(self, order: dict[str, Any]) -> None:
        """Make the crowd that is ordered; pupils are spawned next."""
        places = [(index, code) for index, code in order["places"]]
        address = Address.of(order["host"], order["ca_file"])
        day = Day(Scenario(**order["scenario"]), address, places, self.rows)
        self.environment.crowd = Crowd(day)
        tell_locust(self.environment)
        self.watchers = watchers(day, order["staff"], order["index"], order["of"])

    def look_on(self) -> None:
        """What the one process does that knows of the whole run: tell of outages, watch the server."""
        given = self.environment.parsed_options
        self.owner = Owner("", self.outages())
        self.watch = Watch(given.watch, slice_of(scenario_of(given).seconds) / 2)
        self.owner.begin(begin_s := time.monotonic() + LEAD_S)
        self.watch.start(begin_s)

    def begin(self) -> None:
        """All are there."""
        crowd: Crowd = self.environment.crowd
        crowd.day.begin_s = time.monotonic() + LEAD_S
        crowd.begun.set()
        gevent.spawn(self._watch, crowd)
        for work in self.watchers:
            gevent.spawn(work)

    def refuse(self, why: object) -> None:
        """The run cannot begin: say so, and let no pupil wait for ever."""
        told(f"loadtest: {why}")
        self.environment.crowd = None
        self.environment.process_exit_code = COULD_NOT_BEGIN
        if self.environment.web_ui is None:
            sys.exit(COULD_NOT_BEGIN)

    def broken_off(self) -> None:
        """Locust ends; a run that was not concluded has proved nothing."""
        self.owner.stop()
        self.watch.stop()
        if self.has_begun and not self.is_concluded:
            told("loadtest: broken off: nothing was held against the archive, and no report was written")
            self.is_broken_off = True
            self.environment.process_exit_code = BROKEN_OFF

    def _watch(self, crowd: Crowd) -> None:
        while not crowd.finished.wait(timeout=REPORT_S):
            self.busy.sample()
        self.busy.sample()
        if isinstance(self.environment.runner, LocalRunner):
            self.parts["local"] = self.part()
            self.conclude()

    def outages(self) -> list[Outage]:
        """What is to be away, and when."""
        given = self.environment.parsed_options
        return outages_of(given.outage.split(",") if given.outage else [], scenario_of(given))

    def part(self) -> dict[str, Any]:
        """This process's share of the report."""
        counted: dict[str, Any] = self.environment.crowd.day.part()
        own = {"generator_cpu": self.busy.busiest(), "cpu_s": self.busy.used_s(), "rss_kib": rss_kib()}
        return counted | own

    def new_rows(self) -> bytes:
        """Rows of the ledger that the master does not have yet."""
        rows = self.rows.getvalue()[self.told :]
        self.told += len(rows)
        return rows

    def conclude(self) -> None:
        """Compare, print, set the exit code, end; a run that cannot be compared ends as well, and failed."""
        environment = self.environment
        try:
            exit_code = self._judged()
        except (OSError, RuntimeError, ValueError) as error:
            told(f"loadtest: {error}")
            exit_code = 1
        if self.is_broken_off:  # meanwhile: Locust ends, and has its exit code
            return
        environment.process_exit_code = exit_code
        self.is_concluded = True
        environment.runner.quit()

    def _judged(self) -> int:
        environment, given = self.environment, self.environment.parsed_options
        self.watch.stop()
        self.owner.stop()
        told("waiting for the archive ...")
        left_s = time.monotonic()
        found = until_archived(
            environment.host,
            given.delivery,
            Path(given.operator_token_file).read_text().strip(),
            lambda: rows_of(io.BytesIO(self.rows.getvalue())),
            ca_file=given.ca_file or None,
        )
        parts = self.parts.values()
        waited_s, away = time.monotonic() - left_s, Owner("", self.outages()).done()
        report = report_of(scenario_of(given), parts, found, waited_s, away)
        report |= usage(self.watch, report["series"]["slice_s"], report["series"]["slices"])
        if self.is_broken_off:
            return BROKEN_OFF
        return publish(report, json_file=given.report_json, page_file=given.report_page)


@events.init.add_listener  # type: ignore[untyped-decorator]
def prepare(environment: Any, runner: Any, **_: Any) -> None:
    """Tell each process its part: alone, master or worker."""
    share = Share(environment)
    if isinstance(runner, WorkerRunner):
        _be_worker(environment, runner, share)
    elif isinstance(runner, MasterRunner):
        _be_master(environment, runner, share)
    else:
        _be_alone(environment, share)
    if not isinstance(runner, WorkerRunner):
        environment.events.quitting.add_listener(lambda **_: share.broken_off())
        if environment.parsed_options.headless:  # else its page asks for what is missing
            with refusing(share):
                share.check()


@contextmanager
def refusing(share: Share) -> Iterator[None]:
    """What is wrong with the command line is one sentence, and ends the run before it begins."""
    try:
        yield
    except (OSError, ValueError) as error:
        share.refuse(error)


def _be_alone(environment: Any, share: Share) -> None:
    def assemble(**_: Any) -> None:
        with refusing(share):
            share.check()
            share.assemble(share.orders(1)[0])
            share.has_begun = True

    def begin(**_: Any) -> None:
        if environment.crowd:
            share.look_on()
            share.begin()

    environment.events.test_start.add_listener(assemble)
    environment.events.spawning_complete.add_listener(begin)


def _be_worker(environment: Any, runner: Any, share: Share) -> None:
    def assemble(msg: Any, **_: Any) -> None:
        share.assemble(msg.data)

    def report(data: dict[str, Any], **_: Any) -> None:
        data["rows"] = share.new_rows()
        crowd = getattr(environment, "crowd", None)
        if crowd and crowd.finished.is_set():
            data["part"] = share.part()

    runner.register_message("assemble", assemble)
    environment.events.spawning_complete.add_listener(lambda **_: share.begin())
    environment.events.report_to_master.add_listener(report)


def _be_master(environment: Any, runner: Any, share: Share) -> None:
    def assemble(**_: Any) -> None:
        share.workers = sorted(worker.id for worker in runner.clients.ready)  # as Locust counts them out
        with refusing(share):
            share.check()
            for order, worker in zip(share.orders(len(share.workers)), share.workers, strict=True):
                runner.send_message("assemble", order, worker)
            share.has_begun = True
            gevent.spawn(_miss, runner, share)

    def report(client_id: str, data: dict[str, Any], **_: Any) -> None:
        share.rows.write(data.pop("rows", b""))
        if "part" in data and client_id not in share.parts:
            share.parts[client_id] = data.pop("part")
            if len(share.parts) == len(share.workers):
                gevent.spawn(share.conclude)

    def look_on(**_: Any) -> None:
        if share.has_begun:  # and not before: the clock of the pupils begins when all of them are there
            share.look_on()

    environment.events.test_start.add_listener(assemble)
    environment.events.spawning_complete.add_listener(look_on)
    environment.events.worker_report.add_listener(report)


def _miss(runner: Any, share: Share) -> None:
    """A worker that is gone takes its pupils' ledger with it: the run proves nothing, and ends."""
    while not share.is_concluded:
        gevent.sleep(REPORT_S)
        there = {worker.id for worker in runner.clients.all if worker.state != STATE_MISSING}
        gone = [worker for worker in share.workers if worker not in there and worker not in share.parts]
        if gone and not share.is_concluded:
            told(f"loadtest: {', '.join(gone)} went away before its pupils had handed in")
            runner.quit()
            return

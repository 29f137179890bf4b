"""The same crowd under Locust's own command: its pages, its distributed mode.

    locust -f loadtest/locustfile.py --headless -u 5000 -r 1000 --host http://127.0.0.1:8080 \\
        --codes codes.txt --delivery DELIVERY --operator-token-file operator [--processes 4]

Pupils wait until all are there (`-r` only says how fast), then keep to their timetable; each worker takes
every n-th code. At the end the ledger is compared with the archive and the report of `python -m loadtest` is
printed; the exit code follows its rule.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gevent
from locust import events
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from loadtest.archived import until_archived
from loadtest.busy import Busy
from loadtest.day import Day
from loadtest.ledger import rows_of
from loadtest.line import Address
from loadtest.outages import Outage, Owner, outages_of
from loadtest.publish import publish
from loadtest.pupil import Crowd, Pupil, tell_locust
from loadtest.report import report_of
from loadtest.run import LEAD_S, read_codes, told
from loadtest.scenario import options, scenario_of
from loadtest.share import REPORT_S, rss_kib
from loadtest.staff import staff_of, watchers

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


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def add_options(parser: Any) -> None:
    """Our options beside Locust's; each may be given as LOADTEST_NAME in the environment."""
    for flag, meaning in OWN:
        parser.add_argument(flag, default="", help=meaning, env_var=_variable(flag))
    for option in options():
        parser.add_argument(
            option.flag,
            type=type(option.default),
            default=option.default,
            help=option.meaning,
            env_var=_variable(option.flag),
        )


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

    def assemble(self, index: int, of: int) -> None:
        """Make the crowd of worker `index`; pupils are spawned next."""
        given = self.environment.parsed_options
        codes = list(enumerate(read_codes(Path(given.codes), 0)))[index::of]
        address = Address.of(self.environment.host, given.ca_file or None)
        self.environment.crowd = Crowd(Day(scenario_of(given), address, codes, self.rows))
        tell_locust(self.environment)
        self.owner = Owner("", self.outages() if not index else [])
        self.watchers = watchers(self.environment.crowd.day, staff_of(given.staff), index, of)

    def begin(self) -> None:
        """All are there."""
        crowd: Crowd = self.environment.crowd
        crowd.day.begin_s = time.monotonic() + LEAD_S
        crowd.begun.set()
        gevent.spawn(self._watch, crowd)
        self.owner.begin(crowd.day.begin_s)
        for work in self.watchers:
            gevent.spawn(work)

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
        return counted | {"generator_cpu": self.busy.busiest(), "rss_kib": rss_kib()}

    def new_rows(self) -> bytes:
        """Rows of the ledger that the master does not have yet."""
        rows = self.rows.getvalue()[self.told :]
        self.told += len(rows)
        return rows

    def conclude(self) -> None:
        """Compare, print, set the exit code, end."""
        environment, given = self.environment, self.environment.parsed_options
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
        environment.process_exit_code = publish(
            report, json_file=given.report_json, page_file=given.report_page
        )
        environment.runner.quit()


@events.init.add_listener  # type: ignore[untyped-decorator]
def prepare(environment: Any, runner: Any, **_: Any) -> None:
    """Tell each process its part: alone, master or worker."""
    share = Share(environment)
    if isinstance(runner, WorkerRunner):
        _be_worker(environment, runner, share)
    elif isinstance(runner, MasterRunner):
        _be_master(environment, runner, share)
    else:
        environment.events.test_start.add_listener(lambda **_: share.assemble(0, 1))
        environment.events.spawning_complete.add_listener(lambda **_: share.begin())


def _be_worker(environment: Any, runner: Any, share: Share) -> None:
    def assemble(msg: Any, **_: Any) -> None:
        share.assemble(msg.data["index"], msg.data["of"])

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
        workers = [worker.id for worker in runner.clients.ready]
        for index, worker in enumerate(workers):
            runner.send_message("assemble", {"index": index, "of": len(workers)}, worker)

    def report(client_id: str, data: dict[str, Any], **_: Any) -> None:
        share.rows.write(data.pop("rows", b""))
        if "part" in data and client_id not in share.parts:
            share.parts[client_id] = data.pop("part")
            if len(share.parts) == len(runner.clients):
                gevent.spawn(share.conclude)

    environment.events.test_start.add_listener(assemble)
    environment.events.worker_report.add_listener(report)

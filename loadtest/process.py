"""One generator process: `python -m loadtest.process`, started by `loadtest.run`, for ten thousand pupils.

It reads two lines: what to do, as JSON, and when to begin, by the clock that all processes share. It says
"ready" once every pupil waits, some counts every few seconds, and at the end its share of the report.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from pathlib import Path
from typing import Any

import gevent
from gevent.fileobject import FileObject
from locust.env import Environment

from loadtest.busy import Busy
from loadtest.day import Day
from loadtest.line import Address
from loadtest.pupil import Crowd, Pupil
from loadtest.scenario import Scenario

SPAWN_A_SECOND = 5000
REPORT_S = 2.0


def main() -> None:
    """Do one process's share of a run."""
    lines = FileObject(sys.stdin.fileno(), "rb")
    order = json.loads(lines.readline())
    with Path(order["ledger"]).open("wb") as file:
        day = Day(
            Scenario(**order["scenario"]),
            Address.of(order["url"], order["ca_file"]),
            [(index, code) for index, code in order["places"]],
            file,
        )
        crowd = assemble(day, len(order["places"]))
        say("ready", {})
        day.begin_s = float(lines.readline())
        busy = Busy()
        crowd.begun.set()
        watch(crowd, busy)
    say("part", day.part() | {"generator_cpu": busy.busiest(), "rss_kib": rss_kib()})


def assemble(day: Day, count: int) -> Crowd:
    """All pupils, each waiting for the beginning."""
    logging.getLogger("locust").setLevel(logging.ERROR)  # it warns of spawning fast, which is harmless here
    environment = Environment(user_classes=[Pupil])
    environment.crowd = crowd = Crowd(day)  # type: ignore[attr-defined]
    runner = environment.create_local_runner()
    runner.start(count, spawn_rate=SPAWN_A_SECOND)
    while crowd.present < count:
        gevent.sleep(0.01)
    return crowd


def watch(crowd: Crowd, busy: Busy) -> None:
    """Tell how far it is until the last pupil has left."""
    while not crowd.finished.wait(timeout=REPORT_S):
        busy.sample()
        counts = crowd.day.counts
        say("progress", {name: counts[name] for name in ("logged_in", "started", "acknowledged", "errors")})
    busy.sample()


def say(kind: str, value: dict[str, Any]) -> None:
    """One line to the process that started this one."""
    print(json.dumps({"kind": kind} | value), flush=True)


def rss_kib() -> int:
    """The most memory that this process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()

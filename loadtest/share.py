"""One generator process's share of a run, whichever generator it is: what it is told, and what it tells.

It reads two lines: what to do, as JSON, and when to begin, by the clock that all processes share. It says
"ready" once every pupil waits, some counts every few seconds, and at the end its share of the report.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Mapping
from typing import Any, BinaryIO

from loadtest.busy import Busy
from loadtest.day import Day
from loadtest.line import Address
from loadtest.scenario import Scenario

REPORT_S = 2.0
TOLD = ("logged_in", "started", "acknowledged", "errors")


class Share:
    """What is told while the pupils are there; call `look` every `REPORT_S` seconds."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self._busy = Busy()

    def look(self) -> None:
        """How far it is."""
        self._busy.sample()
        say("progress", {name: self.day.counts[name] for name in TOLD})

    def part(self) -> dict[str, Any]:
        """The share of the report, when the last pupil has left."""
        self._busy.sample()
        return self.day.part() | {
            "generator_cpu": self._busy.busiest(),
            "cpu_s": self._busy.used_s(),
            "rss_kib": rss_kib(),
        }


def day_of(order: Mapping[str, Any], file: BinaryIO) -> Day:
    """The day that was ordered; `file` takes the ledger's rows."""
    places = [(index, code) for index, code in order["places"]]
    return Day(Scenario(**order["scenario"]), Address.of(order["url"], order["ca_file"]), places, file)


def say(kind: str, value: Mapping[str, Any]) -> None:
    """One line to the process that started this one."""
    print(json.dumps({"kind": kind, **value}), flush=True)


def rss_kib() -> int:
    """The most memory that this process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

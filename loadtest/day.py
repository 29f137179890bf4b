"""What the pupils of one process share: timetable, clock, counters, the open form, the ledger's file."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, BinaryIO

from loadtest.intended import Delays
from loadtest.ledger import row
from loadtest.line import Address, Connect, connect
from loadtest.outbox import Batch
from loadtest.overtime import OverTime, slice_of
from loadtest.paper import Paper
from loadtest.scenario import Scenario
from loadtest.seconds import Seconds

Tell = Callable[[str, float, int, str], None]
"""(kind, milliseconds, bytes, what went wrong or "") of each attempt; Locust's own statistics hang on it."""


class Day:
    """One process's share of a run. Pupils come in the order of `places`: (index in the run, code)."""

    def __init__(
        self, scenario: Scenario, address: Address, places: Sequence[tuple[int, str]], file: BinaryIO
    ) -> None:
        self.scenario = scenario
        self.address = address
        self.begin_s = 0.0
        self.delays = Delays()
        self.seconds = Seconds()
        self.over_time = OverTime(slice_of(scenario.seconds))
        self.counts: Counter[str] = Counter()
        self.random = Random(f"{scenario.seed}/crowd/{places[0][0] if places else 0}")
        self.sleep: Callable[[float], None] = time.sleep
        self.connect: Connect = connect
        self.tell: Tell = lambda kind, ms, size, wrong: None
        self.sealed: dict[str, bytes] = {}
        self.papers: dict[str, Paper] = {}
        self._places = list(reversed(places))
        self._file = file

    def now_s(self) -> float:
        """Seconds since the run began; the processes of one machine share this clock."""
        return time.monotonic() - self.begin_s

    def next_place(self) -> tuple[int, str] | None:
        """The next pupil's index and code, or None when all have come."""
        return self._places.pop() if self._places else None

    def paper(self, form: str, key: bytes) -> Paper:
        """The open form; opened by the first pupil of this process who has the key."""
        if form not in self.papers:
            self.papers[form] = Paper.open(
                self.sealed[form], key, long_characters=self.scenario.long_characters, random=self.random
            )
        return self.papers[form]

    def timed(self, kind: str, intended_s: float, done_s: float) -> None:
        """Something intended at one moment was done at another."""
        self.delays.record(kind, intended_s, done_s)
        self.over_time.timed(kind, intended_s, done_s)

    def happened(self, name: str, how_many: int = 1) -> None:
        """Something that is counted for the whole run and over time."""
        self.counts[name] += how_many
        self.over_time.count(name, self.now_s(), how_many)

    def refused(self, kind: str, why: str) -> None:
        """A call was not taken for the moment."""
        self.counts[f"refused: {kind}"] += 1
        self.happened(f"why: {why}")

    def error(self, what: str) -> None:
        """Something that must never happen."""
        self.counts["errors"] += 1
        self.counts[f"error: {what}"] += 1

    def acknowledged(self, session: str, batch: Batch) -> None:
        """A batch was acknowledged for the first time."""
        batch.told = True
        self._file.write(row(session, batch.n, batch.weight, batch.body))
        self.counts["batches"] += 1
        self.happened("acknowledged", len(batch.due))
        self.seconds.saved(self.now_s(), len(batch.due))

    def given(self, back_s: float) -> None:
        """By how much the server moved a pupil's deadline while the test ran."""
        self.delays.record("given", 0.0, max(0.0, back_s))

    def lags(self, batches: int) -> None:
        """So many earlier batches of a pupil are acknowledged and not yet in the archive."""
        self.over_time.count("replies", self.now_s())
        self.over_time.count("unarchived", self.now_s(), batches)

    def part(self) -> dict[str, Any]:
        """This process's share of the report."""
        return {
            "counts": dict(self.counts),
            "delays": self.delays.encoded(),
            "seconds": self.seconds.encoded(),
            "over_time": self.over_time.encoded(),
        }

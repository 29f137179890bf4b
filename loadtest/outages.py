"""Outages within a run: when something is stopped, for how long, and by whom.

    redis:60        Redis is gone for 60 s; the moments are chosen so that there is work before and after
    engine:5min@90  the whole engine is gone for five minutes, from 90 s after the beginning

This program stops nothing: it sees HTTP alone. Whoever owns the server (`passation loadtest` owns the one it
started) finds the moments in the file `--owner`, and writes into it what was done; else a person is told.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from loadtest.scenario import Scenario

WHAT = ("redis", "engine")
UNITS_S = {"": 1, "s": 1, "min": 60}
_SPEC = re.compile(r"([a-z]+):([0-9]+(?:\.[0-9]+)?) ?(s|min)?(?:@([0-9]+(?:\.[0-9]+)?))?")
WORK_S = 5.0
"""At least so much of the test lies before, between and after outages."""


@dataclass(frozen=True, slots=True)
class Outage:
    """Something is away, in seconds since the run began."""

    what: str
    from_s: float
    to_s: float


def outages_of(specs: Sequence[str], scenario: Scenario) -> list[Outage]:
    """The outages in their order, or ValueError with what is wrong."""
    parts = [_SPEC.fullmatch(spec.strip()) for spec in specs]
    for spec, part in zip(specs, parts, strict=True):
        if not part or part[1] not in WHAT:
            raise ValueError(f"{spec!r} is no outage: write {' or '.join(WHAT)}, then :60 or :5min, then @90")
    lengths = [(part[1], float(part[2]) * UNITS_S[part[3] or ""], part[4]) for part in parts if part]
    begin_s, end_s = scenario.arrival_s + scenario.start_window_s, scenario.seconds
    free_s = end_s - begin_s - sum(length_s for _, length_s, _ in lengths)
    pause_s = free_s / (len(lengths) + 1)
    found, next_s = [], begin_s + pause_s
    for what, length_s, at in lengths:
        from_s = float(at) if at else next_s
        found.append(Outage(what, round(from_s, 3), round(from_s + length_s, 3)))
        next_s = from_s + length_s + pause_s
    _check(sorted(found, key=lambda outage: outage.from_s), begin_s, end_s)
    return found


def _check(outages: Sequence[Outage], begin_s: float, end_s: float) -> None:
    free_s = begin_s
    for outage in outages:
        if outage.from_s < free_s + WORK_S:
            raise ValueError(
                f"{outage.what} would be away from {outage.from_s:.0f} s on, with less than {WORK_S:.0f} s "
                "of work before: give the run more seconds, or another moment"
            )
        free_s = outage.to_s
    if outages and free_s + WORK_S > end_s:
        raise ValueError(f"the run ends {end_s - free_s:.0f} s after the last outage: give it more seconds")


class Owner:
    """Tells whoever owns the server when the run begins; knows afterwards what was done to it."""

    def __init__(self, file: str, outages: Sequence[Outage]) -> None:
        self._file = Path(file) if file else None
        self._outages = outages
        self._over = Event()

    def begin(self, begin_s: float) -> None:
        """The run begins at that moment of the shared clock."""
        if not self._outages:
            return
        if self._file:
            plan = {"begin_s": begin_s, "outages": [asdict(outage) for outage in self._outages]}
            made = self._file.with_suffix(".new")
            made.write_text(json.dumps(plan))
            os.replace(made, self._file)
        else:
            Thread(target=self._tell, args=(begin_s,), daemon=True).start()

    def stop(self) -> None:
        """The run is over; nobody needs to be told any more."""
        self._over.set()

    def done(self) -> list[dict[str, Any]]:
        """What was done, as the owner noted it; without an owner, what was meant to be done."""
        if self._file:
            notes = self._file.with_suffix(".done")
            return [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
        return [asdict(outage) for outage in self._outages]

    def _tell(self, begin_s: float) -> None:
        moments = [(outage.from_s, f"stop {outage.what}") for outage in self._outages]
        moments += [(outage.to_s, f"start {outage.what} again") for outage in self._outages]
        for at_s, act in sorted(moments):
            if self._over.wait(max(0.0, begin_s + at_s - time.monotonic())):
                return
            print(f"now: {act}", file=sys.stderr, flush=True)

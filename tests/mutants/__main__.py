"""`make mutants`: every mutant of the protocol, and whether the tests see it.

First the recorded histories (`histories.py`); what survives them, and what they cannot judge, meets the
tests. Prints of each module, as it goes, what survived both and how many did not, and in the end the sum; a
run that is ended early (Ctrl-C) prints what it has found by then.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FrameType
from typing import NamedTuple

from tests.mutants import changes, looks, lua
from tests.mutants.loading import Memory, path_of
from tests.mutants.spread import spread

PROTOCOL = [
    f"simulation.protocol.{name}" for name in ("saves", "session", "staff", "group", "upkeep", "outbox")
]
TABLES = ["sessions.states", "sessions.model"]
SCRIPTS = [
    f"{looks.LUA}{name}"
    for name in ("head", "batches", "answers", "course", "staff", "keeping", "run", "upkeep")
]
MODULES = [*PROTOCOL, *TABLES]
LEAST = 0.9
ENDINGS = (signal.SIGINT, signal.SIGTERM)


class Made(NamedTuple):
    """A mutant of a module."""

    module: str
    line: int
    what: str
    source: str


class Tally:
    """What has come of `count` mutants so far."""

    def __init__(self, name: str, count: int) -> None:
        self.name = name
        self.count = count
        self.killed = 0
        self.survived: list[Made] = []

    @property
    def met(self) -> int:
        """Those that have been looked at."""
        return self.killed + len(self.survived)

    @property
    def is_enough(self) -> bool:
        """Whether nine of ten were seen, of all that were made."""
        return self.killed >= LEAST * self.count

    def __str__(self) -> str:
        share = f"{self.killed / self.met:7.1%}" if self.met else "      -"
        left = f", {self.count - self.met} not looked at" if self.met < self.count else ""
        return f"{self.name:30} {self.count:5} mutants {self.killed:5} killed {share}{left}"


class Judge:
    """Looks at the mutants of these modules, some side by side."""

    def __init__(self, modules: Sequence[str], jobs: int) -> None:
        importlib.import_module("tests.mutants.histories")
        for name in looks.STORE + looks.PROTOCOL:
            importlib.import_module(name.partition(".py")[0].replace("/", "."))
        memory = Memory()
        sys.meta_path.insert(0, memory)
        self._jobs = jobs
        self._histories = looks.by_histories(memory) if set(modules) & set(PROTOCOL) else None
        self._tests = looks.by_tests(memory)
        self._sound: set[tuple[str, ...]] = set()
        """Tests that do not fail without any mutant."""

    def seen(self, made: Sequence[Made]) -> Iterator[tuple[Made, bool]]:
        """Each of these mutants of one module, and whether it is seen, as it turns out."""
        module, left = made[0].module, list(made)
        if self._histories is not None and module in PROTOCOL:
            left = []
            for one, is_seen in self._spread(made, self._histories):
                if is_seen:
                    yield one, True
                else:
                    left.append(one)
        if left:
            self._check_sound(module)
        yield from self._spread(left, self._tests)

    def _check_sound(self, module: str) -> None:
        if (tests := looks.tests_of(module)) not in self._sound:
            sound = Made(module, 0, "", path_of(module).read_text())
            if any(is_seen for _, is_seen in self._spread([sound], self._tests)):
                sys.exit("the tests fail without any mutant: run them by hand")
            self._sound.add(tests)

    def _spread(self, made: Sequence[Made], look: Callable[[str, str], bool]) -> Iterator[tuple[Made, bool]]:
        given = [(one.module, one.source) for one in made]
        return ((made[place], is_seen) for place, is_seen in spread(given, look, self._jobs))


def main() -> int:
    """The command; exit code 0 only if nine of ten are seen, in each module and of all."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--module", action="append", choices=MODULES + SCRIPTS, help="only this one")
    parser.add_argument("--scripts", action="store_true", help="the Lua, which takes twice as long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    for ending in ENDINGS:  # the first is ignored in what a shell runs behind itself
        signal.signal(ending, _end)
    modules = given.module or (SCRIPTS if given.scripts else MODULES)
    began_s = time.monotonic()
    is_enough = report([_made_of(module) for module in modules], Judge(modules, given.jobs).seen)
    print(f"{time.monotonic() - began_s:.0f} s with {given.jobs} processes")
    return 0 if is_enough else 1


def report(
    modules: Sequence[Sequence[Made]], seen: Callable[[Sequence[Made]], Iterable[tuple[Made, bool]]]
) -> bool:
    """Print what comes of the mutants of each module once it is known, then of all; whether it is enough."""
    tallies = [Tally(made[0].module, len(made)) for made in modules]
    begun: list[Tally] = []
    try:
        for tally, made in zip(tallies, modules, strict=True):
            begun.append(tally)
            for one, is_seen in seen(made):
                if is_seen:
                    tally.killed += 1
                else:
                    tally.survived.append(one)
            _tell(begun.pop())
    except KeyboardInterrupt:
        for tally in begun:
            _tell(tally)
    everything = Tally("all", sum(tally.count for tally in tallies))
    everything.killed = sum(tally.killed for tally in tallies)
    everything.survived = [one for tally in tallies for one in tally.survived]
    print(everything, flush=True)
    return all(tally.is_enough for tally in (*tallies, everything))


def _tell(tally: Tally) -> None:
    for made in tally.survived:
        print(f"survived: {made.module}:{made.line} {made.what}")
    print(tally, flush=True)


def _end(_number: int, _frame: FrameType | None) -> None:
    for ending in ENDINGS:  # what is known is to be told undisturbed
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt


def _made_of(module: str) -> list[Made]:
    make = lua.mutants if module in SCRIPTS else changes.mutants
    return [Made(module, *mutant) for mutant in make(path_of(module).read_text())]


if __name__ == "__main__":
    sys.exit(main())

"""`make mutants`: every mutant of the protocol, and whether the tests see it.

First the recorded histories (`histories.py`); what survives them, and what they cannot judge, meets the
tests. Prints what survived both, and a table.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
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


class Made(NamedTuple):
    """A mutant of a module."""

    module: str
    line: int
    what: str
    source: str


def main() -> int:
    """The command; exit code 0 only if nine of ten are seen, in each module and of all."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--module", action="append", choices=MODULES + SCRIPTS, help="only this one")
    parser.add_argument("--scripts", action="store_true", help="the Lua, which takes twice as long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    modules = given.module or (SCRIPTS if given.scripts else MODULES)
    began_s = time.monotonic()
    chosen = [made for module in modules for made in _made_of(module)]
    survived = _survivors(chosen, given.jobs)
    for made in survived:
        print(f"survived: {made.module}:{made.line} {made.what}")
    is_enough = _report(chosen, survived)
    print(f"{time.monotonic() - began_s:.0f} s with {given.jobs} processes")
    return 0 if is_enough else 1


def _survivors(chosen: Sequence[Made], jobs: int) -> list[Made]:
    importlib.import_module("tests.mutants.histories")
    for name in looks.STORE + looks.PROTOCOL:
        importlib.import_module(name.partition(".py")[0].replace("/", "."))
    memory = Memory()
    sys.meta_path.insert(0, memory)
    first = [made for made in chosen if made.module in PROTOCOL]
    unseen = _unseen(first, looks.by_histories(memory), jobs) if first else []
    print(f"{len(first)} mutants met the histories, {len(unseen)} of them unseen", flush=True)
    second = [*unseen, *(made for made in chosen if made.module not in PROTOCOL)]
    look = looks.by_tests(memory)
    judges = {looks.tests_of(made.module): made.module for made in second}
    sound = [Made(module, 0, "", path_of(module).read_text()) for module in judges.values()]
    if len(_unseen(sound, look, jobs)) != len(sound):
        sys.exit("the tests fail without any mutant: run them by hand")
    return _unseen(second, look, jobs)


def _unseen(made: Sequence[Made], look: Callable[[str, str], bool], jobs: int) -> list[Made]:
    seen = spread([(one.module, one.source) for one in made], look, jobs)
    return [one for one, is_seen in zip(made, seen, strict=True) if not is_seen]


def _report(chosen: Sequence[Made], survived: Sequence[Made]) -> bool:
    lived = Counter(made.module for made in survived)
    parts = [(name, len(list(all_)), lived[name]) for name, all_ in groupby(made.module for made in chosen)]
    parts.append(("all", len(chosen), len(survived)))
    for name, count, living in parts:
        print(f"{name:30} {count:5} mutants {count - living:5} killed {1 - living / count:7.1%}")
    return all(count - living >= LEAST * count for _, count, living in parts)


def _made_of(module: str) -> list[Made]:
    make = lua.mutants if module in SCRIPTS else changes.mutants
    return [Made(module, *mutant) for mutant in make(path_of(module).read_text())]


if __name__ == "__main__":
    sys.exit(main())

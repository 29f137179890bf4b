"""`make mutants`: every mutant of the protocol, and whether the tests see it.

First the recorded histories (`histories.py`), in a process each; what survives them meets the tests of the
store on a real Redis. Prints what survived both, and a table.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.mutants import loading
from tests.mutants.changes import Mutant, mutants

ROOT = Path(__file__).parents[2]
PROTOCOL = [
    f"simulation.protocol.{name}" for name in ("saves", "session", "staff", "group", "upkeep", "outbox")
]
MODULES = [*PROTOCOL, "sessions.states", "sessions.model"]
TESTS = [
    f"tests/sessions/test_{name}.py"
    for name in ("states", "saves", "staff", "course", "late", "adoption", "import", "journal", "upkeep")
]
CPU_S = 60
"""A mutant that never ends is ended, and counts as seen."""
SEEN, UNSEEN = 0, 3


def main() -> int:
    """The command; exit code 0 only if nine of ten are seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--module", action="append", choices=MODULES, help="only this one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    chosen = [(module, mutant) for module in given.module or MODULES for mutant in _mutants_of(module)]
    first = list(_spread(chosen, _by_histories(), given.jobs))
    left = [pair for pair, seen in zip(chosen, first, strict=True) if not seen]
    if left:
        _must_pass()
    second = dict(zip(left, _spread(left, _by_tests, given.jobs), strict=True))
    for (module, mutant), seen in second.items():
        if not seen:
            print(f"survived: {module}:{mutant.line} {mutant.what}")
    return _report(chosen, [pair for pair, seen in second.items() if not seen])


def _report(chosen: Sequence[tuple[str, Mutant]], survived: Sequence[tuple[str, Mutant]]) -> int:
    made, lived = (Counter(module for module, _ in pairs) for pairs in (chosen, survived))
    for module, count in made.items():
        killed = count - lived[module]
        print(f"{module:30} {count:5} mutants {killed:5} killed {killed / count:7.1%}")
    killed = len(chosen) - len(survived)
    print(f"{'all':30} {len(chosen):5} mutants {killed:5} killed {killed / len(chosen):7.1%}")
    return 0 if killed >= 0.9 * len(chosen) else 1


def _mutants_of(module: str) -> list[Mutant]:
    return mutants((ROOT / loading.path_of(module)).read_text())


def _spread(
    pairs: Sequence[tuple[str, Mutant]], look: Callable[[str, Mutant], bool], jobs: int
) -> Iterator[bool]:
    """Whether each mutant is seen, `jobs` of them looked at side by side."""
    under_way: dict[int, int] = {}
    seen: dict[int, bool] = {}
    for place, (module, mutant) in enumerate(pairs):
        while len(under_way) >= jobs:
            _wait(under_way, seen)
        if child := os.fork():
            under_way[child] = place
            continue
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        status = SEEN
        try:
            status = SEEN if look(module, mutant) else UNSEEN
        finally:
            os._exit(status)
    while under_way:
        _wait(under_way, seen)
    yield from (seen[place] for place in range(len(pairs)))


def _wait(under_way: dict[int, int], seen: dict[int, bool]) -> None:
    child, status = os.wait()
    seen[under_way.pop(child)] = not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == UNSEEN)


def _by_histories() -> Callable[[str, Mutant], bool]:
    from tests.mutants import histories

    sessions, boxes = histories.recorded()
    assert not histories.differs(sessions, boxes, "outbox")
    assert not histories.differs(sessions, boxes, "session")

    def look(module: str, mutant: Mutant) -> bool:
        loading.forget()
        loading.install(module, mutant.source)
        from tests.mutants import histories

        return histories.differs(sessions, boxes, module.rpartition(".")[2])

    return look


def _by_tests(module: str, mutant: Mutant) -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(mutant.source)
        file.flush()
        return _tests({loading.MODULE: module, loading.SOURCE: file.name}) != 0


def _must_pass() -> None:
    if _tests({}) != 0:
        sys.exit("the tests fail without any mutant: run them by hand")


def _tests(environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not long", "-p", "tests.mutants.loading"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *TESTS],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())

"""A look at each of many mutants, some side by side, each in a process forked from this one."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

CPU_S = 120
ALARM_S = 900
"""A mutant that never ends is ended, and counts as seen; so is one that waits for what never comes."""
SEEN, UNSEEN = 0, 3


def spread(
    given: Sequence[tuple[str, str]], look: Callable[[str, str], bool], jobs: int
) -> Iterator[tuple[int, bool]]:
    """The place of each and what `look` says of it, as they end; whoever stops asking ends all under way."""
    under_way: dict[int, int] = {}
    try:
        for place, one in enumerate(given):
            while len(under_way) >= jobs:
                yield _wait(under_way)
            if child := os.fork():
                under_way[child] = place
            else:
                _look(look, one)
        while under_way:
            yield _wait(under_way)
    finally:
        for child in under_way:
            _end(child)


def _look(look: Callable[[str, str], bool], one: tuple[str, str]) -> None:
    """In the child: it ends here, whatever happens."""
    status = SEEN
    try:
        os.setpgid(0, 0)  # so that what it starts ends with it
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        signal.alarm(ALARM_S)
        status = SEEN if look(*one) else UNSEEN
    finally:
        os._exit(status)


def _wait(under_way: dict[int, int]) -> tuple[int, bool]:
    child, status = os.wait()
    _end(child)
    return under_way.pop(child), not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == UNSEEN)


def _end(child: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)

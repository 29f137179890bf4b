"""What `make mutants` says while it works, and when it is ended before its time."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence

import pytest

from tests.mutants.__main__ import Made, report
from tests.mutants.loading import ROOT
from tests.patience import PATIENCE_S


def some(module: str, count: int) -> list[Made]:
    """Mutants of a module, on lines of their own."""
    return [Made(module, line, "always true", "") for line in range(count)]


def test_each_module_is_told_as_soon_as_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    """Its survivors, then its line; nobody waits for the others."""
    told: list[str] = []

    def seen(made: Sequence[Made]) -> Iterable[tuple[Made, bool]]:
        told.append(capsys.readouterr().out)
        return ((one, one.line != 3) for one in made)

    assert not report([some("a", 20), some("b", 4)], seen)  # three of four in the second: not enough

    survived, line = told[1].splitlines()
    assert told[0] == ""
    assert survived == "survived: a:3 always true"
    assert line.split() == ["a", "20", "mutants", "19", "killed", "95.0%"]
    assert capsys.readouterr().out.splitlines()[-1].split()[:4] == ["all", "24", "mutants", "22"]


def test_a_run_that_is_ended_early_tells_what_it_has_found(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the module under way as far as it got; those not looked at are no success."""

    def seen(made: Sequence[Made]) -> Iterable[tuple[Made, bool]]:
        yield made[0], True
        yield made[1], False
        raise KeyboardInterrupt

    assert not report([some("a", 9), some("b", 9)], seen)

    survived, line, everything = capsys.readouterr().out.splitlines()
    assert survived == "survived: a:1 always true"
    assert line.endswith("1 killed   50.0%, 7 not looked at")
    assert everything.endswith("1 killed   50.0%, 16 not looked at")


ENDLESS = """
import os, signal
from tests.mutants.spread import spread

def look(module, source):
    print("under way", flush=True)
    signal.pause()

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by what runs in the background
list(spread([("endless", "")], look, 1))
"""


def test_what_is_under_way_ends_with_whoever_started_it() -> None:
    """A look that lasts for ever is a process of its own, and holds the same pipe open."""
    given = [sys.executable, "-c", ENDLESS]
    with subprocess.Popen(given, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"under way\n"
        process.send_signal(signal.SIGINT)
        _, problem = process.communicate(timeout=PATIENCE_S)
    assert problem.endswith(b"KeyboardInterrupt\n")

"""Two looks at a mutant, each in a process of its own: at the recorded histories, and through the tests."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.loading import ROOT, Memory, forget

LUA = "sessions.lua."
PURE = (
    "test_what_was_acknowledged_and_then_lost_goes_again_from_a_new_seat",
    "test_a_new_seat_sends_only_what_the_server_lacks",
    "test_an_answer_of_another_seat_stands_though_its_number_was_ours_once",
    "test_an_answer_that_was_given_since_is_not_refused_with_the_one_before",
)
STORE = (
    "tests/sessions/test_model.py",
    "tests/sessions/test_states.py",
    *(
        f"tests/sessions/test_{name}.py"
        for name in (
            "next_save",
            "held",
            "saves",
            "saves_at_zero",
            "short_way",
            "staff",
            "course",
            "late",
            "adoption",
            "import",
            "journal",
            "upkeep",
        )
    ),
    "tests/simulation/test_corners.py",
    "tests/simulation/test_script.py",
    "tests/simulation/test_lanes.py",
    "tests/sessions/test_convergence.py",
)
PROTOCOL = (
    "tests/simulation/test_corners.py",
    "tests/simulation/test_script.py",
    "tests/simulation/test_lanes.py",
    *(f"tests/simulation/test_outbox.py::{name}" for name in PURE),
    "tests/simulation/test_worlds.py::test_no_promise_is_broken_whatever_goes_wrong[some]",
)
Look = Callable[[str, str], bool]
"""Whether a module is seen to have other source than its own; what it does to the process is not undone."""


def by_histories(memory: Memory) -> Look:
    """The changed protocol makes something else of a recorded history."""
    histories = importlib.import_module("tests.mutants.histories")
    before = histories.recorded()
    for is_outbox in (True, False):
        if histories.differs(before, is_outbox=is_outbox):
            sys.exit("the sound protocol makes something else of its own histories")

    def look(module: str, source: str) -> bool:
        memory.change(module, source)
        forget("simulation", "tests")
        histories = importlib.import_module("tests.mutants.histories")
        return bool(histories.differs(before, is_outbox=module.endswith(".outbox")))

    return look


def by_tests(memory: Memory) -> Look:
    """A test fails: of the store on a real Redis, or of the worlds that run the protocol."""

    def look(module: str, source: str) -> bool:
        forget()
        with tempfile.TemporaryDirectory() as folder:
            is_script = module.startswith(LUA)
            if is_script:
                _change_script(Path(folder), module.removeprefix(LUA), source)
            else:
                memory.change(module, source)
            return _fails(tests_of(module), Path(folder), is_script=is_script)

    return look


def tests_of(module: str) -> tuple[str, ...]:
    """The likeliest to fail come first."""
    return PROTOCOL if module.startswith("simulation.") else STORE


def _change_script(folder: Path, name: str, source: str) -> None:
    script = importlib.import_module("sessions.script")
    for file in script.FOLDER.glob("*.lua"):
        (folder / file.name).write_text(source if file.stem == name else file.read_text())
    script.FOLDER = folder  # type: ignore[attr-defined]


def _fails(tests: tuple[str, ...], folder: Path, *, is_script: bool) -> bool:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    given = [f"--rootdir={ROOT}", "-q", "-x", "-m", "not long", "--assert=plain", "-p", "no:cacheprovider"]
    with importlib.import_module("tests.sessions.servers").running_redis(folder) as url:
        if is_script and _disagree(url):
            return True
        return pytest.main([*given, *tests], plugins=[_Given(url)]) != 0


def _disagree(url: str) -> bool:
    """As `test_corners.py`, without all that pytest does first: nine of ten end here."""
    corners = importlib.import_module("tests.simulation.test_corners")
    try:
        for corner in corners.CORNERS:
            corners.on_both(url, corner)
    except Exception:
        return True
    return False


class _Given:
    """Tests have this Redis: it keeps nothing on a disk, and ends with the mutant."""

    def __init__(self, url: str) -> None:
        self._url = url

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> str | None:
        if fixturedef.argname != "redis_url":
            return None
        fixturedef.cached_result = (self._url, fixturedef.cache_key(request), None)
        return self._url

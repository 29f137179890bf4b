"""The end of an engine: in order, and whole. What kills do to it stands in tests/faults."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil

from engine.settings import Settings
from tests.ports import free_port
from tests.processes import left_of
from tests.served import ROOT, environment, served


def test_stopping_the_engine_leaves_nothing_behind(tmp_path: Path) -> None:
    """After SIGTERM no process of it is left, and the exit is clean."""
    with served(tmp_path) as engine:
        children = engine.processes("")
        assert children
        engine.stop()
        assert engine.process.returncode == 0
        assert left_of(children) == []


def test_a_signal_while_the_engine_starts_leaves_nothing_behind(tmp_path: Path) -> None:
    """As soon as there is a process to leave behind: Redis, before anything is served."""
    settings = Settings.load({}, data_dir=tmp_path / "data", keys_dir=tmp_path / "keys", port=free_port())
    command = [sys.executable, "-m", "engine", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(settings), stdout=subprocess.DEVNULL)
    children: list[psutil.Process] = []
    while process.poll() is None and not children:
        children = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    assert children
    assert left_of(children) == []

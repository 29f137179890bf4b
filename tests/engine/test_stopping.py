"""The end of an engine: in order, and whole. What kills do to it stands in tests/faults."""

from __future__ import annotations

from pathlib import Path

from tests.processes import left_of
from tests.served import served


def test_stopping_the_engine_leaves_nothing_behind(tmp_path: Path) -> None:
    """After SIGTERM no process of it is left, and the exit is clean."""
    with served(tmp_path) as engine:
        children = engine.processes("")
        assert children
        engine.stop()
        assert engine.process.returncode == 0
        assert left_of(children) == []

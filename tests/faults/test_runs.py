"""Real faults on real processes: nothing told is lost, doubled or crossed (P1, P2)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from faults.kinds import KINDS
from faults.run import Size, Skipped, run

EXACT = {"lost": 0, "doubled": 0, "crossed": 0, "phantoms": 0, "problems": []}


async def judged(kind: str, size: Size) -> dict[str, Any]:
    """A run of a kind, in a folder whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="passation-faults-") as folder:
        return await run(kind, 1, size, Path(folder))


async def test_nothing_told_is_lost_when_worker_redis_and_drain_are_killed() -> None:
    """Every batch that a pupil was told is saved stands in the archive, once, with the very bytes."""
    line = await judged("kills", Size(pupils=200, seconds=3.5))
    assert line["hits"] >= 3
    assert line["acknowledged"] > 0
    assert {name: line[name] for name in EXACT} == EXACT


@pytest.mark.long
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "kills"])
async def test_each_kind_of_fault_keeps_its_promise(kind: str) -> None:
    """The criterion of the table in faults/README.md, on a small class."""
    try:
        line = await judged(kind, Size(pupils=60, seconds=10))
    except Skipped as reason:
        pytest.skip(str(reason))
    assert {name: line[name] for name in EXACT} == EXACT

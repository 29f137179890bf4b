"""Real faults on real processes: nothing told is lost, doubled or crossed (P1, P2)."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from faults.kinds import KINDS
from faults.run import Size, Skipped, run, sources_of
from sessions import keys
from tests.patience import PATIENCE_S

EXACT = {"lost": 0, "doubled": 0, "crossed": 0, "phantoms": 0, "problems": []}


async def judged(kind: str, size: Size) -> dict[str, Any]:
    """A run of a kind, in a folder whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="passation-faults-") as folder:
        return await run(kind, 1, size, Path(folder))


async def test_nothing_told_is_lost_when_worker_redis_and_drain_are_killed() -> None:
    """Every batch that a pupil was told is saved stands in the archive, once, with the very bytes."""
    line = await judged("kills", Size(pupils=200, seconds=4.5, hits=3, home_s=PATIENCE_S))
    assert line["hits"] >= 3
    assert line["acknowledged"] > 0
    assert {name: line[name] for name in EXACT} == EXACT


@pytest.mark.long
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "kills"])
async def test_each_kind_of_fault_keeps_its_promise(kind: str) -> None:
    """The criterion of the table in faults/README.md, on a small class."""
    try:
        line = await judged(kind, Size(pupils=60, seconds=10, home_s=PATIENCE_S))
    except Skipped as reason:
        pytest.skip(str(reason))
    assert {name: line[name] for name in EXACT} == EXACT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"LAYOUT = {keys.LAYOUT + 1}\n", f"otherwise \\({keys.LAYOUT + 1}, here {keys.LAYOUT}\\)"),
        ("", "otherwise \\(an unnamed one"),
        (None, "is no commit"),
    ],
)
def test_a_version_that_cannot_share_a_redis_with_ours_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, why: str
) -> None:
    """Nobody waits for workers that refuse to start."""
    monkeypatch.setattr("faults.run.ROOT", tmp_path)
    for name in ("engine", "items", "sessions"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "keys.py").write_text(text or "")
    made = ["-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-qm", "old"]
    for command in (["init", "-q"], ["add", "."], made):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    commit = "HEAD" if text is not None else "0123456"
    with pytest.raises(Skipped, match=why), sources_of(commit):
        pass

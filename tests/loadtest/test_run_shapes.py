"""Short runs of the suite against a real server: staff and levels, an outage, every shape."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parent.parent.parent
QUICK = ("think_s=1", "arrive_s=1", "start_window_s=1", "hand_in_window_s=2")
CALM = (f"timeout_s={PATIENCE_S}", f"patience_s={PATIENCE_S}")
"""No pupil asks twice, or gives up, because the machine stands still."""


def run(folder: Path, seconds: float, *more: str, options: tuple[str, ...] = QUICK) -> dict[str, Any]:
    """The report of twelve pupils; nothing here depends on how fast the machine is."""
    file = folder / "report.json"
    command = [sys.executable, "-m", "engine", "loadtest", "--pupils", "12", "--seconds", str(seconds)]
    command += [
        "--json",
        str(file),
        *(part for option in (*options, *CALM) for part in ("--set", option)),
        *more,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert file.exists(), done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    errors = [name for name in report["counts"] if name.startswith("error: ")]
    assert (report["lost"], report["doubled"], errors) == (0, 0, []), done.stderr
    assert report["counts"]["handed_in"] == report["pupils"] == 12
    assert 0 < report["acknowledged"] == report["intended"] == report["archived"]
    return report


def test_teachers_watch_while_pupils_reload_and_move(tmp_path: Path) -> None:
    """Everybody comes back to all answers; teacher and operator look, and nothing that they get is wrong."""
    often = ("reload_share=0.7", "takeover_share=0.7", "watch_s=0.5", "extend_share=1", "levels=seconde")
    counts = run(tmp_path, 6, "--staff", options=(*QUICK, *often))["counts"]

    # Who comes back before the first save does so however late; what a look sees stands in `test_staff.py`.
    assert min(counts["reloaded"], counts["moved"]) > 0
    assert min(counts["sent: room"], counts["sent: operator"]) > 0


def test_the_whole_engine_dies_and_every_answer_arrives(tmp_path: Path) -> None:
    """Redis, drain and workers killed at once: both waves are told, the time given back is audited."""
    report = run(tmp_path, 20, "--outage", "engine:7@7")
    (outage,) = report["waves"]["outages"]
    away_s = outage["to_s"] - outage["from_s"]
    # A slow machine may stand still for longer than an engine may besides: that is given back as well.
    lengths_s = [(one["to_ms"] - one["from_ms"]) / 1000 for one in report["credits"]]

    assert outage["to_s"] >= 14
    assert away_s >= 6.9
    assert max(lengths_s) >= away_s - 0.1
    assert {one["partitions"] for one in report["credits"]} == {64}
    assert max(report["waves"]["first_wave_per_s"], report["waves"]["second_wave_per_s"]) > 0
    # Who hands in before the sweep gives the time back is not told of it; nobody is told of more.
    assert 0 <= report["waves"]["given_back_s"]["p50"] <= sum(lengths_s) + 0.1


@pytest.mark.long
def test_redis_dies_and_the_workers_stay(tmp_path: Path) -> None:
    """Those inside hear that the store is away, for longer than a machine stands still, and lose nothing."""
    report = run(tmp_path, 25, "--outage", "redis:12@7")

    assert report["counts"]["why: store_away"] > 0
    assert 64 in [credit["partitions"] for credit in report["credits"]]


@pytest.mark.long
@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ("ramp", ()),
        ("storm", ("early_share=0.5",)),
        ("wave", ("zones=2", "zone_apart_s=2", "school_spread_s=1")),
        ("soak", ("stay_s=4",)),
        ("step", ("steps=3",)),
        ("bell", ("levels=cp",)),
        ("bell", ("levels=cp,sixieme,quatrieme,seconde",)),
    ],
)
@pytest.mark.parametrize("generator", ["locust", "light"])
def test_every_shape_runs(tmp_path: Path, shape: str, options: tuple[str, ...], generator: str) -> None:
    """With either generator: everybody comes, answers, hands in, and the ledger is exact."""
    options = (*QUICK, f"shape={shape}", *options)
    report = run(tmp_path, 12, "--generator", generator, options=options)

    assert report["shape"] == shape
    assert len(report["steps"].get("steps", ())) == (3 if shape == "step" else 0)

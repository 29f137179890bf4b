"""A small crowd through a whole test, against a real server; nothing here depends on how fast it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loadtest.run import GENERATORS, main, read_codes, start_process, troops_of
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parent.parent.parent


def test_a_small_rehearsal_loses_nothing(tmp_path: Path) -> None:
    """Under both generators: what is acknowledged is in the archive, once, with the bytes that were sent."""
    file = tmp_path / "report.json"
    command = [
        sys.executable,
        "-m",
        "engine",
        "loadtest",
        "--pupils",
        "12",
        "--seconds",
        "6",
        "--generator",
        "both",
        "--json",
        str(file),
    ]
    options = ["think_s=1", "arrive_s=1", "start_window_s=1", "hand_in_again_share=0.5", "content=get"]
    options += [f"timeout_s={PATIENCE_S}", f"patience_s={PATIENCE_S}"]
    done = subprocess.run(
        [*command, *(part for option in options for part in ("--set", option))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert file.exists(), done.stderr
    report = json.loads(file.read_text())

    assert json.loads(done.stdout.splitlines()[-1]).items() <= report.items()
    assert report["pupils"] == report["counts"]["handed_in"] == 12
    assert 0 < report["acknowledged"] == report["archived"]
    assert (report["lost"], report["doubled"], report["errors"]) == (0, 0, 0)
    assert {name: used["pupils"] for name, used in report["generators"].items()} == {"light": 10, "locust": 2}
    assert (done.returncode == 0) == (report["faults"] == [])


@pytest.mark.parametrize("generator", ["locust", "light", "both"])
def test_each_pupil_comes_once_whoever_plays_it(generator: str) -> None:
    """Processes share the early and the late ones; none has more pupils than it may have connections."""
    codes = [f"code {number}" for number in range(50_000)]
    troops = troops_of(codes, generator, 0)

    places = sorted(place for troop in troops for place in troop.places)
    assert places == list(enumerate(codes))
    assert max(len(troop.places) for troop in troops) < 20_000
    assert {troop.generator for troop in troops} == (
        {"locust", "light"} if generator == "both" else {generator}
    )
    if generator == "both":
        assert sum(len(troop.places) for troop in troops if troop.generator == "locust") == 1_000


def test_codes_may_be_printed_in_groups(tmp_path: Path) -> None:
    """Blank lines and blanks within a code do not matter; too few codes do."""
    file = tmp_path / "codes"
    file.write_text("K7QF 2M9X T4HD\n\nABCD2M9XT4HD\n")

    assert read_codes(file, 0) == ["K7QF2M9XT4HD", "ABCD2M9XT4HD"]
    assert read_codes(file, 1) == ["K7QF2M9XT4HD"]
    with pytest.raises(ValueError, match="2 codes, 3 are needed"):
        read_codes(file, 3)


def test_a_run_that_cannot_begin_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, one sentence, no trace."""
    missing = str(tmp_path / "missing")
    given = [
        "--url",
        "http://127.0.0.1:9",
        "--codes",
        missing,
        "--delivery",
        "x",
        "--operator-token-file",
        missing,
    ]

    assert main(given) == 2
    assert "missing" in capsys.readouterr().err


@pytest.mark.parametrize("generator", sorted(GENERATORS))
def test_each_generator_process_has_its_own_share_of_the_processors(generator: str) -> None:
    """Linux gives one to a session; a crowd with one for all is late by itself beside a server."""
    with start_process(generator, {}) as process:
        assert os.getsid(process.pid) == process.pid
        process.kill()

"""A run that is broken off leaves nothing behind, and says that it proved nothing; plain Locust, whole."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.cli.loadtest import Target, rehearsal
from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent
QUICK = ("--seconds", "6", "--arrive-s", "1", "--start-window-s", "1", "--think-s", "1")
LOCUST = (sys.executable, "-m", "locust", "-f", "loadtest/locustfile.py", "--headless")


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[Target]:
    async with rehearsal(tmp_path / "rehearsal", 12) as (found, _):
        yield found


def given(target: Target) -> list[str]:
    """What plain Locust needs to know of a server."""
    return [
        *("-u", "12", "-r", "100", "--host", target.url, "--codes", str(target.codes)),
        *("--delivery", target.delivery, "--operator-token-file", str(target.operator_token), *QUICK),
    ]


async def ended(process: asyncio.subprocess.Process) -> str:
    """What it said; a minute is ten times what it takes."""
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return said.decode()


async def started(*command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )


async def test_a_worker_of_locust_needs_only_its_master(target: Target, tmp_path: Path) -> None:
    """Codes, scenario and address come from there; the master compares the ledgers of all."""
    file, port = tmp_path / "report.json", str(free_port())
    master = await started(
        *LOCUST, "--master", "--expect-workers", "2", "--master-bind-port", port, *given(target),
        *("--report-json", str(file)),
    )  # fmt: skip
    workers = [await started(*LOCUST[:-1], "--worker", "--master-port", port) for _ in range(2)]
    said = [await ended(process) for process in (*workers, master)]

    assert file.exists(), said
    report = json.loads(file.read_text())
    assert (report["pupils"], report["processes"], report["errors"], report["lost"]) == (12, 2, 0, 0)
    assert 0 < report["acknowledged"] == report["archived"]
    assert report["generators"]["locust"]["us_a_request"] > 0


async def test_a_worker_that_dies_ends_the_run_as_broken_off(target: Target, tmp_path: Path) -> None:
    """Its ledger died with it: waiting for it would be for ever, a report without it a lie."""
    file, port = tmp_path / "report.json", str(free_port())
    master = await started(
        *LOCUST, "--master", "--expect-workers", "2", "--master-bind-port", port, *given(target),
        *("--seconds", "50", "--report-json", str(file)),
    )  # fmt: skip
    workers = [await started(*LOCUST[:-1], "--worker", "--master-port", port) for _ in range(2)]
    assert master.stdout is not None
    async for line in master.stdout:
        if b"All users spawned" in line:
            workers[0].kill()
            break
    said = [await ended(process) for process in (master, *workers)]

    assert master.returncode == 130
    assert "went away before its pupils had handed in" in said[0]
    assert not file.exists()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
async def test_a_rehearsal_that_is_broken_off_leaves_nothing_behind(
    sign: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis, drain, workers, generators, folder: all gone; the exit code is that of an interruption."""
    folder = tempfile.mkdtemp(dir="/tmp")  # short: a socket of Redis lies in it
    monkeypatch.setenv("TMPDIR", folder)
    process = await started(sys.executable, "-m", "engine", "loadtest", "--pupils", "5", "--seconds", "60")
    assert process.stdout is not None
    async for line in process.stdout:
        if line.startswith(b"logged in"):
            os.kill(process.pid, sign)
            break
    said = await ended(process)

    assert process.returncode == 130, said
    assert "broken off" in said
    assert "Traceback" not in said
    assert [line for line in commands() if folder in line] == []
    os.rmdir(folder)  # and nothing is in it


def commands() -> list[str]:
    """The command lines of all processes of this machine."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(file.read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found

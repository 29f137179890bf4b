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
from threading import Thread

import pytest

from engine.cli.loadtest import Target, rehearsal
from tests.patience import PATIENCE_S
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


def gone_after(file: Path, reads: int) -> None:
    """Let `file` be read so many times: at the end of the last one it is gone, whoever is slow."""
    text = file.read_text()
    file.unlink()
    os.mkfifo(file)

    def be_read() -> None:
        for left in reversed(range(reads)):
            with file.open("w") as pipe:
                file.unlink()
                if left:
                    os.mkfifo(file)  # another one: who reads the last cannot meet the next writer
                pipe.write(text)

    Thread(target=be_read, daemon=True).start()


async def ended(process: asyncio.subprocess.Process) -> str:
    """What it said."""
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return said.decode()


async def started(*command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )


@pytest.mark.long
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


@pytest.mark.long
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


@pytest.mark.long
async def test_outages_are_told_by_the_clock_of_the_pupils(target: Target) -> None:
    """Workers begin when all pupils are there: what is away before is away for nobody."""
    port = str(free_port())
    master = await started(
        *LOCUST, "--master", "--expect-workers", "1", "--master-bind-port", port, *given(target),
        *("-r", "1", "--seconds", "14", "--outage", "redis:1@7"),
    )  # fmt: skip
    worker = await started(*LOCUST[:-1], "--worker", "--master-port", port)
    assert master.stdout is not None
    told = []
    async for line in master.stdout:
        told += [word for word in (b"All users spawned", b"now: stop redis") if word in line]
        if b"now: start redis again" in line:
            os.kill(master.pid, signal.SIGINT)
    await ended(master)
    await ended(worker)

    assert told == [b"All users spawned", b"now: stop redis"]


@pytest.mark.long
async def test_who_breaks_off_the_wait_for_the_archive_has_proved_nothing(tmp_path: Path) -> None:
    """All pupils have handed in, and nothing was compared yet: that is no success."""
    file = tmp_path / "report.json"
    async with rehearsal(tmp_path / "rehearsal", 12) as (target, supervisor):
        await (
            supervisor.drain.stop()
        )  # nothing more comes into the archive, however long anybody stands still
        run = await started(*LOCUST, *given(target), "--report-json", str(file))
        assert run.stdout is not None
        async for line in run.stdout:
            if line.startswith(b"waiting for the archive"):
                os.kill(run.pid, signal.SIGINT)
        await ended(run)

    assert run.returncode == 130
    assert not file.exists()


@pytest.mark.long
async def test_a_run_that_cannot_be_concluded_ends(target: Target, tmp_path: Path) -> None:
    """Something that the comparison needs is gone, an hour after the beginning: Locust waited for ever."""
    gone_after(target.operator_token, 2)  # a look at what was typed, another when the run begins
    run = await started(*LOCUST, *given(target))
    said = await ended(run)

    assert run.returncode == 1
    assert "loadtest: [Errno 2] No such file" in said


@pytest.mark.parametrize("sign", [pytest.param(signal.SIGINT, marks=pytest.mark.long), signal.SIGTERM])
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

"""A whole engine for tests: `passation serve` as a process of its own, with open deliveries and codes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from engine.archive import Archive
from engine.demonstration import FORMS, Prepared, prepare
from engine.settings import Settings
from items.bank import Bank
from tests.ports import free_port
from tests.processes import command_of

ROOT = Path(__file__).parent.parent


class Served:
    """A running engine: its settings, its address, its processes and the lines it logged."""

    def __init__(self, settings: Settings, process: subprocess.Popen[str]) -> None:
        self.settings = settings
        self.process = process
        self.url = f"{'https' if settings.tls_cert else 'http'}://{settings.host}:{settings.port}"
        self.log: list[str] = []
        assert process.stderr is not None
        self._reader = threading.Thread(target=self._read, args=(process.stderr,), daemon=True)
        self._reader.start()

    def prepare(self, forms: Sequence[str] = ("maths-6e",), codes_each: int = 10) -> list[Prepared]:
        """Open a delivery of each form and make codes."""
        return asyncio.run(prepare(self.settings, [FORMS / name for name in forms], codes_each))

    def schema(self, delivery: str) -> dict[str, Any]:
        """The public shapes of a delivery's form."""
        return Bank(self.settings.data_dir).schema(self.compiled(delivery))

    def compiled(self, delivery: str) -> str:
        """The name of a delivery's form."""

        async def compiled() -> str:
            archive = await Archive.open(self.settings.archive_address)
            try:
                return (await archive.delivery(delivery)).compiled
            finally:
                await archive.close()

        return asyncio.run(compiled())

    @property
    def operator_redis(self) -> str:
        """The embedded Redis as its operator reaches it: everything is allowed."""
        password = (self.settings.redis_folder / "operator.password").read_text()
        return self.settings.redis_address.replace("unix://", f"unix://operator:{password}@")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ours beside the engine, on the same data."""
        return subprocess.run(
            [sys.executable, "-m", "engine", *arguments],
            cwd=ROOT,
            env=environment(self.settings),
            capture_output=True,
            text=True,
            check=False,
        )

    def processes(self, word: str) -> list[psutil.Process]:
        """The engine's processes whose command line holds `word`."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if any(word in part for part in command_of(child))]

    def stop(self) -> None:
        """End it as an operator does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
        self._reader.join()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def _read(self, stream: Any) -> None:
        for line in stream:
            self.log.append(line)


def environment(settings: Settings) -> dict[str, str]:
    """The variables of this process with those of `settings`."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PASSATION_")} | (
        settings.to_environ()
    )


@contextmanager
def served(folder: Path, **given: Any) -> Iterator[Served]:
    """Run an engine with its data in `folder` until the block ends."""
    options = {"data_dir": folder / "data", "keys_dir": folder / "keys", "port": free_port(), "workers": 2}
    settings = Settings.load({}, **(options | given))
    engine = start(settings)
    try:
        yield engine
    finally:
        engine.stop()


def start(settings: Settings) -> Served:
    """Start `passation serve` and return when it serves."""
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "serve"],
        cwd=ROOT,
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    engine = Served(settings, process)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("serving at"):
            return engine
    engine.stop()
    raise RuntimeError("the engine did not start:\n" + "".join(engine.log))

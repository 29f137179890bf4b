"""The two programs as processes: each is told its settings by its environment, and by nothing else."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demonstration.problems import DemonstrationProblem

HOST = "127.0.0.1"
PREFIXES = ("PASSATION_", "AUTHORITY_")
STOP_S = 40
"""The engine empties its journal before it ends."""


def bare_environment() -> dict[str, str]:
    """The variables of this process without any setting of either program."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIXES)}


def check_port(port: int) -> None:
    """DemonstrationProblem if somebody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise DemonstrationProblem(
                f"port {port} is taken ({error.strerror}): stop what uses it, or choose another one and "
                "the next, as in PORT=8200 make demo"
            ) from error


class Program:
    """One program: `run` waits for a command of it, `serve` starts it, `stop` ends it.

    It gets a session of its own, so that Ctrl-C reaches the demonstration alone, which ends both in order.
    """

    def __init__(self, module: str, settings: Mapping[str, object], log: Path) -> None:
        self.module = module
        self._environ = bare_environment() | {name: str(value) for name, value in settings.items()}
        self._log = log
        self._process: subprocess.Popen[str] | None = None

    def run(self, *arguments: str) -> Any:
        """What a command prints for machines, or DemonstrationProblem with what it complains of."""
        done = subprocess.run(
            [sys.executable, "-m", self.module, *arguments, "--json"],
            env=self._environ,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if done.returncode:
            raise DemonstrationProblem(f"{self.module} {' '.join(arguments[:2])}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def start(self) -> None:
        """Begin to serve; `wait` says when it does."""
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.module, "serve"],
                env=self._environ,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return when it serves, or DemonstrationProblem with the last line of its log."""
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("serving at"):
                return
        last = self._log.read_text(errors="replace").strip().rpartition("\n")[2]
        raise DemonstrationProblem(f"{self.module} does not start, {self._log} ends with: {last}")

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end, insist after a while."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

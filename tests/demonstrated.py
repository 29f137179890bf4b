"""The demonstration of `make demo` for tests: started once, with the note of what it prints."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.ports import free_ports
from tests.processes import left_of
from tests.served import ROOT


class Demonstrated:
    """A demonstration that is ready: what it printed, and what it remembers."""

    def __init__(self, process: subprocess.Popen[str], printed: list[str], folder: Path) -> None:
        self.process = process
        self.printed = printed
        self.folder = folder
        self.note: dict[str, Any] = json.loads((folder / "demonstration.json").read_text())
        self.engine = self.said(r"pupil page: (http\S+)/")
        self.authority = self.said(r"(http\S+)/login")

    def said(self, pattern: str) -> str:
        """The first thing of that form that it printed."""
        found = re.search(pattern, "\n".join(self.printed))
        assert found, pattern
        return found[1]

    @property
    def codes(self) -> list[str]:
        """The lines that hold a code and nothing else."""
        return [line for line in self.printed if re.fullmatch(r"\w{4} \w{4} \w{4}", line)]

    def class_of(self, test: str) -> dict[str, Any]:
        """The class that has this test."""
        classes: list[dict[str, Any]] = self.note["authority"]["classes"]
        return next(one for one in classes if one["test"] == test)

    def door(self, test: str) -> tuple[str, str]:
        """What the teacher of that class types at the engine's own door: room and code."""
        room = self.class_of(test)["room"]
        return room, self.note["doors"][room]

    def delivery(self, test: str) -> str:
        return str(self.note["tests"][test]["delivery"])

    def end(self) -> list[psutil.Process]:
        """Ctrl-C; gives whatever of it stays alive afterwards."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        return left_of(children)


@contextmanager
def demonstrated(folder: Path) -> Iterator[Demonstrated]:
    """`make demo` without make; ended with the block, if it still runs."""
    port = str(free_ports(2)[0])
    command = [sys.executable, "-m", "demonstration", "--port", port, "--folder", str(folder / "demo")]
    with (folder / "stderr").open("w") as errors:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    try:
        printed = []
        for line in process.stdout:
            printed.append(line.rstrip("\n"))
            if printed[-1] == "ready":
                break
        assert printed[-1:] == ["ready"], (folder / "stderr").read_text()
        yield Demonstrated(process, printed, folder / "demo")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        process.stdout.close()

"""`python -m faults.crooked FILE MODULE`: runs a module with a clock that is ahead by the seconds in FILE."""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path

LOOK_S = 0.05


class Crooked:
    """`time.time` of a machine whose clock is set while it runs; the monotonic clock goes on as it was."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._true_time = time.time
        self._looked_s = 0.0
        self._ahead_s = 0.0

    def time(self) -> float:
        """Seconds since 1970, more or less."""
        now_s = time.monotonic()
        if now_s - self._looked_s > LOOK_S:
            self._looked_s = now_s
            self._ahead_s = float(self._file.read_text() or 0) if self._file.exists() else 0.0
        return self._true_time() + self._ahead_s


if __name__ == "__main__":
    time.time = Crooked(Path(sys.argv[1])).time
    runpy.run_module(sys.argv[2], run_name="__main__", alter_sys=True)

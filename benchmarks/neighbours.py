"""How much of the machine somebody else used meanwhile; slices that were disturbed are not counted.

Processor time of all cores, from the kernel's own account, less that of the processes that belong to the
measurement. What is left is the neighbours'.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

QUIET = 0.15
"""Cores that others may use; on two cores more than that is seen in the ratios."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Neighbours:
    """Made when a slice begins; `share` is asked when it ends."""

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = [os.getpid(), *pids]
        self._began_s = time.perf_counter()
        self._before_s = _all_s() - self._own_s()

    def share(self) -> float:
        """Cores that others used since then."""
        used_s = _all_s() - self._own_s() - self._before_s
        return max(0.0, used_s / (time.perf_counter() - self._began_s))

    def _own_s(self) -> float:
        return sum(map(cpu_s, self._pids))


def cpu_s(pid: int) -> float:
    """Processor time of a process and its threads so far, as the scheduler counts it."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def _all_s() -> float:
    user, nice, system, _idle, _wait, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / _TICKS

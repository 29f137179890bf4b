"""Processes that tests have ended, or whose end they look at."""

from __future__ import annotations

import time
from collections.abc import Sequence

import psutil

LOOKS, LOOK_AGAIN_S = 6_000, 0.05


def left_of(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Which of them stay: one whose parent has gone takes a moment to be gone itself."""
    for _ in range(LOOKS):
        processes = [process for process in processes if _is_alive(process)]
        if not processes:
            break
        time.sleep(LOOK_AGAIN_S)
    return list(processes)


def command_of(process: psutil.Process) -> list[str]:
    """What was started; nothing of a process that has ended meanwhile."""
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False

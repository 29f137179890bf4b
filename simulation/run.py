"""Run worlds: a plan to its violations, a failing plan to its smallest form, many seeds on many cores."""

from __future__ import annotations

import gc
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulation.checker.check import check
from simulation.checker.evidence import Evidence, OpenTab, Violation
from simulation.history import History
from simulation.plan import Plan
from simulation.world.sql import Shelf
from simulation.world.world import Parts, World

MEMORY = Path("/dev/shm")


@contextmanager
def quiet_folder() -> Iterator[Path]:
    """A place for archives, in memory where the machine offers that; nothing is logged meanwhile."""
    logging.disable(logging.CRITICAL)  # outages and waiting drains are what worlds are made of
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)
    logging.disable(logging.NOTSET)


@contextmanager
def shelf() -> Iterator[Shelf]:
    """A place for one archive."""
    with quiet_folder() as folder:
        yield Shelf(folder / "archive.sqlite")


class Outcome:
    """What came of a plan."""

    def __init__(self, plan: Plan, history: History, violations: list[Violation]) -> None:
        self.plan = plan
        self.history = history
        self.violations = violations


def run(plan: Plan, place: Shelf, parts: Parts = Parts()) -> Outcome:  # noqa: B008
    """One world, judged."""
    world = World(plan, place, parts)
    was_collecting = gc.isenabled()
    gc.disable()  # a world is thrown away as a whole
    try:
        history = world.run()
    finally:
        if was_collecting:
            gc.enable()
    tabs = [open_tab(world, name) for name in world.tabs]
    evidence = Evidence(history, world.primary.data, tabs, world.disk.look, world.clock_ms())
    return Outcome(plan, history, check(evidence))


def open_tab(world: World, name: str) -> OpenTab:
    """How a device ended."""
    tab = world.tabs[name]
    waiting = tab.sender.outbox.waiting if tab.sender else 0
    device = tab.device
    mishaps = (device.is_vault_able, device.was_wiped, device.had_receipt, tab.is_waiting)
    return OpenTab(name, tab.sid, tab.is_testing, tab.was_alive, tab.stands, waiting, *mishaps)

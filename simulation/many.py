"""Many worlds and all planted faults on many cores: pieces of work for processes, and what comes back."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator, Sequence
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from simulation.known import unknown
from simulation.plan import plan_of
from simulation.planted.table import PLANTED, Caught, hunt
from simulation.run import quiet_folder, run
from simulation.world.sql import Shelf

PIECE = 25
"""Seeds that a process takes at a time."""


class Piece(NamedTuple):
    """What came of some seeds: failing ones with their broken promises; how often known defects showed."""

    seeds: int
    failed: list[tuple[int, list[str]]]
    known: int
    cpu_s: float


def work(place: Shelf, job: range | int) -> Piece | Caught:
    """Seeds to be run, or the place of a planted fault to be hunted."""
    if isinstance(job, int):
        return hunt(PLANTED[job], place)
    started_s, failed, known = time.process_time(), [], 0
    for seed in job:
        violations = run(plan_of(seed), place).violations
        wrong = unknown(violations)
        known += len(violations) - len(wrong)
        if wrong:
            failed.append((seed, [str(violation) for violation in wrong]))
    return Piece(len(job), failed, known, time.process_time() - started_s)


@cache
def _place(folder: Path) -> Shelf:
    """That of this process, for SQLAlchemy compiles its statements once for each."""
    return Shelf(folder / f"{os.getpid()}.sqlite")


def _work_in(folder: Path, job: range | int) -> Piece | Caught:
    return work(_place(folder), job)


def results(first: int, seeds: int, jobs: int, *, is_planted: bool) -> Iterator[Piece | Caught]:
    """Everything that is asked for, as it comes in."""
    ranges = [range(low, min(low + PIECE, first + seeds)) for low in range(first, first + seeds, PIECE)]
    work_list: Sequence[range | int] = [*(range(len(PLANTED)) if is_planted else ()), *ranges]
    gc.collect()
    gc.freeze()  # the program itself is no garbage, and the processes that are forked share its pages
    with quiet_folder() as folder:
        if jobs == 1:
            yield from map(partial(_work_in, folder), work_list)
            return
        with get_context("fork").Pool(jobs) as pool:
            yield from pool.imap_unordered(partial(_work_in, folder), work_list)

"""Defects of the product that worlds have found and that still stand: counted apart, each pinned to a seed.

A row goes when its defect does: a test fails then and says so. Whatever is not in this table is a
violation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from simulation.checker.evidence import Violation


class Known(NamedTuple):
    """A defect: how it shows, a seed in which it does, what is wrong."""

    pattern: re.Pattern[str]
    seed: int
    what: str


KNOWN: tuple[Known, ...] = (
    Known(
        re.compile(r"I10: .* was refused \(seat_moved\) and not kept aside"),
        186,
        "A worker that does not hold the session's key asks for it with the ticket of the moved seat, is "
        "told seat_moved, and refuses before the batch is kept aside (engine/api/answers.py, _cipher).",
    ),
    Known(
        re.compile(r"I5: \d+ batches were taken within an outage"),
        69,
        "In a Redis that has come up empty the sweep's look at the outages starts the partitions' clocks at "
        "the moment when the drain began, so the next beat notes an outage since then, and everybody is "
        "credited for it (engine/archive/sweep.py, sessions/lua/upkeep.lua).",
    ),
)


def unknown(violations: Sequence[Violation]) -> list[Violation]:
    """Those that no row of the table explains."""
    return [
        violation
        for violation in violations
        if not any(known.pattern.match(str(violation)) for known in KNOWN)
    ]

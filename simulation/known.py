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


KNOWN: tuple[Known, ...] = ()


def unknown(violations: Sequence[Violation]) -> list[Violation]:
    """Those that no row of the table explains."""
    return [
        violation
        for violation in violations
        if not any(known.pattern.match(str(violation)) for known in KNOWN)
    ]

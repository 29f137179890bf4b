"""All invariants over one world's evidence; linear in the history but for a session's few calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simulation.checker.answers import accounted, acknowledged, once, sent
from simulation.checker.evidence import Evidence, Violation
from simulation.checker.safety import audited, drained, honest
from simulation.checker.seats import ended, fenced, forwards, isolated
from simulation.checker.times import deadlines, emptied, outages

CHECKS: tuple[Callable[[Evidence], Iterator[Violation]], ...] = (
    acknowledged,
    sent,
    once,
    forwards,
    deadlines,
    outages,
    emptied,
    fenced,
    honest,
    isolated,
    audited,
    accounted,
    drained,
    ended,
)


def check(evidence: Evidence) -> list[Violation]:
    """Every broken promise, each once."""
    return list(dict.fromkeys(violation for one in CHECKS for violation in one(evidence)))

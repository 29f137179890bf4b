"""Lots: the only chance in scoring, drawn from a seed, and the only work that rules could repeat without end.

The same seed gives the same lots on every machine, so that a variant, or an attempt whose rules draw, can be
computed again years later. Every draw and every repetition is paid for from a purse; when it is empty the run
stops, so no nesting of repetitions can hold up a server.
"""

from __future__ import annotations

from typing import Final

from items.draws import Draws

NAME: Final = " lots"  # among the variables; no identifier begins with a space
PURSE: Final = 20_000
"""The largest item seen draws 40 lots; a whole draw stays below 20 ms."""
FINE: Final = 1 << 32


class OutOfWork(Exception):
    """The rules ask for more work than any honest item needs."""


class Lots:
    """The lots of one run; `label` keeps the runs of one seed apart."""

    def __init__(self, seed: bytes, label: str) -> None:
        self._draws = Draws(seed, label)
        self._purse = PURSE

    def spend(self, work: int = 1) -> None:
        """Pay for `work` steps, or OutOfWork."""
        self._purse -= work
        if self._purse < 0:
            raise OutOfWork

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1; `limit` may have 54 bits, two draws of 32 serve for that."""
        self.spend()
        if limit <= FINE >> 12:
            return self._draws.below(limit)
        return ((self._draws.below(FINE) << 32) + self._draws.below(FINE)) * limit >> 64

    def share(self) -> float:
        """A number from 0 up to, but not including, 1; with the 53 bits that a float has."""
        return self.below(1 << 53) / (1 << 53)

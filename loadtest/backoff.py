"""How long a pupil's device waits before it tries again: full jitter under a doubling ceiling, as the player.

Never less than the server asked for. A device may try eight times in a row; after that each try must be
earned by successes, so that a crowd that retries cannot keep a server down.
"""

from __future__ import annotations

from random import Random

FLOOR_S, CEILING_S = 1.0, 30.0
BUDGET, EARNED = 8.0, 0.25


class Backoff:
    """The patience of one pupil."""

    __slots__ = ("_budget", "_failures")

    def __init__(self) -> None:
        self._failures = 0
        self._budget = BUDGET

    def succeeded(self) -> None:
        """A call came through."""
        self._failures = 0
        self._budget = min(BUDGET, self._budget + EARNED)

    def delay_s(self, asked_s: float, random: Random) -> float:
        """How long to wait now; `asked_s` is the server's Retry-After, or 0."""
        ceiling_s = min(CEILING_S, FLOOR_S * 2.0**self._failures)
        self._failures += 1
        asked_s *= 1 + random.random() / 4
        if self._budget < 1:
            return max(asked_s, CEILING_S * (0.5 + random.random() / 2))
        self._budget -= 1
        return max(asked_s, FLOOR_S / 4 + random.random() * ceiling_s)

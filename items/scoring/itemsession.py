"""An item session: the attempts that one pupil makes at one item, played one after the other.

Played again from the same variant and responses it ends the same, so nothing of it needs to be stored but
what the pupil sent. An adaptive item keeps its outcomes from attempt to attempt and is over when its rules
set completionStatus to `completed`; any other item starts afresh and is over when its attempts are used up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from items.scoring.run import Program
from items.scoring.values import Value
from items.scoring.variants import Variant

DURATION: Final = "duration"
"""QTI's built-in: the time spent on the item, which comes with a response and is no part of it."""
MOST_ATTEMPTS: Final = 50
"""Where an author sets no limit; a session holds 2,000 batches in all."""


class ItemSession:
    """`most`: how many attempts may be made, 0 for as many as one likes; an adaptive item decides itself."""

    def __init__(self, program: Program, variant: Variant, most: int = 0) -> None:
        self._program = program
        self._variant = variant
        self._most = MOST_ATTEMPTS if program.is_adaptive or not most else min(most, MOST_ATTEMPTS)
        self._last: Mapping[str, Any] | None = None
        self.count = 0
        self.variables: Mapping[str, Value] = {**program.begin(variant), "numAttempts": 0}

    @property
    def left(self) -> int:
        """How many attempts may still be made."""
        return 0 if self.is_completed else self._most - self.count

    @property
    def is_completed(self) -> bool:
        """Whether an adaptive item has come to its end."""
        return self._program.is_adaptive and self.variables.get("completionStatus") == "completed"

    @property
    def is_over(self) -> bool:
        return self.left <= 0

    @property
    def outcomes(self) -> dict[str, Value]:
        return self._program.outcomes(self.variables)

    def attempt(self, responses: Mapping[str, Any]) -> bool:
        """Play one attempt; False, and nothing changed, when none is left."""
        if self.is_over:
            return False
        self.count += 1
        given = {**responses, "numAttempts": str(self.count)}
        played = self._program.play(given, self._variant, self.variables)
        self.variables = {**played, "numAttempts": self.count}
        self._last = _said(responses)
        return True

    def hand_in(self, responses: Mapping[str, Any]) -> bool:
        """What stands there at the end is an attempt too, if it says something new and one is left."""
        given = _said(responses)
        if given == self._last or all(value is None for value in given.values()):
            return False
        return self.attempt(responses)


def _said(responses: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in responses.items() if name != DURATION}

"""What a demonstration may end with in one sentence."""

from __future__ import annotations


class DemonstrationProblem(RuntimeError):
    """It cannot go on; the message names what to do."""

"""The one clock of the authority. Everybody else is given the time."""

from __future__ import annotations

import time


def now_ms() -> int:
    """Whole milliseconds since 1970, by this machine's clock."""
    return int(time.time() * 1000)

"""How busy this process is: its share of one core, in its busiest ten seconds."""

from __future__ import annotations

import time
from collections import deque

WINDOW_S = 10.0


class Busy:
    """Call `sample` every second or two."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque([_now()])
        self._busiest = 0.0
        self._before_s = self._samples[0][1]

    def sample(self) -> None:
        """Look at the clocks; the window is as long as the run where that is shorter."""
        now = _now()
        self._samples.append(now)
        while len(self._samples) > 2 and now[0] - self._samples[1][0] >= WINDOW_S:
            self._samples.popleft()
        passed_s, used_s = (end - begin for begin, end in zip(self._samples[0], now, strict=True))
        if passed_s >= WINDOW_S or not self._busiest:
            self._busiest = max(self._busiest, used_s / max(passed_s, 1e-9))

    def busiest(self) -> float:
        """The largest share seen, 0 to 1."""
        return round(self._busiest, 3)

    def used_s(self) -> float:
        """Processor time since this was made, up to the last sample."""
        return self._samples[-1][1] - self._before_s


def _now() -> tuple[float, float]:
    return time.monotonic(), time.process_time()

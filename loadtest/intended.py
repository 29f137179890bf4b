"""Times from the intended moment to the acknowledgement, in HDR histograms that can be merged.

A call is measured from the moment at which the timetable wanted it, not from the moment at which it was sent:
a server that stalls for a second delays all who wanted something in that second, and each of them counts. The
generator's own lateness (`slip`) is measured as well: with too much of it the run says nothing and is void.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from hdrh.histogram import HdrHistogram

LONGEST_US = 3_600_000_000
KINDS = (
    "login",
    "start",
    "content",
    "save",
    "save_ready",
    "save_service",
    "resume",
    "heartbeat",
    "submit",
    "slip",
    "given",
    "room",
    "act",
    "operator",
)
"""`given` is no delay of a call: the time that the server gave back to a pupil.

`save_service` is the uncorrected time: from sending to the reply, as most generators tell it."""


class Delays:
    """One histogram a kind of call, in microseconds."""

    def __init__(self) -> None:
        self._histograms = {kind: _histogram() for kind in KINDS}

    def record(self, kind: str, intended_s: float, done_s: float) -> None:
        """Something intended at one moment was done at another."""
        delay_us = int((done_s - intended_s) * 1e6)
        self._histograms[kind].record_value(min(max(delay_us, 1), LONGEST_US))

    def count(self, kind: str) -> int:
        """How many were recorded."""
        return int(self._histograms[kind].get_total_count())

    def percentile_ms(self, kind: str, percentile: float) -> float | None:
        """The percentile in milliseconds, None where nothing was recorded."""
        histogram = self._histograms[kind]
        if not histogram.get_total_count():
            return None
        return round(float(histogram.get_value_at_percentile(percentile)) / 1000, 2)

    def encoded(self) -> dict[str, str]:
        """For another process to merge."""
        return {kind: cast(bytes, found.encode()).decode() for kind, found in self._histograms.items()}

    def add(self, encoded: Mapping[str, str]) -> None:
        """Merge what another process has recorded."""
        for kind, text in encoded.items():
            self._histograms[kind].add(HdrHistogram.decode(text))


def merged(parts: Iterable[Mapping[str, str]]) -> Delays:
    """The delays of several processes together."""
    delays = Delays()
    for part in parts:
        delays.add(part)
    return delays


def _histogram() -> HdrHistogram:
    return HdrHistogram(1, LONGEST_US, 3)

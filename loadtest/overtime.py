"""What happened in each slice of a run: counts by name, and times as counts of logarithmic buckets.

A call belongs to the slice of its *intended* moment, so a standstill shows where it began. Buckets are 3 %
wide: fine enough for a plot, cheap enough for each call, and those of several processes can be added. The
figures of the whole run come from the HDR histograms (`intended`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import exp, log

BUCKETS_AN_E = 32
SLICES_MAX = 120
TIMED = frozenset(("save", "save_ready", "login", "start", "submit", "slip"))

Encoded = Mapping[str, Mapping[str, Mapping[str, int]]]


def slice_of(seconds: float) -> int:
    """The length of a slice in whole seconds: a run has `SLICES_MAX` of them at most."""
    return max(1, -(-int(seconds) // SLICES_MAX))


class OverTime:
    """One process's slices."""

    def __init__(self, slice_s: int) -> None:
        self.slice_s = slice_s
        self._counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._times: defaultdict[str, Counter[tuple[int, int]]] = defaultdict(Counter)

    def count(self, name: str, now_s: float, how_many: int = 1) -> None:
        """Something of that name happened now."""
        self._counts[name][int(now_s) // self.slice_s] += how_many

    def timed(self, kind: str, intended_s: float, done_s: float) -> None:
        """A call of a kind that is plotted; other kinds are left out."""
        if kind in TIMED:
            bucket = int(log(max(1.0, (done_s - intended_s) * 1e6)) * BUCKETS_AN_E)
            self._times[kind][int(intended_s) // self.slice_s, bucket] += 1

    def encoded(self) -> dict[str, dict[str, dict[str, int]]]:
        """For another process to add; keys are text, since JSON knows no others."""
        return {
            "counts": {name: {str(at): n for at, n in found.items()} for name, found in self._counts.items()},
            "times": {
                kind: {f"{at}/{bucket}": n for (at, bucket), n in found.items()}
                for kind, found in self._times.items()
            },
        }

    def add(self, encoded: Encoded) -> None:
        """Add what another process counted in slices of the same length."""
        for name, found in encoded["counts"].items():
            self._counts[name].update({int(at): count for at, count in found.items()})
        for kind, times in encoded["times"].items():
            for place, count in times.items():
                at, _, bucket = place.partition("/")
                self._times[kind][int(at), int(bucket)] += count

    def slices(self) -> int:
        """How many slices there are, the last one in which something happened included."""
        counted = (at for found in self._counts.values() for at in found)
        timed = (at for found in self._times.values() for at, _ in found)
        return 1 + max((*counted, *timed), default=0)

    def names(self, prefix: str) -> list[str]:
        """The names that begin so, the most frequent first."""
        found = [name for name in self._counts if name.startswith(prefix)]
        return sorted(found, key=lambda name: (-self._counts[name].total(), name))

    def counted(self, name: str) -> list[int]:
        """How many there were in each slice."""
        return [self._counts[name][at] for at in range(self.slices())]

    def percentiles_ms(self, kind: str, percentiles: Sequence[float]) -> list[list[float | None]]:
        """For each percentile its value in each slice, in milliseconds; None where nothing was recorded."""
        by_slice: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for (at, bucket), count in self._times[kind].items():
            by_slice[at][bucket] += count
        return [
            [percentile_ms(by_slice[at], wanted) for at in range(self.slices())] for wanted in percentiles
        ]


def percentile_ms(buckets: Mapping[int, int], wanted: float) -> float | None:
    """The middle of the bucket below which `wanted` % of all lie."""
    total, seen = sum(buckets.values()), 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= total * wanted / 100:
            return round(exp((bucket + 0.5) / BUCKETS_AN_E) / 1000, 2)
    return None


def merged(slice_s: int, parts: Iterable[Encoded]) -> OverTime:
    """The slices of several processes together."""
    whole = OverTime(slice_s)
    for part in parts:
        whole.add(part)
    return whole

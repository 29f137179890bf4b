"""What happened in each second of the run: attempts, replies, saves acknowledged, and pupils who were live.

A pupil is live when a save of it was acknowledged within the last 60 seconds. Each acknowledgement says "live
from now to 60 s from now"; overlapping stretches of one pupil are one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

LIVE_S = 60


class Seconds:
    """Counts by second; those of several processes can be added."""

    def __init__(self) -> None:
        self.attempts: Counter[int] = Counter()
        self.replies: Counter[int] = Counter()
        self.saves: Counter[int] = Counter()
        self._steps: Counter[int] = Counter()

    def attempted(self, now_s: float) -> None:
        """One call was sent, for the first time or again."""
        self.attempts[int(now_s)] += 1

    def replied(self, now_s: float) -> None:
        """One reply came."""
        self.replies[int(now_s)] += 1

    def saved(self, now_s: float, how_many: int) -> None:
        """So many saves were acknowledged."""
        self.saves[int(now_s)] += how_many

    def live(self, now_s: float, before_s: float | None) -> None:
        """A save was acknowledged now; `before_s`: when one of the same pupil was the last time."""
        now = int(now_s)
        begin = now
        if before_s is not None and int(before_s) + LIVE_S >= now:
            begin = int(before_s) + LIVE_S
        self._steps[begin] += 1
        self._steps[now + LIVE_S] -= 1

    def encoded(self) -> dict[str, dict[str, int]]:
        """For another process to add; keys are text, since JSON knows no others."""
        counted = {name: _text(counts) for name, counts in self._counted().items()}
        return counted | {"steps": _text(self._steps)}

    def add(self, encoded: Mapping[str, Mapping[str, int]]) -> None:
        """Add what another process counted."""
        for name, counts in self._counted().items():
            counts.update({int(second): count for second, count in encoded.get(name, {}).items()})
        self._steps.update({int(second): count for second, count in encoded["steps"].items()})

    def _counted(self) -> dict[str, Counter[int]]:
        return {"attempts": self.attempts, "replies": self.replies, "saves": self.saves}

    def peak_live(self, until_s: float) -> int:
        """The largest number of pupils live at once, up to that moment."""
        steps = [self._steps[second] for second in sorted(self._steps) if second <= until_s]
        return max(accumulate(steps), default=0)

    def live_at(self, moments: Sequence[int]) -> list[int]:
        """How many pupils were live at the end of each of these seconds, which ascend."""
        steps = sorted(self._steps.items())
        found, place, live = [], 0, 0
        for moment in moments:
            while place < len(steps) and steps[place][0] <= moment:
                live += steps[place][1]
                place += 1
            found.append(live)
        return found

    def peak_replies(self) -> int:
        """Replies in the busiest second."""
        return max(self.replies.values(), default=0)


def merged(parts: Iterable[Mapping[str, Mapping[str, int]]]) -> Seconds:
    """The seconds of several processes together."""
    seconds = Seconds()
    for part in parts:
        seconds.add(part)
    return seconds


def _text(counts: Counter[int]) -> dict[str, int]:
    return {str(second): count for second, count in counts.items() if count}

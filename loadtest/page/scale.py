"""From values to places on paper: round marks on an axis, and numbers as people read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import ceil, floor, log10
from typing import NamedTuple


class Scale(NamedTuple):
    """One axis: its marks, and where a value lies between 0 (the low end) and 1."""

    marks: list[float]
    place: Callable[[float], float]


def linear(highest: float, marks: int = 4) -> Scale:
    """From 0 to a round number that is not below `highest`."""
    step = round_step((highest or 1) / marks)
    top = step * max(1, ceil(highest / step - 1e-9))
    return Scale([step * at for at in range(round(top / step) + 1)], lambda value: value / top)


def logarithmic(values: Iterable[float]) -> Scale:
    """Powers of ten around all values; what is below the lowest mark is drawn on it."""
    positive = [value for value in values if value > 0] or [1.0]
    low, high = floor(log10(min(positive))), ceil(log10(max(positive)))
    high = max(high, low + 1)
    marks = [10.0**power for power in range(low, high + 1)]
    return Scale(marks, lambda value: max(0.0, (log10(max(value, marks[0])) - low) / (high - low)))


def round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= least * 0.999), 10 * power)


def time_marks(seconds: float, marks: int = 5) -> list[float]:
    """Whole marks of a clock that begins with the run."""
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
    step = next((step for step in steps if seconds / step <= marks), 28800)
    return [float(at) for at in range(0, int(seconds) + 1, step)]


def clock(seconds: float) -> str:
    """90 is 1:30; from an hour on 1:00:00."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def short(value: float) -> str:
    """At most four figures: 12,500 is 12.5k."""
    for limit, sign in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            unit = 1e3 if sign == "k" else limit
            return f"{value / unit:.4g}{sign}"
    return f"{value:,.0f}" if value >= 1000 or value == round(value) else f"{value:.3g}"

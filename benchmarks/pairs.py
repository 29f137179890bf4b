"""A/B/A/B: pairs of neighbouring slices, of which the disturbed ones do not count."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

Slice = TypeVar("Slice")

WANTED = 7
LEAST = 5
TRIES = 20


class Pairs(NamedTuple, Generic[Slice]):
    """Both sides' slices, pair by pair."""

    ours: list[Slice]
    theirs: list[Slice]
    void: bool
    """Too few pairs were undisturbed, so the least disturbed were taken: the value says little."""


async def gathered(
    take: Callable[[int], Awaitable[tuple[Slice, Slice]]],
    disturbance: Callable[[Slice], float],
    tries: int = TRIES,
) -> Pairs[Slice]:
    """Take pairs until enough are undisturbed, within bounds; the first one warms up and is dropped.

    A slice whose `disturbance` is above 1 is disturbed, and so is its pair.
    """
    await take(0)
    taken: list[tuple[float, tuple[Slice, Slice]]] = []
    while len(taken) < tries and sum(worst <= 1 for worst, _ in taken) < WANTED:
        pair = await take(len(taken) + 1)
        taken.append((max(map(disturbance, pair)), pair))
    taken.sort(key=lambda entry: entry[0])
    good = sum(worst <= 1 for worst, _ in taken)
    ours, theirs = zip(*(pair for _, pair in taken[: max(good, LEAST)]), strict=True)
    return Pairs(list(ours), list(theirs), good < LEAST)

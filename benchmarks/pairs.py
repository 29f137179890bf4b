"""A/B/A/B: pairs of neighbouring slices, of which the disturbed ones do not count."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

Slice = TypeVar("Slice")

WANTED = 7
LEAST = 5
TRIES = 30


class Pairs(NamedTuple, Generic[Slice]):
    """Both sides' slices, pair by pair."""

    ours: list[Slice]
    theirs: list[Slice]
    void: bool
    """Too few pairs were undisturbed, so all were taken: the value says little."""


async def gathered(
    take: Callable[[int], Awaitable[tuple[Slice, Slice]]],
    disturbed: Callable[[Slice], bool],
    tries: int = TRIES,
) -> Pairs[Slice]:
    """Take pairs until enough are undisturbed, within bounds; the first one warms up and is dropped."""
    await take(0)
    taken: list[tuple[Slice, Slice]] = []
    counted: list[tuple[Slice, Slice]] = []
    while len(counted) < WANTED and len(taken) < tries:
        pair = await take(len(taken) + 1)
        taken.append(pair)
        if not any(map(disturbed, pair)):
            counted.append(pair)
    void = len(counted) < LEAST
    ours, theirs = zip(*(taken if void else counted), strict=True)
    return Pairs(list(ours), list(theirs), void)

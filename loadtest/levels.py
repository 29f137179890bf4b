"""The four levels of the national tests, and how a class of each behaves.

CP and CE1 write on paper: afterwards their teacher keys the answers of one child after the other, many at a
time. Sixième answers by itself. Quatrième and seconde take longer over an item and write more.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

CLASS_SIZE = 30
"""Pupils 0 to 29 are a class, 30 to 59 the next one."""
KEYED_BATCHES = 4
"""A booklet of forty answers, ten at a time."""


class Level(NamedTuple):
    """How its pupils differ from what the scenario says: factors."""

    think: float = 1.0
    answers: int = 1
    long: float = 1.0
    is_keyed: bool = False
    """Their teacher keys one after the other, from the bell to the end."""


PLAIN = Level()
LEVELS = {
    "cp": Level(answers=10, long=0.0, is_keyed=True),
    "ce1": Level(answers=10, long=0.0, is_keyed=True),
    "sixieme": PLAIN,
    "quatrieme": Level(think=1.25, long=2.0),
    "seconde": Level(think=1.5, long=3.0),
}


def shares_of(text: str) -> dict[str, float]:
    """`cp:2,sixieme:1` as shares by level, or ValueError; nothing where nothing is said."""
    shares = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, weight = part.partition(":")
        try:
            shares[name] = float(weight or 1)
        except ValueError:
            shares[name] = 0.0
        if name not in LEVELS or shares[name] <= 0:
            raise ValueError(f"{part!r} is no level: write {', '.join(LEVELS)}, each with its share, cp:2")
    return shares


def level_of(text: str, seed: int, index: int) -> Level:
    """The level of pupil `index`: that of the class."""
    if not text:
        return PLAIN
    shares = shares_of(text)
    chance = Random(f"{seed}/class/{index // CLASS_SIZE}")
    return LEVELS[chance.choices(list(shares), list(shares.values()))[0]]

"""Chance from a seed: the same seed gives the same draws, on every machine and every Python.

Python promises that only for `random.random()`, and a form must come out byte for byte
the same from the same seed; so the draws come from SHAKE-256, 32 bits at a time. Taking
`word * n >> 32` favours some numbers by less than n in four thousand million.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import MutableSequence
from hashlib import shake_256
from typing import TypeVar

T = TypeVar("T")

# No vowels, so that no identifier happens to be a word that makes a class laugh.
LETTERS = "bcdfghjklmnpqrstvwxz"
LITTLE = sys.byteorder == "little"
WORDS = 256  # 32-bit words made at a time: enough for the order of a form of forty items


class Draws:
    """One stream of draws; `label` keeps the streams of one seed apart.

    `words` are made at a time, and belong to the stream: another number gives other draws.
    """

    def __init__(self, seed: bytes, label: str, words: int = WORDS) -> None:
        self._size = words
        self._source = label.encode() + b"\0" + seed
        self._block = 0
        self._words = array("I")

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        if not self._words:
            self._fill()
        return self._words.pop() * limit >> 32

    def shuffle(self, things: MutableSequence[T]) -> None:
        """Put them in any order, each as likely as another."""
        words = self._words
        for last in range(len(things) - 1, 0, -1):
            if not words:
                words = self._fill()
            other = words.pop() * (last + 1) >> 32  # `below`, without its call: each start of a test is here
            things[last], things[other] = things[other], things[last]

    def _fill(self) -> array[int]:
        made = shake_256(self._block.to_bytes(4, "big") + self._source).digest(4 * self._size)
        self._words = array("I", made)
        if LITTLE:
            self._words.byteswap()
        self._block += 1
        return self._words

    def identifier(self, taken: set[str]) -> str:
        """Four letters not taken yet; they are taken then."""
        while True:
            name = "".join(LETTERS[self.below(len(LETTERS))] for _ in range(4))
            if name not in taken:
                taken.add(name)
                return name

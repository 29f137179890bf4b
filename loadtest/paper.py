"""One form as the crowd answers it: ready JSON for each item, joined into the bodies of batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

from loadtest.content import open_items
from loadtest.questions import questions_of
from loadtest.responses import encoded, encoded_long

POOL = 16
"""Different responses to each item; pupils of a class agree more often than that."""


class Sheet(NamedTuple):
    """One item: its identifier and responses to it; the last of `pool` is the long one, if there is one."""

    item: str
    pool: tuple[bytes, ...]
    has_long: bool


class Paper:
    """The items that can be answered."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.sheets = sheets
        self.long = [place for place, sheet in enumerate(sheets) if sheet.has_long]

    @classmethod
    def open(cls, sealed: bytes, key: bytes, *, long_characters: int, random: Random) -> Paper:
        """The form behind the sealed bytes."""
        sheets = []
        for item, fragment in open_items(sealed, key).items():
            if questions := questions_of(fragment):
                pool = encoded(questions, random, count=POOL)
                long = encoded_long(questions, random, long_characters)
                sheets.append(Sheet(item, (*pool, long) if long else tuple(pool), bool(long)))
        return cls(sheets)

    def body(self, n: int, given: Iterable[tuple[int, int, int, int]], *, full: bool, held: int) -> bytes:
        """A batch; `given`: (place, response, elapsed_ms, age_ms) of each answer."""
        at = ""
        answers = []
        for place, chosen, elapsed_ms, age_ms in given:
            sheet = self.sheets[place]
            at = sheet.item
            answers.append(
                b'{"item":"%b","response":%b,"elapsed_ms":%d,"age_ms":%d}'
                % (at.encode(), sheet.pool[chosen], elapsed_ms, age_ms)
            )
        return b'{"n":%d,"answers":[%b],"full":%b,"at":"%b","held":%d}' % (
            n,
            b",".join(answers),
            b"true" if full else b"false",
            at.encode(),
            held,
        )

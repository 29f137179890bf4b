"""A manual of one page. In its sentences `[Label]` is what a page says, word for word, and a command stands
between backticks; tests look each of them up, so that no manual tells of a button that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_MARKED = re.compile(r"\[([^]]+)]|`([^`]+)`")


class Piece(NamedTuple):
    """Part of a sentence: plain `text`, a `label` of a page, or a `command`."""

    kind: str
    text: str


class Manual(NamedTuple):
    """A title, whom it is for, and parts of numbered steps."""

    title: str
    lead: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]

    def pieces(self) -> Iterator[Piece]:
        """Everything that it says."""
        for _, steps in self.parts:
            for step in steps:
                yield from pieces(step)


def pieces(sentence: str) -> list[Piece]:
    """A sentence in its parts."""
    found, at = [], 0
    for match in _MARKED.finditer(sentence):
        found.append(Piece("text", sentence[at : match.start()]))
        found.append(Piece("label", match[1]) if match[1] else Piece("command", match[2]))
        at = match.end()
    found.append(Piece("text", sentence[at:]))
    return [piece for piece in found if piece.text]

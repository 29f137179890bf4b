"""One cell of the keying grid: whatever teachers typed there, and nobody has typed over.

A cell is a register of several values. Each typing (a mark) names the marks that its keyer had seen there:
these it replaces, and no others. So two teachers who do not know of each other both stay in the cell until
somebody who sees both decides; the same value typed twice is no dispute; a mark that comes again, or behind a
later one of the same device, changes nothing. The first mark is the one that counts meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

MARKS_MAX = 8
"""So many differing values a cell shows; a further one is refused until somebody decides."""
VALUE, NOTHING, ABSENT, EMPTY = "value", "nothing", "absent", "empty"
KINDS = (VALUE, NOTHING, ABSENT, EMPTY)
"""A value, no answer on the paper, the pupil was not there, and: typed by mistake, not keyed yet."""


class Mark(NamedTuple):
    """One typing in one cell: `id` is "device-number", `who` opaque; `value` goes with the kind `value`."""

    id: str
    kind: str
    value: str
    who: str
    at_ms: int

    def says(self, other: Mark) -> bool:
        """Whether both say the same."""
        return (self.kind, self.value) == (other.kind, other.value)

    def is_behind(self, other: Mark) -> bool:
        """Whether the same device made the other one later, or this is a copy of it."""
        device, _, number = self.id.partition("-")
        others, _, later = other.id.partition("-")
        return device == others and int(number) <= int(later)

    def to_json(self) -> dict[str, Any]:
        """As it lies in a batch and goes to the page."""
        return self._asdict()


Cell = tuple[Mark, ...]
"""The marks that stand, in the order they came; more than one: a dispute. An erased cell holds one that says
`empty`."""


class CellFull(Exception):
    """The cell shows as many differing values as it may; nothing was changed."""


def put(cell: Cell, mark: Mark, over: Collection[str]) -> Cell:
    """The cell once `mark` was typed by somebody who had seen the marks `over`, or CellFull.

    The very same cell comes back when the mark changes nothing.
    """
    if any(mark.is_behind(one) for one in cell):
        return cell
    left = tuple(one for one in cell if one.id not in over and one.kind != EMPTY)
    if mark.kind == EMPTY:  # who erases has nothing to say against what others typed meanwhile
        return left or (mark,)
    if any(one.says(mark) for one in left):
        return left
    if len(left) >= MARKS_MAX:
        raise CellFull
    return (*left, mark)


def counted(cell: Cell) -> Mark | None:
    """The mark that counts, None if the cell is empty."""
    return cell[0] if cell and cell[0].kind != EMPTY else None


def kinds(marks: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """What counts in each cell of an item, by response, from its entry in a batch."""
    return {response: found[0]["kind"] if found else EMPTY for response, found in marks.items()}


def to_json(cell: Cell) -> list[dict[str, Any]]:
    return [mark.to_json() for mark in cell]


def from_json(marks: Sequence[dict[str, Any]]) -> Cell:
    return tuple(Mark(**mark) for mark in marks)

"""Statistics that tell nothing of anyone: small cells are left out, and what would give them away by
subtraction.

A table has a row a population (a country, an area, a school) and a column a group; its margins are
published. A cell of 1 to MIN - 1 pupils is left out. Then, as long as a row or a column leaves out so
little that its margin would tell (one cell alone, or fewer than MIN pupils together), its smallest other
cell goes as well. A zero says of nobody what they are, and stays unless it is needed to hide another.
The manner is that of the European handbook on statistical disclosure control (Hundepool et al. 2012,
4.2: threshold rule, secondary suppression).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MIN_CELL = 11

Table = Sequence[Sequence[int]]
Shown = list[list[int | None]]


def disclosed(table: Table, min_cell: int = MIN_CELL) -> Shown:
    """The cells that may be shown; None for one that is left out. Rows have the same length."""
    hidden = {
        (row, column)
        for row, cells in enumerate(table)
        for column, count in enumerate(cells)
        if 0 < count < min_cell
    }
    while more := _needed(table, hidden, min_cell):
        hidden |= more
    return [
        [None if (row, column) in hidden else count for column, count in enumerate(cells)]
        for row, cells in enumerate(table)
    ]


def _needed(table: Table, hidden: set[tuple[int, int]], min_cell: int) -> set[tuple[int, int]]:
    """One more cell to leave out in a line that would tell; empty if none does."""
    for line in _lines(table):
        out = [place for place in line if place in hidden]
        known = [place for place in line if place not in hidden]
        count = sum(table[row][column] for row, column in out)
        if out and known and (len(out) == 1 or count < min_cell):
            return {min(known, key=lambda place: (table[place[0]][place[1]] == 0, table[place[0]][place[1]]))}
    return set()


def _lines(table: Table) -> Iterator[list[tuple[int, int]]]:
    """All rows, then, where there are several, all columns."""
    width = len(table[0]) if table else 0
    for row in range(len(table)):
        yield [(row, column) for column in range(width)]
    if len(table) > 1:
        for column in range(width):
            yield [(row, column) for row in range(len(table))]

"""Published tables: no small cell, and none that could be worked out from what is shown."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.results.disclosure import LEAST, TooFew, hidden_cells, shown

SMALL = st.integers(0, 30)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(SMALL, min_size=width, max_size=width), min_size=2, max_size=5)
)


def test_a_table_of_large_cells_is_shown_whole() -> None:
    """Nothing is hidden without a reason."""
    assert shown([[40, 30, 20], [25, 35, 15]]) == [[40, 30, 20], [25, 35, 15]]


def test_one_small_cell_takes_three_others_with_it() -> None:
    """Its row, its column, and the corner between them; the cheapest ones."""
    assert shown([[40, 5, 20], [25, 35, 15], [60, 70, 80]]) == [
        [40, None, None],
        [25, None, None],
        [60, 70, 80],
    ]


def test_a_group_of_one_mind_is_not_shown() -> None:
    """That all of them are in one group tells of each of them."""
    assert (0, 1) in hidden_cells([[0, 50, 0], [30, 40, 20], [50, 60, 70]])


def test_too_few_in_all_are_not_shown_at_all() -> None:
    """Their total neither."""
    with pytest.raises(TooFew):
        shown([[3, 4], [1, 2]])


@given(TABLES)
def test_nothing_hidden_follows_from_what_is_shown(table: list[list[int]]) -> None:
    """Whoever knows all totals and all cells that are shown can solve for no hidden one."""
    if 0 < sum(map(sum, table)) < LEAST:
        return
    hidden = sorted(hidden_cells(table))
    for row, counts in enumerate(table):
        for column, count in enumerate(counts):
            assert count == 0 or count >= LEAST or (row, column) in hidden
    equations = [[Fraction(place[0] == row) for place in hidden] for row in range(len(table))]
    equations += [[Fraction(place[1] == column) for place in hidden] for column in range(len(table[0]))]
    reduced = _reduced(equations)
    solved = [line for line in reduced if sum(value != 0 for value in line) == 1]
    assert solved == []


def _reduced(lines: list[list[Fraction]]) -> list[list[Fraction]]:
    """The reduced row echelon form: an unknown that is determined stands alone in its line."""
    lines, top = [list(line) for line in lines], 0
    for column in range(len(lines[0]) if lines and lines[0] else 0):
        found = next((at for at in range(top, len(lines)) if lines[at][column]), None)
        if found is None:
            continue
        lines[top], lines[found] = lines[found], lines[top]
        lines[top] = [value / lines[top][column] for value in lines[top]]
        for at, line in enumerate(lines):
            if at != top and line[column]:
                lines[at] = [one - line[column] * other for one, other in zip(line, lines[top], strict=True)]
        top += 1
    return lines

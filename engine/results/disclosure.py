"""Which cells of a table may be shown above the class, so that nobody's result can be read or worked out.

A table counts pupils, groups down and mastery across, and is shown with its totals. A cell of fewer than
`least` pupils is hidden (primary suppression), and a group of which everybody is in one cell: it tells of
each of them. What is hidden must not follow from the totals (secondary suppression): a hidden cell can be
worked out just when it is the only way between its row and its column among the hidden cells, a bridge of
that graph. For each bridge the cheapest detour is hidden too. And what a line hides adds up to `least`
pupils or more, since a total bounds what it is the sum of.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

LEAST = 11
Place = tuple[int, int]
Node = tuple[str, int]
Table = Sequence[Sequence[int]]


class TooFew(ValueError):
    """The table as a whole counts too few: none of it may be shown, its total neither."""


def hidden_cells(table: Table, least: int = LEAST) -> frozenset[Place]:
    """The places (row, column) not to be shown, or TooFew; counts are whole numbers from 0."""
    if 0 < sum(map(sum, table)) < least:
        raise TooFew(f"fewer than {least} in all")
    hidden = set(_primary(table, least))
    while missing := _wanting(table, hidden, least):
        hidden |= missing
    return frozenset(hidden)


def shown(table: Table, least: int = LEAST) -> list[list[int | None]]:
    """The table as it may be published, None for what is hidden; TooFew."""
    hidden = hidden_cells(table, least)
    return [
        [None if (row, column) in hidden else count for column, count in enumerate(counts)]
        for row, counts in enumerate(table)
    ]


def _primary(table: Table, least: int) -> Iterator[Place]:
    for row, counts in enumerate(table):
        is_unanimous = sum(count > 0 for count in counts) == 1 and len(counts) > 1
        for column, count in enumerate(counts):
            if 0 < count < least or (is_unanimous and count):
                yield row, column


def _wanting(table: Table, hidden: set[Place], least: int) -> set[Place]:
    """What must be hidden as well, for the first reason that is found; nothing when all is safe."""
    for place in sorted(hidden):
        detour = _detour(table, hidden, place)
        if detour is None:  # one row or one column: its total would tell
            return {(row, column) for row, column in _places(table) if (row, column) not in hidden}
        if detour - hidden:
            return detour - hidden
    for line in _lines(table):
        inside = [place for place in line if place in hidden]
        outside = [place for place in line if place not in hidden and _count(table, place)]
        if inside and outside and sum(_count(table, place) for place in inside) < least:
            return {min(outside, key=lambda place: (_count(table, place), place))}
    return set()


def _detour(table: Table, hidden: set[Place], place: Place) -> set[Place] | None:
    """The cells of the way from a cell's row to its column, without it, that hides the fewest pupils more."""
    start, end = ("row", place[0]), ("column", place[1])
    queue: list[tuple[int, Node, frozenset[Place]]] = [(0, start, frozenset())]
    done: set[Node] = set()
    while queue:
        cost, node, way = heapq.heappop(queue)
        if node == end:
            return set(way)
        if node in done:
            continue
        done.add(node)
        for following, cell in _ways_on(table, node):
            if cell != place and following not in done:
                price = 0 if cell in hidden else 1 + _count(table, cell)
                heapq.heappush(queue, (cost + price, following, way | {cell}))
    return None


def _ways_on(table: Table, node: Node) -> Iterator[tuple[Node, Place]]:
    kind, number = node
    if kind == "row":
        yield from ((("column", column), (number, column)) for column in range(len(table[number])))
    else:
        yield from ((("row", row), (row, number)) for row in range(len(table)))


def _lines(table: Table) -> Iterator[list[Place]]:
    for row, counts in enumerate(table):
        yield [(row, column) for column in range(len(counts))]
    for column in range(len(table[0]) if table else 0):
        yield [(row, column) for row in range(len(table))]


def _places(table: Table) -> Iterator[Place]:
    yield from ((row, column) for row, counts in enumerate(table) for column in range(len(counts)))


def _count(table: Table, place: Place) -> int:
    return table[place[0]][place[1]]

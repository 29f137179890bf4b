"""Plots as SVG text, drawn by pure functions: lines over the time of a run, with axes and a legend.

Lines break where nothing was measured. Colours come from the page's style sheet (classes `c0` to `c7`), and
no line is told by its colour alone: each has a dash of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from loadtest.page.scale import Scale, clock, linear, logarithmic, short, time_marks

WIDTH, HEIGHT = 520, 230
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 12, 30
COLOURS = 8
Values = Sequence[float | None]


class Line(NamedTuple):
    """One line: a name and one value a slice, None where there is none."""

    name: str
    values: Values


class Plot(NamedTuple):
    """One plot: what it shows, in which unit, over slices of so many seconds."""

    title: str
    unit: str
    slice_s: float
    lines: list[Line]
    note: str = ""
    log: bool = False
    filled: bool = False
    none: str = "Nothing was measured."


def figure(plot: Plot) -> str:
    """The whole of it: heading, drawing, legend; a sentence where there is nothing to draw."""
    drawn = [line for line in plot.lines if any(value is not None for value in line.values)]
    head = f"<h3>{escape(plot.title)} <small>{escape(plot.unit)}</small></h3>"
    note = f"<p class=note>{escape(plot.note)}</p>" if plot.note else ""
    if not drawn:
        return f"<figure>{head}<p class=none>{escape(plot.none)}</p>{note}</figure>"
    return f"<figure>{head}{svg(plot, drawn)}{legend(drawn)}{note}</figure>"


def svg(plot: Plot, lines: Sequence[Line]) -> str:
    """The drawing: grid, marks, lines."""
    values = [value for line in lines for value in line.values if value is not None]
    scale = logarithmic(values) if plot.log else linear(max(values))
    slices = max(len(line.values) for line in lines)
    length_s = max(1, slices) * plot.slice_s
    parts = [
        *(horizontal(scale, mark) for mark in scale.marks),
        *(vertical(at_s, length_s) for at_s in time_marks(length_s)),
        *(drawing(number, line, scale, plot, length_s) for number, line in enumerate(lines)),
    ]
    said = escape(f"{plot.title}, {plot.unit}: " + "; ".join(summary(line) for line in lines))
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">' + "".join(parts) + "</svg>"


def horizontal(scale: Scale, mark: float) -> str:
    """A line of the grid with its value."""
    y = down(scale.place(mark))
    return (
        f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        f'<text class="y" x="{LEFT - 7}" y="{y + 4:.1f}">{short(mark)}</text>'
    )


def vertical(at_s: float, length_s: float) -> str:
    """A mark of the clock."""
    x = across(at_s, length_s)
    bottom = HEIGHT - BOTTOM
    return (
        f'<path class="grid" d="M{x:.1f} {bottom}v5"/>'
        f'<text class="x" x="{x:.1f}" y="{bottom + 20}">{clock(at_s)}</text>'
    )


def drawing(number: int, line: Line, scale: Scale, plot: Plot, length_s: float) -> str:
    """The line itself, one path for each stretch without a hole; a point where a stretch is one value."""
    colour = f"c{number % COLOURS}"
    found = []
    for stretch in stretches(line.values):
        points = [
            (across((at + 0.5) * plot.slice_s, length_s), down(scale.place(value))) for at, value in stretch
        ]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        if plot.filled:
            base = HEIGHT - BOTTOM
            found.append(f'<path class="area {colour}" d="M{points[0][0]:.1f} {base}L{path}V{base}Z"/>')
        if len(points) == 1:
            path += f"L{points[0][0] + 0.1:.1f} {points[0][1]:.1f}"
        found.append(f'<path class="line {colour}" d="M{path}"/>')
    return "".join(found)


def stretches(values: Values) -> Iterator[list[tuple[int, float]]]:
    """Runs of neighbours that have a value, with their places."""
    run: list[tuple[int, float]] = []
    for at, value in enumerate(values):
        if value is not None:
            run.append((at, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def legend(lines: Sequence[Line]) -> str:
    """Each line's name with its highest value."""
    entries = (
        f'<li><svg viewBox="0 0 26 8" aria-hidden="true">'
        f'<path class="line c{number % COLOURS}" d="M1 4H25"/></svg>'
        f"{escape(line.name)} <b>{escape(highest(line))}</b></li>"
        for number, line in enumerate(lines)
    )
    return f"<ul class=legend>{''.join(entries)}</ul>"


def summary(line: Line) -> str:
    """A line in words, for those who cannot see it."""
    return f"{line.name} at most {highest(line)}"


def highest(line: Line) -> str:
    """The largest value of a line."""
    return short(max(value for value in line.values if value is not None))


def across(at_s: float, length_s: float) -> float:
    """Where a moment lies."""
    return LEFT + (WIDTH - LEFT - RIGHT) * at_s / length_s


def down(share: float) -> float:
    """Where a share of the height lies; paper counts from its top."""
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)

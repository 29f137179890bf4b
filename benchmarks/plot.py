"""The history as one picture: an SVG that needs nothing else, a panel for each question.

    python -m benchmarks --plot history.svg

Points are values in the order in which they were measured, bars their spread, the dashed line is the goal; a
hollow point was void. Only what this machine measured is drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT, COLUMNS = 340, 170, 3
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 30, 26
STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#333}.name{font-weight:600;font-size:12px}"
    ".goal{stroke:#b3541e;stroke-dasharray:4 3}.bar{stroke:#9bb6cf}.point{fill:#1f5f99;stroke:#1f5f99}"
    ".void{fill:#fff}.axis{stroke:#ccc}.line{fill:none;stroke:#1f5f99;stroke-opacity:.35}"
)
Line = Mapping[str, Any]


def plot(history: Iterable[Line], machine: str) -> str:
    """The picture of all that `machine` measured."""
    panels: defaultdict[str, list[Line]] = defaultdict(list)
    for line in history:
        if line["machine"] == machine:
            panels[line["bench"]].append(line)
    rows = -(-len(panels) // COLUMNS) or 1
    drawn = [
        f'<g transform="translate({place % COLUMNS * WIDTH},{place // COLUMNS * HEIGHT + 24})">'
        f"{panel(name, lines)}</g>"
        for place, (name, lines) in enumerate(sorted(panels.items()))
    ]
    width, height = COLUMNS * WIDTH, rows * HEIGHT + 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" '
        f'viewBox="0 0 {width} {height}"><title>Benchmarks over time</title><style>{STYLE}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/><text x="8" y="16">{escape(machine)}</text>'
        f"{''.join(drawn)}</svg>\n"
    )


def panel(name: str, lines: Sequence[Line]) -> str:
    """One question."""
    goal, newest = float(lines[-1]["goal"]), lines[-1]
    highest = 1.08 * max(goal, *(float(line["spread"][1]) for line in lines))
    bottom = HEIGHT - BOTTOM

    def y(value: float) -> float:
        return round(bottom - value / highest * (bottom - TOP), 1)

    def x(place: int) -> float:
        return round(LEFT + (place + 0.5) * (WIDTH - LEFT - RIGHT) / len(lines), 1)

    goal_at = "≥" if newest["better"] == "higher" else "≤"
    joined = " ".join(f"{x(place)},{y(line['value'])}" for place, line in enumerate(lines))
    parts = [
        f'<text class="name" x="{LEFT}" y="18">{escape(name)}</text>',
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}"/>',
        f'<line class="goal" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(goal)}" y2="{y(goal)}"/>',
        f'<text x="{LEFT - 4}" y="{y(goal) + 4}" text-anchor="end">{goal_at} {goal:,.6g}</text>',
        f'<text x="{LEFT - 4}" y="{bottom + 4}" text-anchor="end">0</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 8}">{escape(lines[0]["when"][:10])}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{escape(newest["when"][:10])}: '
        f"{newest['value']:,.6g}</text>",
        f'<polyline class="line" points="{joined}"/>',
    ]
    for place, line in enumerate(lines):
        low, high = line["spread"]
        told = f"{line['when']} {line['commit']}: {line['value']:,.6g}, {low:,.6g} to {high:,.6g}"
        kind = "point void" if line.get("void") else "point"
        parts.append(
            f'<g><title>{escape(told)}</title><line class="bar" x1="{x(place)}" x2="{x(place)}" '
            f'y1="{y(low)}" y2="{y(high)}"/><circle class="{kind}" cx="{x(place)}" '
            f'cy="{y(line["value"])}" r="3"/></g>'
        )
    return "".join(parts)

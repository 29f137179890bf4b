"""Areas on a picture: whether a point lies inside a shape. The edge belongs to the shape."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from items.scoring.values import Point, read_number

Contains = Callable[[Point], bool]

SHAPES: Final = {
    "rect": "left, top, right, bottom",
    "circle": "centre x, centre y, radius",
    "ellipse": "centre x, centre y, horizontal radius, vertical radius",
    "poly": "x and y of three corners or more",
    "default": "no coordinates at all",
}
_COUNTS: Final = {"rect": 4, "circle": 3, "ellipse": 4, "default": 0}
_MOST_NUMBERS: Final = 2000
_EDGE: Final = 1e-9  # a point this near an edge, in pixels, is on it


def read_coords(text: str) -> list[float] | None:
    """Numbers with commas between; spaces are tolerated, percentages are not."""
    parts = [part for part in re.split(r"[,\s]+", text.strip()) if part]
    numbers = [read_number(part) for part in parts[: _MOST_NUMBERS + 1]]
    found = [number for number in numbers if number is not None]
    return found if len(found) == len(parts) <= _MOST_NUMBERS else None


def has_enough(shape: str, coords: list[float]) -> bool:
    if shape == "poly":
        return len(coords) >= 6 and len(coords) % 2 == 0
    return len(coords) == _COUNTS[shape]


def area(shape: str, coords: list[float]) -> Contains:
    builders = {"rect": _rect, "circle": _circle, "ellipse": _ellipse, "poly": _polygon}
    build = builders.get(shape)
    return build(coords) if build else lambda _point: True


def _rect(coords: list[float]) -> Contains:
    left, right = sorted((coords[0], coords[2]))
    top, bottom = sorted((coords[1], coords[3]))
    return lambda point: left <= point.x <= right and top <= point.y <= bottom


def _circle(coords: list[float]) -> Contains:
    x, y, radius = coords
    return lambda point: math.hypot(point.x - x, point.y - y) <= radius


def _ellipse(coords: list[float]) -> Contains:
    x, y, across, down = coords
    if not across or not down:
        return lambda _point: False
    return lambda point: math.hypot((point.x - x) / across, (point.y - y) / down) <= 1


def _polygon(coords: list[float]) -> Contains:
    corners = [Point(*pair) for pair in zip(coords[::2], coords[1::2], strict=True)]
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))

    def contains(point: Point) -> bool:
        if any(_on_edge(point, start, end) for start, end in edges):
            return True
        # A ray to the right crosses the outline an odd number of times from inside.
        return sum(_crosses(point, start, end) for start, end in edges) % 2 == 1

    return contains


def _crosses(point: Point, start: Point, end: Point) -> bool:
    if (start.y > point.y) == (end.y > point.y):
        return False
    return point.x < (end.x - start.x) * (point.y - start.y) / (end.y - start.y) + start.x


def _on_edge(point: Point, start: Point, end: Point) -> bool:
    length = abs(end.x - start.x) + abs(end.y - start.y)
    cross = (end.x - start.x) * (point.y - start.y) - (end.y - start.y) * (point.x - start.x)
    if abs(cross) > _EDGE * max(length, 1.0):
        return False
    within_x = min(start.x, end.x) - _EDGE <= point.x <= max(start.x, end.x) + _EDGE
    return within_x and min(start.y, end.y) - _EDGE <= point.y <= max(start.y, end.y) + _EDGE

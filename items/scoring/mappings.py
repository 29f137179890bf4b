"""What `map-response`, `map-response-point` and the lookup tables of outcomes compute."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from items.scoring.areas import area
from items.scoring.values import Point, Value, authored, finite

Look = Callable[[Value], Value]


def _bounded(mapping: dict[str, Any]) -> Callable[[Iterable[float]], float | None]:
    """The sum of mapped numbers, within the mapping's bounds."""
    lower, upper = mapping["lower"], mapping["upper"]

    def bounded(numbers: Iterable[float]) -> float | None:
        try:
            total = math.fsum(numbers)
        except OverflowError:
            return None
        if lower is not None and total < lower:
            return float(lower)
        return finite(float(upper) if upper is not None and total > upper else total)

    return bounded


class _Mapping:
    """The entries of a mapping by key, and what became of a value in them."""

    def __init__(self, mapping: dict[str, Any], base_type: str) -> None:
        read = authored(base_type)
        self.default: float = mapping["default"]
        self.total = _bounded(mapping)
        self.numbers: list[float] = []
        self._exact: dict[Value, int] = {}
        self._folded: dict[str, int] = {}
        for place, (key, number, case_sensitive) in enumerate(mapping["entries"]):
            value = read(key) if key else None
            self.numbers.append(number)
            if case_sensitive or not isinstance(value, str):
                self._exact.setdefault(value, place)
            else:
                self._folded.setdefault(value.casefold(), place)

    def place_of(self, value: Value) -> int | None:
        place = self._exact.get(value)
        if place is None and self._folded and isinstance(value, str):
            place = self._folded.get(value.casefold())
        return place

    def of_one(self, value: Value, otherwise: float) -> float | None:
        place = self.place_of(value)
        return self.total((otherwise if place is None else self.numbers[place],))

    def of_many(self, members: tuple[Value, ...]) -> float | None:
        places = [self.place_of(member) for member in set(members)]
        known = [self.numbers[place] for place in set(places) if place is not None]
        return self.total([*known, self.default * places.count(None)])


def mapping(mapping: dict[str, Any], base_type: str) -> Look:
    """A value's number, or the sum of a container's; each entry counts once, each unknown value too.

    NULL maps to an entry with an empty key, else to 0: who chose nothing gains and loses nothing.
    """
    table = _Mapping(mapping, base_type)

    def look(value: Value) -> Value:
        if type(value) is tuple:
            return table.of_many(value)
        return table.of_one(value, 0.0 if value is None else table.default)

    return look


def area_mapping(mapping: dict[str, Any]) -> Look:
    """A point's number, or the sum of many points'; each area counts once, each miss by itself."""
    areas = [(area(entry["shape"], entry["coords"]), entry["value"]) for entry in mapping["entries"]]
    default, total = mapping["default"], _bounded(mapping)

    def first_area(point: Point) -> int | None:
        return next((place for place, (contains, _) in enumerate(areas) if contains(point)), None)

    def look(value: Value) -> Value:
        if value is None:
            return total((0.0,))
        points = (value,) if isinstance(value, Point) else value
        places = [first_area(point) for point in points]
        hit = set(places) - {None}
        found = [areas[place][1] for place in hit if place is not None]
        return total([*found, default * places.count(None)])

    return look


def lookup_table(table: dict[str, Any], base_type: str) -> Look:
    """An outcome's value for a number: by equality, or by the first step that the number reaches."""
    read = authored(base_type)
    default = read(table["default"]) if table["default"] else None
    if table["kind"] == "match":
        targets = {int(source): read(target) for source, target in reversed(table["entries"])}
        return lambda number: default if number is None else targets.get(number, default)
    steps = [(source, read(target), included) for source, target, included in table["entries"]]

    def look(number: Value) -> Value:
        if number is None:
            return default
        for source, target, included in steps:
            if number > source or (included and number == source):
                return target
        return default

    return look

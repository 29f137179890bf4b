"""Is this the shape of an answer to this item? Asked for every answer that comes in.

The schema is turned once into one small function a response, so that the question costs
well under a microsecond for a ticked choice. Only the shape is judged: too few ticks are
fine, since the pupil may be in the middle, and whether an answer is right is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

from items.customresponses import custom_check
from items.filetypes import Upload

Check = Callable[[Any], str | None]

POINT = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?) ([0-9]{1,5}(?:\.[0-9]{1,3})?)")

MOST_POINTS = 100  # where the author sets no limit; a picture with more would show nothing
LONGEST_NUMBER = 40  # characters; a slider's position needs fewer
FILE_ID = re.compile(r"[0-9a-f]{32}")


class Shapes:
    """The shapes of all items of a form."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._items: dict[str, dict[str, Check]] = {
            item: {name: _check(shape) for name, shape in shapes.items()}
            for item, shapes in schema["items"].items()
        }
        self.uploads: Mapping[tuple[str, str], Upload] = {
            (item, name): Upload.of(shape)
            for item, shapes in schema["items"].items()
            for name, shape in shapes.items()
            if shape["base_type"] == "file"
        }
        """The responses whose value is a file, by item and response; most forms have none."""

    def check(self, item: str, response: object) -> str | None:
        """None when well shaped, else the code of what is wrong."""
        checks = self._items.get(item)
        if checks is None:
            return "unknown_item"
        if type(response) is not dict:
            return "not_an_object"
        for name, value in response.items():
            check = checks.get(name)
            if check is None:
                return "unknown_response"
            if value is not None and (problem := check(value)) is not None:
                return problem
        return None


def _check(shape: Mapping[str, Any]) -> Check:
    if "custom" in shape:
        return custom_check(shape)
    one = _value(shape)
    if shape["cardinality"] in ("single", "record"):
        return one
    if "max_length" in shape:
        return _texts(one, shape["max"])
    pairs = _pairs(shape) if "match_max" in shape else None
    if "associables" in shape:
        pairs = _both(_undirected, _pairs(shape))
    return _several(one, _choices(shape), shape["max"] or _most(shape), pairs)


def _most(shape: Mapping[str, Any]) -> int:
    """Where the author sets no limit, there are still only so many different values."""
    if "choices" in shape:
        return len(shape["choices"])
    if "width" in shape:
        return MOST_POINTS
    if "associables" in shape:
        return len(shape["associables"]) * (len(shape["associables"]) - 1) // 2
    return len(shape["sources"]) * len(shape["targets"])


def _choices(shape: Mapping[str, Any]) -> frozenset[str]:
    """All values that there are; none where they cannot be counted."""
    if "choices" in shape:
        return frozenset(shape["choices"])
    if "sources" in shape:
        return _allowed(((a, b) for a in shape["sources"] for b in shape["targets"]), shape)
    names = shape.get("associables", ())
    return _allowed(((a, b) for a in names for b in names if a != b), shape)


def _value(shape: Mapping[str, Any]) -> Check:
    if "choices" in shape or "sources" in shape or "associables" in shape:
        return _choice(_choices(shape))
    if "width" in shape:
        return _point(shape["width"], shape["height"])
    if "low" in shape:
        return _number(shape["low"], shape["high"])
    if shape["base_type"] == "file":
        return _file()
    return _text(shape["max_length"])


def _allowed(pairs: Iterable[tuple[str, str]], shape: Mapping[str, Any]) -> frozenset[str]:
    """The pairs that no group of `match_group` leaves out."""
    groups: Mapping[str, Sequence[str]] = shape.get("match_group", {})
    kept = ((a, b) for a, b in pairs if b in groups.get(a, (b,)) and a in groups.get(b, (a,)))
    return frozenset(f"{a} {b}" for a, b in kept)


def _choice(allowed: frozenset[str]) -> Check:
    def check(value: Any) -> str | None:
        if type(value) is not str:
            return "wrong_cardinality" if type(value) is list else "not_a_string"
        return None if value in allowed else "unknown_choice"

    return check


def _text(longest: int) -> Check:
    def check(value: Any) -> str | None:
        if type(value) is not str:
            return "wrong_cardinality" if type(value) is list else "not_a_string"
        return None if len(value) <= longest else "too_long"

    return check


def _file() -> Check:
    """The id under which the file was sent; whether it was, the server looks up where it keeps files."""

    def check(value: Any) -> str | None:
        if type(value) is not str:
            return "wrong_cardinality" if type(value) is list else "not_a_string"
        return None if FILE_ID.fullmatch(value) else "not_a_file"

    return check


def _number(low: float, high: float) -> Check:
    def check(value: Any) -> str | None:
        if type(value) is not str:
            return "wrong_cardinality" if type(value) is list else "not_a_string"
        if len(value) > LONGEST_NUMBER:
            return "too_long"
        try:
            number = float(value)
        except ValueError:
            return "not_a_number"
        return None if isfinite(number) and low <= number <= high else "out_of_bounds"

    return check


def _point(width: float, height: float) -> Check:
    """A point of a picture: "80 94", right and down from its corner, in the picture's units."""

    def check(value: Any) -> str | None:
        if type(value) is not str:
            return "wrong_cardinality" if type(value) is list else "not_a_string"
        found = POINT.fullmatch(value)
        if found is None:
            return "not_a_point"
        return None if float(found[1]) <= width and float(found[2]) <= height else "out_of_bounds"

    return check


def _several(one: Check, choices: frozenset[str], most: int, pairs: Check | None) -> Check:
    def check(values: Any) -> str | None:
        if type(values) is not list:
            return "wrong_cardinality"
        if len(values) > most:
            return "too_many"
        problem = None if _are_distinct(values, choices) else _first_problem(values, one)
        return problem or (pairs(values) if pairs else None)

    return check


def _are_distinct(values: list[Any], choices: frozenset[str]) -> bool:
    """Whether all are choices, none twice: nearly always, and told at once."""
    try:
        return len(choices.intersection(values)) == len(values)
    except TypeError:  # what cannot be in a set is no choice
        return False


def _first_problem(values: list[Any], one: Check) -> str | None:
    for value in values:
        if (problem := one(value)) is not None:
            return problem
    return "repeated" if len(set(values)) < len(values) else None


def _texts(one: Check, most: int) -> Check:
    """Texts of one's own: the same may come twice, and an empty one keeps a place."""

    def check(values: Any) -> str | None:
        if type(values) is not list:
            return "wrong_cardinality"
        if len(values) > most:
            return "too_many"
        return next((problem for value in values if (problem := one(value)) is not None), None)

    return check


def _pairs(shape: Mapping[str, Any]) -> Check:
    """No choice is used more often than it may; 0 means as often as one likes."""
    limits: Mapping[str, int] = shape["match_max"]

    def check(values: Any) -> str | None:
        halves = " ".join(values).split()
        if len(set(halves)) == len(halves):
            return None
        used: dict[str, int] = {}
        for half in halves:
            used[half] = count = used.get(half, 0) + 1
            if count > 1 and 0 < limits[half] < count:
                return "too_many"
        return None

    return check


def _undirected(values: Any) -> str | None:
    """`a b` and `b a` are one pair."""
    return "repeated" if len({frozenset(value.split()) for value in values}) < len(values) else None


def _both(one: Check, other: Check) -> Check:
    return lambda values: one(values) or other(values)

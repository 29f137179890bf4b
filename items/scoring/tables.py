"""What turns a value into a number or another value: mappings, area mappings and lookup tables."""

from __future__ import annotations

import sys
from typing import Any

from items.qti.documents import Element
from items.scoring import areas
from items.scoring.reading import Reader, child, children, name_of

_UNMAPPABLE = frozenset({"file", "duration"})


def _bounds(element: Element, reader: Reader) -> dict[str, Any]:
    """Default and bounds, which mappings and area mappings share."""
    default = reader.number(element, "default-value")
    lower, upper = reader.number(element, "lower-bound"), reader.number(element, "upper-bound")
    if lower is not None and upper is not None and lower > upper:
        reader.add(element, "bad_bounds", "Set lower-bound to no more than upper-bound.")
    return {"default": default or 0.0, "lower": lower, "upper": upper}


def _entries(element: Element, name: str, reader: Reader) -> list[Element]:
    """The entries of a table, each checked to be one."""
    entries = []
    for entry in children(element):
        if name_of(entry) == name:
            entries.append(entry)
        else:
            reader.add(entry, "unexpected_element", f"Only qti-{name} may stand in qti-{name_of(element)}.")
    if not entries:
        reader.add(element, "empty_table", f"Give qti-{name_of(element)} at least one qti-{name}.")
    return entries


def read_mapping(declaration: Element, base_type: str, reader: Reader) -> dict[str, Any] | None:
    element = child(declaration, "mapping")
    if element is None:
        return None
    if base_type in _UNMAPPABLE:
        reader.add(element, "wrong_type", f"Values of type {base_type} cannot be mapped: remove qti-mapping.")
        return None
    entries = []
    for entry in _entries(element, "map-entry", reader):
        key = entry.get("map-key")
        if key is None:
            reader.add(entry, "missing_attribute", "Give qti-map-entry the attribute 'map-key'.")
            continue
        literal = reader.literal(entry, base_type, key)
        mapped = reader.required_number(entry, "mapped-value")
        if literal is not None and mapped is not None:
            entries.append([literal, mapped, reader.flag(entry, "case-sensitive", True)])
    return {**_bounds(element, reader), "entries": entries}


def read_area_mapping(declaration: Element, base_type: str, reader: Reader) -> dict[str, Any] | None:
    element = child(declaration, "area-mapping")
    if element is None:
        return None
    if base_type != "point":
        reader.add(element, "wrong_type", "qti-area-mapping maps points: set base-type to point.")
        return None
    entries = []
    for entry in _entries(element, "area-map-entry", reader):
        area, mapped = read_area(entry, reader), reader.required_number(entry, "mapped-value")
        if area is not None and mapped is not None:
            entries.append({**area, "value": mapped})
    return {**_bounds(element, reader), "entries": entries}


def read_area(element: Element, reader: Reader) -> dict[str, Any] | None:
    """A shape with its coordinates, as areas and `inside` carry it."""
    shape = reader.choice(element, "shape", areas.SHAPES)
    if shape is None:
        return None
    coords = areas.read_coords(element.get("coords", ""))
    if coords is None or not areas.has_enough(shape, coords):
        text = element.get("coords")
        reader.add(
            element, "bad_coords", f"coords={text!r} do not describe a {shape}: {areas.SHAPES[shape]}."
        )
        return None
    return {"shape": shape, "coords": coords}


def read_lookup_table(declaration: Element, base_type: str, reader: Reader) -> dict[str, Any] | None:
    """The table of an outcome that `lookup-outcome-value` uses."""
    matching, steps = child(declaration, "match-table"), child(declaration, "interpolation-table")
    table = matching if matching is not None else steps
    if table is None:
        return None
    if table is matching:
        entries = [
            _match_entry(entry, base_type, reader) for entry in _entries(table, "match-table-entry", reader)
        ]
        kind = "match"
    else:
        found = _entries(table, "interpolation-table-entry", reader)
        entries = [_step_entry(entry, base_type, reader) for entry in found]
        kind = "interpolation"
    default = table.get("default-value")
    if default is not None:
        default = reader.literal(table, base_type, default)
    return {"kind": kind, "default": default, "entries": [entry for entry in entries if entry is not None]}


def _match_entry(entry: Element, base_type: str, reader: Reader) -> list[Any] | None:
    source, target = reader.required_number(entry, "source-value"), _target(entry, base_type, reader)
    if source is not None and source != int(source):
        reader.add(entry, "bad_number", "The source-value of a qti-match-table-entry is a whole number.")
        return None
    return [source, target] if source is not None and target is not None else None


def _step_entry(entry: Element, base_type: str, reader: Reader) -> list[Any] | None:
    # JSON has no infinity, and no number lies beyond the greatest float.
    ends = {"INF": sys.float_info.max, "-INF": -sys.float_info.max}
    source = ends.get(entry.get("source-value", "").strip())
    if source is None:
        source = reader.required_number(entry, "source-value")
    target = _target(entry, base_type, reader)
    if source is None or target is None:
        return None
    return [source, target, reader.flag(entry, "include-boundary", True)]


def _target(entry: Element, base_type: str, reader: Reader) -> str | None:
    target = entry.get("target-value")
    if target is None:
        reader.add(entry, "missing_attribute", f"Give qti-{name_of(entry)} the attribute 'target-value'.")
        return None
    return reader.literal(entry, base_type, target)


def fractions(mapping: dict[str, Any]) -> bool:
    """Whether a mapping can give a number that is not whole."""
    numbers = [mapping["default"], mapping["lower"], mapping["upper"]]
    numbers += [entry["value"] if isinstance(entry, dict) else entry[1] for entry in mapping["entries"]]
    return any(number is not None and number != int(number) for number in numbers)

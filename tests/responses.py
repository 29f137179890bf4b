"""Well-shaped responses for any item, read from its public shapes: what a pupil could send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def a_response(shapes: Mapping[str, Any], pick: int = 0) -> dict[str, Any]:
    """A response to an item: `pick` chooses among the choices, so that two picks differ."""
    return {name: _value(shape, pick) for name, shape in shapes.items()}


def _value(shape: Mapping[str, Any], pick: int) -> Any:
    single = _single(shape, pick)
    if shape["cardinality"] == "single":
        return single
    if shape["kind"] == "order":
        choices = list(shape["choices"])
        return choices[pick % len(choices) :] + choices[: pick % len(choices)]
    return [single]


def _single(shape: Mapping[str, Any], pick: int) -> str:
    if "rows" in shape or "firsts" in shape:
        raise KeyError("pairs are answered by their own tests")
    choices = shape.get("choices")
    if choices:
        return str(choices[pick % len(choices)])
    return str(pick)

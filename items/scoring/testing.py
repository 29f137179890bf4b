"""What the expressions of a test compute, over the items that one pupil's test is made of.

The items stand among the variables under a name that no author can write. An item counts for `sections`,
categories and weights as its reference says; what a copy holds is reached by the number of the copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from items.scoring.logic import Evaluate
from items.scoring.values import NUMERIC, Value, finite, members

FACTS: Final = " items"


class ItemFacts(NamedTuple):
    """One item session as the rules of the test see it; values are those that expressions compute with."""

    authored: str
    reference: str
    sections: Sequence[str]
    categories: frozenset[str]
    weights: Mapping[str, float]
    mappings: Mapping[str, str]
    values: Mapping[str, Value]
    declared: Mapping[str, Mapping[str, Any]]
    """Outcomes and responses as the program of the item declares them."""
    seconds: float
    is_attempted: bool
    is_responded: bool
    is_correct: bool | None
    """None where not every response has a right answer."""

    def value(self, name: str) -> Value:
        """A variable by the name that the test uses."""
        if name == "duration":
            return self.seconds
        if name == "numAttempts" and name not in self.values:
            return int(self.is_attempted)
        if name == "completionStatus":
            return self._status()
        return self.values.get(self.mappings.get(name, name))

    def _status(self) -> str:
        own = self.values.get("completionStatus")
        if not self.is_attempted:
            return "not_attempted"
        return own if isinstance(own, str) and own != "unknown" else "completed"


def subset(attributes: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], list[ItemFacts]]:
    """The items that an expression is about."""
    section = attributes["section"]
    include, exclude = frozenset(attributes["include"]), frozenset(attributes["exclude"])

    def chosen(variables: Mapping[str, Any]) -> list[ItemFacts]:
        return [
            item
            for item in variables[FACTS]
            if (section is None or section in item.sections)
            and (not include or include & item.categories)
            and not exclude & item.categories
        ]

    return chosen


def _test_variables(attributes: Mapping[str, Any], _program: Mapping[str, Any]) -> Evaluate:
    chosen, name, wanted = subset(attributes), attributes["variable"], attributes["base_type"]
    weight, gives = attributes["weight"], attributes["gives"]

    def collect(variables: Mapping[str, Any]) -> Value:
        values = []
        for item in chosen(variables):
            base = _base(item, name)
            if base is None or (base != wanted if wanted else gives in NUMERIC and base not in NUMERIC):
                continue
            values.append(_weighed(item.value(name), item, weight, gives))
        return members(values, "multiple")

    return collect


def _base(item: ItemFacts, name: str) -> str | None:
    """The base type of a single variable; None where the item has none such."""
    if name == "duration":
        return "duration"
    entry = item.declared.get(item.mappings.get(name, name))
    if entry is None:
        return {"numAttempts": "integer", "completionStatus": "identifier"}.get(name)
    return entry.get("base_type") if entry["cardinality"] == "single" else None


def _weighed(value: Value, item: ItemFacts, weight: str | None, gives: str | None) -> Value:
    """Numbers times the item's weight of this name, which is 1 where the item has none."""
    if type(value) not in (int, float):
        return value
    if weight is not None:
        return finite(float(value) * item.weights.get(weight, 1.0))
    return float(value) if gives == "float" else value


def _item_variable(attributes: Mapping[str, Any], _program: Mapping[str, Any]) -> Evaluate:
    identifier, weight = attributes["identifier"], attributes["weight"]

    def look(variables: Mapping[str, Any]) -> Value:
        items: Sequence[ItemFacts] = variables[FACTS]
        if identifier == "duration":
            return sum(item.seconds for item in items)
        exact = [item for item in items if identifier.startswith(f"{item.authored}.")]
        # Several copies under one name: QTI gives NULL, since it cannot be told which is meant.
        found = exact or [item for item in items if identifier.startswith(f"{item.reference}.")]
        if found:
            item = max(found, key=lambda item: len(item.authored))
            name = identifier[len(item.authored if exact else item.reference) + 1 :]
            return _weighed(item.value(name), item, weight, None) if exact or len(found) == 1 else None
        section = identifier.removesuffix(".duration")
        inside = [item.seconds for item in items if section in item.sections]
        return sum(inside) if section != identifier and inside else None

    return look


def _extreme(which: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Evaluate]:
    def build(attributes: Mapping[str, Any], _program: Mapping[str, Any]) -> Evaluate:
        chosen, name, weight = subset(attributes), attributes["outcome"], attributes["weight"]

        def collect(variables: Mapping[str, Any]) -> Value:
            values: list[Value] = []
            for item in chosen(variables):
                entry = item.declared.get(item.mappings.get(name, name), {})
                bound = entry.get(which) if entry.get("cardinality") == "single" else None
                if bound is None and which == "normal_maximum":
                    return None  # QTI: unknown for one item is unknown for all
                values.append(None if bound is None else _weighed(float(bound), item, weight, "float"))
            return members(values, "multiple")

        return collect

    return build


def _count(holds: Callable[[ItemFacts], bool]) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Evaluate]:
    def build(attributes: Mapping[str, Any], _program: Mapping[str, Any]) -> Evaluate:
        chosen = subset(attributes)
        return lambda variables: sum(map(holds, chosen(variables)))

    return build


LEAVES: Final = {
    "item-variable": _item_variable,
    "test-variables": _test_variables,
    "outcome-minimum": _extreme("normal_minimum"),
    "outcome-maximum": _extreme("normal_maximum"),
    "number-correct": _count(lambda item: item.is_attempted and item.is_correct is True),
    "number-incorrect": _count(lambda item: item.is_attempted and item.is_correct is False),
    "number-presented": _count(lambda item: item.is_attempted),
    "number-responded": _count(lambda item: item.is_responded),
    "number-selected": _count(lambda _item: True),
}

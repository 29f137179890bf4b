"""What the rules of a test may speak of besides its own outcomes: variables of items, and counts of items.

`Q1.SCORE` is an outcome or response of the item reference Q1, `Q1.2.SCORE` that of its second copy;
`duration` stands for the test, `S1.duration` for a part, section or item, in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from items.qti.documents import Element
from items.scoring.expressions import UNKNOWN, Typed
from items.scoring.kinds import INTEGER, Type
from items.scoring.reading import Reader, name_of
from items.scoring.values import BASE_TYPES, NUMERIC
from items.scoring.variables import Variable, Variables

BUILT_IN: Final = {
    "duration": ("duration", "0"),
    "numAttempts": ("integer", "0"),
    "completionStatus": ("identifier", "not_attempted"),
}


class ItemEntry(NamedTuple):
    """An item as the rules of its test know it, all by authored names."""

    authored: str
    reference: str
    """Without the number of the copy."""
    sections: tuple[str, ...]
    """And the part, outermost first."""
    categories: tuple[str, ...]
    mappings: Mapping[str, str]


class TestVariables(Variables):
    """The test's outcomes, and what its items hold."""

    __test__ = False  # the name is QTI's; pytest must not collect it
    family = "outcome"

    def __init__(
        self,
        reader: Reader,
        items: Mapping[str, ItemEntry],
        programs: Mapping[str, Mapping[str, Any]],
        weights: Mapping[str, Mapping[str, float]],
    ) -> None:
        super().__init__(reader)
        self._programs = {entry.authored: programs[name] for name, entry in items.items()}
        self._entries = {entry.authored: entry for entry in items.values()}
        for name, entry in items.items():
            self._programs.setdefault(entry.reference, programs[name])
            self._entries.setdefault(entry.reference, entry)
        self._sections = {section for entry in items.values() for section in entry.sections}
        self._weights = {weight for given in weights.values() for weight in given}
        self.leaves = {
            "variable": self._variable,
            "test-variables": self._test_variables,
            "outcome-minimum": self._extremes,
            "outcome-maximum": self._extremes,
            **{f"number-{what}": self._number for what in COUNTS},
        }

    def get(self, identifier: str) -> Variable | None:
        entry = self.program["outcomes"].get(identifier)
        if entry is not None:
            return Variable("outcomes", entry)
        held = self.of_item(identifier)
        if held is not None:
            return Variable("items", dict(held))
        if identifier == "duration" or identifier.removesuffix(".duration") in self._sections:
            return Variable("items", {"cardinality": "single", "base_type": "duration"})
        return None

    def of_item(self, identifier: str) -> Mapping[str, Any] | None:
        """The declaration behind `REFERENCE.VARIABLE`; identifiers may have dots of their own."""
        reference, _, name = identifier.rpartition(".")
        while reference:
            if reference in self._programs:
                return self.declared(reference, name)
            reference, _, more = reference.rpartition(".")
            name = f"{more}.{name}"
        return None

    def declared(self, reference: str, name: str) -> Mapping[str, Any] | None:
        name = self._entries[reference].mappings.get(name, name)
        program = self._programs[reference]
        for group in ("outcomes", "responses", "templates"):
            found: Mapping[str, Any] | None = program.get(group, {}).get(name)
            if found is not None:
                return found
        if name in BUILT_IN:
            return {"cardinality": "single", "base_type": BUILT_IN[name][0]}
        return None

    def _variable(self, element: Element, _variables: Variables) -> Typed:
        identifier = self.reader.required(element, "identifier")
        variable = self.find(element, identifier)
        if variable is None:
            return UNKNOWN
        attributes: dict[str, Any] = {"identifier": identifier}
        if variable.group == "outcomes":
            return Typed(["variable", attributes], variable.type)
        attributes["weight"] = self._weight(element)
        base = variable.type.base
        weighed = "float" if attributes["weight"] and base in NUMERIC else base
        return Typed(["item-variable", attributes], Type(variable.type.cardinality, weighed))

    def _test_variables(self, element: Element, _variables: Variables) -> Typed:
        name = self.reader.required(element, "variable-identifier")
        base = element.get("base-type")
        if base is not None and self.reader.choice(element, "base-type", BASE_TYPES) is None:
            return UNKNOWN
        attributes = self._subset(element) | {
            "variable": name,
            "base_type": base,
            "weight": self._weight(element),
        }
        if name is None:
            return UNKNOWN
        bases = self._bases(name)
        if not bases:
            message = f"No item of the test has a variable '{name}': correct the name."
            self.reader.add(element, "unknown_variable", message)
            return UNKNOWN
        if base is None:
            numbers = bases & NUMERIC
            base = "float" if attributes["weight"] or "float" in numbers else "integer" if numbers else None
        elif attributes["weight"] and base in NUMERIC:
            base = "float"
        attributes["gives"] = base
        return Typed(["test-variables", attributes], Type("multiple", base))

    def _bases(self, name: str) -> set[str]:
        found = {self._declared_base(reference, name) for reference in self._programs}
        return {base for base in found if base is not None}

    def _declared_base(self, reference: str, name: str) -> str | None:
        entry = self.declared(reference, name)
        return entry.get("base_type") if entry and entry["cardinality"] == "single" else None

    def _extremes(self, element: Element, _variables: Variables) -> Typed:
        outcome = self.reader.required(element, "outcome-identifier")
        if outcome is not None and not self._bases(outcome):
            message = f"No item of the test has an outcome '{outcome}': correct the name."
            self.reader.add(element, "unknown_variable", message)
        attributes = self._subset(element) | {"outcome": outcome, "weight": self._weight(element)}
        return Typed([name_of(element), attributes], Type("multiple", "float"))

    def _number(self, element: Element, _variables: Variables) -> Typed:
        return Typed([name_of(element), self._subset(element)], INTEGER)

    def _weight(self, element: Element) -> str | None:
        weight = element.get("weight-identifier")
        if weight is not None and weight not in self._weights:
            self.reader.add(element, "unknown_weight", f"No item has a weight '{weight}': correct the name.")
        return weight

    def _subset(self, element: Element) -> dict[str, Any]:
        section = element.get("section-identifier") or None
        if section is not None and section not in self._sections:
            message = f"No section with items is called '{section}': correct the name."
            self.reader.add(element, "unknown_section", message)
        return {
            "section": section,
            "include": element.get("include-category", "").split(),
            "exclude": element.get("exclude-category", "").split(),
        }


COUNTS: Final = ("correct", "incorrect", "presented", "responded", "selected")

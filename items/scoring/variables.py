"""The variables of an item: what its declarations say, and the few that every item has.

Values stay text here, checked to be values of their type, in the shape in which pupils'
responses arrive. So the declared correct response of a program can be scored as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from items.qti.documents import Element
from items.scoring.kinds import Type
from items.scoring.reading import Reader, child, children, name_of, text_of
from items.scoring.tables import read_area_mapping, read_lookup_table, read_mapping
from items.scoring.values import BASE_TYPES, CARDINALITIES

# The parts of a number typed into a text-entry interaction that is bound to a record.
NUMBER_FIELDS: Final = {
    "stringValue": "string",
    "floatValue": "float",
    "integerValue": "integer",
    "leftDigits": "integer",
    "rightDigits": "integer",
    "ndp": "integer",
    "nsf": "integer",
    "exponent": "integer",
}

_BUILT_IN: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "duration": ("responses", {"cardinality": "single", "base_type": "duration"}),
    "numAttempts": ("responses", {"cardinality": "single", "base_type": "integer", "default": "1"}),
    "completionStatus": (
        "outcomes",
        {"cardinality": "single", "base_type": "identifier", "default": "unknown"},
    ),
}


GROUPS: Final = {
    "response-declaration": "responses",
    "outcome-declaration": "outcomes",
    "template-declaration": "templates",
    # What a sitting would tell of the candidate and the room is what no item is told: the defaults stand.
    "context-declaration": "templates",
}
"""Declarations, and where a program keeps them."""


class Variable(NamedTuple):
    group: str  # responses, outcomes or templates
    entry: dict[str, Any]  # what the program keeps of the declaration

    @property
    def type(self) -> Type:
        return Type(self.entry["cardinality"], self.entry.get("base_type"))


class Variables:
    """The declared variables by identifier, and the problems of those who use others.

    `family` names the rules that may use them, `leaves` the expressions that only these rules know.
    """

    family = "response"
    leaves: Mapping[str, Callable[[Element, Any], Any]] = {}

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.program: dict[str, dict[str, Any]] = {"responses": {}, "outcomes": {}, "templates": {}}
        self.pattern_states = 0  # of all patterns compiled so far
        self.varying: dict[str, list[str]] = {}  # "correct", "default": what template processing may set

    def declare(self, element: Element) -> None:
        group = GROUPS[name_of(element)]
        identifier = self.reader.required(element, "identifier")
        cardinality = self.reader.choice(element, "cardinality", CARDINALITIES)
        base_type: str | None = None
        if cardinality != "record":
            base_type = self.reader.choice(element, "base-type", BASE_TYPES)
            if base_type is None:
                return
        if identifier is None or cardinality is None:
            return
        if any(identifier in known for known in self.program.values()):
            self.reader.add(
                element, "duplicate_identifier", f"{identifier!r} is declared twice: rename one of them."
            )
        entry = {"cardinality": cardinality, "base_type": base_type}
        entry |= self._details(element, group, cardinality, base_type)
        self.program[group][identifier] = entry

    def _details(
        self, element: Element, group: str, cardinality: str, base_type: str | None
    ) -> dict[str, Any]:
        details = {"default": read_values(element, "default-value", cardinality, base_type, self.reader)}
        if group == "responses":
            details["correct"] = read_values(element, "correct-response", cardinality, base_type, self.reader)
            if base_type is not None:
                details["mapping"] = read_mapping(element, base_type, self.reader)
                details["area_mapping"] = read_area_mapping(element, base_type, self.reader)
        if group == "templates" and element.get("math-variable", "false").strip() in ("true", "1"):
            details["math"] = True
        if group == "outcomes":
            details["normal_maximum"] = self.reader.number(element, "normal-maximum")
            details["normal_minimum"] = self.reader.number(element, "normal-minimum")
            details["external_scored"] = element.get("external-scored")
            if base_type is not None:
                details["table"] = read_lookup_table(element, base_type, self.reader)
        return {name: value for name, value in details.items() if value is not None}

    def find(self, element: Element, identifier: str | None, *groups: str) -> Variable | None:
        """The variable, which must be of one of the groups if any are given."""
        if identifier is None:
            return None
        variable = self.get(identifier)
        if variable is None:
            known = ", ".join(sorted(name for group in self.program.values() for name in group)) or "none"
            self.reader.add(
                element, "unknown_variable", f"{identifier!r} is not declared; declared are: {known}."
            )
        elif groups and variable.group not in groups:
            wanted = " or ".join(group.removesuffix("s") for group in groups)
            self.reader.add(element, "wrong_variable", f"{identifier!r} must be a {wanted} variable.")
            return None
        return variable

    def has_correct(self, response: str) -> bool:
        """Whether a response has a right answer, declared or drawn for each pupil."""
        declared = "correct" in self.program["responses"].get(response, {})
        return declared or response in self.varying.get("correct", ())

    def get(self, identifier: str) -> Variable | None:
        for group, known in self.program.items():
            if identifier in known:
                return Variable(group, known[identifier])
        if identifier in _BUILT_IN:
            group, entry = _BUILT_IN[identifier]
            self.program[group][identifier] = dict(entry)
            return Variable(group, entry)
        return None


def read_values(element: Element, name: str, cardinality: str, base_type: str | None, reader: Reader) -> Any:
    """The values below `qti-correct-response` or `qti-default-value`: None, text, list or record."""
    holder = child(element, name)
    if holder is None:
        return None
    found = []
    for value in children(holder):
        if name_of(value) == "value":
            found.append(value)
        else:
            reader.add(value, "unexpected_element", f"Only qti-value may stand in qti-{name}.")
    if cardinality == "record":
        return _record(found, reader)
    literals = [reader.literal(value, str(base_type), text_of(value)) for value in found]
    kept = [literal for literal in literals if literal]
    if cardinality == "single":
        if len(kept) > 1:
            reader.add(
                holder,
                "too_many_values",
                "A single cardinality has one value: remove the others or use multiple.",
            )
        return kept[0] if kept else None
    return kept or None


def _record(found: list[Element], reader: Reader) -> dict[str, dict[str, str]] | None:
    fields = {}
    for value in found:
        field = reader.required(value, "field-identifier")
        base_type = reader.choice(value, "base-type", BASE_TYPES)
        if field is None or base_type is None:
            continue
        literal = reader.literal(value, base_type, text_of(value))
        if literal:
            fields[field] = {"base_type": base_type, "value": literal}
    return fields or None

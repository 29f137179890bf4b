"""Expressions: from XML to code, a list of the expression's name, its attributes and its operands.

<qti-match><qti-variable identifier="R"/><qti-correct identifier="R"/></qti-match>
["match", {}, ["variable", {"identifier": "R"}], ["correct", {"identifier": "R"}]]
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from items.qti.documents import Element
from items.scoring.kinds import ANY, FLOAT, INTEGER, KINDS, Type
from items.scoring.operators import OPERATORS, REFUSED, Operator, cardinalities_differ, disagreement
from items.scoring.reading import children, name_of, text_of
from items.scoring.values import BASE_TYPES
from items.scoring.variables import NUMBER_FIELDS, Variables

Code = list[Any]

# Deeper than any author nests, and far from the depth at which Python or a JSON reader gives up.
MOST_DEPTH: Final = 64


class Typed(NamedTuple):
    code: Code
    type: Type


UNKNOWN: Final = Typed(["null", {}], ANY)


def compile_expression(element: Element, variables: Variables, depth: int = 0) -> Typed:
    """The code of one expression; where it is wrong, a problem is noted and NULL stands in."""
    name = name_of(element)
    if depth > MOST_DEPTH:
        variables.reader.add(
            element, "too_deep", f"Expressions may be nested {MOST_DEPTH} deep: split this one up."
        )
        return UNKNOWN
    leaf = variables.leaves.get(name) or _LEAVES.get(name)
    if leaf is not None:
        for child in children(element):
            variables.reader.add(
                child, "unexpected_element", f"qti-{name} has no expressions in it: remove this one."
            )
        typed: Typed = leaf(element, variables)
        return typed
    if name in REFUSED:
        code, reason = REFUSED[name]
        kind = element.get("class") or element.get("definition") or ""
        variables.reader.add(element, code, f"qti-{name}{f' ({kind})' if kind else ''} {reason}")
        return UNKNOWN
    operator = OPERATORS.get(name)
    if operator is None:
        variables.reader.add(
            element, "unknown_expression", f"QTI 3 has no expression qti-{name}: correct the name."
        )
        return UNKNOWN
    return _operation(element, name, operator, variables, depth)


def _operation(element: Element, name: str, operator: Operator, variables: Variables, depth: int) -> Typed:
    operands = [compile_expression(child, variables, depth + 1) for child in children(element)]
    attributes = operator.attributes(element, variables)
    if not _operands_fit(element, name, operator, operands, variables):
        return UNKNOWN
    types = [operand.type for operand in operands]
    if name == "math-operator" and len(operands) != (2 if attributes["name"] == "atan2" else 1):
        variables.reader.add(element, "wrong_count", "atan2 takes two expressions, every other function one.")
        return UNKNOWN
    if name == "contains" or name == "match":
        attributes["unordered"] = any(type_.cardinality == "multiple" for type_ in types)
    result = operator.gives(types) if callable(operator.gives) else operator.gives
    if name == "field-value":
        result = _field_type(operands[0], attributes["field"], variables)
        attributes["base_type"] = result.base
    if name == "math-operator" and attributes["name"] in ("floor", "ceil"):
        result = INTEGER
    return Typed([name, attributes, *(operand.code for operand in operands)], result)


def _operands_fit(
    element: Element, name: str, operator: Operator, operands: list[Typed], variables: Variables
) -> bool:
    """Whether number and types of the operands are right; a problem is noted for each that is not."""
    reader = variables.reader
    least = max(len(operator.takes), operator.least)
    if len(operands) < least or (not operator.rest and len(operands) > least):
        more = " or more" if operator.rest else ""
        reader.add(
            element, "wrong_count", f"qti-{name} takes {least}{more} expressions, not {len(operands)}."
        )
        return False
    kinds = [*operator.takes, *[operator.rest] * (len(operands) - len(operator.takes))]
    fit = True
    for child, kind, operand in zip(children(element), kinds, operands, strict=True):
        words, test = KINDS[kind]
        if not test(operand.type):
            reader.add(child, "wrong_type", f"qti-{name} takes {words} here, not {operand.type}.")
            fit = False
    types = [operand.type for operand in operands]
    differ = disagreement(operator, types)
    if differ is None and name in ("match", "contains") and cardinalities_differ(types):
        differ = f"{types[0]} never equals {types[1]}; use qti-member, or collect with qti-multiple"
    if fit and differ:
        reader.add(element, "wrong_type", f"In qti-{name}, {differ}.")
        return False
    return fit


def _field_type(record: Typed, field: str | None, variables: Variables) -> Type:
    """The type of a record's field, by the declaration or as every typed number has it; else it is NULL."""
    variable = variables.get(record.code[1].get("identifier", ""))
    if variable is not None:
        for declared in (variable.entry.get("correct"), variable.entry.get("default")):
            if isinstance(declared, dict) and field in declared:
                return Type("single", declared[field]["base_type"])
    return Type("single", NUMBER_FIELDS.get(field or ""))


def _base_value(element: Element, variables: Variables) -> Typed:
    base_type = variables.reader.choice(element, "base-type", BASE_TYPES)
    if base_type is None:
        return UNKNOWN
    literal = variables.reader.literal(element, base_type, text_of(element))
    return Typed(["base-value", {"base_type": base_type, "value": literal}], Type("single", base_type))


def _reference(element: Element, variables: Variables) -> Typed:
    """`variable`, `correct` and `default`, which name a variable and have its type."""
    name = name_of(element)
    groups = ("responses",) if name == "correct" else ()
    identifier = variables.reader.required(element, "identifier")
    variable = variables.find(element, identifier, *groups)
    if variable is None:
        return UNKNOWN
    if name == "correct" and not variables.has_correct(str(identifier)):
        variables.reader.add(
            element, "no_correct_response", f"Declare a qti-correct-response for {identifier!r}."
        )
    return Typed([name, {"identifier": identifier}], variable.type)


def _mapped(element: Element, variables: Variables) -> Typed:
    name = name_of(element)
    table = "area_mapping" if name == "map-response-point" else "mapping"
    identifier = variables.reader.required(element, "identifier")
    variable = variables.find(element, identifier, "responses")
    if variable is None:
        return Typed(UNKNOWN.code, FLOAT)
    if table not in variable.entry:
        words = f"qti-{table.replace('_', '-')}"
        variables.reader.add(element, "no_mapping", f"Give the declaration of {identifier!r} a {words}.")
    return Typed([name, {"identifier": identifier}], FLOAT)


def _null(_element: Element, _variables: Variables) -> Typed:
    return UNKNOWN


def _constant(element: Element, variables: Variables) -> Typed:
    return Typed(["math-constant", {"name": variables.reader.choice(element, "name", {"pi", "e"})}], FLOAT)


_LEAVES: Final = {
    "base-value": _base_value,
    "variable": _reference,
    "correct": _reference,
    "default": _reference,
    "map-response": _mapped,
    "map-response-point": _mapped,
    "null": _null,
    "math-constant": _constant,
}

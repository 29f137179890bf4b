"""Response and outcome rules: conditions, assignments and the exit, from XML to code.

["set", identifier, expression]     ["if", [[condition, rules], ...], rules of the else]
["lookup", identifier, expression]  ["exit"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from items.qti.documents import Element
from items.scoring.expressions import compile_expression
from items.scoring.kinds import Type, alike
from items.scoring.reading import children, name_of
from items.scoring.tables import fractions
from items.scoring.values import TEXTUAL, read_number
from items.scoring.variables import Variable, Variables

Code = list[Any]
EXITS: Final = {"response": "exit-response", "outcome": "exit-test"}
"""The families of rules, by what each is named after, and how each ends."""
_ASSIGNMENTS: Final = ("set-outcome-value", "lookup-outcome-value")

# A rule in a rule is four lists deep in JSON; with the deepest expression inside, this stays below
# the 254 levels that the fastest JSON writers take.
MOST_RULE_DEPTH: Final = 32


def compile_rules(elements: Iterable[Element], variables: Variables, depth: int = 0) -> list[Code]:
    """The code of rules in a row. A fragment is its rules: it groups them for the author only."""
    rules: list[Code] = []
    for element in elements:
        name = name_of(element)
        if depth > MOST_RULE_DEPTH:
            variables.reader.add(
                element, "too_deep", f"Rules may be nested {MOST_RULE_DEPTH} deep: split them up."
            )
        elif name == f"{variables.family}-processing-fragment":
            rules += compile_rules(children(element), variables, depth + 1)
        elif name == f"{variables.family}-condition":
            inside = partial(compile_rules, variables=variables, depth=depth + 1)
            rules.append(compile_condition(element, variables, variables.family, inside))
        elif name == EXITS[variables.family]:
            rules.append(["exit"])
        elif name in _ASSIGNMENTS:
            rules += _assignment(element, variables)
        else:
            message = f"qti-{name} is no {variables.family} rule; rules are {_rules_of(variables.family)}."
            variables.reader.add(element, "unknown_rule", message)
    return rules


def _rules_of(family: str) -> str:
    names = (f"{family}-condition", *_ASSIGNMENTS, EXITS[family], f"{family}-processing-fragment")
    return ", ".join(f"qti-{name}" for name in names)


def compile_condition(
    element: Element,
    variables: Variables,
    family: str,
    compile_inside: Callable[[Iterable[Element]], list[Code]],
) -> Code:
    """A `qti-response-condition` and its like in outcome and template processing, named by their `family`."""
    branches: list[Code] = []
    otherwise: list[Code] | None = None
    for child in children(element):
        name = name_of(child)
        expected = f"{family}-if" if not branches else f"{family}-else-if"
        if name == f"{family}-else" and branches and otherwise is None:
            otherwise = compile_inside(children(child))
        elif name == expected and otherwise is None:
            branches.append(_branch(child, variables, compile_inside))
        else:
            message = f"A qti-{family}-condition has one -if, then any -else-if, then at most one -else."
            variables.reader.add(child, "unexpected_element", message)
    if not branches:
        message = f"Give this qti-{family}-condition a qti-{family}-if."
        variables.reader.add(element, "wrong_count", message)
    return ["if", branches, otherwise or []]


def _branch(
    element: Element, variables: Variables, compile_inside: Callable[[Iterable[Element]], list[Code]]
) -> Code:
    parts = list(children(element))
    if not parts:
        variables.reader.add(element, "wrong_count", f"Give qti-{name_of(element)} a condition, then rules.")
        return [["null", {}], []]
    return [compile_judgement(parts[0], variables), compile_inside(parts[1:])]


def compile_judgement(element: Element, variables: Variables) -> Code:
    """An expression that is true or false."""
    condition = compile_expression(element, variables)
    if not (condition.type.is_single and condition.type.has_base("boolean")):
        message = f"A condition is true or false, not {condition.type}: compare it with something."
        variables.reader.add(element, "wrong_type", message)
    return condition.code


def _assignment(element: Element, variables: Variables) -> list[Code]:
    """`set-outcome-value` or `lookup-outcome-value`, checked against the outcome's declaration."""
    reader = variables.reader
    identifier = reader.required(element, "identifier")
    variable = variables.find(element, identifier, "outcomes")
    parts = list(children(element))
    if len(parts) != 1:
        reader.add(element, "wrong_count", f"Give qti-{name_of(element)} exactly one expression.")
        return []
    code, type_ = compile_expression(parts[0], variables)
    if variable is None:
        return []
    if name_of(element) == "set-outcome-value":
        problem = misfit(variable, code, type_, variables)
        if problem:
            reader.add(element, "wrong_type", f"{identifier!r} is {variable.type}, {problem}.")
        return [["set", identifier, code]]
    if "table" not in variable.entry:
        message = f"Give the declaration of {identifier!r} a qti-match-table or qti-interpolation-table."
        reader.add(element, "no_table", message)
    if not (type_.is_single and type_.is_numeric):
        reader.add(parts[0], "wrong_type", f"A table is looked up with a number, not with {type_}.")
    return [["lookup", identifier, code]]


def misfit(variable: Variable, code: Code, type_: Type, variables: Variables) -> str | None:
    """Why an expression cannot be the outcome's value, as far as the item tells before any response."""
    wanted = variable.type
    if type_.cardinality == "any":
        return None
    containers = ("multiple", "ordered")
    if wanted.cardinality != type_.cardinality and wanted.cardinality not in containers:
        return f"and {type_} is no such value: take one member of it with qti-index"
    if type_.is_record and wanted.cardinality != "record":
        return "and a record is no such value: take a field of it with qti-field-value"
    if not alike(wanted.base, type_.base):
        return f"and {type_} is no such value: change the base-type or the expression"
    if wanted.base == "integer" and _always_fraction(code, variables):
        return "and this can be a fraction: declare the outcome as float, or round with qti-round"
    return None


def _always_fraction(code: Code, variables: Variables) -> bool:
    """A constant with a fraction, or a mapping that has one: no whole-number outcome can hold it."""
    if code[0] == "base-value" and code[1]["base_type"] not in TEXTUAL:
        number = read_number(code[1]["value"] or "")
        return number is not None and number != int(number)
    if code[0] in ("map-response", "map-response-point"):
        variable = variables.get(code[1]["identifier"])
        table = code[0].replace("map-response-point", "area_mapping").replace("map-response", "mapping")
        return variable is not None and table in variable.entry and fractions(variable.entry[table])
    return False

"""Template rules, from XML to code: what differs from pupil to pupil, and which answer is then right.

["assign", identifier, expression]     a template variable
["correct", identifier, expression]    the right answer of a response
["default", identifier, expression]    the default of a response or outcome
["constraint", expression]             at the top only: else everything is drawn again
["if", [[condition, rules], ...], rules of the else]     ["exit"]
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from items.qti.documents import Element
from items.scoring.expressions import compile_expression
from items.scoring.reading import children, name_of
from items.scoring.rules import MOST_RULE_DEPTH, compile_condition, compile_judgement, misfit
from items.scoring.variables import Variables

Code = list[Any]

MOST_ELEMENTS: Final = 1_000
"""The largest template processing seen has 240; a hundred tries of a thousand take some 30 ms."""

_SETS: Final = {
    "set-template-value": ("assign", ("templates",)),
    "set-correct-response": ("correct", ("responses",)),
    "set-default-value": ("default", ("responses", "outcomes")),
}
_RULES: Final = (
    *("qti-set-template-value", "qti-set-correct-response", "qti-set-default-value"),
    *("qti-template-condition", "qti-template-constraint", "qti-exit-template"),
)


def varying(processing: Element) -> dict[str, list[str]]:
    """Which right answers and which defaults the rules may set: known before any rule is compiled."""
    found: dict[str, set[str]] = {"correct": set(), "default": set()}
    for element in processing.iter():
        if isinstance(element.tag, str) and name_of(element) in ("set-correct-response", "set-default-value"):
            kind = _SETS[name_of(element)][0]
            found[kind].add(element.get("identifier", "").strip())
    return {kind: sorted(names - {""}) for kind, names in found.items()}


def compile_variant_rules(processing: Element, variables: Variables) -> list[Code]:
    """The code of `qti-template-processing`."""
    if sum(1 for _ in processing.iter()) > MOST_ELEMENTS:
        message = f"Template processing may have {MOST_ELEMENTS} elements: split the item."
        variables.reader.add(processing, "too_large", message)
        return []
    return _compile(children(processing), variables, 0)


def _compile(elements: Iterable[Element], variables: Variables, depth: int) -> list[Code]:
    rules: list[Code] = []
    for element in elements:
        name = name_of(element)
        if depth > MOST_RULE_DEPTH:
            message = f"Rules may be nested {MOST_RULE_DEPTH} deep: split them up."
            variables.reader.add(element, "too_deep", message)
        elif name in _SETS:
            rules += _assignment(element, variables)
        elif name == "template-condition":
            inside = partial(_compile, variables=variables, depth=depth + 1)
            rules.append(compile_condition(element, variables, "template", inside))
        elif name == "exit-template":
            rules.append(["exit"])
        elif name == "template-constraint":
            rules += _constraint(element, variables, depth)
        else:
            message = f"qti-{name} is no template rule; rules are {', '.join(_RULES)}."
            variables.reader.add(element, "unknown_rule", message)
    return rules


def _assignment(element: Element, variables: Variables) -> list[Code]:
    reader = variables.reader
    kind, groups = _SETS[name_of(element)]
    identifier = reader.required(element, "identifier")
    variable = variables.find(element, identifier, *groups)
    parts = list(children(element))
    if len(parts) != 1:
        reader.add(element, "wrong_count", f"Give qti-{name_of(element)} exactly one expression.")
        return []
    code, type_ = compile_expression(parts[0], variables)
    if variable is None:
        return []
    problem = misfit(variable, code, type_, variables)
    if problem:
        reader.add(element, "wrong_type", f"{identifier!r} is {variable.type}, {problem}.")
    return [[kind, identifier, code]]


def _constraint(element: Element, variables: Variables, depth: int) -> list[Code]:
    parts = list(children(element))
    if depth:
        message = "A qti-template-constraint stands directly in qti-template-processing: move it there."
        variables.reader.add(element, "unexpected_element", message)
    elif len(parts) != 1:
        message = "Give qti-template-constraint exactly one expression."
        variables.reader.add(element, "wrong_count", message)
    else:
        return [["constraint", compile_judgement(parts[0], variables)]]
    return []

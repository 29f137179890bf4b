"""The rules of a test, from XML to code: outcome processing, pre-conditions, branch rules, feedback.

    {"program": {"responses": {}, "outcomes", "templates": {}, "rules", "needs_marking": false},
     "items": {"i1": {"authored", "reference", "sections", "categories", "mappings"}},
     "nodes": {"t1": {"authored", "conditions": [code], "branches": [[code, target, agreed]], "agreed"}},
     "feedback": [{"part", "access", "outcome", "value", "shown", "title", "html"}]}

`nodes` holds those that have rules; targets are opaque names, or EXIT_TEST, EXIT_TESTPART, EXIT_SECTION.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from items.problems import Problem
from items.qti.documents import Element
from items.qti.testplan import Logic, Rubric, TestPlan
from items.scoring.compile import MOST_ELEMENTS
from items.scoring.reading import Reader, children
from items.scoring.rules import compile_judgement, compile_rules
from items.scoring.testprinting import mark_places
from items.scoring.testvariables import ItemEntry, TestVariables

EXITS: Final = frozenset({"EXIT_TEST", "EXIT_TESTPART", "EXIT_SECTION"})
AGREED: Final = "data-agreed-route"


class NodeEntry(NamedTuple):
    """A part, section or item of the form: its authored name and its rules."""

    authored: str
    logic: Logic


def compile_test(
    plan: TestPlan,
    nodes: Mapping[str, NodeEntry],
    items: Mapping[str, ItemEntry],
    programs: Mapping[str, Mapping[str, Any]],
    weights: Mapping[str, Mapping[str, float]],
    feedback: Sequence[tuple[str, Rubric]],
    write: Callable[[Rubric], str],
) -> tuple[dict[str, Any], list[Problem]]:
    """The test's part of the key, and what is wrong with its rules."""
    reader = Reader(plan.source)
    variables = TestVariables(reader, items, programs, weights)
    for declaration in plan.declarations:
        variables.declare(declaration)
    rules = _rules(plan, variables)
    compiler = _Nodes(variables, nodes)
    found = {name: compiled for name, node in nodes.items() if (compiled := compiler.node(name, node))}
    told = [_feedback(part, rubric, variables, write) for part, rubric in feedback]
    program = {**variables.program, "rules": rules, "needs_marking": False}
    entries = {name: entry._asdict() for name, entry in items.items()}
    return {"program": program, "items": entries, "nodes": found, "feedback": told}, reader.problems


def _rules(plan: TestPlan, variables: TestVariables) -> list[Any]:
    if plan.processing is None:
        return []
    if sum(1 for _ in plan.processing.iter()) > MOST_ELEMENTS:
        message = f"Outcome processing may have {MOST_ELEMENTS} elements: simplify it."
        variables.reader.add(plan.processing, "too_large", message)
        return []
    return compile_rules(children(plan.processing), variables)


class _Nodes:
    def __init__(self, variables: TestVariables, nodes: Mapping[str, NodeEntry]) -> None:
        self._variables = variables
        # Of a section that may be drawn more than once the first copy is the one that a branch can lead to.
        self._names = {node.authored: name for name, node in reversed(list(nodes.items()))}

    def node(self, name: str, node: NodeEntry) -> dict[str, Any] | None:
        logic = node.logic
        if not logic.conditions and not logic.branches:
            return None
        reader = self._variables.reader
        reader.file, before = logic.source, reader.file
        compiled = {
            "authored": node.authored,
            "conditions": [self._condition(element) for element in logic.conditions],
            "branches": [
                [self._condition(element), self._target(element, name), element.get(AGREED) == "true"]
                for element in logic.branches
            ],
            "agreed": logic.is_agreed,
        }
        reader.file = before
        return compiled

    def _condition(self, element: Element) -> list[Any]:
        parts = list(children(element))
        if len(parts) != 1:
            self._variables.reader.add(element, "wrong_count", "Give the rule exactly one condition.")
            return ["null", {}]
        if sum(1 for _ in element.iter()) > MOST_ELEMENTS:
            message = f"A rule may have {MOST_ELEMENTS} elements: simplify it."
            self._variables.reader.add(element, "too_large", message)
            return ["null", {}]
        return compile_judgement(parts[0], self._variables)

    def _target(self, element: Element, name: str) -> str:
        """Where a branch leads: further on, since no pupil sees a thing twice."""
        target = element.get("target", "").strip()
        if target in EXITS and not (target == "EXIT_SECTION" and name.startswith("t")):
            return target
        found = self._names.get(target)
        if found is None or found == name or name.startswith("t") != found.startswith("t"):
            message = f"The target '{target}' is no part, section or item to go to: correct it."
            self._variables.reader.add(element, "unknown_target", message)
            return "EXIT_TEST"
        return found


def _feedback(
    part: str, rubric: Rubric, variables: TestVariables, write: Callable[[Rubric], str]
) -> dict[str, Any]:
    element, reader = rubric.element, variables.reader
    mark_places(element, lambda place, identifier: variables.find(place, identifier, "outcomes"))
    outcome = reader.required(element, "outcome-identifier")
    variables.find(element, outcome, "outcomes")
    return {
        "part": part,
        "access": reader.choice(element, "access", ("during", "atEnd")),
        "outcome": outcome,
        "value": reader.required(element, "identifier"),
        "shown": reader.choice(element, "show-hide", ("show", "hide"), "show") == "show",
        "title": element.get("title", ""),
        "html": write(rubric),
    }

"""A run of a scoring program that tells what happened: which rule fired, and the value of every expression.

For authors, who ask why an answer scores what it scores. The rules are walked here, one by one, and each
expression is evaluated by the very functions that score; nothing of this is known to a run without a trace,
which therefore costs what it cost before. A test holds both to the same outcomes.

A step is {"rule": "if", "branch": 0 | 1 | ... | "else" | null, "conditions": [expression], "rules": [step]}
or {"rule": "set" | "lookup" | "exit" | ..., "identifier"?, "expression"?, "value"?}; an expression is
{"name", "attributes", "value", "operands": [expression]}. Values are as JSON holds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from items.scoring import lots
from items.scoring.closures import Rule, build_expression, build_rules, is_code
from items.scoring.logic import Variables
from items.scoring.run import PLAIN, Program
from items.scoring.values import Value, in_json
from items.scoring.variants import Variant

Step = dict[str, Any]
Code = list[Any]

MOST_STEPS = 2_000
"""Steps and expressions that one trace tells; what comes after is scored, but not told."""


class Trace(NamedTuple):
    """The outcome values of a run, and its steps."""

    outcomes: dict[str, Value]
    steps: list[Step]
    is_whole: bool


def trace(
    program: Mapping[str, Any],
    responses: Mapping[str, Value],
    variant: Variant = PLAIN,
    before: Mapping[str, Value] | None = None,
) -> Trace:
    """Score the responses, all by authored identifier, and tell how; `before`: after an earlier attempt."""
    watcher = _Watcher()
    watched = Program(program, watcher.build)
    outcomes = watched.outcomes(watched.play(responses, variant, before))
    return Trace(outcomes, watcher.steps, watcher.left > 0)


class _Watcher:
    """Walks rules as `build_rules` would run them."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.left = MOST_STEPS
        self._program: Mapping[str, Any] = {}

    def build(self, rules: list[Any], program: Mapping[str, Any]) -> Rule:
        self._program = program
        return lambda variables: self._rules(rules, variables, self.steps)

    def _rules(self, rules: list[Any], variables: Variables, steps: list[Step]) -> bool:
        for rule in rules:
            step, is_over = self._rule(rule, variables)
            self.left -= 1
            if self.left > 0:
                steps.append(step)
            if is_over:
                return True
        return False

    def _rule(self, rule: Code, variables: Variables) -> tuple[Step, bool]:
        """The step of one rule, and whether the rest must not run."""
        if rule[0] == "if":
            return self._condition(rule, variables)
        expression = next((part for part in rule[1:] if is_code(part)), None)
        step: Step = {"rule": rule[0]}
        if expression is not None:
            step["expression"] = self._told(expression, variables)
        is_over = build_rules([rule], self._program)(variables)
        if len(rule) > 1 and isinstance(rule[1], str):
            step["identifier"] = rule[1]
            step["value"] = in_json(variables.get(rule[1]))
        return step, is_over

    def _condition(self, rule: Code, variables: Variables) -> tuple[Step, bool]:
        conditions: list[Step] = []
        inner: list[Step] = []
        for number, (condition, rules) in enumerate(rule[1]):
            conditions.append(self._told(condition, variables))
            if build_expression(condition, self._program)(variables) is True:
                is_over = self._rules(rules, variables, inner)
                return _if(number, conditions, inner), is_over
        is_over = self._rules(rule[2], variables, inner)
        return _if("else" if rule[2] else None, conditions, inner), is_over

    def _told(self, code: Code, variables: Variables) -> Step:
        """An expression with its value and those of its parts; what it draws is drawn again by the run."""
        if lots.NAME in variables:
            variables = {**variables, lots.NAME: deepcopy(variables[lots.NAME])}
        name, attributes, *operands = code
        inner = [*operands, *(value for value in attributes.values() if is_code(value))]
        plain = {key: value for key, value in attributes.items() if not is_code(value)}
        value = build_expression(code, self._program)(variables)
        told: Step = {"name": name, "attributes": plain, "value": in_json(value), "operands": []}
        for part in inner:
            self.left -= 1
            if self.left > 0:
                told["operands"].append(self._told(part, variables))
        return told


def _if(branch: int | str | None, conditions: list[Step], rules: list[Step]) -> Step:
    return {"rule": "if", "branch": branch, "conditions": conditions, "rules": rules}

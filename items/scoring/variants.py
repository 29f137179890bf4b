"""One pupil's variant of a template item: template processing run once, from the sitting's secret seed.

A variant is never stored. It is drawn again from the seed wherever it is needed: at the start for the values
to print, at each attempt, at scoring, at rescoring. Constraints that do not hold have everything drawn again,
at most a hundred times in all; then the declared defaults serve and the rules after the constraint go on, as
QTI says. What costs more than `lots` allows ends with the declared defaults as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from items.scoring import lots
from items.scoring.closures import CORRECT, DEFAULT, Rule, build_expression, build_rules, fitted
from items.scoring.logic import Evaluate, Variables
from items.scoring.values import Value

MOST_TRIES: Final = 100  # QTI's own figure
TRIAL_SEEDS: Final = tuple(b"trial %d" % number for number in range(8))


class Variant(NamedTuple):
    """`values`: template variables and, under names no author can write, right answers and defaults."""

    seed: bytes = b""
    values: Mapping[str, Value] = {}
    gave_up: bool = False


class Cloner:
    """The template rules of an item, ready to run; holds no state of a run."""

    def __init__(self, program: Mapping[str, Any], initial: Mapping[str, Value]) -> None:
        self._initial = dict(initial)
        self._templates = list(program["templates"])
        build = partial(_step, program=program)
        self._steps: list[tuple[bool, Rule | Evaluate]] = list(map(build, program["template_rules"]))

    def draw(self, seed: bytes) -> Variant:
        """The variant of a seed; the same whenever and wherever it is drawn."""
        chance = lots.Lots(seed, "template")
        fresh = self._initial | {lots.NAME: chance}
        try:
            variables, gave_up = self._run(fresh)
        except lots.OutOfWork:
            variables, gave_up = dict(fresh), True
        kept = {name: value for name, value in variables.items() if name.startswith((CORRECT, DEFAULT))}
        kept |= {name: variables[name] for name in self._templates}
        for name in list(kept):
            if name.startswith(DEFAULT) and name[len(DEFAULT) :] in self._initial:
                kept[name[len(DEFAULT) :]] = kept[name]  # an outcome begins with its default
        return Variant(seed, kept, gave_up)

    def _run(self, fresh: Variables) -> tuple[Variables, bool]:
        variables, place, tries, gave_up = dict(fresh), 0, 1, False
        while place < len(self._steps):
            is_constraint, act = self._steps[place]
            done = act(variables)
            if is_constraint and done is not True:
                variables = dict(fresh)
                if tries < MOST_TRIES:
                    tries, place = tries + 1, 0
                    continue
                gave_up = True
            elif not is_constraint and done:
                break
            place += 1
        return variables, gave_up


def _step(rule: list[Any], program: Mapping[str, Any]) -> tuple[bool, Rule | Evaluate]:
    if rule[0] == "constraint":
        return True, build_expression(rule[1], program)
    return False, build_rules([rule], program, RULES)


def _assignment(group: tuple[str, ...], prefix: str) -> Callable[[list[Any], Mapping[str, Any]], Rule]:
    def build(rule: list[Any], program: Mapping[str, Any]) -> Rule:
        _, identifier, code = rule
        entry = next(program[name][identifier] for name in group if identifier in program[name])
        evaluate, fit, name = build_expression(code, program), fitted(entry), prefix + identifier

        def assign(variables: Variables) -> bool:
            variables[name] = fit(evaluate(variables))
            return False

        return assign

    return build


RULES: Final = {
    "assign": _assignment(("templates",), ""),
    "correct": _assignment(("responses",), CORRECT),
    "default": _assignment(("responses", "outcomes"), DEFAULT),
}


def never_holds(cloner: Cloner) -> bool:
    """Whether no seed tried leads to a variant: the rules contradict their constraint or ask too much."""
    return all(cloner.draw(seed).gave_up for seed in TRIAL_SEEDS)

"""What the operators that draw lots compute. The lots of the run lie among its variables."""

from __future__ import annotations

from typing import Any, Final

from items.scoring import lots
from items.scoring.logic import Attributes, Build, Evaluate, Variables
from items.scoring.values import Value, finite, whole

DRAWING: Final = ("random", "random-integer", "random-float")


def draws(code: Any) -> bool:
    """Whether rules or an expression, however deep, draw lots."""
    if isinstance(code, dict):
        return any(map(draws, code.values()))
    if not isinstance(code, list):
        return False
    return (bool(code) and code[0] in DRAWING) or any(map(draws, code))


def _random(_attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    operand = operands[0]

    def random(variables: Variables) -> Value:
        members = operand(variables)
        return members[variables[lots.NAME].below(len(members))] if members else None

    return random


def _random_integer(attributes: Attributes, _operands: list[Evaluate]) -> Evaluate:
    least, most, stride = attributes["min"], attributes["max"], attributes["step"]

    def random_integer(variables: Variables) -> Value:
        low, high, step = least(variables), most(variables), stride(variables)
        if low is None or high is None or step is None or step < 1 or low > high:
            return None
        return whole(low + step * variables[lots.NAME].below((high - low) // step + 1))

    return random_integer


def _random_float(attributes: Attributes, _operands: list[Evaluate]) -> Evaluate:
    least, most = attributes["min"], attributes["max"]

    def random_float(variables: Variables) -> Value:
        low, high = least(variables), most(variables)
        if low is None or high is None or low > high:
            return None
        return finite(float(low + (high - low) * variables[lots.NAME].share()))

    return random_float


BUILDERS: Final[dict[str, Build]] = {
    "random": _random,
    "random-integer": _random_integer,
    "random-float": _random_float,
}

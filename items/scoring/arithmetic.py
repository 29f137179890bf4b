"""What the arithmetic operators compute. What has no finite result is NULL, never an error."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from items.scoring.logic import Attributes, Build, Evaluate, Variables, strict
from items.scoring.mathematics import FUNCTIONS, STATISTICS
from items.scoring.rounding import round_half_up, round_to
from items.scoring.values import Value, finite, whole

Number = float


def _in_range(number: Number) -> Number | None:
    return whole(number) if isinstance(number, int) else finite(number)


def over_all(compute: Callable[[list[Number]], Number | None]) -> Build:
    """An operator over any number of numbers and containers of them; one NULL makes it NULL."""

    def build(_attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
        def evaluate(variables: Variables) -> Value:
            numbers: list[Number] = []
            for operand in operands:
                value = operand(variables)
                if value is None:
                    return None
                if type(value) is tuple:
                    numbers += value
                else:
                    numbers.append(value)
            return compute(numbers)

        return evaluate

    return build


def _sum(numbers: list[Number]) -> Number | None:
    """Ten times 0.1 is 1: floats are added without rounding in between."""
    if all(type(number) is int for number in numbers):
        return whole(int(sum(numbers)))
    try:
        return finite(math.fsum(numbers))
    except OverflowError:
        return None


def _product(numbers: list[Number]) -> Number | None:
    product: Number = 1
    for number in numbers:
        within = _in_range(product * number)
        if within is None:
            return None
        product = within
    return product


def _gcd(numbers: list[Number]) -> Number | None:
    return whole(math.gcd(*map(int, numbers)))


def _lcm(numbers: list[Number]) -> Number | None:
    return whole(math.lcm(*map(int, numbers)))


def _subtract(first: Number, second: Number) -> Number | None:
    return _in_range(first - second)


def _divide(first: Number, second: Number) -> Number | None:
    return finite(first / second) if second else None


def _power(base: Number, exponent: Number) -> Number | None:
    try:
        return finite(math.pow(base, exponent))
    except (ValueError, OverflowError):
        return None


def _integer_divide(first: int, second: int) -> Number | None:
    return whole(first // second) if second else None


def _integer_modulus(first: int, second: int) -> Number | None:
    return whole(first % second) if second else None


def _truncate(number: Number) -> Number | None:
    return whole(math.trunc(number))


def _round_to(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    operand, mode, figures = operands[0], attributes["mode"], attributes["figures"]
    return lambda variables: round_to(operand(variables), mode, figures(variables))


def _math_operator(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    function = FUNCTIONS[attributes["name"]]

    def compute(*numbers: Number) -> Number | None:
        try:
            return _in_range(function(*numbers))
        except (ValueError, OverflowError, ZeroDivisionError):
            return None  # outside the function's domain, as the logarithm of 0

    return strict(compute)(attributes, operands)


def _stats_operator(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    statistic = STATISTICS[attributes["name"]]

    def compute(numbers: list[Number]) -> Number | None:
        try:
            return finite(statistic(numbers))
        except (ValueError, OverflowError, ZeroDivisionError):
            return None  # a sample of one has no variance

    return over_all(compute)(attributes, operands)


BUILDERS: Final[dict[str, Build]] = {
    "sum": over_all(_sum),
    "product": over_all(_product),
    "min": over_all(min),
    "max": over_all(max),
    "gcd": over_all(_gcd),
    "lcm": over_all(_lcm),
    "subtract": strict(_subtract),
    "divide": strict(_divide),
    "power": strict(_power),
    "integer-divide": strict(_integer_divide),
    "integer-modulus": strict(_integer_modulus),
    "truncate": strict(_truncate),
    "round": strict(round_half_up),
    "round-to": _round_to,
    "integer-to-float": strict(float),
    "math-operator": _math_operator,
    "stats-operator": _stats_operator,
}

"""The functions that `math-operator` and `stats-operator` name. They raise where they are undefined."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final


def _reciprocal(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: 1 / function(number)


def _of_reciprocal(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: function(1 / number)


def _acot(number: float) -> float:
    return math.atan(1 / number) if number else math.pi / 2


def _signum(number: float) -> float:
    return 0.0 if number == 0 else math.copysign(1.0, number)


# floor and ceil give integers, every other function a float.
FUNCTIONS: Final[dict[str, Callable[..., float]]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "sec": _reciprocal(math.cos),
    "csc": _reciprocal(math.sin),
    "cot": _reciprocal(math.tan),
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "atan2": math.atan2,
    "asec": _of_reciprocal(math.acos),
    "acsc": _of_reciprocal(math.asin),
    "acot": _acot,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "sech": _reciprocal(math.cosh),
    "csch": _reciprocal(math.sinh),
    "coth": _reciprocal(math.tanh),
    "log": math.log10,
    "ln": math.log,
    "exp": math.exp,
    "abs": math.fabs,
    "signum": _signum,
    "floor": math.floor,
    "ceil": math.ceil,
    "toDegrees": math.degrees,
    "toRadians": math.radians,
}


def _mean(numbers: Sequence[float]) -> float:
    return math.fsum(numbers) / len(numbers)


def _spread(numbers: Sequence[float]) -> float:
    mean = _mean(numbers)
    return math.fsum((number - mean) * (number - mean) for number in numbers)


def _sample_variance(numbers: Sequence[float]) -> float:
    return _spread(numbers) / (len(numbers) - 1)


def _population_variance(numbers: Sequence[float]) -> float:
    return _spread(numbers) / len(numbers)


STATISTICS: Final[dict[str, Callable[[Sequence[float]], float]]] = {
    "mean": _mean,
    "sampleVariance": _sample_variance,
    "sampleSD": lambda numbers: math.sqrt(_sample_variance(numbers)),
    "popVariance": _population_variance,
    "popSD": lambda numbers: math.sqrt(_population_variance(numbers)),
}

CONSTANTS: Final = {"pi": math.pi, "e": math.e}

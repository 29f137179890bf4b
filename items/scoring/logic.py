"""What the logical operators and the comparisons compute, with NULL as the third truth value."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from items.scoring.rounding import decimal_of, rounded
from items.scoring.values import Value

Variables = dict[str, Value]
Evaluate = Callable[[Variables], Value]
Attributes = dict[str, Any]  # constants, and for attributes that may name a variable: Evaluate
Build = Callable[[Attributes, list[Evaluate]], Evaluate]


def strict(compute: Callable[..., Value]) -> Build:
    """An operator of one or two operands that is NULL as soon as an operand is."""

    def build(_attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
        first = operands[0]
        if len(operands) == 1:

            def unary(variables: Variables) -> Value:
                value = first(variables)
                return None if value is None else compute(value)

            return unary
        second = operands[1]

        def binary(variables: Variables) -> Value:
            left, right = first(variables), second(variables)
            return None if left is None or right is None else compute(left, right)

        return binary

    return build


def _and(_attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    def both(variables: Variables) -> Value:
        result: bool | None = True
        for operand in operands:
            value = operand(variables)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return both


def _or(_attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    def either(variables: Variables) -> Value:
        result: bool | None = False
        for operand in operands:
            value = operand(variables)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return either


def _any_n(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    least, most = attributes["min"], attributes["max"]

    def between(variables: Variables) -> Value:
        low, high = least(variables), most(variables)
        if low is None or high is None:
            return None
        found = [operand(variables) for operand in operands]
        true, unknown = found.count(True), found.count(None)
        if true > high or true + unknown < low:
            return False
        return True if true >= low and true + unknown <= high else None

    return between


def _is_null(_attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    operand = operands[0]
    return lambda variables: operand(variables) is None


def same_members(first: Value, second: Value) -> bool:
    """Containers as QTI's `multiple` sees them: order says nothing, repetition does."""
    if first == second:
        return True
    if type(first) is not tuple or type(second) is not tuple or len(first) != len(second):
        return False
    return Counter(first) == Counter(second)


def _match(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    return strict(same_members if attributes["unordered"] else operator.eq)(attributes, operands)


def _equal(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    if attributes["mode"] == "exact":
        return strict(operator.eq)(attributes, operands)
    first, second = operands
    below, above = attributes["below"], attributes["above"]
    relative = attributes["mode"] == "relative"
    at_least = operator.ge if attributes["include_lower"] else operator.gt
    at_most = operator.le if attributes["include_upper"] else operator.lt

    def within(variables: Variables) -> Value:
        found = first(variables), second(variables), below(variables), above(variables)
        if None in found:
            return None
        # In decimals: 0.7 is 0.8 - 0.1 to whoever set the tolerance, and to no binary number.
        wanted, given, low, high = map(decimal_of, found)
        unit = abs(wanted) / 100 if relative else 1
        return at_least(given, wanted - low * unit) and at_most(given, wanted + high * unit)

    return within


def _equal_rounded(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    first, second = operands
    mode, figures = attributes["mode"], attributes["figures"]

    def equal(variables: Variables) -> Value:
        places = figures(variables)
        left, right = rounded(first(variables), mode, places), rounded(second(variables), mode, places)
        return None if left is None or right is None else left == right

    return equal


BUILDERS: Final[dict[str, Build]] = {
    "not": strict(operator.not_),
    "and": _and,
    "or": _or,
    "any-n": _any_n,
    "is-null": _is_null,
    "match": _match,
    "equal": _equal,
    "equal-rounded": _equal_rounded,
    "lt": strict(operator.lt),
    "gt": strict(operator.gt),
    "lte": strict(operator.le),
    "gte": strict(operator.ge),
    "duration-lt": strict(operator.lt),
    "duration-gte": strict(operator.ge),
}

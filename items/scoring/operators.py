"""The operators of QTI 3 as one table: what each takes, what it gives, which attributes it has.

The table serves the compiler; what an operator computes stands under the same name in
`logic`, `arithmetic`, `mathematics`, `containers` and `strings`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from items.scoring import attributes as read
from items.scoring.kinds import (
    ANY,
    BOOLEAN,
    FLOAT,
    INTEGER,
    Type,
    alike,
    container_of,
    numeric_result,
)
from items.scoring.mathematics import FUNCTIONS, STATISTICS

Result = Type | Callable[[list[Type]], Type]


class Operator(NamedTuple):
    takes: tuple[str, ...]  # kinds of operands, one by one
    gives: Result
    rest: str = ""  # the kind of any further operands
    least: int = 0
    agree: bool = False  # whether the operands must be comparable with one another
    attributes: Callable[..., dict[str, Any]] = read.none


def _first_of(cardinality: str) -> Callable[[list[Type]], Type]:
    return lambda types: Type(cardinality, types[0].base)


def _deleted(types: list[Type]) -> Type:
    return types[1]


OPERATORS: Final[dict[str, Operator]] = {
    # logic
    "not": Operator(("boolean",), BOOLEAN),
    "and": Operator((), BOOLEAN, rest="boolean", least=1),
    "or": Operator((), BOOLEAN, rest="boolean", least=1),
    "any-n": Operator((), BOOLEAN, rest="boolean", least=1, attributes=read.any_n),
    "is-null": Operator(("any",), BOOLEAN),
    "match": Operator(("any", "any"), BOOLEAN, agree=True),
    # numbers compared
    "equal": Operator(("number", "number"), BOOLEAN, attributes=read.tolerance),
    "equal-rounded": Operator(("number", "number"), BOOLEAN, attributes=read.rounding),
    "lt": Operator(("number", "number"), BOOLEAN),
    "gt": Operator(("number", "number"), BOOLEAN),
    "lte": Operator(("number", "number"), BOOLEAN),
    "gte": Operator(("number", "number"), BOOLEAN),
    "duration-lt": Operator(("duration", "duration"), BOOLEAN),
    "duration-gte": Operator(("duration", "duration"), BOOLEAN),
    # numbers computed
    "sum": Operator((), numeric_result, rest="numbers", least=1),
    "product": Operator((), numeric_result, rest="numbers", least=1),
    "min": Operator((), numeric_result, rest="numbers", least=1),
    "max": Operator((), numeric_result, rest="numbers", least=1),
    "gcd": Operator((), INTEGER, rest="integers", least=1),
    "lcm": Operator((), INTEGER, rest="integers", least=1),
    "subtract": Operator(("number", "number"), numeric_result),
    "divide": Operator(("number", "number"), FLOAT),
    "power": Operator(("number", "number"), FLOAT),
    "integer-divide": Operator(("integer", "integer"), INTEGER),
    "integer-modulus": Operator(("integer", "integer"), INTEGER),
    "truncate": Operator(("number",), INTEGER),
    "round": Operator(("number",), INTEGER),
    "round-to": Operator(("number",), numeric_result, attributes=read.rounding),
    "integer-to-float": Operator(("number",), FLOAT),
    "math-operator": Operator(("number",), FLOAT, rest="number", attributes=read.named(FUNCTIONS)),
    "stats-operator": Operator(("numbers",), FLOAT, attributes=read.named(STATISTICS)),
    # containers
    "multiple": Operator((), container_of("multiple"), rest="values", agree=True),
    "ordered": Operator((), container_of("ordered"), rest="values", agree=True),
    "repeat": Operator(
        (), container_of("ordered"), rest="values", least=1, agree=True, attributes=read.repeats
    ),
    "container-size": Operator(("members",), INTEGER),
    "index": Operator(("ordered",), _first_of("single"), attributes=read.index),
    "member": Operator(("single", "members"), BOOLEAN, agree=True),
    "delete": Operator(("single", "members"), _deleted, agree=True),
    "contains": Operator(("members", "members"), BOOLEAN, agree=True),
    "field-value": Operator(("record",), ANY, attributes=read.field),
    "inside": Operator(("points",), BOOLEAN, attributes=read.area),
    # lots
    "random": Operator(("members",), _first_of("single")),
    "random-integer": Operator((), INTEGER, attributes=read.random_integer),
    "random-float": Operator((), FLOAT, attributes=read.random_float),
    # text
    "string-match": Operator(("text", "text"), BOOLEAN, attributes=read.string_match),
    "substring": Operator(("text", "text"), BOOLEAN, attributes=read.case),
    "pattern-match": Operator(("text",), BOOLEAN, attributes=read.pattern),
}

_TESTS_ONLY = "belongs to the outcome processing of a test: score the item from its own response."

# What QTI names and an item's response processing must not or cannot use here: the code and the reason.
REFUSED: Final[dict[str, tuple[str, str]]] = {
    "custom-operator": (
        "unsupported_custom_operator",
        "is a program of one vendor's player: write the rule with the operators of QTI.",
    ),
} | {
    name: ("not_in_response_processing", _TESTS_ONLY)
    for name in (
        "test-variables",
        "number-correct",
        "number-incorrect",
        "number-presented",
        "number-responded",
        "number-selected",
        "outcome-minimum",
        "outcome-maximum",
    )
}


def disagreement(operator: Operator, types: list[Type]) -> str | None:
    """What is wrong with the operands taken together, in words; None if nothing is."""
    if not operator.agree:
        return None
    first = types[0] if types else ANY
    for other in types[1:]:
        if not alike(first.base, other.base):
            return f"{first} cannot be compared or collected with {other}"
    return None


def cardinalities_differ(types: list[Type]) -> bool:
    known = {type_.cardinality for type_ in types} - {"any"}
    return len(known) > 1

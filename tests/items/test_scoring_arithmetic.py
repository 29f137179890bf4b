"""Each expression on numbers gives what the specification says, NULL included."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.items.scoring_items import NULL, base, f, i, multiple, op, value_of

N = NULL
MIXED = multiple(i(1), f(2.5))

CASES: dict[str, list[tuple[str, Any]]] = {
    "equal": [
        (op("equal", f(1), i(1)), True),
        (op("equal", f(1), N), None),
        (op("equal", f(10), f(10.5), tolerance_mode="absolute", tolerance="0.5"), True),
        (op("equal", f(10), f(9.4), tolerance_mode="absolute", tolerance="0.5"), False),
        (op("equal", f(10), f(12), tolerance_mode="absolute", tolerance="0.5 2"), True),
        (op("equal", f(10), f(9), tolerance_mode="absolute", tolerance="0.5 2"), False),
        (op("equal", f(200), f(210), tolerance_mode="relative", tolerance="5"), True),
        (op("equal", f(200), f(211), tolerance_mode="relative", tolerance="5"), False),
        (op("equal", f(-200), f(-210), tolerance_mode="relative", tolerance="5"), True),
        (op("equal", f(10), N, tolerance_mode="absolute", tolerance="1"), None),
    ],
    "equal-rounded": [
        (op("equal-rounded", f(3.175), f(3.183), rounding_mode="significantFigures", figures=2), True),
        (op("equal-rounded", f(3.175), f(3.183), rounding_mode="significantFigures", figures=3), True),
        (op("equal-rounded", f(3.1749), f(3.1751), rounding_mode="significantFigures", figures=3), False),
        (op("equal-rounded", f(1.68572), f(1.68669), rounding_mode="decimalPlaces", figures=3), False),
        (op("equal-rounded", f(1.68572), f(1.68549), rounding_mode="decimalPlaces", figures=3), False),
        (op("equal-rounded", f(1.68572), f(1.68591), rounding_mode="decimalPlaces", figures=3), True),
        (op("equal-rounded", f(1), N, figures=3), None),
    ],
    "lt": [(op("lt", i(1), f(1.5)), True), (op("lt", i(2), i(2)), False), (op("lt", N, i(2)), None)],
    "gt": [(op("gt", f(1.5), i(1)), True), (op("gt", i(2), i(2)), False), (op("gt", N, i(2)), None)],
    "lte": [(op("lte", i(2), i(2)), True), (op("lte", i(3), i(2)), False), (op("lte", i(2), N), None)],
    "gte": [(op("gte", i(2), i(2)), True), (op("gte", i(1), i(2)), False), (op("gte", i(2), N), None)],
    "duration-lt": [
        (op("duration-lt", base("duration", 9.5), base("duration", 10)), True),
        (op("duration-lt", base("duration", 10), base("duration", 10)), False),
        (op("duration-lt", base("duration", 10), N), None),
    ],
    "duration-gte": [
        (op("duration-gte", base("duration", 10), base("duration", 10)), True),
        (op("duration-gte", base("duration", 9), base("duration", 10)), False),
        (op("duration-gte", N, base("duration", 10)), None),
    ],
    "sum": [
        (op("sum", i(1), i(2)), 3),
        (op("sum", i(1), f(0.5)), 1.5),
        (op("sum", MIXED, i(1)), 4.5),
        (op("sum", *[f(0.1)] * 10), 1.0),
        (op("sum", i(1), N), None),
    ],
    "product": [
        (op("product", i(2), i(3)), 6),
        (op("product", MIXED, i(2)), 5.0),
        (op("product", N, i(2)), None),
    ],
    "min": [
        (op("min", MIXED, i(3)), 1.0),
        (op("min", i(2), i(1)), 1),
        (op("min", f(2), f(-1)), -1.0),
        (op("min", N, i(2)), None),
    ],
    "max": [
        (op("max", MIXED, i(3)), 3.0),
        (op("max", i(2), i(1)), 2),
        (op("max", f(2), f(-1)), 2.0),
        (op("max", N, i(2)), None),
    ],
    "gcd": [
        (op("gcd", i(12), i(-18)), 6),
        (op("gcd", multiple(i(12), i(18)), i(27)), 3),
        (op("gcd", i(0), i(0)), 0),
        (op("gcd", i(0), i(7)), 7),
        (op("gcd", N, i(7)), None),
    ],
    "lcm": [
        (op("lcm", i(4), i(6)), 12),
        (op("lcm", multiple(i(4), i(6)), i(5)), 60),
        (op("lcm", i(0), i(6)), 0),
        (op("lcm", N, i(7)), None),
    ],
    "subtract": [
        (op("subtract", i(1), i(3)), -2),
        (op("subtract", f(1), i(3)), -2.0),
        (op("subtract", N, i(1)), None),
    ],
    "divide": [
        (op("divide", i(1), i(4)), 0.25),
        (op("divide", i(1), i(0)), None),
        (op("divide", N, i(1)), None),
    ],
    "power": [
        (op("power", i(2), i(10)), 1024.0),
        (op("power", f(-8), f(0.5)), None),
        (op("power", i(0), i(-1)), None),
        (op("power", i(10), i(400)), None),
        (op("power", N, i(2)), None),
    ],
    "integer-divide": [
        (op("integer-divide", i(7), i(2)), 3),
        (op("integer-divide", i(-7), i(2)), -4),
        (op("integer-divide", i(7), i(0)), None),
    ],
    "integer-modulus": [
        (op("integer-modulus", i(7), i(3)), 1),
        (op("integer-modulus", i(-7), i(3)), 2),
        (op("integer-modulus", i(7), i(0)), None),
    ],
    "truncate": [(op("truncate", f(6.8)), 6), (op("truncate", f(-6.8)), -6), (op("truncate", N), None)],
    "round": [
        (op("round", f(6.5)), 7),
        (op("round", f(-6.5)), -6),
        (op("round", f(6.49)), 6),
        (op("round", f(0.49999999999999994)), 0),
        (op("round", N), None),
    ],
    "round-to": [
        (op("round-to", f(1239.451), rounding_mode="significantFigures", figures=3), 1240.0),
        (op("round-to", f(9.99), figures=2), 10.0),
        (op("round-to", f(0.00012345), figures=2), 0.00012),
        (op("round-to", f(1.005), rounding_mode="decimalPlaces", figures=2), 1.01),
        (op("round-to", f(-1.005), rounding_mode="decimalPlaces", figures=2), -1.01),
        (op("round-to", f(0), figures=3), 0.0),
        (op("round-to", i(1250), figures=2), 1300),
        (op("round-to", N, figures=2), None),
    ],
    "integer-to-float": [(op("integer-to-float", i(3)), 3.0), (op("integer-to-float", N), None)],
    "math-operator": [
        (op("math-operator", f(2.5), name="floor"), 2),
        (op("math-operator", f(2.5), name="ceil"), 3),
        (op("math-operator", i(-3), name="abs"), 3.0),
        (op("math-operator", f(100), name="log"), 2.0),
        (op("math-operator", f(1), f(1), name="atan2"), math.pi / 4),
        (op("math-operator", f(0), name="ln"), None),
        (op("math-operator", f(1000), name="exp"), None),
        (op("math-operator", f(0), name="csc"), None),
        (op("math-operator", f(0), name="acot"), math.pi / 2),
        (op("math-operator", f(-1), name="acot"), -math.pi / 4),
        (op("math-operator", f(-7), name="signum"), -1.0),
        (op("math-operator", f(0), name="signum"), 0.0),
        (op("math-operator", N, name="sin"), None),
    ],
    "stats-operator": [
        (op("stats-operator", multiple(i(1), i(2), i(6)), name="mean"), 3.0),
        (op("stats-operator", multiple(i(1), i(2), i(6)), name="sampleVariance"), 7.0),
        (op("stats-operator", multiple(i(1), i(2), i(6)), name="popVariance"), 14 / 3),
        (op("stats-operator", multiple(i(2), i(4), i(6)), name="sampleSD"), 2.0),
        (op("stats-operator", multiple(i(2), i(6)), name="popSD"), 2.0),
        (op("stats-operator", multiple(i(2)), name="sampleSD"), None),
        (op("stats-operator", N, name="mean"), None),
    ],
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [pytest.param(*case, id=f"{name}-{n}") for name, cases in CASES.items() for n, case in enumerate(cases)],
)
def test_an_expression_on_numbers_gives_what_the_specification_says(expression: str, expected: Any) -> None:
    """Value and NULL, one line a rule; integers stay integers."""
    found = value_of(expression)
    assert found == (pytest.approx(expected, rel=1e-12) if isinstance(expected, float) else expected)
    assert type(found) is type(expected)

"""Rounding as it is taught: by the digits that are seen, the half away from zero.

1.005 to two places is 1.01, although the nearest binary number lies a little below it.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from items.scoring.values import finite, whole

# A float has at most 309 digits before the point; more figures than 324 change none.
_MOST_FIGURES: Final = 324
_EXACT: Final = Context(prec=700, rounding=ROUND_HALF_UP)


def decimal_of(number: float) -> Decimal:
    """The decimal that a person reads: the shortest that stands for this number."""
    return Decimal(repr(number))


def rounded(number: float | None, mode: str, figures: int | None) -> Decimal | None:
    """The number to so many significant figures or decimal places; NULL if either is."""
    if number is None or figures is None or figures < (mode == "significantFigures"):
        return None
    decimal, figures = decimal_of(number), min(figures, _MOST_FIGURES)
    if not decimal:
        return Decimal(0)
    last = decimal.adjusted() - figures + 1 if mode == "significantFigures" else -figures
    return decimal.quantize(Decimal((0, (1,), last)), context=_EXACT)


def round_to(number: float | None, mode: str, figures: int | None) -> float | None:
    decimal = rounded(number, mode, figures)
    if decimal is None:
        return None
    return whole(int(decimal)) if isinstance(number, int) else finite(float(decimal))


def round_half_up(number: float) -> int | None:
    """The nearest whole number, the half towards the greater: 6.5 is 7, -6.5 is -6."""
    below = math.floor(number)
    return whole(below + 1 if number - below >= 0.5 else below)

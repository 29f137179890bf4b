"""Values as a pupil reads them: formats, bases, members, and the comma of the language."""

from __future__ import annotations

from typing import Any

import pytest

from items.scoring.printing import is_format, printed, takes_comma
from items.scoring.values import Point


@pytest.mark.parametrize(
    ("value", "options", "text"),
    [
        (3, {}, "3"),
        (3.0, {}, "3"),
        (0.5, {}, "0.5"),
        (1 / 3, {}, "0.333333333333333"),
        (None, {}, ""),
        (True, {}, "true"),
        ("mot", {}, "mot"),
        (Point(3, 4), {}, "3 4"),
        (3, {"format": "%5.2f €"}, " 3.00 €"),
        (3, {"format": "%03d"}, "003"),
        (3, {"format": "%+d"}, "+3"),
        (255, {"format": "%#x"}, "0xff"),
        (3.7, {"format": "%d"}, "3.7"),
        (12345.678, {"format": "%.3e"}, "1.235e+04"),
        (12345.678, {"format": "%.3e", "power": True}, "1.235×10⁴"),
        (0.00012, {"format": "%.1e", "power": True}, "1.2×10⁻⁴"),
        ("mot", {"format": "%-5s!"}, "mot  !"),
        (5, {"base": 2}, "101"),
        (-255, {"base": 16}, "-ff"),
        ((1, 2, 3), {}, "1;2;3"),
        ((1, 2, 3), {"delimiter": ", "}, "1, 2, 3"),
        ((1, 2, 3), {"index": 2}, "2"),
        ((1, 2, 3), {"index": "PLACE"}, "3"),
        ((1, 2, 3), {"index": 9}, ""),
        ({"x": 1, "y": 2}, {}, "x=1;y=2"),
        ({"x": 1, "y": 2}, {"sign": ": ", "delimiter": " "}, "x: 1 y: 2"),
        ({"x": 1, "y": 2}, {"field": "y"}, "2"),
    ],
)
def test_values_are_printed_as_qti_says(value: Any, options: dict[str, Any], text: str) -> None:
    """Formats, bases, members, records; what a format cannot print is printed plainly."""
    assert printed(value, options, {"PLACE": 3}, comma=False) == text


def test_a_number_has_the_comma_of_its_language() -> None:
    """In words of French, 0,5; in English 0.5."""
    assert printed(0.5, {}, {}, comma=True) == "0,5"
    assert printed(2.5, {"format": "%.2f"}, {}, comma=True) == "2,50"
    assert [takes_comma(name) for name in ("fr", "fr-CA", "en", "de-CH", "es-MX", "es", "und")] == [
        *(True, True, False, False, False, True, False)
    ]


@pytest.mark.parametrize(
    ("text", "is_one"), [("%d", True), ("%5.2f m", True), ("%d%d", False), ("%n", False), ("x", False)]
)
def test_formats_are_those_of_qti(text: str, is_one: bool) -> None:
    """One value, one place for it."""
    assert is_format(text) is is_one

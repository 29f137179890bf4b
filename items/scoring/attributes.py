"""The attributes of operators, read into the program: constants, and references to variables.

An attribute that may name a variable (`n="2"` or `n="PLACE"`) becomes code like an operand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any, Final

from items.qti.documents import Element
from items.scoring import automaton, regex
from items.scoring.tables import read_area
from items.scoring.values import MOST_MEMBERS, read_number, read_whole
from items.scoring.variables import Variables

Code = list[Any]
ROUNDING_MODES: Final = {"significantFigures", "decimalPlaces"}
TOLERANCE_MODES: Final = {"exact", "absolute", "relative"}
MOST_PATTERN_STATES: Final = 5_000
"""Of all patterns of an item together: each character of a text may cost as much."""
_REFERENCE = re.compile(r"\{?([A-Za-z_][\w.-]*)\}?")


def none(_element: Element, _variables: Variables) -> dict[str, Any]:
    return {}


def _number(
    element: Element, text: str, base_type: str, variables: Variables, least: int | None = None
) -> Code | None:
    """A number written in an attribute, or the variable that holds it."""
    read = read_whole if base_type == "integer" else read_number
    number = read(text)
    if number is not None:
        if least is not None and number < least:
            variables.reader.add(element, "bad_number", f"{text} must be {least} or more.")
            return None
        return ["base-value", {"base_type": base_type, "value": text.strip()}]
    reference = _REFERENCE.fullmatch(text.strip())
    if reference is None:
        variables.reader.add(
            element, "bad_number", f"{text!r} is neither a number nor the name of a variable."
        )
        return None
    variable = variables.find(element, reference[1])
    if variable is None:
        return None
    if not variable.type.is_single or not variable.type.has_base("integer", base_type):
        variables.reader.add(element, "wrong_type", f"{reference[1]!r} is {variable.type}, not {base_type}.")
        return None
    return ["variable", {"identifier": reference[1]}]


def _whole(element: Element, name: str, variables: Variables, least: int, default: str = "") -> Code | None:
    text = element.get(name) or default or variables.reader.required(element, name)
    return _number(element, text, "integer", variables, least) if text else None


def any_n(element: Element, variables: Variables) -> dict[str, Any]:
    return {
        "min": _whole(element, "min", variables, 0),
        "max": _whole(element, "max", variables, 0),
    }


def random_integer(element: Element, variables: Variables) -> dict[str, Any]:
    return {
        "min": _number(element, element.get("min") or "0", "integer", variables),
        "max": _bound(element, "max", "integer", variables),
        "step": _whole(element, "step", variables, 1, "1"),
    }


def random_float(element: Element, variables: Variables) -> dict[str, Any]:
    return {
        "min": _number(element, element.get("min") or "0", "float", variables),
        "max": _bound(element, "max", "float", variables),
    }


def _bound(element: Element, name: str, base_type: str, variables: Variables) -> Code | None:
    text = variables.reader.required(element, name)
    return _number(element, text, base_type, variables) if text else None


def index(element: Element, variables: Variables) -> dict[str, Any]:
    return {"n": _whole(element, "n", variables, 1)}


def repeats(element: Element, variables: Variables) -> dict[str, Any]:
    count = _whole(element, "number-repeats", variables, 0)
    if count and count[0] == "base-value" and int(float(count[1]["value"])) > MOST_MEMBERS:
        variables.reader.add(element, "too_large", f"Repeat at most {MOST_MEMBERS} times.")
    return {"number_repeats": count}


def rounding(element: Element, variables: Variables) -> dict[str, Any]:
    mode = variables.reader.choice(element, "rounding-mode", ROUNDING_MODES, "significantFigures")
    least = 1 if mode == "significantFigures" else 0
    return {"mode": mode, "figures": _whole(element, "figures", variables, least)}


def tolerance(element: Element, variables: Variables) -> dict[str, Any]:
    reader = variables.reader
    mode = reader.choice(element, "tolerance-mode", TOLERANCE_MODES, "exact")
    if mode == "exact":
        return {"mode": mode}
    texts = (reader.required(element, "tolerance") or "").split()
    if len(texts) > 2:
        reader.add(element, "bad_number", "tolerance is one number, or two: below and above.")
    codes = [_number(element, text, "float", variables, 0) for text in texts[:2]]
    return {
        "mode": mode,
        "below": codes[0] if codes else None,
        "above": codes[-1] if codes else None,
        "include_lower": reader.flag(element, "include-lower-bound", True),
        "include_upper": reader.flag(element, "include-upper-bound", True),
    }


def named(names: Collection[str]) -> Callable[[Element, Variables], dict[str, Any]]:
    def read(element: Element, variables: Variables) -> dict[str, Any]:
        return {"name": variables.reader.choice(element, "name", names)}

    return read


def field(element: Element, variables: Variables) -> dict[str, Any]:
    return {"field": variables.reader.required(element, "field-identifier")}


def area(element: Element, variables: Variables) -> dict[str, Any]:
    return read_area(element, variables.reader) or {}


def case(element: Element, variables: Variables) -> dict[str, Any]:
    return {"case_sensitive": variables.reader.flag(element, "case-sensitive", True)}


def string_match(element: Element, variables: Variables) -> dict[str, Any]:
    return {
        **case(element, variables),
        "substring": variables.reader.flag(element, "substring", False),
    }


def pattern(element: Element, variables: Variables) -> dict[str, Any]:
    text = element.get("pattern")
    if text is None:
        variables.reader.required(element, "pattern")
        return {}
    try:
        variables.pattern_states += len(automaton.build(regex.parse(text)))
    except regex.BadPattern as error:
        variables.reader.add(element, "bad_pattern", f"The pattern {text!r} {error}.")
    if variables.pattern_states > MOST_PATTERN_STATES:
        message = (
            f"All patterns of an item may have {MOST_PATTERN_STATES} states: write fewer or plainer ones."
        )
        variables.reader.add(element, "too_large", message)
        variables.pattern_states = 0
    return {"pattern": text}

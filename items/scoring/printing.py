"""How a value is printed into a text: `qti-printed-variable`, and the letters of a formula.

Formats are those of C's printf that QTI names (`%d`, `%.2f`, `%e`, `%5s`, `%x`); one that cannot print the
value is as if it were not there. Numbers take the decimal comma where the language of the text does, since
the pupil reads them between words of that language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from items.scoring.values import Point, Value

_FORMAT: Final = re.compile(r"%([-+ #0]*)([0-9]{0,2})(?:\.([0-9]{1,2}))?([diouxXeEfFgGsrR])")
_WHOLE: Final = "diouxX"
_POWER: Final = re.compile(r"[eE]([+-]?)0*([0-9]+)")
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
COMMA: Final = re.compile(
    "(bg|ca|cs|da|de|el|es|et|eu|fi|fr|gl|hr|hu|id|is|it|lt|lv|mk|n[bln]|no|pl|pt|ro|ru|sk|sl|sq|sr|sv|tr|uk)(-.*)?"
)
"""Languages that write 0,5; what stands after a dash (`es-MX`, `de-CH`) may differ and is looked at first."""
_POINT: Final = frozenset({"es-mx", "es-us", "de-ch", "it-ch", "es-gt", "es-hn", "es-ni", "es-pa", "es-sv"})
SEPARATOR: Final = ";"


def takes_comma(language: str) -> bool:
    """Whether numbers in a text of this language (BCP 47) have a decimal comma."""
    language = language.lower()
    return COMMA.fullmatch(language) is not None and language not in _POINT


def printed(value: Value, options: Mapping[str, Any], variables: Mapping[str, Value], *, comma: bool) -> str:
    """The text of a value; NULL prints nothing.

    `options`: format, base, power, index, field, delimiter, sign.
    """
    if isinstance(value, dict):
        return _record(value, options, comma)
    if isinstance(value, tuple) and not isinstance(value, Point):
        if "index" in options:
            return _one(_member(value, options["index"], variables), options, comma)
        return str(options.get("delimiter", SEPARATOR)).join(_one(one, options, comma) for one in value)
    return _one(value, options, comma)


def _member(value: tuple[Value, ...], index: Any, variables: Mapping[str, Value]) -> Value:
    place = variables.get(index) if isinstance(index, str) else index
    return value[place - 1] if isinstance(place, int) and 1 <= place <= len(value) else None


def _record(value: Mapping[str, Value], options: Mapping[str, Any], comma: bool) -> str:
    if "field" in options:
        return _one(value.get(options["field"]), options, comma)
    sign = options.get("sign", "=")
    fields = (f"{name}{sign}{_one(one, options, comma)}" for name, one in value.items())
    return str(options.get("delimiter", SEPARATOR)).join(fields)


def _one(value: Value, options: Mapping[str, Any], comma: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Point):
        return f"{value.x:g} {value.y:g}"
    format_ = options.get("format")
    text = _formatted(value, format_) if format_ else None
    if text is None:
        text = (
            _to_base(value, options["base"])
            if "base" in options and isinstance(value, int)
            else _plain(value)
        )
    if options.get("power"):
        text = _POWER.sub(lambda power: "×10" + (power[1].strip("+") + power[2]).translate(_RAISED), text)
    return text.replace(".", ",") if comma and isinstance(value, float) else text


def _plain(value: Value) -> str:
    """A number as short as it can be written exactly: 3 for 3.0, 0.1 for 0.1."""
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.15g}"
    return str(value)


def _to_base(number: int, base: int) -> str:
    text, rest = "", abs(number)
    while rest or not text:
        rest, digit = divmod(rest, base)
        text = _DIGITS[digit] + text
    return "-" + text if number < 0 else text


def _formatted(value: Value, format_: str) -> str | None:
    """The value in a C format with whatever stands around it; None if it cannot be printed so."""
    match = _FORMAT.search(format_)
    if match is None:
        return None
    flags, width, places, letter = match.groups()
    number = isinstance(value, int | float)
    if letter in "srR" or not number:
        written = str(value) if not number else _plain(value)
    elif letter in _WHOLE:
        if value != int(value):
            return None
        letter = "d" if letter in "iu" else letter
        written = f"%{flags}{'.' + places if places else ''}{letter}" % int(value)
    else:
        written = f"%{flags.replace('0', '')}{'.' + places if places else ''}{letter}" % value
    wide = int(width or 0)
    filled = written.ljust(wide) if "-" in flags else written.rjust(wide, "0" if "0" in flags else " ")
    return format_[: match.start()] + filled + format_[match.end() :]


def is_format(text: str) -> bool:
    """Whether a format is one that we can print."""
    return len(text) <= 40 and len(_FORMAT.findall(text)) == 1 and "%" not in _FORMAT.sub("", text)

"""Which characters a sign of an XML Schema pattern stands for: tests of one character."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

Test = Callable[[str], bool]

BLOCKS: Final = {
    "IsBasicLatin": (0x0000, 0x007F),
    "IsLatin-1Supplement": (0x0080, 0x00FF),
    "IsLatinExtended-A": (0x0100, 0x017F),
    "IsLatinExtended-B": (0x0180, 0x024F),
    "IsGreek": (0x0370, 0x03FF),
    "IsGreekandCoptic": (0x0370, 0x03FF),
    "IsCyrillic": (0x0400, 0x04FF),
    "IsHebrew": (0x0590, 0x05FF),
    "IsArabic": (0x0600, 0x06FF),
    "IsGeneralPunctuation": (0x2000, 0x206F),
    "IsCurrencySymbols": (0x20A0, 0x20CF),
    "IsMathematicalOperators": (0x2200, 0x22FF),
}


def _is_word(char: str) -> bool:
    return unicodedata.category(char)[0] not in "PZC"


def _is_name_start(char: str) -> bool:
    return char.isalpha() or char in "_:"


def _is_name(char: str) -> bool:
    return char.isalnum() or char in "_:.-\u00b7"


CLASSES: Final[dict[str, Test]] = {
    "d": lambda char: unicodedata.category(char) == "Nd",
    "s": lambda char: char in " \t\n\r",
    "w": _is_word,
    "i": _is_name_start,
    "c": _is_name,
}


def negated(test: Test) -> Test:
    return lambda char: not test(char)


def one(wanted: str) -> Test:
    return lambda char: char == wanted


def between(first: str, last: str) -> Test:
    return lambda char: first <= char <= last


def any_of(tests: list[Test]) -> Test:
    return lambda char: any(test(char) for test in tests)


def difference(test: Test, without: Test) -> Test:
    return lambda char: test(char) and not without(char)


def of_category(name: str) -> Test:
    """Characters of a Unicode category (`Lu`) or group of categories (`L`)."""
    return lambda char: unicodedata.category(char).startswith(name)

"""What the operators on text compute."""

from __future__ import annotations

from typing import Final

from items.scoring import automaton, regex
from items.scoring.logic import Attributes, Build, Evaluate, strict


def _string_match(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    exact, substring = attributes["case_sensitive"], attributes["substring"]

    def match(first: str, second: str) -> bool:
        if not exact:
            first, second = first.casefold(), second.casefold()
        return second in first if substring else first == second

    return strict(match)(attributes, operands)


def _substring(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    exact = attributes["case_sensitive"]

    def found(part: str, text: str) -> bool:
        return part in text if exact else part.casefold() in text.casefold()

    return strict(found)(attributes, operands)


def _pattern_match(attributes: Attributes, operands: list[Evaluate]) -> Evaluate:
    return strict(automaton.build(regex.parse(attributes["pattern"])).accepts)(attributes, operands)


BUILDERS: Final[dict[str, Build]] = {
    "string-match": _string_match,
    "substring": _substring,
    "pattern-match": _pattern_match,
}

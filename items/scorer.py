"""Scores the answers of a form: from the opaque names a pupil sees to what the author wrote.

Only the scorer loads a form's key. A choice that the key does not know is left out, and so
scores nothing: an authored identifier sent in place of an opaque one is such a choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from items.scoring.maximum import max_score
from items.scoring.run import Program, load
from items.scoring.tracing import Trace, trace
from items.scoring.values import Value

Outcomes = dict[str, Value]
Translate = Callable[[Any], Any]


class Scorer:
    """The key of a form, ready to score. Loading it costs a few milliseconds, scoring microseconds."""

    def __init__(self, key: Mapping[str, Any]) -> None:
        self._items = {item: _Item(entry) for item, entry in key["items"].items()}

    def score(self, item: str, response: Mapping[str, Any] | None) -> Outcomes:
        """The outcome values of an answer; responses that are missing are NULL."""
        known = self._items[item]
        return known.program.score(known.in_authored(response))

    def trace(self, item: str, response: Mapping[str, Any] | None) -> Trace:
        """The outcome values of an answer, and how the rules came to them."""
        known = self._items[item]
        return trace(known.declarations, known.in_authored(response))

    def play(self, item: str, response: Mapping[str, Any] | None) -> Outcomes:
        """All variables of the item after an answer, by authored name, as expressions compute with them."""
        known = self._items[item]
        return known.program.play(known.in_authored(response))

    def needs_marking(self, item: str) -> bool:
        """Whether a person gives the score: SCORE is NULL until then, or only a proposal of the rules."""
        return self._items[item].program.needs_marking

    def max_score(self, item: str) -> float | None:
        """The most the item gives (the rule is in `items.scoring.maximum`), None where nobody can tell."""
        return self._items[item].max_score

    def domain(self, item: str) -> str:
        return self._items[item].domain

    def title(self, item: str) -> str:
        return self._items[item].title

    def rubric(self, item: str) -> str:
        """What the author wrote for those who mark the item; mostly nothing."""
        return self._items[item].rubric

    def authored(self, item: str) -> str:
        """The identifier that the author gave the item."""
        return self._items[item].authored

    def items(self) -> list[str]:
        """All items by the pupils' identifiers, in the order of the form: i2 comes before i10."""
        return sorted(self._items, key=lambda item: (len(item), item))

    def declarations(self, item: str) -> Mapping[str, Any]:
        """The item's program: among the rest its `responses`, `outcomes` and `templates`, as declared."""
        return self._items[item].declarations

    def response_names(self, item: str) -> dict[str, str]:
        """The pupils' identifiers of the responses with the author's."""
        return self._items[item].names

    def opaque(self, item: str, authored: Mapping[str, Any]) -> dict[str, Any]:
        """The other way of `responses_in_authored`: by the identifiers that this form's pupils see."""
        return self._items[item].in_opaque(authored)

    def responses_in_authored(self, item: str, response: Mapping[str, Any] | None) -> dict[str, Any]:
        """An answer by the author's identifiers, as exports and results show it."""
        return self._items[item].in_authored(response)


class _Item:
    def __init__(self, entry: Mapping[str, Any]) -> None:
        program = entry["program"]
        self.program: Program = load(program)
        self.authored: str = entry["authored"]
        self.title: str = entry["title"]
        self.domain: str = entry["domain"]
        self.rubric: str = entry.get("rubric", "")
        self.declarations: Mapping[str, Any] = program
        self.max_score = max_score(program, self.program)
        self.names = {name: response["authored"] for name, response in entry["responses"].items()}
        self._backwards = {
            name: _translation({authored: choice for choice, authored in response["choices"].items()})
            for name, response in entry["responses"].items()
        }
        self._responses = {
            name: (response["authored"], _translation(response["choices"]))
            for name, response in entry["responses"].items()
        }

    def in_authored(self, response: Mapping[str, Any] | None) -> dict[str, Any]:
        given = response or {}
        return {
            authored: translate(given.get(name)) for name, (authored, translate) in self._responses.items()
        }

    def in_opaque(self, authored: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._backwards[name](authored.get(self.names[name])) for name in self._backwards}


def _translation(choices: Mapping[str, str]) -> Translate:
    """How a response's value is put in the author's identifiers; text and numbers stay as they are."""
    if not choices:
        return lambda value: value

    def one(value: Any) -> str | None:
        """An identifier, or a pair of them."""
        if type(value) is not str:
            return None
        known = choices.get(value)
        if known is not None:
            return known
        names = [choices.get(part) for part in value.split()]
        return None if None in names or not names else " ".join(map(str, names))

    def translate(value: Any) -> Any:
        if isinstance(value, list):
            return [known for known in map(one, value) if known is not None]
        return one(value)

    return translate

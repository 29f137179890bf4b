"""Scores a whole test: the outcomes of outcome processing, over the items that one session's way led through.

    scorer = TestScorer(key)
    scorer.outcomes(["i1", "i4"], {"i1": Given({"r1": "bcdf"}, elapsed_ms=9_000)})   -> {"SCORE": 1.0, ...}

Items that were not selected, or not on the way, do not exist for it: they count neither for the pupil nor
against. What the pupil left unanswered on the way is there with the values it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from items.scorer import Scorer, timed
from items.scoring.closures import CORRECT, build_rules, declared
from items.scoring.logic import BUILDERS
from items.scoring.run import load
from items.scoring.testing import FACTS, ItemFacts
from items.scoring.testprinting import printed
from items.scoring.values import Value, in_json

BUILT_IN = ("duration", "numAttempts")
Compare = Callable[[Mapping[str, Value]], bool]


class Given(NamedTuple):
    """What stands of an item: the newest response, and the time spent on it."""

    response: Mapping[str, Any] | None
    """None where the last attempt is the newest."""
    elapsed_ms: int = 0
    outcomes: Mapping[str, Any] = MappingProxyType({})
    """Its outcomes as JSON holds them, where they are known already: people's marks are among them."""
    attempts: Sequence[Mapping[str, Any]] = ()
    """Those made before the response, each `scorer.timed`, where the outcomes are not known."""
    made: int | None = None
    """How many attempts count, where the outcomes are known."""


class Feedback(NamedTuple):
    """A text that the author shows for an outcome of the test."""

    title: str
    html: str


class TestScorer:
    """The test's part of a form's key, ready to run."""

    __test__ = False  # the name is QTI's; pytest must not collect it

    def __init__(self, key: Mapping[str, Any], scorer: Scorer | None = None) -> None:
        test = key["test"]
        self._scorer = scorer or Scorer(key)
        program = test["program"]
        self._initial = load({**program, "rules": []}).play({})
        self._run = build_rules(program["rules"], program)
        self._items = {name: _Item(entry, key["items"][name]) for name, entry in test["items"].items()}
        self._feedback = test["feedback"]
        self.has_outcomes = bool(program["outcomes"])
        self.told_parts = frozenset(entry["part"] for entry in self._feedback if entry["part"])
        self.tells_during = any(e["access"] == "during" and not e["part"] for e in self._feedback)
        self.tells_at_end = any(e["access"] == "atEnd" and not e["part"] for e in self._feedback)

    def variables(
        self,
        way: Sequence[str],
        answers: Mapping[str, Given],
        hidden: Collection[str] = (),
        seed: bytes = b"",
    ) -> dict[str, Value]:
        """All that rules may speak of: the test's outcomes, its items; answers of `hidden` are not seen.

        `seed` is the sitting's, so that each item is judged by the pupil's own variant.
        """
        facts = [self._facts(item, None if item in hidden else answers.get(item), seed) for item in way]
        variables = {**self._initial, FACTS: facts}
        self._run(variables)
        return variables

    def outcomes(
        self, way: Sequence[str], answers: Mapping[str, Given], seed: bytes = b""
    ) -> dict[str, Value]:
        """The test's outcome values, as JSON holds them."""
        variables = self.variables(way, answers, seed=seed)
        return {name: in_json(variables[name]) for name in self._initial}

    def feedback(self, variables: Mapping[str, Value], part: str, access: str) -> list[Feedback]:
        """What is to be shown now: of the whole test (part "") or of one of its parts."""
        found = []
        for entry in self._feedback:
            if (entry["part"], entry["access"]) != (part, access):
                continue
            value = variables[entry["outcome"]]
            values = value if isinstance(value, tuple) else (value,)
            if (entry["value"] in values) is entry["shown"]:
                found.append(Feedback(entry["title"], printed(entry["html"], variables)))
        return found

    def _facts(self, item: str, given: Given | None, seed: bytes) -> ItemFacts:
        known = self._items[item]
        values = self._values(item, given, seed)
        answered = {name: values.get(name) is not None for name in known.responses}
        return ItemFacts(
            **known.named,
            values=values,
            seconds=given.elapsed_ms / 1000 if given else 0.0,
            is_attempted=given is not None,
            is_responded=given is not None and any(answered.values()),
            is_correct=known.is_correct(values),
        )

    def _values(self, item: str, given: Given | None, seed: bytes) -> dict[str, Value]:
        """The variables of an item as its sitting leaves them."""
        if given is None:
            return self._scorer.variables(item, None, seed) | {"numAttempts": 0}
        response = None if given.response is None else timed(given.response, given.elapsed_ms)
        if not given.outcomes:
            return self._scorer.settled_variables(item, given.attempts, response, seed)
        values = self._scorer.variables(item, response, seed)
        values |= {name: _from_json(value) for name, value in given.outcomes.items()}
        return values if given.made is None else values | {"numAttempts": given.made}


def _from_json(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value


class _Item:
    """What never changes of an item: its names, and how its right answers are recognised."""

    def __init__(self, entry: Mapping[str, Any], key: Mapping[str, Any]) -> None:
        program = key["program"]
        self.responses = [name for name in program["responses"] if name not in BUILT_IN]
        self.named: dict[str, Any] = {
            "authored": entry["authored"],
            "reference": entry["reference"],
            "sections": entry["sections"],
            "categories": frozenset(entry["categories"]),
            "weights": key["weights"],
            "mappings": entry["mappings"],
            "declared": {**program["responses"], **program["outcomes"], **program["templates"]},
        }
        keyed = [(name, program["responses"][name]) for name in self.responses]
        drawn = program.get("varying", {}).get("correct", ())
        self._compares = [
            _compare(n, response) for n, response in keyed if "correct" in response or n in drawn
        ]
        self._is_keyed = bool(keyed) and len(self._compares) == len(keyed)

    def is_correct(self, values: Mapping[str, Value]) -> bool | None:
        """Whether every response is the right one; None where one of them has none."""
        return all(compare(values) for compare in self._compares) if self._is_keyed else None


def _compare(name: str, entry: Mapping[str, Any]) -> Compare:
    """Whether a response is the right one: the one drawn for this sitting, else the one declared."""
    right, drawn = declared(entry, "correct"), CORRECT + name
    match = BUILDERS["match"](
        {"unordered": entry["cardinality"] == "multiple"}, [lambda v: v[name], lambda v: v.get(drawn, right)]
    )
    return lambda values: match(dict(values)) is True

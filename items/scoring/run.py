"""Running a scoring program: responses in, outcome values out.

`load` turns the program's lists into nested functions once; a run calls them. A run is pure
and cannot fail: what cannot be read or computed is NULL, and every loop is bounded by the
program or by the limits of `values`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from items.scoring import lots
from items.scoring.chance import draws
from items.scoring.closures import ASSIGNED, CORRECT, DEFAULT, Rule, build_rules, declared
from items.scoring.lots import Lots, OutOfWork
from items.scoring.records import given_record, typed_number
from items.scoring.values import MOST_MEMBERS, Read, Value, as_response, in_json, members, typed
from items.scoring.variants import Cloner, Variant

Take = Callable[[Any], Value]
PLAIN: Final = Variant()
"""The variant of an item that has none."""
Build = Callable[[list[Any], Mapping[str, Any]], Rule]
"""What makes a run of rules: `build_rules`, or what watches them (`items.scoring.tracing`)."""


def score(program: Program | Mapping[str, Any], responses: Mapping[str, Value]) -> dict[str, Value]:
    """The outcome values for the responses, all by authored identifier, as JSON holds them.

    Who scores an item more than once keeps what `load` returns and passes that.
    """
    if not isinstance(program, Program):
        program = load(program)
    return program.score(responses)


def load(program: Mapping[str, Any]) -> Program:
    return Program(program)


def correct_responses(program: Mapping[str, Any], variant: Variant = PLAIN) -> dict[str, Value]:
    """The correct responses in the shape of a pupil's, declared or drawn; None where there is none."""
    found = {
        identifier: _record_as_typed(entry) if entry["cardinality"] == "record" else entry.get("correct")
        for identifier, entry in program["responses"].items()
    }
    drawn = {name: value for name, value in variant.values.items() if name.startswith(CORRECT)}
    return found | {name[len(CORRECT) :]: as_response(value) for name, value in drawn.items()}


def _record_as_typed(entry: Mapping[str, Any]) -> str | None:
    fields = entry.get("correct", {})
    found = fields.get("stringValue") or fields.get("floatValue") or fields.get("integerValue")
    return str(found["value"]) if found else None


class Program:
    """A program ready to run. It holds no state of a run, so threads may share it."""

    def __init__(self, program: Mapping[str, Any], build: Build = build_rules) -> None:
        self.needs_marking: bool = program["needs_marking"]
        self.is_adaptive: bool = program.get("adaptive", False)
        self._responses = [
            (identifier, _taker(entry), declared(entry, "default"))
            for identifier, entry in program["responses"].items()
        ]
        self._initial = {
            identifier: declared(entry, "default") for identifier, entry in program["templates"].items()
        }
        self._initial |= {
            identifier: _first_value(entry) for identifier, entry in program["outcomes"].items()
        }
        self._templates = frozenset(program["templates"])
        self._outcomes = list(program["outcomes"])
        self.draws: bool = draws(program["rules"])
        self._run = build(program["rules"], program)
        self.cloner = (
            Cloner(program, self._initial | self._defaults()) if "template_rules" in program else None
        )

    def variant(self, seed: bytes) -> Variant:
        """What template processing makes of a seed; of an item without it, only the seed."""
        return Variant(seed) if self.cloner is None else self.cloner.draw(seed)

    def drawn(self, variant: Variant) -> dict[str, Value]:
        """The template variables of a variant, as JSON holds them."""
        return {name: in_json(value) for name, value in variant.values.items() if name in self._templates}

    def score(self, responses: Mapping[str, Value], variant: Variant = PLAIN) -> dict[str, Value]:
        """The outcomes of the responses, as if they were the first and only ones."""
        variables = dict(self._initial)
        if variant.values or self.draws:
            return self.outcomes(self.play(responses, variant))
        for identifier, take, default in self._responses:
            given = responses.get(identifier)
            variables[identifier] = default if given is None else take(given)
        self._run(variables)
        return self.outcomes(variables)

    def begin(self, variant: Variant = PLAIN) -> dict[str, Value]:
        """The variables before the first attempt."""
        return {**self._initial, **self._defaults(), **variant.values}

    def play(
        self,
        responses: Mapping[str, Value],
        variant: Variant = PLAIN,
        before: Mapping[str, Value] | None = None,
    ) -> dict[str, Value]:
        """The variables after an attempt; an adaptive item goes on from those `before`."""
        variables = {**self._initial, **variant.values}
        if before is not None and self.is_adaptive:
            variables |= {name: before[name] for name in (*self._outcomes, ASSIGNED) if name in before}
        for identifier, take, default in self._responses:
            given = responses.get(identifier)
            default = variant.values.get(DEFAULT + identifier, default)
            variables[identifier] = default if given is None else take(given)
        if self.draws:
            variables[lots.NAME] = Lots(variant.seed, f"attempt {responses.get('numAttempts', '1')}")
        with suppress(OutOfWork):
            self._run(variables)
        variables.pop(lots.NAME, None)
        return variables

    def outcomes(self, variables: Mapping[str, Value]) -> dict[str, Value]:
        """The outcome values among the variables, as JSON holds them."""
        values = {identifier: in_json(variables[identifier]) for identifier in self._outcomes}
        if self.needs_marking and ASSIGNED not in variables:
            values["SCORE"] = None
        return values

    def _defaults(self) -> dict[str, Value]:
        return {identifier: default for identifier, _, default in self._responses}


def _first_value(entry: Mapping[str, Any]) -> Value:
    """An outcome begins with its default; a number without one begins with 0, all else with NULL."""
    if entry.get("default") is None and entry["cardinality"] == "single":
        return {"integer": 0, "float": 0.0}.get(entry["base_type"])
    return declared(entry, "default")


def _taker(entry: Mapping[str, Any]) -> Take:
    """How a response of this declaration is taken from JSON; what it cannot be is NULL."""
    if entry["cardinality"] == "record":
        return lambda given: typed_number(given) if isinstance(given, str) else given_record(given)
    read, cardinality = typed(entry["base_type"]), entry["cardinality"]
    return _take_one(read) if cardinality == "single" else _take_all(read, cardinality)


def _take_one(read: Read) -> Take:
    def take(given: Any) -> Value:
        if type(given) is str:
            return read(given)
        if isinstance(given, list) and len(given) == 1 and type(given[0]) is str:
            return read(given[0])
        return None

    return take


def _take_all(read: Read, cardinality: str) -> Take:
    def take(given: Any) -> Value:
        texts = given if isinstance(given, list) else [given]
        if len(texts) > MOST_MEMBERS:
            return None
        return members([read(text) if type(text) is str else None for text in texts], cardinality)

    return take

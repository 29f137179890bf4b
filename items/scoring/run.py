"""Running a scoring program: responses in, outcome values out.

`load` turns the program's lists into nested functions once; a run calls them. A run is pure
and cannot fail: what cannot be read or computed is NULL, and every loop is bounded by the
program or by the limits of `values`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from items.scoring.closures import ASSIGNED, Rule, build_rules, declared
from items.scoring.records import typed_number
from items.scoring.values import MOST_MEMBERS, Read, Value, in_json, members, typed

Take = Callable[[Any], Value]
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


def correct_responses(program: Mapping[str, Any]) -> dict[str, Value]:
    """The declared correct responses in the shape of a pupil's; None where none is declared."""
    return {
        identifier: _record_as_typed(entry) if entry["cardinality"] == "record" else entry.get("correct")
        for identifier, entry in program["responses"].items()
    }


def _record_as_typed(entry: Mapping[str, Any]) -> str | None:
    fields = entry.get("correct", {})
    found = fields.get("stringValue") or fields.get("floatValue") or fields.get("integerValue")
    return str(found["value"]) if found else None


class Program:
    """A program ready to run. It holds no state of a run, so threads may share it."""

    def __init__(self, program: Mapping[str, Any], build: Build = build_rules) -> None:
        self.needs_marking: bool = program["needs_marking"]
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
        self._outcomes = list(program["outcomes"])
        self._run = build(program["rules"], program)

    def score(self, responses: Mapping[str, Value]) -> dict[str, Value]:
        variables = self.play(responses)
        return {identifier: in_json(variables[identifier]) for identifier in self._outcomes}

    def play(self, responses: Mapping[str, Value]) -> dict[str, Value]:
        """All variables after the responses, as expressions compute with them."""
        variables = dict(self._initial)
        for identifier, take, default in self._responses:
            given = responses.get(identifier)
            variables[identifier] = default if given is None else take(given)
        self._run(variables)
        if self.needs_marking and ASSIGNED not in variables:
            variables["SCORE"] = None
        return variables


def _first_value(entry: Mapping[str, Any]) -> Value:
    """An outcome begins with its default; a number without one begins with 0, all else with NULL."""
    if entry.get("default") is None and entry["cardinality"] == "single":
        return {"integer": 0, "float": 0.0}.get(entry["base_type"])
    return declared(entry, "default")


def _taker(entry: Mapping[str, Any]) -> Take:
    """How a response of this declaration is taken from JSON; what it cannot be is NULL."""
    if entry["cardinality"] == "record":
        return lambda given: typed_number(given) if isinstance(given, str) else None
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

"""Tracing: a run that is watched gives the same outcomes, and tells which rule fired and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from items.compile import compile_form
from items.package import read_package
from items.scoring.run import correct_responses, load
from items.scoring.tracing import MOST_STEPS, trace
from tests.items.scoring_items import (
    SCORE,
    f,
    op,
    program,
    response,
    rules,
    set_value,
    variable,
)

CONTENT = Path(__file__).parents[2] / "items" / "content"


def odd(value: Any) -> Any:
    """A response that is something else than the right one."""
    return [*value[:1], "nonsense"] if isinstance(value, list) else "nonsense"


@pytest.mark.parametrize("form", ["maths-6e", "francais-6e"])
def test_watching_changes_no_outcome(form: str) -> None:
    """Right, wrong and missing answers to every item: the watched run gives what the other one gives."""
    key = compile_form(read_package(CONTENT / form), seed=b"test").key
    for entry in key["items"].values():
        right = correct_responses(entry["program"])
        loaded = load(entry["program"])
        for given in (right, {name: odd(value) for name, value in right.items()}, {}):
            watched = trace(entry["program"], given)
            assert watched.outcomes == loaded.score(given)
            assert watched.is_whole


def a_condition() -> dict[str, Any]:
    """Half a point for more than 2, one for exactly 2."""
    above = op("gt", variable("RESPONSE"), f(2))
    same = op("equal", variable("RESPONSE"), f(2), tolerance_mode="exact")
    condition = op(
        "response-condition",
        op("response-if", above, set_value("SCORE", f(0.5))),
        op("response-else-if", same, set_value("SCORE", f(1.0))),
        op("response-else", set_value("SCORE", f(0.0))),
    )
    return dict(program(response("RESPONSE", base_type="float"), SCORE, rules(condition)))


@pytest.mark.parametrize(
    ("given", "branch", "values"),
    [("3", 0, [True]), ("2", 1, [False, True]), ("1", "else", [False, False]), (None, "else", [None, None])],
)
def test_a_trace_tells_which_branch_fired_and_why(
    given: str | None, branch: int | str, values: list[bool | None]
) -> None:
    """Conditions up to the one that held, each with the value of all its parts."""
    told = trace(a_condition(), {"RESPONSE": given})

    (step,) = told.steps
    assert (step["rule"], step["branch"]) == ("if", branch)
    assert [condition["value"] for condition in step["conditions"]] == values
    number = None if given is None else float(given)
    left, right = step["conditions"][0]["operands"]
    assert (left["name"], left["attributes"]) == ("variable", {"identifier": "RESPONSE"})
    assert left["value"] == number
    assert (right["name"], right["value"]) == ("base-value", 2.0)
    (inner,) = step["rules"]
    assert (inner["rule"], inner["identifier"], inner["value"]) == ("set", "SCORE", told.outcomes["SCORE"])


def test_a_trace_has_an_end() -> None:
    """A program of thousands of rules is scored whole and told in part."""
    many = [set_value("SCORE", f(number)) for number in range(MOST_STEPS)]
    made: Mapping[str, Any] = program(response("RESPONSE", base_type="float"), SCORE, rules(*many))

    told = trace(made, {})

    assert told.outcomes["SCORE"] == MOST_STEPS - 1
    assert not told.is_whole
    assert len(told.steps) < MOST_STEPS

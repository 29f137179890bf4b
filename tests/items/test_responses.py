"""Each answer that comes in is looked at: is it an answer to this item at all?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies

from items.model import Form
from items.responses import Shapes
from tests.items.given import SVG, a_form
from tests.items.kinds import EVERY_KIND

KINDS = list(EVERY_KIND)


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    folder = tmp_path_factory.mktemp("form")
    return a_form(folder, *EVERY_KIND.values(), media={"authored-picture.svg": SVG})


def _check(form: Form, kind: str, value: Any) -> str | None:
    return Shapes(form.schema).check(f"i{KINDS.index(kind) + 1}", {"r1": value})


def _name(form: Form, kind: str, authored: str) -> str:
    choices = form.key["items"][f"i{KINDS.index(kind) + 1}"]["responses"]["r1"]["choices"]
    (found,) = (name for name, identifier in choices.items() if identifier == f"authored-{authored}")
    return str(found)


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_always_well_formed(form: Form, kind: str) -> None:
    """A pupil may skip, and may take an answer back."""
    assert _check(form, kind, None) is None
    assert Shapes(form.schema).check(f"i{KINDS.index(kind) + 1}", {}) is None


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("choice", ["right", "wrong"], None),
        ("choice", [], None),
        ("choice", ["right", "right-too", "wrong"], "too_many"),
        ("choice", ["right", "right"], "repeated"),
        ("choice", "right", "wrong_cardinality"),
        ("inline-choice", "right", None),
        ("inline-choice", ["right"], "wrong_cardinality"),
        ("order", ["third", "first", "second"], None),
        ("order", ["third"], None),
        ("order", ["third", "third"], "repeated"),
        ("match", ["cat miaow", "dog miaow"], None),
        ("match", ["cat miaow", "cat bark"], "too_many"),
        ("match", ["miaow cat"], "unknown_choice"),
        ("match", ["cat"], "unknown_choice"),
        ("gap-match", ["sun gap-1", "moon gap-2"], None),
        ("gap-match", ["sun gap-1", "sun gap-2"], "too_many"),
        ("gap-match", ["sun gap-1", "moon gap-1"], "too_many"),
        ("hotspot", "right", None),
        ("hottext", ["right", "wrong"], None),
    ],
)
def test_choices_are_known_few_enough_and_single_where_due(
    form: Form, kind: str, value: str | list[str], problem: str | None
) -> None:
    """Names are those of this response; pairs have their direction and their limits."""

    def opaque(text: str) -> str:
        return " ".join(_name(form, kind, part) for part in text.split())

    named = opaque(value) if isinstance(value, str) else [opaque(text) for text in value]
    assert _check(form, kind, named) == problem


@pytest.mark.parametrize(
    ("kind", "value", "problem"),
    [
        ("hotspot", "authored-right", "unknown_choice"),
        ("hotspot", "", "unknown_choice"),
        ("hotspot", 3, "not_a_string"),
        ("hotspot", {"a": 1}, "not_a_string"),
        ("choice", [3], "not_a_string"),
        ("choice", [["a"]], "wrong_cardinality"),
        ("choice", [None], "not_a_string"),
        ("text-entry", "", None),
        ("text-entry", "é" * 500, None),
        ("text-entry", "é" * 501, "too_long"),
        ("text-entry", 12, "not_a_string"),
        ("text-entry", ["12"], "wrong_cardinality"),
        ("extended-text", "é" * 20_000, None),
        ("extended-text", "é" * 20_001, "too_long"),
        ("slider", "35", None),
        ("slider", "90", None),
        ("slider", "91", "out_of_bounds"),
        ("slider", "-1", "out_of_bounds"),
        ("slider", "nan", "out_of_bounds"),
        ("slider", "a", "not_a_number"),
        ("slider", "1" * 50, "too_long"),
        ("slider", 35, "not_a_string"),
        ("slider", ["35"], "wrong_cardinality"),
        ("upload", "0123456789abcdef" * 2, None),
        ("upload", "0123456789ABCDEF" * 2, "not_a_file"),
        ("upload", "data:application/pdf;base64,AAAA", "not_a_file"),
        ("drawing", ["0123456789abcdef" * 2], "wrong_cardinality"),
        ("drawing", 3, "not_a_string"),
        ("end-attempt", "true", None),
        ("end-attempt", True, "not_a_string"),
    ],
)
def test_values_of_the_wrong_kind_are_told_apart(
    form: Form, kind: str, value: object, problem: str | None
) -> None:
    """The player is told which entry to set aside, and we learn what went wrong."""
    assert _check(form, kind, value) == problem


def test_unknown_items_and_responses_are_told_apart(form: Form) -> None:
    """A player of another form, or of another version."""
    shapes = Shapes(form.schema)
    assert shapes.check("i99", {}) == "unknown_item"
    assert shapes.check("i1", {"r9": "a"}) == "unknown_response"
    assert shapes.check("i1", ["a"]) == "not_an_object"
    assert shapes.check("i1", None) == "not_an_object"


JSON = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats()
    | strategies.text(),
    lambda inner: (
        strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.text(), inner, max_size=3)
    ),
)


@drawn(value=JSON, kind=strategies.sampled_from(KINDS))
def test_whatever_json_comes_the_check_answers(form: Form, value: Any, kind: str) -> None:
    """A hostile body costs a refusal and never an error of ours."""
    problem = _check(form, kind, value)
    assert problem is None or problem.replace("_", "").isalpha()

"""What a test gives the templates of an item (`qti-template-default`), from XML to code.

A constant takes the place of the default that the item declares; anything else that needs no answer is
assigned first of all, from the sitting's seed. A variant is drawn before the first question is shown, so a
default that hangs on what the pupil did is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from items.qti.documents import Element
from items.scoring.expressions import compile_expression
from items.scoring.reading import children, name_of
from items.scoring.rules import misfit
from items.scoring.variables import Variables

Code = list[Any]

MOST_ELEMENTS: Final = 1_000
"""Of all defaults that one reference gives."""

_OF_ANSWERS: Final = frozenset(
    {"variable", "correct", "default", "map-response", "map-response-point", "test-variables"}
)


class TemplateDefaults(NamedTuple):
    """The elements of one item reference, and the file that they stand in."""

    source: str
    elements: Sequence[Element] = ()

    def compile(self, variables: Variables) -> list[Code]:
        """Set the constants among the declared variables; the code that assigns the others."""
        reader = variables.reader
        reader.file, before = self.source, reader.file
        rules = [rule for element in self._bounded(variables) for rule in _compile(element, variables)]
        reader.file = before
        return rules

    def _bounded(self, variables: Variables) -> Sequence[Element]:
        if sum(1 for element in self.elements for _ in element.iter()) <= MOST_ELEMENTS:
            return self.elements
        message = f"The template defaults of an item may have {MOST_ELEMENTS} elements: simplify them."
        variables.reader.add(self.elements[0], "too_large", message)
        return ()


NONE_GIVEN: Final = TemplateDefaults("")


def _compile(element: Element, variables: Variables) -> list[Code]:
    reader = variables.reader
    identifier = reader.required(element, "template-identifier")
    variable = variables.find(element, identifier, "templates")
    parts = list(children(element))
    if len(parts) != 1:
        reader.add(element, "wrong_count", "Give qti-template-default exactly one expression.")
        return []
    if _hangs_on_answers(parts[0]):
        message = (
            "A variant is drawn before the first question is shown, so its default cannot hang on what the "
            "pupil did: write a constant, or compute it from constants and lots."
        )
        reader.add(parts[0], "unsupported_template_default", message)
        return []
    code, type_ = compile_expression(parts[0], variables)
    if variable is None:
        return []
    problem = misfit(variable, code, type_, variables)
    if problem:
        reader.add(element, "wrong_type", f"{identifier!r} is {variable.type}, {problem}.")
        return []
    if code[0] == "base-value" and variable.type.is_single:
        variable.entry.pop("default", None)
        variable.entry.update({"default": code[1]["value"]} if code[1]["value"] else {})
        return []
    return [["assign", identifier, code]]


def _hangs_on_answers(element: Element) -> bool:
    names = (name_of(part) for part in element.iter() if isinstance(part.tag, str))
    return any(name in _OF_ANSWERS or name.startswith(("number-", "outcome-")) for name in names)

"""Tests with rules, written by us: parts, branches, outcome processing, in a few words each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from items.course import Course
from items.model import Form
from items.routing import Step
from items.testscorer import Given, TestScorer
from tests.items.given import QTI, a_choice_item, a_form, a_reference, a_section

SEED = b"session"


def a_part(*sections: str, identifier: str = "part", linear: bool = False, simultaneous: bool = False) -> str:
    navigation = "linear" if linear else "nonlinear"
    submission = "simultaneous" if simultaneous else "individual"
    return (
        f'<qti-test-part identifier="{identifier}" navigation-mode="{navigation}" '
        f'submission-mode="{submission}">{"".join(sections)}</qti-test-part>'
    )


def a_test_of(*parts: str, outcomes: str = "", rules: str = "", feedback: str = "") -> str:
    processing = f"<qti-outcome-processing>{rules}</qti-outcome-processing>" if rules else ""
    return (
        f'<qti-assessment-test xmlns="{QTI}" identifier="test" title="Test" xml:lang="en">{outcomes}'
        f"{''.join(parts)}{processing}{feedback}</qti-assessment-test>"
    )


def an_outcome(identifier: str, base_type: str = "float", cardinality: str = "single") -> str:
    return (
        f'<qti-outcome-declaration identifier="{identifier}" cardinality="{cardinality}" '
        f'base-type="{base_type}"/>'
    )


def setting(identifier: str, expression: str) -> str:
    return f'<qti-set-outcome-value identifier="{identifier}">{expression}</qti-set-outcome-value>'


def sum_of(name: str = "SCORE", more: str = "") -> str:
    return f'<qti-sum><qti-test-variables variable-identifier="{name}" {more}/></qti-sum>'


def number(value: float) -> str:
    return f'<qti-base-value base-type="float">{value}</qti-base-value>'


def at_least(value: float, expression: str) -> str:
    return f"<qti-gte>{expression}{number(value)}</qti-gte>"


def below(value: float, expression: str) -> str:
    return f"<qti-lt>{expression}{number(value)}</qti-lt>"


def condition(expression: str) -> str:
    return f"<qti-pre-condition>{expression}</qti-pre-condition>"


def branch(target: str, expression: str, more: str = "") -> str:
    return f'<qti-branch-rule target="{target}" {more}>{expression}</qti-branch-rule>'


TRUE = '<qti-base-value base-type="boolean">true</qti-base-value>'


def an_item_reference(number: int, inside: str = "", more: str = "") -> str:
    return a_reference(f"item{number}", more).replace("/>", f">{inside}</qti-assessment-item-ref>")


def sections_of(*counts: int, inside: Mapping[int, str] | None = None) -> list[str]:
    """Sections S1, S2 ... of so many items each, numbered through; `inside`: what stands first in one."""
    made, next_item = [], 1
    for place, count in enumerate(counts, 1):
        references = [a_reference(f"item{n}") for n in range(next_item, next_item + count)]
        next_item += count
        first = (inside or {}).get(place, "")
        made.append(a_section(*references, title=f"Section {place}", identifier=f"S{place}", inside=first))
    return made


class Run:
    """A form under way: what is asked, answered and decided, as server and player do it."""

    def __init__(self, folder: Path, test: str, items: int) -> None:
        named = [a_choice_item(identifier=f"q{number}") for number in range(1, items + 1)]
        self.form: Form = a_form(folder, *named, test=test)
        self.scorer = TestScorer(self.form.key)
        self.course = Course(self.form.content.structure, self.form.key)
        self.places = self.course.places(SEED)
        self.answers: dict[str, Given] = {}
        self.steps: list[Step] = []

    def right(self, *items: str) -> None:
        self._give("right", *items)

    def wrong(self, *items: str) -> None:
        self._give("wrong", *items)

    def _give(self, choice: str, *items: str) -> None:
        for item in items:
            choices: dict[str, Any] = self.form.key["items"][item]["responses"]["r1"]["choices"]
            opaque = next(name for name, authored in choices.items() if authored == choice)
            self.answers[item] = Given({"r1": opaque}, 2_000)

    @property
    def way(self) -> list[str]:
        """The items on the way, as far as steps were taken and agreed beyond."""
        return [place.item for place in self.course.way(self.places, self.steps).places]

    @property
    def asks(self) -> dict[str, str]:
        """After which item the server is asked, and where the agreed step leads."""
        walked = self.course.way(self.places, self.steps)
        return {step.after: to for to, step in walked.asks.items()}

    def decide(self, after: str) -> str:
        """Ask the server, and go there."""
        step = self.course.decide(self.places, self.course.way(self.places, self.steps), after, self.answers)
        self.steps.append(step)
        return step.to

    def outcomes(self) -> dict[str, Any]:
        return self.scorer.outcomes(self.way, self.answers)

"""What an item asks, read from the HTML that a pupil's browser gets; right answers are not in it.

An interaction is an element with `data-interaction`; what can be answered stands in the native controls
below it: the values of radio buttons and check boxes, the options of lists, the bounds of a range.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

LISTED = {"associate", "gap-match", "graphic-associate", "graphic-gap-match", "graphic-order", "order"}
VOID = {"input", "img", "br", "hr", "col", "wbr", "source", "area"}


@dataclass(slots=True)
class Question:
    """One response of an item and what its controls offer."""

    response: str
    kind: str
    cardinality: str
    base_type: str
    most: int
    """At most so many values; 0: as many as there are."""
    values: list[str] = field(default_factory=list)
    """Choices, or pairs of them."""
    gaps: list[str] = field(default_factory=list)
    match_max: dict[str, int] = field(default_factory=dict)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    """With which others a choice may go, where its author says."""
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    length_max: int = 500
    width: int = 0
    height: int = 0
    """Of the picture that points are set on, in its own units."""


def _groups(written: str) -> dict[str, frozenset[str]]:
    """`abcd:efgh,jklm npqr:efgh`: each choice that has a group, with its group."""
    entries = (entry.partition(":") for entry in written.split())
    return {choice: frozenset(others.split(",")) for choice, _, others in entries}


def questions_of(fragment: str) -> list[Question]:
    """The questions of one item, in the order of its text."""
    reader = _Reader()
    reader.feed(fragment)
    reader.close()
    return reader.questions


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.questions: list[Question] = []
        self._open: Question | None = None
        self._depth = 0
        self._in_gap = False
        self._size = (0, 0)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "data-width" in found:  # around the objects that are put there, or inside the question
            self._size = (int(found["data-width"]), int(found["data-height"]))
        if "data-interaction" in found:
            self._begin(found)
        if self._open:
            self._note(self._open, tag, found)
            self._depth += tag not in VOID
            if not self._depth:  # the interaction is a single control
                self._open = None

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag not in VOID:
            self._depth -= 1
            if not self._depth:
                self._open = None

    def _begin(self, found: dict[str, str]) -> None:
        self._open = Question(
            response=found["data-response"],
            kind=found["data-interaction"],
            cardinality=found["data-cardinality"],
            base_type=found["data-base-type"],
            most=int(found.get("data-max") or 0),
            groups=_groups(found.get("data-match-group", "")),
            width=self._size[0],
            height=self._size[1],
        )
        self._depth = 0
        self.questions.append(self._open)

    def _note(self, question: Question, tag: str, found: dict[str, str]) -> None:
        self._note_place(question, found)
        if found.get("type") in ("radio", "checkbox") and found.get("value") and "disabled" not in found:
            question.values.append(found["value"])
        elif found.get("type") == "range":
            step = found.get("step") or "1"
            question.low, question.high = float(found["min"]), float(found["max"])
            question.step = (question.high - question.low) / 100 if step == "any" else float(step)
        elif tag == "option" and found.get("value") and found["value"] not in question.values:
            question.values.append(found["value"])
        elif question.kind in LISTED and tag == "li" and found.get("data-choice"):
            question.values.append(found["data-choice"])
        if found.get("maxlength"):
            question.length_max = int(found["maxlength"])

    def _note_place(self, question: Question, found: dict[str, str]) -> None:
        """What labels go to, how often, and the picture under it."""
        if "data-match-max" in found:
            name = found.get("data-choice") or found["data-gap"]
            question.match_max[name] = int(found["data-match-max"])
        if "data-gap" in found:
            question.gaps.append(found["data-gap"])
        if "data-width" in found:
            question.width, question.height = self._size

"""The test: parts and sections flattened to a list of sections with their items, in authored order.

What the player cannot honour yet (linear navigation, selection, branching, limits of time
below the test) is refused, since a test sat under other rules is another test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from items.problems import Findings
from items.qti.archive import Files
from items.qti.control import LONE, Control, control_of
from items.qti.documents import Document, Element, child, children, is_qti, line, local, read_document
from items.qti.limits import Limits
from items.qti.manifest import look_up

SECTION_LEVELS = 8
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NOT_YET = {
    "qti-pre-condition": "conditions that leave out a part of the test",
    "qti-branch-rule": "branch rules",
    "qti-adaptive-selection": "adaptive selection",
    "qti-selection": "a random selection of items",
    "qti-template-default": "template items",
}
LEFT_OUT = {
    "qti-outcome-processing": "The score of the test is made from those of its items, not by these rules.",
    "qti-test-feedback": "Feedback is not shown during a sitting.",
    "qti-stylesheet": "Style sheets are not used: every test looks the same.",
}


@dataclass(frozen=True, slots=True)
class ItemReference:
    identifier: str
    href: str
    source: str
    line: int
    fixed: bool
    required: bool
    weights: dict[str, float]
    control: Control = LONE


class Rubric(NamedTuple):
    """A text for the pupils, and the file it stands in."""

    source: str
    element: Element


@dataclass(slots=True)
class SectionPlan:
    """A run of items under one title; `rubrics` are shown with each of them."""

    title: str
    shuffle: bool
    rubrics: list[Rubric]
    items: list[ItemReference] = field(default_factory=list)


@dataclass(slots=True)
class TestPlan:
    """A test, read; `rubrics` are its instructions."""

    source: str
    title: str
    language: str
    duration_s: int | None = None
    rubrics: list[Rubric] = field(default_factory=list)
    sections: list[SectionPlan] = field(default_factory=list)

    __test__ = False  # the name is QTI's; pytest must not collect it


def read_test(document: Document, files: Files, findings: Findings, limits: Limits) -> TestPlan | None:
    """The plan of a test, or None with the reasons among the findings."""
    if not is_qti(document, "qti-assessment-test", findings):
        return None
    return _Reader(document.file, files, findings, limits, set()).test(document.root)


class _Reader:
    """Reads one file; sections that lie in another file get a reader of their own."""

    def __init__(
        self, source: str, files: Files, findings: Findings, limits: Limits, identifiers: set[str]
    ) -> None:
        self._source = source
        self._files = files
        self._findings = findings
        self._limits = limits
        self._identifiers = identifiers
        self._control = LONE  # what the file that refers to this one has set

    def test(self, root: Element) -> TestPlan:
        plan = TestPlan(self._source, root.get("title", ""), root.get(XML_LANG, ""))
        plan.duration_s = self._duration(root)
        plan.rubrics = self._rubrics(root)
        self._notice(root)
        for part in children(root, "qti-test-part"):
            self._part(part, plan)
        # When a reference could not be read, that is the reason to tell, and not this one.
        if not any(section.items for section in plan.sections) and not self._findings.refusals:
            self._refuse(root, "no_items", "The test has no items: add at least one.")
        return plan

    def _part(self, part: Element, plan: TestPlan) -> None:
        self._notice(part)
        self._no_limits(part)
        plan.rubrics += self._rubrics(part)
        if part.get("navigation-mode") == "linear":
            message = "Linear navigation is not supported yet: set navigation-mode to nonlinear."
            self._refuse(part, "unsupported_linear", message)
        for element in children(part, "qti-assessment-section", "qti-assessment-section-ref"):
            plan.sections += self.sections(element, (), [], SECTION_LEVELS)

    def sections(
        self, element: Element, titles: tuple[str, ...], rubrics: list[Rubric], levels: int
    ) -> Iterator[SectionPlan]:
        """This section and those in it, in order; a run of items between two subsections is its own."""
        if local(element) == "qti-assessment-section-ref":
            yield from self._referenced(element, titles, rubrics, levels)
            return
        self._notice(element)
        self._no_limits(element)
        self._name(element)
        title = element.get("title", "") if element.get("visible", "true") == "true" else ""
        titles = (*titles, title) if title else titles
        rubrics = rubrics + self._rubrics(element)
        shuffle = self._shuffle(element)
        run: SectionPlan | None = None
        for inner in children(element):
            if local(inner) == "qti-assessment-item-ref":
                if run is None:
                    run = SectionPlan(" · ".join(titles), shuffle, rubrics)
                    yield run
                run.items += self._item(inner)
            elif local(inner) in ("qti-assessment-section", "qti-assessment-section-ref"):
                run = None
                yield from self.sections(inner, titles, rubrics, levels)

    def _referenced(
        self, element: Element, titles: tuple[str, ...], rubrics: list[Rubric], levels: int
    ) -> Iterator[SectionPlan]:
        name = self._look_up(element)
        if name is None:
            return
        if levels == 0:
            message = f"Sections refer to sections more than {SECTION_LEVELS} files deep: look for a circle."
            self._refuse(element, "too_complex", message)
            return
        document = read_document(name, self._files[name], self._findings, self._limits)
        if document and is_qti(document, "qti-assessment-section", self._findings):
            reader = _Reader(name, self._files, self._findings, self._limits, self._identifiers)
            reader._control = control_of(element, self._control)
            yield from reader.sections(document.root, titles, rubrics, levels - 1)

    def _look_up(self, element: Element) -> str | None:
        return look_up(self._source, element.get("href", ""), line(element), self._files, self._findings)

    def _rubrics(self, element: Element) -> list[Rubric]:
        """Those that pupils may see; those for scorers and authors hold answers."""
        blocks = children(element, "qti-rubric-block")
        return [Rubric(self._source, block) for block in blocks if for_candidates(block)]

    def _shuffle(self, section: Element) -> bool:
        ordering = child(section, "qti-ordering")
        shuffle = ordering is not None and ordering.get("shuffle") == "true"
        inner = children(section, "qti-assessment-section", "qti-assessment-section-ref")
        if shuffle and inner:
            message = "Shuffling whole sections is not supported yet: shuffle the items of the inner ones."
            self._refuse(section, "unsupported_shuffle", message)
        return shuffle

    def _item(self, element: Element) -> Iterator[ItemReference]:
        self._notice(element)
        self._no_limits(element)
        identifier = self._name(element)
        name = self._look_up(element)
        if name is not None:
            fixed, required = element.get("fixed") == "true", element.get("required") == "true"
            weights, control = self._weights(element), control_of(element, self._control)
            yield ItemReference(
                identifier, name, self._source, line(element), fixed, required, weights, control
            )

    def _weights(self, element: Element) -> dict[str, float]:
        weights = {}
        for weight in children(element, "qti-weight"):
            try:
                weights[weight.get("identifier", "")] = float(weight.get("value", ""))
            except ValueError:
                self._refuse(weight, "bad_attribute", "The value of a weight is a number: correct it.")
        return weights

    def _name(self, element: Element) -> str:
        identifier = element.get("identifier", "")
        if not identifier or identifier in self._identifiers:
            message = f"The identifier '{identifier}' is empty or used twice: give it its own."
            self._refuse(element, "duplicate_identifier", message)
        self._identifiers.add(identifier)
        return identifier

    def _duration(self, root: Element) -> int | None:
        limits = child(root, "qti-time-limits")
        if limits is None or limits.get("max-time") is None:
            return None
        try:
            seconds = float(limits.get("max-time", ""))
        except ValueError:
            seconds = 0
        if not 0 < seconds < 1e6:
            self._refuse(limits, "bad_attribute", "max-time is a number of seconds: correct it.")
            return None
        return round(seconds)

    def _no_limits(self, element: Element) -> None:
        for limits in children(element, "qti-time-limits"):
            message = "Time limits of parts, sections and items are not supported yet: set one for the test."
            self._refuse(limits, "unsupported_time_limit", message)

    def _notice(self, element: Element) -> None:
        for inner in children(element):
            name = local(inner)
            if name in NOT_YET:
                message = f"<{name}>: {NOT_YET[name]} are not supported yet: remove the element."
                self._refuse(inner, "unsupported_element", message)
            elif name in LEFT_OUT:
                self._findings.remark(self._source, line(inner), f"<{name}>: {LEFT_OUT[name]}")

    def _refuse(self, element: Element, code: str, message: str) -> None:
        self._findings.refuse(self._source, line(element), code, message)


def for_candidates(block: Element) -> bool:
    return "candidate" in block.get("view", "").split()

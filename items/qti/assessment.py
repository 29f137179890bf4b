"""The test, read: parts, sections and references, with the rules by which they are chosen, ordered and timed.

Nothing is decided here about a pupil: `items.ordering` draws, `items.routing` follows the rules. What we
cannot honour is refused, since a test sat under other rules than its author's is another test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from items.problems import Findings
from items.qti.archive import Files
from items.qti.documents import Document, Element, child, children, is_qti, line, local, read_document
from items.qti.limits import Limits
from items.qti.manifest import look_up
from items.qti.testattributes import Attributes
from items.qti.testplan import Control, ItemReference, Logic, PartPlan, Rubric, SectionPlan, TestPlan

SECTION_LEVELS = 8
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
AGREED = "data-agreed-route"
NOT_YET = {
    "qti-adaptive-selection": "the program that selects, which runs elsewhere, cannot be asked and is",
}
STYLE = "Style sheets are not used: every test looks the same."
SECTIONS = ("qti-assessment-section", "qti-assessment-section-ref")

Thing = TypeVar("Thing", PartPlan, SectionPlan)


def read_test(document: Document, files: Files, findings: Findings, limits: Limits) -> TestPlan | None:
    """The plan of a test, or None with the reasons among the findings."""
    if not is_qti(document, "qti-assessment-test", findings):
        return None
    return _Reader(document.file, files, findings, limits, set()).test(document.root)


class _Around:
    """What a section takes from what is around it."""

    def __init__(
        self, part: PartPlan, control: Control, titles: tuple[str, ...], rubrics: list[Rubric], levels: int
    ) -> None:
        self.part = part
        self.control = control
        self.titles = titles
        self.rubrics = rubrics
        self.levels = levels


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
        self._read = Attributes(source, findings)

    def test(self, root: Element) -> TestPlan:
        plan = TestPlan(self._source, root.get("title", ""), root.get(XML_LANG, ""))
        limits = self._read.time_limits(root)
        plan.duration_s = round(limits.max_ms / 1000) or 1 if limits and limits.max_ms else None
        plan.rubrics = self._rubrics(root)
        plan.declarations = list(children(root, "qti-outcome-declaration"))
        plan.processing = child(root, "qti-outcome-processing")
        plan.feedback = self._feedback(root)
        self._notice(root)
        plan.parts = [self._part(part) for part in children(root, "qti-test-part")]
        # When a reference could not be read, that is the reason to tell, and not this one.
        if not any(plan.references()) and not self._findings.refusals:
            self._refuse(root, "no_items", "The test has no items: add at least one.")
        return plan

    def _part(self, element: Element) -> PartPlan:
        self._notice(element)
        part = PartPlan(self._name(element), element.get("title", ""))
        part.is_linear = self._read.choice(element, "navigation-mode", "nonlinear", "linear") == "linear"
        mode = self._read.choice(element, "submission-mode", "individual", "simultaneous")
        part.is_simultaneous = mode == "simultaneous"
        part.rubrics = self._rubrics(element)
        part.limits = self._read.time_limits(element)
        part.logic = self._logic(element)
        part.feedback = self._feedback(element)
        control = self._read.control(element, Control(individual=not part.is_simultaneous))
        around = _Around(part, control, (), [], SECTION_LEVELS)
        for inner in children(element, *SECTIONS):
            part.sections += self.section(inner, around)
        return part

    def section(self, element: Element, around: _Around) -> Iterator[SectionPlan]:
        """This section with those in it; nothing when it cannot be read."""
        if local(element) == "qti-assessment-section-ref":
            yield from self._referenced(element, around)
            return
        self._notice(element)
        is_visible = self._read.flag(element, "visible", True)
        title = element.get("title", "") if is_visible else ""
        titles = (*around.titles, title) if title else around.titles
        plan = SectionPlan(" · ".join(titles), around.rubrics + self._rubrics(element), self._name(element))
        self._draws(element, plan)
        plan.is_mixed = not is_visible and not self._read.flag(element, "keep-together", True)
        plan.fixed = self._read.flag(element, "fixed", False)
        plan.required = self._read.flag(element, "required", False)
        plan.limits = self._read.time_limits(element)
        plan.logic = self._logic(element, around.part)
        control = self._read.control(element, around.control)
        inside = _Around(around.part, control, titles, plan.rubrics, around.levels)
        for inner in children(element):
            if local(inner) == "qti-assessment-item-ref":
                plan.children += self._item(inner, inside)
            elif local(inner) in SECTIONS:
                plan.children += self.section(inner, inside)
        self._check_selection(element, plan)
        yield plan

    def _draws(self, element: Element, plan: SectionPlan) -> None:
        ordering, selection = child(element, "qti-ordering"), child(element, "qti-selection")
        if ordering is not None:
            plan.shuffle = self._read.flag(ordering, "shuffle", False)
        if selection is not None:
            plan.select = self._read.whole(selection, "select", 0)
            plan.with_replacement = self._read.flag(selection, "with-replacement", False)

    def _check_selection(self, element: Element, plan: SectionPlan) -> None:
        selection = child(element, "qti-selection")
        if selection is None or plan.select is None:
            return
        required = sum(child.required for child in plan.children)
        written = sum(1 for _ in children(element, "qti-assessment-item-ref", *SECTIONS))
        if plan.with_replacement and plan.select and not written:
            self._refuse(selection, "bad_selection", "There is nothing to draw from: add items.")
        elif not plan.with_replacement and plan.select > written:
            message = f"{plan.select} are to be drawn and there are {written}: lower select."
            self._refuse(selection, "bad_selection", message)
        if plan.select < required:
            message = f"{plan.select} are to be drawn and {required} are required: raise select."
            self._refuse(selection, "bad_selection", message)

    def _referenced(self, element: Element, around: _Around) -> Iterator[SectionPlan]:
        name = self._look_up(element)
        if name is None:
            return
        if around.levels == 0:
            message = f"Sections refer to sections more than {SECTION_LEVELS} files deep: look for a circle."
            self._refuse(element, "too_complex", message)
            return
        document = read_document(name, self._files[name], self._findings, self._limits)
        if document and is_qti(document, "qti-assessment-section", self._findings):
            reader = _Reader(name, self._files, self._findings, self._limits, self._identifiers)
            inside = _Around(around.part, around.control, around.titles, around.rubrics, around.levels - 1)
            yield from reader.section(document.root, inside)

    def _item(self, element: Element, around: _Around) -> Iterator[ItemReference]:
        self._notice(element)
        identifier = self._name(element)
        name = self._look_up(element)
        if name is None:
            return
        yield ItemReference(
            identifier,
            name,
            self._source,
            line(element),
            fixed=self._read.flag(element, "fixed", False),
            required=self._read.flag(element, "required", False),
            weights=self._read.weights(element),
            template_defaults=tuple(children(element, "qti-template-default")),
            categories=tuple(element.get("category", "").split()),
            mappings=self._read.mappings(element),
            control=self._read.control(element, around.control),
            limits=self._read.time_limits(element),
            logic=self._logic(element, around.part),
        )

    def _logic(self, element: Element, part: PartPlan | None = None) -> Logic:
        """The rules of a part, or of what lies in one: there they hold in linear navigation only."""
        conditions = tuple(children(element, "qti-pre-condition"))
        branches = tuple(children(element, "qti-branch-rule"))
        if part is not None and not part.is_linear:
            for rule in (*conditions, *branches):
                message = f"<{local(rule)}>: In a nonlinear part pupils go where they like: QTI ignores it."
                self._findings.remark(self._source, line(rule), message)
            return Logic(self._source)
        return Logic(self._source, conditions, branches, element.get(AGREED) == "true")

    def _feedback(self, element: Element) -> list[Rubric]:
        return [Rubric(self._source, found) for found in children(element, "qti-test-feedback")]

    def _look_up(self, element: Element) -> str | None:
        return look_up(self._source, element.get("href", ""), line(element), self._files, self._findings)

    def _rubrics(self, element: Element) -> list[Rubric]:
        """Those that pupils may see; those for scorers and authors hold answers."""
        blocks = children(element, "qti-rubric-block")
        return [Rubric(self._source, block) for block in blocks if for_candidates(block)]

    def _name(self, element: Element) -> str:
        identifier = element.get("identifier", "")
        if not identifier or identifier in self._identifiers:
            message = f"The identifier '{identifier}' is empty or used twice: give it its own."
            self._refuse(element, "duplicate_identifier", message)
        self._identifiers.add(identifier)
        return identifier

    def _notice(self, element: Element) -> None:
        for inner in children(element):
            name = local(inner)
            if name in NOT_YET:
                message = f"<{name}>: {NOT_YET[name]} not supported: remove the element."
                self._refuse(inner, "unsupported_element", message)
            elif name == "qti-stylesheet":
                self._findings.remark(self._source, line(inner), f"<{name}>: {STYLE}")

    def _refuse(self, element: Element, code: str, message: str) -> None:
        self._findings.refuse(self._source, line(element), code, message)


def for_candidates(block: Element) -> bool:
    return "candidate" in block.get("view", "").split()

"""From a package to a form: what pupils see, what the server checks, what only the scorer knows.

All drawing comes from the seed: the same package and seed give the same form, byte for byte. Items are
numbered as authored; responses, choices and gaps get opaque names. Each item is tried even when
another was refused, so that the author learns all the reasons at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from items.course import Course
from items.draws import Draws
from items.model import Content, Form, Item, Part, Section, encode
from items.outline import Outline, copies_node, item_node, part_node, section_node
from items.package import Package
from items.problems import Findings, Problem, Refused
from items.qti.assessment import XML_LANG
from items.qti.documents import Document
from items.qti.item import declarations, scorers_rubric, write_item
from items.qti.media import Shelf
from items.qti.page import Bound, Page
from items.qti.passages import Passages
from items.qti.testplan import Child, ItemReference, PartPlan, SectionPlan
from items.scoring.compile import compile_item
from items.scoring.template_defaults import TemplateDefaults
from items.solutions import has_solution

MOVABLE = frozenset(
    {"associate", "choice", "inline-choice", "order", "match", "gap-match", "graphic-gap-match"}
)


def compile_form(package: Package, *, seed: bytes) -> Form:
    """The form, or `Refused` with every reason found."""
    compiler = _Compiler(package, seed)
    compiler.run()
    compiler.findings.stop_if_refused()
    form = compiler.form()
    _refuse_empty(form, package)
    return form


def _refuse_empty(form: Form, package: Package) -> None:
    """Refuse a test that asks nothing of whom nobody knows anything yet."""
    structure = form.content.structure
    course = Course(structure, form.key if structure["routed"] else None)
    if not course.way(course.places(b"")).places:
        message = (
            "By its own rules the test leads nobody to an item: correct its conditions or its selection."
        )
        raise Refused([Problem(package.test.source, 0, "no_items", message)])


def problems_of(package: Package) -> list[Problem]:
    """All that speaks against compiling it."""
    compiler = _Compiler(package, b"")
    compiler.run(is_whole=False)
    return compiler.findings.refusals


@dataclass(slots=True)
class _Parts:
    """What the items add up to."""

    sections: list[Section] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    structure: list[dict[str, Any]] = field(default_factory=list)
    shapes: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    solved: list[str] = field(default_factory=list)


class _Compiler:
    def __init__(self, package: Package, seed: bytes) -> None:
        self.findings = Findings(package.older)
        self._package = package
        self._seed = seed
        self._parts = _Parts()
        self._shelf = Shelf(package.files, package.limits)
        self._passages = Passages(package.files, package.limits, self._shelf, self.findings)
        self._language = _language(package)
        self._instructions = ""
        self._outline = Outline()
        self._test: dict[str, Any] = {}

    def run(self, *, is_whole: bool = True) -> None:
        """Compile all of it; where the package `is_whole`, a name that nobody declares is a mistake."""
        plan = self._package.test
        is_alone = len(plan.parts) == 1  # then what is said of the part is said of the test
        rubrics = plan.rubrics + (plan.parts[0].rubrics if is_alone else [])
        self._instructions = self._passages.instructions(rubrics)
        for number, part in enumerate(plan.parts, 1):
            self._part(f"t{number}", part, is_alone)
        is_whole = is_whole and not self.findings.refusals
        test, problems = self._outline.compile(plan, self._parts.keys, self._passages.feedback)
        self._test = test
        # What an item that was refused would have declared is not missing as well.
        self.findings.refusals += [p for p in problems if is_whole or not p.code.startswith("unknown_")]

    def form(self) -> Form:
        package, parts = self._package, self._parts
        # Pictures that only feedback shows lie in the key.
        used = {name for item in parts.items for name in item.media}
        content = Content(
            title=package.test.title or package.title or "Test",
            language=self._language,
            duration_s=package.test.duration_s,
            instructions=self._instructions,
            sections=tuple(parts.sections),
            items=tuple(parts.items),
            stimuli=self._passages.all(),
            media=tuple(medium for medium in self._shelf.all() if medium.id in used),
            structure={"v": 2, "routed": self._outline.is_routed, "parts": parts.structure},
            parts=tuple(parts.parts),
        )
        # Salted, so that the form's name is no way to try out which answers are the right ones.
        salt = sha256(b"key" + self._seed).hexdigest()
        schema: dict[str, Any] = {"v": 1, "items": parts.shapes}
        if moving := [name for name, entry in parts.keys.items() if "dynamic" in entry]:
            schema["dynamic"] = moving
        if parts.solved:
            schema["solved"] = parts.solved
        key = {"v": 1, "salt": salt, "items": parts.keys, "test": self._test}
        name = name_of(content, schema, key)
        return Form(name, content, schema, key, (*package.remarks, *self.findings.remarks))

    def _part(self, name: str, plan: PartPlan, is_alone: bool) -> None:
        rubric = "" if is_alone else self._passages.instructions(plan.rubrics)
        self._parts.parts.append(Part(name, plan.title, rubric))
        self._outline.enter(name, plan.identifier, plan.logic, feedback=plan.feedback)
        node = part_node(name, plan)
        node["children"] = [self._section(section, (name,)) for section in plan.sections]
        self._parts.structure.append(node)

    def _section(self, plan: SectionPlan, within: tuple[str, ...], copy: str = "") -> dict[str, Any]:
        """A section; `copy` is `.2` in the second copy of one that may be drawn more than once."""
        place = len(self._parts.sections)
        name = f"s{place + 1}"
        self._parts.sections.append(Section(name, plan.title, ()))
        self._outline.enter(name, plan.identifier, plan.logic)
        rubric, within = self._passages.of_section(plan.rubrics), (*within, name)
        node = section_node(name, plan)
        nodes: list[dict[str, Any]] = []
        for child in plan.children:
            if isinstance(child, SectionPlan) or child.href in self._package.documents:
                nodes.append(self._drawable(child, plan, rubric, within, copy))
        own = [item["item"] for child in nodes for item in child.get("copies", (child,)) if "item" in item]
        self._parts.sections[place] = Section(name, plan.title, tuple(own))
        return node | {"children": nodes}

    def _drawable(
        self, child: Child, plan: SectionPlan, rubric: tuple[str, ...], within: tuple[str, ...], copy: str
    ) -> dict[str, Any]:
        """A child, or as many copies as may be drawn: their items are items with answers of their own."""
        copies = []
        for number in range(1, plan.copies + 1):
            suffix = f"{copy}.{number}" if plan.with_replacement else copy
            if isinstance(child, ItemReference):
                copies.append(self._reference(child, plan, rubric, within, suffix))
            elif child.holds_items or not plan.with_replacement:
                copies.append(self._section(child, within, suffix))
        return copies_node(copies, child) if plan.with_replacement else copies[0]

    def _reference(
        self,
        reference: ItemReference,
        plan: SectionPlan,
        rubric: tuple[str, ...],
        within: tuple[str, ...],
        copy: str,
    ) -> dict[str, Any]:
        document = self._package.documents[reference.href]
        node = self._item(reference, document, plan, rubric)
        self._outline.item(node["item"], reference, within, copy)
        self._parts.keys[node["item"]]["authored"] += copy
        if reference.control.show_solution:
            self._solution(node["item"], document)
        return item_node(node, reference)

    def _solution(self, name: str, document: Document) -> None:
        """The author shows the right answer once the item is over: it stays in the key, its name goes out."""
        if has_solution(self._parts.keys[name]["program"], self._parts.shapes[name]):
            self._parts.solved.append(name)
        else:
            message = "show-solution: the item declares no right answer that could be shown, so none is."
            self.findings.remark(document.file, 0, message)

    def _item(
        self, reference: ItemReference, document: Document, plan: SectionPlan, rubric: tuple[str, ...]
    ) -> dict[str, Any]:
        name = f"i{len(self._parts.items) + 1}"
        draws = Draws(self._seed, f"item {name}")
        stimuli = {f"\0section {p}": p for p in rubric} | self._passages.of_item(document)
        placed = tuple(dict.fromkeys(stimuli.values()))
        page = Page(document.file, declarations(document), self._shelf, draws, self.findings, stimuli)
        html = write_item(document, page, self._language, reference.control)
        cards = page.catalogs.written() if page.catalogs is not None else ""
        media = dict.fromkeys([*page.media, *self._passages.media(placed)])
        self._parts.items.append(Item(name, html, placed, tuple(media), cards))
        bound = sorted(page.bound.values(), key=lambda response: int(response.id[1:]))
        self._parts.shapes[name] = {response.id: _shape(response) for response in bound}
        self._parts.keys[name] = self._key(reference, document, plan, bound)
        if page.dynamic is not None and (dynamic := page.dynamic.entry(self._shelf.by_name())):
            self._parts.keys[name]["dynamic"] = dynamic
        choices = {response.id: response.groups for response in bound if response.kind in MOVABLE}
        return {"item": name, "choices": choices}

    def _key(
        self, reference: ItemReference, document: Document, plan: SectionPlan, bound: list[Bound]
    ) -> dict[str, Any]:
        domain = self._package.domains.get(reference.href) or plan.title
        return {
            "authored": reference.identifier or document.root.get("identifier", ""),
            "title": document.root.get("title", ""),
            "domain": domain,
            "weights": reference.weights,
            "rubric": scorers_rubric(document),
            "program": self._program(document, reference),
            "responses": {r.id: _names(r) for r in bound},
        }

    def _program(self, document: Document, reference: ItemReference) -> dict[str, Any]:
        given = TemplateDefaults(reference.source, reference.template_defaults)
        try:
            program = compile_item(document.root, document.file, given)
        except Refused as refused:
            self.findings.add(refused.problems)
            return {}
        if program["rules"] and "SCORE" not in program["outcomes"]:
            message = "The rules set no SCORE: results hold the item's own outcomes and no points."
            self.findings.remark(document.file, 0, message)
        return program


def name_of(content: Content, schema: dict[str, Any], key: dict[str, Any]) -> str:
    """The form's name: a hash of everything in it, so that a corrected form is another form."""
    parts = [encode(content.to_json()), encode(schema), encode(key), *(m.data for m in content.media)]
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


def _shape(response: Bound) -> dict[str, Any]:
    head = {"kind": response.kind, "cardinality": response.cardinality, "base_type": response.base_type}
    return head | response.shape


def _names(response: Bound) -> dict[str, Any]:
    """How the scorer reads a response: the author's names, and the base of the numbers typed."""
    names = {"authored": response.authored, "choices": response.choices}
    return names | ({"base": response.base} if response.base != 10 else {})


def _language(package: Package) -> str:
    """The test's own language, else that of the manifest, else that of most items; `und` when nobody says."""
    said = [package.test.language, package.language, *_most_frequent(package.documents.values())]
    return next((language for language in said if language), "und")


def _most_frequent(documents: Iterable[Document]) -> list[str]:
    bodies = (document.root.find("{*}qti-item-body") for document in documents)
    found = [str(body.get(XML_LANG)) for body in bodies if body is not None and body.get(XML_LANG)]
    found += [str(document.root.get(XML_LANG)) for document in documents if document.root.get(XML_LANG)]
    return [language for language, _ in Counter(found).most_common(1)]

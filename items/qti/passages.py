"""Texts that several items share, stimuli and the rubrics of their section: each written and sent once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from items.draws import Draws
from items.model import Stimulus
from items.problems import Findings
from items.qti.archive import Files
from items.qti.documents import Document, Element, is_qti
from items.qti.inclusion import read_qti
from items.qti.item import stimulus_references, write_rubric, write_stimulus
from items.qti.limits import Limits
from items.qti.manifest import look_up
from items.qti.media import Shelf
from items.qti.page import Page
from items.qti.testplan import Rubric


class Passages:
    """All shared texts of one form, under the names p1, p2, ..."""

    def __init__(self, files: Files, limits: Limits, shelf: Shelf, findings: Findings) -> None:
        self._files = files
        self._limits = limits
        self._shelf = shelf
        self._findings = findings
        self._stimuli: dict[str, Stimulus] = {}
        self._by_source: dict[object, str] = {}  # a file or a rubric; '' when refused

    def all(self) -> tuple[Stimulus, ...]:
        return tuple(self._stimuli.values())

    def media(self, names: Iterable[str]) -> list[str]:
        return [medium for name in names for medium in self._stimuli[name].media]

    def instructions(self, rubrics: list[Rubric]) -> str:
        """What stands before the test or a part of it; it travels with the table of contents."""
        message = "Pictures in the instructions of a test or part are not supported yet: use a section's."
        return "".join(self._without_pictures(rubric, write_rubric, message) for rubric in rubrics)

    def feedback(self, rubric: Rubric) -> str:
        """A feedback of the test; it travels alone, when it is due."""
        message = "Pictures in the feedback of a test are not supported yet: say it in words."
        return self._without_pictures(rubric, write_rubric, message)

    def _without_pictures(self, rubric: Rubric, write: Callable[[Element, Page], str], message: str) -> str:
        page = self._page(rubric.source)
        written = write(rubric.element, page)
        if page.media:
            page.refuse(rubric.element, "unsupported_media", message)
        return written

    def of_section(self, rubrics: list[Rubric]) -> tuple[str, ...]:
        """The passages that a section shows with each of its items: one for each rubric."""
        return tuple(self._rubric(rubric) for rubric in rubrics)

    def _rubric(self, rubric: Rubric) -> str:
        if rubric.element not in self._by_source:
            page = self._page(rubric.source)
            html = f'<div class="qti-stimulus-body">{write_rubric(rubric.element, page)}</div>'
            self._by_source[rubric.element] = self._keep(html, tuple(page.media))
        return self._by_source[rubric.element]

    def of_item(self, document: Document) -> dict[str, str]:
        """Its stimuli: authored identifier to opaque name."""
        found = {}
        for reference in stimulus_references(document):
            name = look_up(document.file, reference.href, reference.line, self._files, self._findings)
            if name is not None and name not in self._by_source:
                self._by_source[name] = self._stimulus(name)
            if name is not None and self._by_source[name]:
                found[reference.identifier] = self._by_source[name]
        return found

    def _stimulus(self, name: str) -> str:
        document = read_qti(name, self._files, self._findings, self._limits)
        if document is None or not is_qti(document, "qti-assessment-stimulus", self._findings):
            return ""
        page = self._page(name)
        html = write_stimulus(document, page)
        cards = page.catalogs.written() if page.catalogs is not None else ""
        return self._keep(html, tuple(page.media), cards)

    def _page(self, source: str) -> Page:
        return Page(source, {}, self._shelf, Draws(b"", "nothing is drawn here"), self._findings)

    def _keep(self, html: str, media: tuple[str, ...], cards: str = "") -> str:
        name = f"p{len(self._stimuli) + 1}"
        self._stimuli[name] = Stimulus(name, html, media, cards)
        return name

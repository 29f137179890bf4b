"""What a file takes from others of its package: XInclude, rules in a file of their own, a page of HTML.

QTI 2 shares passages and response processing that way. The piece is read as safely as the file itself and
put in its place; its addresses are rewritten for the new place, and what is wrong in it is told of the
line that asks for it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from items.problems import Findings
from items.qti.archive import Files
from items.qti.conversion.names import INCLUSION
from items.qti.documents import Document, read_document, refuse_active, within_limits
from items.qti.embedding import take_out_pictures
from items.qti.limits import Limits
from items.qti.manifest import look_up, resolve
from items.qti.tree import QTI, XHTML, Element, line, local, made, on_line, put_in_place, remove_keeping_tail

MOST_LEVELS = 4
MOST_PIECES = 100  # of one file, pieces of pieces counted
ADDRESSES = ("src", "href", "data")
PAGES = frozenset({"text/html", "application/xhtml+xml"})
RULES = ("qti-response-processing", "qti-template-processing")


def read_qti(file: str, files: Files, findings: Findings, limits: Limits) -> Document | None:
    """The tree of a file with all its pieces in place, or None with the reasons among the findings."""
    return _Reader(files, findings, limits).read(file, ())


@dataclass(slots=True)
class _Reader:
    files: Files
    findings: Findings
    limits: Limits
    pieces: int = 0
    elements: int = 0  # in all pieces

    def read(self, file: str, outer: tuple[str, ...]) -> Document | None:
        document = read_document(file, self.files[file], self.findings, self.limits)
        if document is None:
            return None
        before = self.pieces
        take_out_pictures(document, self.files, self.findings)
        for element in list(document.root.iter(f"{{{INCLUSION}}}include")):
            self._include(document, element, (*outer, file))
        for element in list(document.root.iter(f"{{{QTI}}}object")):
            if element.get("type") in PAGES:
                self._put_page(document, element)
        for element in list(document.root.iter(*(f"{{{QTI}}}{name}" for name in RULES))):
            self._put_rules(document, element)
        grown = self.pieces > before
        if grown and not within_limits(file, document.root, self.findings, self.limits):
            return None
        return document

    def _include(self, document: Document, element: Element, chain: tuple[str, ...]) -> None:
        self._piece(document, element, chain)
        remove_keeping_tail(element)  # where it is still there, it was refused

    def _piece(self, document: Document, element: Element, chain: tuple[str, ...]) -> None:
        name = self._look_up(document, element, element.get("href", ""))
        if name is None:
            return
        if name in chain or len(chain) > MOST_LEVELS:
            message = f"Files include each other more than {MOST_LEVELS} deep: look for a circle at {name}."
            self._refuse(document, element, "too_complex", message)
        elif element.get("parse") == "text":
            text = self.files[name].decode("utf-8", "replace")
            on_line(span := made("span", element), line(element)).text = text[: self.limits.document_bytes]
            put_in_place(span, element)
        elif element.get("xpointer"):
            message = "xpointer is not supported: put the piece into a file of its own."
            self._refuse(document, element, "unsupported_attribute", message)
        elif self._one_more(document, element) and (piece := self.read(name, chain)):
            put_in_place(self._moved(piece.root, name, document.file, line(element)), element)

    def _put_page(self, document: Document, element: Element) -> None:
        """A page of HTML that QTI 2 shows by an `object`: its text stands in the item."""
        name = self._look_up(document, element, element.get("data", ""))
        if name is None or not self._one_more(document, element):
            return
        body = read_page(name, self.files[name], self.findings, self.limits)
        if body is not None:
            put_in_place(self._moved(body, name, document.file, line(element)), element)

    def _put_rules(self, document: Document, element: Element) -> None:
        """Rules that lie in a file of the package; the standard templates are known by name."""
        if len(element):
            return
        for attribute in ("template", "template-location"):
            name = resolve(document.file, element.get(attribute, ""))
            if name is None or name not in self.files or not self._one_more(document, element):
                continue
            piece = read_document(name, self.files[name], self.findings, self.limits)
            if piece is not None and local(piece.root) == local(element):
                moved = self._moved(piece.root, name, document.file, line(element))
                element.extend(list(moved))
                element.attrib.clear()
                return

    def _look_up(self, document: Document, element: Element, href: str) -> str | None:
        return look_up(document.file, href, line(element), self.files, self.findings)

    def _one_more(self, document: Document, element: Element) -> bool:
        self.pieces += 1
        room = self.pieces <= MOST_PIECES and self.elements <= self.limits.elements
        if not room:
            message = (
                f"The file includes more than {MOST_PIECES} pieces, or too much: put it into the file itself."
            )
            self._refuse(document, element, "too_complex", message)
        return room

    def _refuse(self, document: Document, element: Element, code: str, message: str) -> None:
        self.findings.refuse(document.file, line(element), code, message)

    def _moved(self, root: Element, source: str, target: str, number: int) -> Element:
        for element in root.iter(etree.Element):
            self.elements += 1
            on_line(element, number)
            for attribute in ADDRESSES:
                href = element.get(attribute)
                if href and (name := resolve(source, href)):
                    element.set(attribute, posixpath.relpath(name, posixpath.dirname(target) or "."))
        return root


def read_page(file: str, data: bytes, findings: Findings, limits: Limits) -> Element | None:
    """The body of an HTML page as a `div` of XHTML; browsers' own leniency, our own bounds."""
    if len(data) > limits.document_bytes:
        message = f"The page has {len(data)} bytes, {limits.document_bytes} are allowed: split it."
        findings.refuse(file, 0, "too_big", message)
        return None
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or not within_limits(file, root, findings, limits):
        findings.refuse(file, 0, "broken_xml", "The page cannot be read: save it again as HTML.")
        return None
    refuse_active(file, root, findings)
    body = root.find("body")
    body = root if body is None else body
    body.tag = "div"
    body.tail = None
    _into_xhtml(body.iter(etree.Element))
    return body


def _into_xhtml(elements: Iterable[Element]) -> None:
    for element in elements:
        if not str(element.tag).startswith("{"):
            element.tag = f"{{{XHTML}}}{element.tag}"

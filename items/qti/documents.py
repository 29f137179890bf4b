"""XML into trees, safely: no DTD, no entities, no network, bounded in size, number and depth.

Every XML file of a package comes in through `read_document`, so anything active in it (scripts,
event handlers, `javascript:` addresses) is found here whatever the file is for. This is also where
older QTI is told apart; a converter to QTI 3 belongs between the parser and the caller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from items.problems import Findings
from items.qti.limits import Limits

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
XHTML = "http://www.w3.org/1999/xhtml"
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
OLDER = re.compile(r"imsqti_v2p|ims_qtiasiv1p2|imsqti_(item|test)_v2|imsqti_v\dp\d")
ACTIVE_ADDRESS = re.compile(r"(javascript|vbscript|data:text|data:application)", re.I)
IGNORED = re.compile(r"[\s\x00-\x20]+")  # what browsers skip in an address
Element = etree._Element


@dataclass(frozen=True, slots=True)
class Document:
    """One XML file, read."""

    file: str
    root: Element


def local(element: Element) -> str:
    """The name without its namespace."""
    tag = element.tag
    return tag[tag.rfind("}") + 1 :] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    tag = element.tag
    return tag[1 : tag.find("}")] if isinstance(tag, str) and tag.startswith("{") else ""


def line(element: Element) -> int:
    at = element.sourceline
    return at if isinstance(at, int) else 0


def children(element: Element, *names: str) -> list[Element]:
    """The child elements of these names, in order; all of them when none is named."""
    return [child for child in element if not names or local(child) in names]


def child(element: Element, name: str) -> Element | None:
    return next(iter(children(element, name)), None)


def text_of(element: Element) -> str:
    """All text in it, with single blanks."""
    return " ".join("".join(str(part) for part in element.itertext()).split())


def read_document(file: str, data: bytes, findings: Findings, limits: Limits) -> Document | None:
    """The tree of a file, or None with the reasons among the findings."""
    if len(data) > limits.document_bytes:
        message = f"The XML has {len(data)} bytes, {limits.document_bytes} are allowed: split it."
        findings.refuse(file, 0, "too_big", message)
        return None
    root = _parse(file, data, findings)
    if root is None or not _within_limits(file, root, findings, limits):
        return None
    _refuse_active(file, root, findings)
    return Document(file, root)


def _parse(file: str, data: bytes, findings: Findings) -> Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        message = f"The XML is broken ({error.msg}): correct it or export it again."
        findings.refuse(file, error.lineno or 0, "broken_xml", message)
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        message = "Document type declarations and entities are not allowed: write the characters themselves."
        findings.refuse(file, 1, "dtd", message)
        return None
    return root


def _within_limits(file: str, root: Element, findings: Findings, limits: Limits) -> bool:
    depth = count = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth, count = depth + 1, count + 1
        if depth > limits.depth or count > limits.elements:
            message = f"More than {limits.elements} elements or {limits.depth} levels: split the file."
            findings.refuse(file, line(element), "too_complex", message)
            return False
    return True


def _refuse_active(file: str, root: Element, findings: Findings) -> None:
    for element in root.iter(etree.Element):
        if local(element).lower() == "script":
            findings.refuse(file, line(element), "script", "Scripts are not allowed: remove the element.")
        for name, value in element.attrib.items():
            plain = str(name).rpartition("}")[2].lower()
            if plain.startswith("on"):
                message = f"Event handlers are not allowed: remove the attribute {plain}."
                findings.refuse(file, line(element), "script", message)
            elif name == XML_BASE:
                message = "xml:base is not supported: write the addresses relative to this file."
                findings.refuse(file, line(element), "unsupported_attribute", message)
            elif ACTIVE_ADDRESS.match(IGNORED.sub("", str(value))):
                message = f"The attribute {plain} holds a script: remove it."
                findings.refuse(file, line(element), "script", message)


def is_qti(document: Document, name: str, findings: Findings) -> bool:
    """Is the root this element of QTI 3? If not, say what it is instead."""
    root = document.root
    if local(root) == name and namespace(root) == QTI:
        return True
    if OLDER.search(namespace(root)) or local(root) in (
        "assessmentItem",
        "assessmentTest",
        "questestinterop",
    ):
        message = "This is QTI of an older version: export it as QTI 3.0."
        findings.refuse(document.file, line(root), "qti_version", message)
    else:
        message = f"Expected <{name}> of QTI 3.0 (namespace {QTI}), found <{local(root)}>."
        findings.refuse(document.file, line(root), "not_qti", message)
    return False

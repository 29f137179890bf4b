"""XML into trees, safely: no entities, no network, bounded in size, number and depth; QTI 3 whatever it was.

Every XML file of a package comes in through `read_document`, so anything active in it (scripts,
event handlers, `javascript:` addresses) is found here whatever the file is for, and QTI 2 is
turned into QTI 3 before anybody looks at it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from items.problems import Findings
from items.qti.conversion.convert import to_qti3
from items.qti.doctype import without_doctype
from items.qti.limits import Limits
from items.qti.rebasing import rebase
from items.qti.tree import (
    QTI,
    XHTML,
    Element,
    child,
    children,
    line,
    local,
    namespace,
    text_of,
)

__all__ = [
    "QTI",
    "XHTML",
    "Document",
    "Element",
    "child",
    "children",
    "is_qti",
    "line",
    "local",
    "namespace",
    "read_document",
    "refuse_active",
    "refuse_qti_1",
    "text_of",
    "within_limits",
]


ACTIVE_ADDRESS = re.compile(r"(javascript|vbscript|data:text|data:application)", re.I)
IGNORED = re.compile(r"[\s\x00-\x20]+")  # what browsers skip in an address


@dataclass(frozen=True, slots=True)
class Document:
    """One XML file, read; `version` is that of the QTI in it as it came, or nothing."""

    file: str
    root: Element
    version: str = ""


def read_document(file: str, data: bytes, findings: Findings, limits: Limits) -> Document | None:
    """The tree of a file, or None with the reasons among the findings."""
    if len(data) > limits.document_bytes:
        message = f"The XML has {len(data)} bytes, {limits.document_bytes} are allowed: split it."
        findings.refuse(file, 0, "too_big", message)
        return None
    findings.documents += 1
    if findings.documents > limits.documents:
        message = (
            f"More than {limits.documents} files refer to each other: look for a circle, or split the test."
        )
        findings.refuse(file, 0, "too_complex", message)
        return None
    root = _parse(file, without_doctype(data, limits.document_bytes), findings)
    if root is None or not within_limits(file, root, findings, limits):
        return None
    rebase(file, root, findings)
    refuse_active(file, root, findings)
    version = to_qti3(root)
    if version.startswith("2"):
        findings.older.add(file)
    return Document(file, root, version)


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
    if local(root) == "questestinterop":
        refuse_qti_1(file, line(root), findings)
        return None
    if root.getroottree().docinfo.internalDTD is not None:
        message = "Declarations of entities and attributes are not allowed: write the characters themselves."
        findings.refuse(file, 1, "dtd", message)
        return None
    return root


def within_limits(file: str, root: Element, findings: Findings, limits: Limits) -> bool:
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
        if len(element.attrib) > limits.attributes:
            message = f"More than {limits.attributes} attributes in one element: remove some."
            findings.refuse(file, line(element), "too_complex", message)
            return False
    findings.elements += count
    if findings.elements > limits.all_elements:
        message = f"The files have more than {limits.all_elements} elements in all: split the package."
        findings.refuse(file, 0, "too_complex", message)
        return False
    return True


def refuse_active(file: str, root: Element, findings: Findings) -> None:
    """Scripts, event handlers and addresses that are programs: nothing of an item may run."""
    for element in root.iter(etree.Element):
        if local(element).lower() == "script":
            findings.refuse(file, line(element), "script", "Scripts are not allowed: remove the element.")
        for name, value in element.attrib.items():
            plain = str(name).rpartition("}")[2].lower()
            if plain.startswith("on"):
                message = f"Event handlers are not allowed: remove the attribute {plain}."
                findings.refuse(file, line(element), "script", message)
            elif ACTIVE_ADDRESS.match(IGNORED.sub("", str(value))):
                message = f"The attribute {plain} holds a script: remove it."
                findings.refuse(file, line(element), "script", message)


def is_qti(document: Document, name: str, findings: Findings) -> bool:
    """Is the root this element of QTI 3? If not, say what it is instead."""
    root = document.root
    if local(root) == name and namespace(root) == QTI:
        return True
    message = f"Expected <{name}> of QTI 3.0 (namespace {QTI}) or QTI 2, found <{local(root)}>."
    findings.refuse(document.file, line(root), "not_qti", message)
    return False


def refuse_qti_1(file: str, at: int, findings: Findings) -> None:
    message = (
        "This is QTI 1.2, whose items cannot be scored as QTI 3 means it: export it as QTI 2.1 or later, "
        "or convert it first, for instance with the QTI migration tool of Pyslet."
    )
    findings.refuse(file, at, "qti_version", message)

"""The manifest: which files are the test, its items and its passages, and what each item is about."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from items.problems import Findings
from items.qti.archive import MANIFEST, Files
from items.qti.documents import Document, Element, child, children, line, local, refuse_qti_1, text_of

TEST, ITEM, STIMULUS, OTHER = "test", "item", "stimulus", "other"
KINDS = re.compile(r"imsqti_(?:apip)?(test|item|stimulus)_xmlv")


@dataclass(frozen=True, slots=True)
class Resource:
    """One entry of the manifest; `domain` is the first keyword of its LOM classification."""

    identifier: str
    kind: str
    href: str
    line: int
    domain: str


@dataclass(frozen=True, slots=True)
class Manifest:
    title: str
    language: str
    resources: tuple[Resource, ...]

    def of_kind(self, kind: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.kind == kind]


def resolve(source: str, href: str) -> str | None:
    """The package file that `href` names, seen from the file `source`; None when it points outside."""
    parts = urlsplit(href.strip().replace("\\", "/"))  # as programs on Windows write it
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return None
    name = posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(parts.path)))
    return None if name.startswith("..") or "\\" in name else name


def outside(href: str) -> bool:
    """Does the address lead to another host, and not merely to nowhere?"""
    parts = urlsplit(href.strip())
    return bool(parts.scheme or parts.netloc)


def look_up(source: str, href: str, at: int, files: Files, findings: Findings) -> str | None:
    """The name of an existing file that `href` means, or None with the reason among the findings."""
    name = resolve(source, href)
    if not href.strip():
        findings.refuse(source, at, "missing_file", "The address is empty: name a file of the package.")
    elif name is None and outside(href):
        message = f"{href} is on another host: put the file into the package."
        findings.refuse(source, at, "external_resource", message)
    elif name is None:
        message = f"{href} points out of the package: use a name relative to this file."
        findings.refuse(source, at, "path_escape", message)
    elif name not in files and (at_root := resolve("", href)) in files and at_root:
        message = f"{href} is read as {at_root}, as if it were written from the root of the package."
        findings.remark(source, at, message)
        return at_root
    elif name not in files:
        alike = None if findings.full else _alike(name, files)
        hint = f"the package has {alike}, mind the capitals" if alike else "add it or remove the reference"
        findings.refuse(source, at, "missing_file", f"The file {name} is not in the package: {hint}.")
    else:
        return name
    return None


def _alike(name: str, files: Files) -> str | None:
    return next((other for other in files if other.casefold() == name.casefold()), None)


def read_manifest(document: Document, files: Files, findings: Findings) -> Manifest:
    """Resources in their order; every file the manifest names must be there."""
    resources = []
    for element in document.root.iter("{*}resource"):
        for file in children(element, "file"):
            look_up(MANIFEST, file.get("href", ""), line(file), files, findings)
        if (resource := _resource(element, files, findings)) is not None:
            resources.append(resource)
    metadata = child(document.root, "metadata")
    return Manifest(_lom(metadata, "title"), _lom(metadata, "language"), tuple(resources))


def _resource(element: Element, files: Files, findings: Findings) -> Resource | None:
    kind = _kind(element, findings)
    href = element.get("href", "")
    if not href and kind == OTHER:
        return None
    name = look_up(MANIFEST, href, line(element), files, findings)
    if name is None:
        return None
    return Resource(element.get("identifier", ""), kind, name, line(element), _domain(element))


def _kind(element: Element, findings: Findings) -> str:
    """QTI of any version, APIP's profile of it too; what a package of QTI 1.2 holds is none of them."""
    declared = element.get("type", "")
    if declared.startswith("imsqti_xmlv1p"):
        refuse_qti_1(MANIFEST, line(element), findings)
    found = KINDS.match(declared)
    return found[1] if found else OTHER


def _lom(metadata: Element | None, name: str) -> str:
    """`general/title` or `general/language` of the package's metadata."""
    if metadata is None:
        return ""
    for general in metadata.iter("{*}general"):
        found = child(general, name)
        if found is not None:
            return text_of(found)
    return ""


def _domain(resource: Element) -> str:
    for classification in resource.iter("{*}classification"):
        for keyword in classification.iter("{*}keyword"):
            if text := text_of(keyword):
                return text
    return ""


def is_manifest(document: Document, findings: Findings) -> bool:
    if local(document.root) == "manifest":
        return True
    message = f"Expected <manifest>, found <{local(document.root)}>: export the package again."
    findings.refuse(document.file, line(document.root), "no_manifest", message)
    return False

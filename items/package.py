"""A QTI package, read: `read_package` takes a zip, a folder or a lone item and says all that is wrong.

Reading ends where the content of the items begins: files within limits, the manifest, the test
and well-formed, inactive XML. What the items ask, and whether we can show and score it, is looked
at by `items.compile`; when the package is refused here, it is asked too, so that its author learns
everything at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from items.problems import Findings, Problem, Refused
from items.qti.archive import MANIFEST, Files, read_archive, read_folder
from items.qti.assessment import read_test
from items.qti.bounds import within_bounds
from items.qti.documents import Document, is_qti, local, read_document
from items.qti.inclusion import read_qti
from items.qti.limits import Limits
from items.qti.lone import read_lone
from items.qti.manifest import ITEM, TEST, Manifest, Resource, is_manifest, read_manifest
from items.qti.testplan import ItemReference, PartPlan, SectionPlan, TestPlan
from items.qti.vocabulary import check_attributes

__all__ = ["Limits", "Package", "read_files", "read_package"]


@dataclass(frozen=True, slots=True)
class Package:
    """What `items.compile` needs; `documents` are the items, by file."""

    name: str
    files: Files
    limits: Limits
    title: str
    language: str
    test: TestPlan
    documents: Mapping[str, Document]
    domains: Mapping[str, str]
    remarks: tuple[Problem, ...]
    older: frozenset[str] = frozenset()  # the files that came as QTI 2


def read_package(path: Path, limits: Limits | None = None) -> Package:
    """The package at `path`, or `Refused` with every reason found."""
    limits = limits or Limits()
    findings = Findings()
    files, manifest = _open(path, findings, limits)
    test = _test(path, files, manifest, findings, limits)
    documents = _items(test, files, findings, limits)
    _tell_unasked(documents, manifest, findings)
    package = Package(
        name=path.name,
        files=files,
        limits=limits,
        title=manifest.title,
        language=manifest.language,
        test=test,
        documents=documents,
        domains={resource.href: resource.domain for resource in manifest.resources if resource.domain},
        remarks=tuple(findings.remarks),
        older=frozenset(findings.older),
    )
    if findings.refusals:
        raise _refused_with_the_rest(package, findings)
    return package


def read_files(path: Path, limits: Limits) -> tuple[str, Files]:
    """The files at a path, and the one to begin with: the manifest, or the lone item or test."""
    if not path.exists():
        raise Refused([Problem(path.name, 0, "no_package", f"There is nothing at {path}: look at the path.")])
    if path.is_dir():
        return MANIFEST, read_folder(path, limits)
    if path.name == MANIFEST:
        return MANIFEST, read_folder(path.absolute().parent, limits)
    if _looks_like_xml(path):
        return read_lone(path, limits)
    return MANIFEST, read_archive(path, limits)


def _open(path: Path, findings: Findings, limits: Limits) -> tuple[Files, Manifest]:
    start, files = read_files(path, limits)
    if start != MANIFEST:
        return files, _manifest_of_one(start, files[start], limits)
    if MANIFEST not in files:
        deeper = next((name for name in files if name.endswith(f"/{MANIFEST}")), None)
        hint = (
            f"it lies in {deeper}, zip the content of that folder" if deeper else "export it as a QTI package"
        )
        message = f"There is no {MANIFEST} at the top of the package: {hint}."
        raise Refused([Problem(path.name, 0, "no_manifest", message)])
    document = read_document(MANIFEST, files[MANIFEST], findings, limits)
    if document is None or not is_manifest(document, findings):
        raise Refused(findings.refusals)
    return files, read_manifest(document, files, findings)


def _looks_like_xml(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(64)
    # UTF-16 begins with its mark: two bytes, then each sign of the prolog beside a zero.
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") or (
        start[:2] in (b"\xff\xfe", b"\xfe\xff") and start[2:].replace(b"\0", b"").lstrip().startswith(b"<")
    )


def _manifest_of_one(name: str, data: bytes, limits: Limits) -> Manifest:
    """A lone file is an item unless it says that it is a test."""
    document = read_document(name, data, Findings(), limits)
    kind = TEST if document and local(document.root) == "qti-assessment-test" else ITEM
    return Manifest("", "", (Resource("", kind, name, 0, ""),))


def _test(path: Path, files: Files, manifest: Manifest, findings: Findings, limits: Limits) -> TestPlan:
    tests = manifest.of_kind(TEST)
    if len(tests) > 1:
        message = f"The package holds {len(tests)} tests: export each into its own package."
        findings.refuse(MANIFEST, tests[1].line, "several_tests", message)
    for resource in tests:
        document = read_qti(resource.href, files, findings, limits)
        if document and (plan := read_test(document, files, findings, limits)):
            return plan
    items = manifest.of_kind(ITEM)
    if not items and not tests and not findings.refusals:  # else it is said already why none is found
        findings.refuse(path.name, 0, "no_items", "The package has neither a test nor an item: add one.")
    if not items:
        raise Refused(findings.refusals)
    return _test_of(items)


def _test_of(items: list[Resource]) -> TestPlan:
    """Items without a test make one, in the order of the manifest."""
    section = SectionPlan("")
    for item in items:
        name = item.identifier or item.href
        section.children.append(ItemReference(name, item.href, MANIFEST, item.line))
    return TestPlan(MANIFEST, "", "", parts=[PartPlan(sections=[section])])


def _items(test: TestPlan, files: Files, findings: Findings, limits: Limits) -> dict[str, Document]:
    documents: dict[str, Document] = {}
    # One too many is enough to know that there are too many.
    names = [item.href for item in islice(test.references(), limits.items + 1)]
    if len(names) > limits.items or sum(len(files[name]) for name in names) > limits.unpacked_bytes:
        message = f"The test asks more than {limits.items} items, or too much of them: split it."
        raise Refused([*findings.refusals, Problem(test.source, 0, "too_many_items", message)])
    elements = 0
    for name, times in Counter(names).items():
        document = read_qti(name, files, findings, limits)
        if document is None or not is_qti(document, "qti-assessment-item", findings):
            continue
        elements += times * sum(1 for _ in document.root.iter())
        if elements > limits.test_elements:
            message = f"The items of the test have more than {limits.test_elements} elements: split the test."
            raise Refused([*findings.refusals, Problem(test.source, 0, "too_complex", message)])
        check_attributes(document, findings)
        if within_bounds(document, findings, limits):
            documents[name] = document
    return documents


def _tell_unasked(documents: Mapping[str, Document], manifest: Manifest, findings: Findings) -> None:
    """Items that lie in the package and in no test are left aside, and not in silence."""
    for item in manifest.of_kind(ITEM):
        if item.href not in documents:
            findings.remark(
                MANIFEST, item.line, f"The item {item.href} is in the package, but the test does not ask it."
            )


def _refused_with_the_rest(package: Package, findings: Findings) -> Refused:
    from items.compile import problems_of  # here, since compiling is built on this module

    return Refused(sorted({*findings.refusals, *problems_of(package)}))

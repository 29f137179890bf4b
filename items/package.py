"""A QTI package, read: `read_package` takes a zip, a folder or a lone item and says all that is wrong.

Reading ends where the content of the items begins: files within limits, the manifest, the test
and well-formed, inactive XML. What the items ask, and whether we can show and score it, is looked
at by `items.compile`; when the package is refused here, it is asked too, so that its author learns
everything at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from items.problems import Findings, Problem, Refused
from items.qti.archive import MANIFEST, Files, read_archive, read_folder
from items.qti.assessment import read_test
from items.qti.documents import Document, is_qti, local, read_document
from items.qti.limits import Limits
from items.qti.lone import read_lone
from items.qti.manifest import ITEM, TEST, Manifest, Resource, is_manifest, read_manifest
from items.qti.testplan import ItemReference, PartPlan, SectionPlan, TestPlan

__all__ = ["Limits", "Package", "read_package"]


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


def read_package(path: Path, limits: Limits | None = None) -> Package:
    """The package at `path`, or `Refused` with every reason found."""
    limits = limits or Limits()
    findings = Findings()
    files, manifest = _open(path, findings, limits)
    test = _test(path, files, manifest, findings, limits)
    documents = _items(test, files, findings, limits)
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
    )
    if findings.refusals:
        raise _refused_with_the_rest(package, findings)
    return package


def _open(path: Path, findings: Findings, limits: Limits) -> tuple[Files, Manifest]:
    if not path.exists():
        raise Refused([Problem(path.name, 0, "no_package", f"There is nothing at {path}: look at the path.")])
    if path.is_dir():
        files = read_folder(path, limits)
    elif _looks_like_xml(path):
        files = read_lone(path, limits)
        return files, _manifest_of_one(path.name, files[path.name], limits)
    else:
        files = read_archive(path, limits)
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
        return file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


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
        document = read_document(resource.href, files[resource.href], findings, limits)
        if document and (plan := read_test(document, files, findings, limits)):
            return plan
    items = manifest.of_kind(ITEM)
    if not items and not tests and not any(problem.code == "qti_version" for problem in findings.refusals):
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
    for name in dict.fromkeys(names):
        document = read_document(name, files[name], findings, limits)
        if document and is_qti(document, "qti-assessment-item", findings):
            documents[name] = document
    return documents


def _refused_with_the_rest(package: Package, findings: Findings) -> Refused:
    from items.compile import problems_of  # here, since compiling is built on this module

    return Refused(sorted({*findings.refusals, *problems_of(package)}))

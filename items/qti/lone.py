"""A lone XML file, with the files beside it that it refers to: what an author checks while writing."""

from __future__ import annotations

from pathlib import Path

from items.problems import Findings, Problem, Refused
from items.qti.archive import Files, check_totals
from items.qti.documents import read_document
from items.qti.limits import Limits
from items.qti.manifest import resolve

REFERENCES = ("src", "href", "data")


def read_lone(path: Path, limits: Limits) -> Files:
    """The file, and all it refers to directly or through another XML file, below its folder."""
    files: dict[str, bytes] = {}
    waiting = [path.name]
    while waiting:
        name = waiting.pop()
        files[name] = _read(path.parent / name, limits)
        check_within(files, path.name, limits)
        wanted = _references(name, files[name], limits) if name.endswith(".xml") else []
        waiting += [other for other in wanted if other not in files and _is_there(path.parent, other)]
    return files


def check_within(files: Files, name: str, limits: Limits) -> None:
    findings = Findings()
    check_totals([len(data) for data in files.values()], name, findings, limits)
    findings.stop_if_refused()


def _read(path: Path, limits: Limits) -> bytes:
    if (size := path.stat().st_size) > limits.file_bytes:
        message = f"The file has {size} bytes, {limits.file_bytes} are allowed: shrink it."
        raise Refused([Problem(path.name, 0, "too_big", message)])
    return path.read_bytes()


def _is_there(folder: Path, name: str) -> bool:
    """An ordinary file below the folder, reached through no link."""
    return (folder / name).is_file() and (folder / name).resolve() == folder.resolve() / name


def _references(name: str, data: bytes, limits: Limits) -> list[str]:
    """What this file names; its own problems are told when it is read in earnest."""
    document = read_document(name, data, Findings(), limits)
    if document is None:
        return []
    addresses = [element.get(attribute) for element in document.root.iter() for attribute in REFERENCES]
    return [found for address in addresses if address and (found := resolve(name, address))]

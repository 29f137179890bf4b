"""A lone XML file, with the files beside it that it refers to: what an author checks while writing."""

from __future__ import annotations

from pathlib import Path

from items.problems import Findings, Problem, Refused
from items.qti.archive import MANIFEST, Files, check_totals
from items.qti.documents import read_document
from items.qti.inclusion import read_page
from items.qti.limits import Limits
from items.qti.manifest import resolve

REFERENCES = ("src", "href", "data", "template", "template-location")
MOST_LEVELS = 8  # how far above an item its package may begin


def read_lone(path: Path, limits: Limits) -> tuple[str, Files]:
    """Its name, and with it all it refers to directly or through another file, within its package.

    The package is the nearest folder above that has a manifest; without one, the folder of the file.
    """
    path = path.absolute()
    folder = next((up for up in path.parents[:MOST_LEVELS] if (up / MANIFEST).is_file()), path.parent)
    start = path.relative_to(folder).as_posix()
    files: dict[str, bytes] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in files:
            continue
        files[name] = _read(folder / name, limits)
        check_within(files, start, limits)
        waiting += [other for other in _references(name, files[name], limits) if _is_there(folder, other)]
    return start, files


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
    try:
        return (folder / name).is_file() and (folder / name).resolve() == folder.resolve() / name
    except (OSError, ValueError):  # a name that no computer could have given to a file
        return False


def _references(name: str, data: bytes, limits: Limits) -> list[str]:
    """What this file names, seen from itself or from the root; its problems are told later."""
    if name.endswith((".xml", ".qti")):
        document = read_document(name, data, Findings(), limits)
        root = document.root if document else None
    elif name.endswith((".html", ".htm", ".xhtml")):
        root = read_page(name, data, Findings(), limits)
    else:
        return []
    if root is None:
        return []
    addresses = [element.get(attribute) for element in root.iter() for attribute in REFERENCES]
    found = [resolve(source, href) for href in addresses if href for source in (name, "")]
    return [other for other in found if other]

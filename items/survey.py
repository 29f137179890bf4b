"""Many packages, items and tests of one folder: how many are taken, how many score, why others do not.

The table in `items/README.md` is its output. Families are the folders right under the given one.
Files that hold no QTI are counted as such, so that nothing is silently dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from items.examine import Examined, Result, examine
from items.problems import Findings
from items.qti.archive import MANIFEST
from items.qti.documents import read_document
from items.qti.limits import Limits
from items.qti.tree import local

MARKS: Final = ("<!-- survey -->", "<!-- end of survey -->")
ENDINGS = frozenset({".xml", ".qti", ".zip"})
KINDS = ("item", "test", "package")
_ROOTS = {
    "qti-assessment-item": "item",
    "qti-assessment-test": "test",
    "questestinterop": "item",
}
COLUMNS = {
    Result.FULL: "full score",
    Result.MARKED: "marked by people",
    Result.UNKEYED: "no key declared",
    Result.ELSEWHERE: "no SCORE",
    Result.SILENT: "asks nothing",
    Result.SHORT: "key falls short",
    Result.IMPOSSIBLE: "key cannot be given",
}


@dataclass(slots=True)
class Row:
    """One kind of file of one family."""

    family: str
    kind: str
    files: int = 0
    accepted: int = 0
    results: Counter[Result] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # each code once a file
    remarked: int = 0

    def add(self, examined: Examined) -> None:
        self.files += 1
        self.accepted += examined.accepted
        self.remarked += bool(examined.remarks)
        self.results.update(examined.results)
        self.reasons.update({problem.code for problem in examined.problems})

    def to_json(self) -> dict[str, Any]:
        return {
            "family": self.family,
            "kind": self.kind,
            "files": self.files,
            "accepted": self.accepted,
            "refused": self.files - self.accepted,
            "items": {result.value: self.results[result] for result in Result},
            "reasons": dict(sorted(self.reasons.items())),
        }


@dataclass(slots=True)
class Survey:
    rows: list[Row]
    others: Counter[str]  # files that hold no QTI, by family
    examined: list[Examined]


def survey(root: Path) -> Survey:
    found = Survey([], Counter(), [])
    for family in sorted(path for path in root.iterdir() if path.is_dir()):
        rows = {kind: Row(family.name, kind) for kind in KINDS}
        for path, kind in _subjects(family):
            if not kind:
                found.others[family.name] += 1
                continue
            examined = examine(path)
            found.examined.append(examined)
            rows[kind].add(examined)
        found.rows += [row for row in rows.values() if row.files]
    return found


def _subjects(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file worth a look with its kind, and each folder that is a package; nothing for other XML."""
    for path in sorted(folder.rglob("*")):
        if path.name == MANIFEST:
            yield path.parent, "package"
        elif path.suffix == ".zip":
            yield path, "package"
        elif path.suffix in ENDINGS and path.is_file():
            yield path, kind_of(path)


def kind_of(path: Path) -> str:
    """Item, test, or nothing when it holds other XML; what cannot be read is a broken item."""
    findings = Findings()
    document = read_document(path.name, path.read_bytes(), findings, Limits())
    return "item" if document is None else _ROOTS.get(local(document.root), "")


def as_markdown(found: Survey) -> str:
    """The table, the reasons under it."""
    head = ["family", "", "files", "accepted", *COLUMNS.values(), "refused"]
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
    for row in found.rows:
        cells = [row.family, f"{row.kind}s", row.files, row.accepted]
        cells += [row.results[result] for result in COLUMNS]
        cells.append(row.files - row.accepted)
        lines.append("| " + " | ".join(str(cell or "") for cell in cells) + " |")
    lines.append("")
    reasons: Counter[str] = sum((row.reasons for row in found.rows), Counter())
    told = ", ".join(
        f"`{code}` {count}" for code, count in sorted(reasons.items(), key=lambda r: (-r[1], r[0]))
    )
    lines.append(f"Files by reason of refusal (one file may have several): {told}.")
    if found.others:
        others = ", ".join(f"{family} {count}" for family, count in sorted(found.others.items()))
        lines.append(f"XML files that are neither item nor test, left aside: {others}.")
    return "\n".join(lines)


def put_between_marks(text: str, table: str) -> str | None:
    """The text with this table between its marks, or nothing when it has no marks."""
    before, first, rest = text.partition(MARKS[0])
    _, second, after = rest.partition(MARKS[1])
    return f"{before}{first}\n{table}\n{second}{after}" if first and second else None

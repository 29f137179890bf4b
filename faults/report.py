"""The table of README.md, made from the lines of a report."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_COLUMNS = (
    *("kind", "runs", "hits", "acknowledged", "archived", "lost", "doubled", "crossed", "other violations"),
    "longest pause, s",
)


def table(file: Path) -> str:
    """A row a kind, and one for all."""
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in file.read_text().splitlines():
        found = json.loads(line)
        by_kind[found["kind"]].append(found)
        by_kind["all"].append(found)
    last = by_kind.pop("all", [])
    rows = [_row(kind, lines) for kind, lines in sorted(by_kind.items())]
    return "\n".join([_cells(_COLUMNS), "|---" * len(_COLUMNS) + "|", *rows, _row("**all**", last)])


def _row(kind: str, lines: list[dict[str, Any]]) -> str:
    def total(name: str) -> int:
        return sum(line.get(name, 0) for line in lines)

    named = ("lost", "doubled", "crossed", "phantoms")
    others = max(0, total("violations") - sum(total(name) for name in named))
    sums = [total(name) for name in ("hits", "acknowledged", "archived", "lost", "doubled", "crossed")]
    pause_s = max((line.get("longest_pause_s", 0.0) for line in lines), default=0.0)
    cells = [kind, str(len(lines)), *(f"{value:,}" for value in sums), str(others), f"{pause_s:.1f}"]
    return _cells(cells)


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

"""What was measured, when, at which commit, on which machine: one JSON line each, for ever.

Lines of another machine stay in the file and out of the plot: times of two machines are no history.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("history.ndjson")
KEPT = ("bench", "value", "goal", "spread", "unit", "better", "reached", "void", "machine")


def keep(line: Mapping[str, Any], commit: str, file: Path = FILE) -> None:
    """Add an answer to the history; a question that was skipped is none."""
    if "value" not in line:
        return
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    kept = {"when": when, "commit": commit} | {name: line[name] for name in KEPT if name in line}
    with file.open("a") as history:
        history.write(json.dumps(kept) + "\n")


def lines(file: Path = FILE) -> Iterator[dict[str, Any]]:
    """All that was kept, oldest first; ValueError names a line that is none."""
    if not file.exists():
        return
    for number, text in enumerate(file.read_text().splitlines(), 1):
        try:
            line: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise ValueError(f"{file}, line {number}: {error}") from error
        yield line

"""What becomes of a report: judged, written as JSON and as a page, told in one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from loadtest.circumstances import circumstances
from loadtest.page.run import page
from loadtest.verdict import faults

LONG = ("series", "processes_used", "machine_cpu")
"""In the file and on the page; not in the line on standard output."""


def publish(
    report: dict[str, Any], *, beyond_capacity: bool = False, json_file: str = "", page_file: str = ""
) -> int:
    """Write what was asked for, print the line; gives the exit code."""
    report |= circumstances()
    report.setdefault("processes_used", {})
    report.setdefault("machine_cpu", [])
    report["beyond_capacity"] = beyond_capacity
    report["faults"] = faults(report, beyond_capacity=beyond_capacity)
    try:
        written = [
            write(json_file, lambda: json.dumps(report, indent=2) + "\n"),
            write(page_file, lambda: page(report)),
        ]
    finally:  # the last line, whatever became of the files, and where they are standard output as well
        print(json.dumps({name: value for name, value in report.items() if name not in LONG}), flush=True)
    return 1 if report["faults"] or not all(written) else 0


def write(name: str, text: Callable[[], str]) -> bool:
    """Whether the file, if one is wanted, now holds the text as a whole; a full disk is told, not raised."""
    if not name:
        return True
    file, made = Path(name), Path(f"{name}.new")
    if file.is_symlink() or (file.exists() and not file.is_file()):
        made = file  # /dev/stdout, say, which nothing may take the place of
    try:
        made.write_text(text())
        made.replace(file)
    except OSError as error:
        if made != file:
            with suppress(OSError):
                made.unlink(missing_ok=True)
        print(f"loadtest: {name} was not written: {error.strerror}", file=sys.stderr, flush=True)
        return False
    return True

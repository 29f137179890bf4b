"""What becomes of a report: judged, written as JSON and as a page, told in one line."""

from __future__ import annotations

import json
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
    if json_file:
        Path(json_file).write_text(json.dumps(report, indent=2) + "\n")
    if page_file:
        Path(page_file).write_text(page(report))
    print(json.dumps({name: value for name, value in report.items() if name not in LONG}), flush=True)
    return 1 if report["faults"] else 0

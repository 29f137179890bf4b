"""Two runs beside each other, as text and as a page: what became better, what worse, what forbids it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from loadtest.page import markup
from loadtest.page.plot import Line, Plot, figure
from loadtest.page.run import verdict_of

Report = Mapping[str, Any]
SAME = 0.1
"""Figures closer than this share are called the same: two runs of one commit differ by as much."""
FLOORS = {"_ms": 5.0, "_s": 0.5}
"""By unit: differences below are noise of the machine, whatever share of a small figure they are."""
FIGURES = (
    ("live at once", "peak_live", 1),
    ("saves acknowledged", "acknowledged", 1),
    ("lost", "lost", -1),
    ("doubled", "doubled", -1),
    ("errors", "errors", -1),
    ("saves refused on the way", "refused", -1),
    ("requests in the busiest second", "peak_requests_per_s", 1),
    ("save, median (ms)", "save_p50_ms", -1),
    ("save, 99th percentile (ms)", "save_p99_ms", -1),
    ("save without gathering, 99th percentile (ms)", "save_ready_p99_ms", -1),
    ("log-in, 99th percentile (ms)", "login_p99_ms", -1),
    ("start, 99th percentile (ms)", "start_p99_ms", -1),
    ("hand-in, 99th percentile (ms)", "submit_p99_ms", -1),
    ("archive ready after the end (s)", "archive_wait_s", -1),
    ("processor time of all processes (s)", "cpu_s", -1),
)


class Row(NamedTuple):
    """One figure of both runs; `word` is better, worse, same, or empty where one of them has none."""

    label: str
    first: float | None
    second: float | None
    word: str


def rows(first: Report, second: Report, same: float = SAME) -> list[Row]:
    """Every figure that both may have; closer than the share `same` they are called the same."""
    found = []
    for label, name, sign in FIGURES:
        one, other = _figure(first, name), _figure(second, name)
        floor = next((floor for unit, floor in FLOORS.items() if name.endswith(unit)), 0.0)
        found.append(Row(label, one, other, _word(one, other, sign, same, floor)))
    return found


def _figure(report: Report, name: str) -> float | None:
    if name == "cpu_s":
        used = report.get("processes_used", {}).values()
        return round(sum(entry["cpu_s"] for entry in used), 1) if used else None
    return report.get(name)


def _word(one: float | None, other: float | None, sign: int, same: float, floor: float) -> str:
    if one is None or other is None:
        return ""
    if abs(other - one) <= max(floor, same * max(abs(one), abs(other))):
        return "same"
    return "better" if (other - one) * sign > 0 else "worse"


def cautions(first: Report, second: Report) -> list[str]:
    """Why the two may not be compared, one sentence each; empty: they may."""
    found = [
        f"the {place} run is void: {'; '.join(report['why_void'])}"
        for place, report in (("first", first), ("second", second))
        if report["void"]
    ]
    for name in ("pupils", "processes", "machine", "scenario"):
        one, other = first.get(name), second.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            changed = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
            found += [f"{name} differs in {key}: {one.get(key)}, {other.get(key)}" for key in sorted(changed)]
        elif one != other:
            found.append(f"{name} differs: {one}, {other}")
    return found


def record(first: Report, second: Report, same: float = SAME) -> dict[str, Any]:
    """The comparison for machines: each figure by name, those that became worse, what forbids it."""
    found = rows(first, second, same)
    names = [name for _, name, _ in FIGURES]
    return {
        "figures": {
            name: {"first": row.first, "second": row.second, "verdict": row.word}
            for name, row in zip(names, found, strict=True)
        },
        "worse": [name for name, row in zip(names, found, strict=True) if row.word == "worse"],
        "cautions": cautions(first, second),
    }


def text(first: Report, second: Report, same: float = SAME) -> str:
    """The comparison for a terminal."""
    lines = [f"caution: {sentence}" for sentence in cautions(first, second)]
    lines.append(f"{'':<46}{'first':>12}{'second':>12}  {'ratio':>6}")
    for row in rows(first, second, same):
        lines.append(
            f"{row.label:<46}{_shown(row.first):>12}{_shown(row.second):>12}  {_ratio(row):>6}  {row.word}"
        )
    return "\n".join(lines)


def page(first: Report, second: Report, same: float = SAME) -> str:
    """The comparison as a page."""
    body = [
        [
            (row.label, ""),
            *((_shown(value), "number") for value in (row.first, row.second)),
            (_ratio(row), "number"),
            (row.word, row.word),
        ]
        for row in rows(first, second, same)
    ]
    heads = ("Figure", "#First", "#Second", "#Ratio", "Verdict")
    lead = "; ".join(
        f"{place}: {report['when']}, commit {report['commit'] or 'unknown'}, {verdict_of(report)[0].lower()}"
        for place, report in (("first", first), ("second", second))
    )
    careful = cautions(first, second)
    verdict = ("With care", "void") if careful else ("Comparable", "passed")
    return markup.document(
        "Two load tests compared",
        [
            markup.header("Two runs beside each other", lead, *verdict),
            markup.faults(careful),
            markup.section("Figures", markup.table(heads, body, name="Figures")),
            markup.section(
                "Over time", f"<div class=plots>{''.join(map(figure, plots(first, second)))}</div>"
            ),
        ],
    )


def plots(first: Report, second: Report) -> Iterator[Plot]:
    """The same figure of both runs in one plot; only for slices of the same length."""
    slice_s = first["series"]["slice_s"]
    both = [first] if second["series"]["slice_s"] != slice_s else [first, second]
    names = ("first", "second")
    for title, unit, key, log in (
        ("Saves, median", "milliseconds", "save_p50_ms", True),
        ("Saves, 99th percentile", "milliseconds", "save_p99_ms", True),
        ("Starts, 99th percentile", "milliseconds", "start_p99_ms", True),
        ("Saves acknowledged", f"in {slice_s} s", "acknowledged", False),
        ("Live pupils", "pupils", "live", False),
        ("Lateness of the generator, 99th percentile", "milliseconds", "slip_p99_ms", True),
    ):
        lines = [Line(name, run["series"][key]) for name, run in zip(names, both, strict=False)]
        yield Plot(title, unit, slice_s, lines, log=log)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:,}"


def _ratio(row: Row) -> str:
    return f"{row.second / row.first:.2f}" if row.first and row.second is not None else ""

"""The page of one run, made of its JSON report alone: it can be drawn again years later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from loadtest.page import markup
from loadtest.page.plot import COLOURS, Line, Plot, figure
from loadtest.verdict import rules

Report = Mapping[str, Any]
OF = (("p50", "median"), ("p99", "99 %"))
GATHERING_MS = 500.0
ENTRANCES = (("login", "log-in"), ("start", "start"))
KINDS = (("save", "Save"), ("login", "Log-in"), ("start", "Start"), ("submit", "Hand-in"))


def page(report: Report) -> str:
    """The whole page."""
    verdict, kind = verdict_of(report)
    length = f"{report['seconds']:,.0f} s, shape “{report['shape']}”"
    lead = f"{length}, {report['when']}, commit {report['commit'] or 'unknown'}"
    return markup.document(
        f"Load test: {report['pupils']:,} pupils, {verdict.lower()}",
        [
            markup.header(f"{report['pupils']:,} pupils through a whole test", lead, verdict, kind),
            markup.faults(report["faults"]),
            markup.tiles(first_figures(report)),
            markup.note(gathering(report)),
            markup.section("The verdict, rule by rule", verdict_table(report)),
            *returns(report),
            *steps(report),
            markup.section("Over time", f"<div class=plots>{''.join(map(figure, plots(report)))}</div>"),
            markup.section("The whole run", times_table(report)),
            markup.section("Processor and memory", processes_table(report)),
            markup.section("With what", circumstances(report)),
            markup.section("Everything that was counted", markup.pairs(counts(report), "Counts")),
            FOOTER,
        ],
    )


FOOTER = """<footer>
<p>Times run from the <em>intended</em> moment of a timetable that was fixed before the run, to the
acknowledgement; retries and all waiting are included. A call is drawn where it was intended.</p>
<p>A pupil is live when a save of it was acknowledged within the last 60 s. Acknowledged saves are compared
with the archive afterwards, one by one, by number and SHA-256.</p></footer>"""


def verdict_of(report: Report) -> tuple[str, str]:
    """One word, and its class."""
    if report["void"]:
        return "Void", "void"
    return ("Failed", "failed") if report["faults"] else ("Passed", "passed")


def first_figures(report: Report) -> Iterator[tuple[str, str]]:
    """What is read first."""
    yield f"{report['peak_live']:,}", "pupils live at once"
    yield f"{report['acknowledged']:,}", f"saves acknowledged, of {report['intended']:,} intended"
    yield f"{report['lost'] + report['doubled']:,}", "lost or doubled"
    yield milliseconds(report["save_p50_ms"]), "median of saves"
    yield milliseconds(report["save_p99_ms"]), "99th percentile of saves"
    yield f"{report['peak_requests_per_s']:,}", "requests in the busiest second"


def gathering(report: Report) -> str:
    """A sentence where times are mostly the pause for which the server asks; "" elsewhere."""
    whole_ms, ready_ms = report["save_p99_ms"], report.get("save_ready_p99_ms")
    if whole_ms is None or ready_ms is None or whole_ms - ready_ms < GATHERING_MS:
        return ""
    return (
        "Pupils gather answers on their device for as long as the server asks, and the times of saves count "
        f"that. Without it saves took {milliseconds(report['save_ready_p50_ms'])} (median) and "
        f"{milliseconds(ready_ms)} (99th percentile)."
    )


def milliseconds(value: float | None) -> str:
    """With a unit; a dash where nothing was measured."""
    if value is None:
        return "–"
    return f"{value:,.1f} ms" if value < 1000 else f"{value / 1000:,.2f} s"


def verdict_table(report: Report) -> str:
    """Each rule: found, asked, why."""
    rows = []
    for rule in rules(report, beyond_capacity=report["beyond_capacity"]):
        word, kind = ("does not hold", "broken") if rule.fault else ("holds", "holds")
        if not rule.judged:
            word, kind = "not judged", "shown"
        rows.append(
            [(rule.name, ""), (rule.found, "number"), (rule.asked, "number"), (word, kind), (rule.why, "why")]
        )
    return markup.table(("Rule", "#Found", "#Asked", "Verdict", "Why"), rows, kind="rules", name="Rules")


def plots(report: Report) -> Iterator[Plot]:
    """Every plot of a run."""
    series = report["series"]
    yield from crowd_plots(series, series["slice_s"])
    yield from server_plots(report, series["slice_s"])
    behind = f"The archive held all of it {report['archive_wait_s']:,.1f} s after the last pupil had left."
    unit, lag = (
        "batches of a pupil",
        "Acknowledged before the last one and not yet archived, mean over replies. ",
    )
    yield Plot("Archive lag", unit, series["slice_s"], [Line("batches", series["unarchived"])], lag + behind)
    own = "How late the generator woke up by itself: its fault, not the server's."
    slip = times(series, "slip")
    yield Plot("Lateness of the generator", "milliseconds", series["slice_s"], slip, own, log=True)


def crowd_plots(series: Mapping[str, Any], slice_s: int) -> Iterator[Plot]:
    """What the crowd did, and how it was served."""

    def rates(named: Iterable[tuple[str, list[int]]]) -> list[Line]:
        return [Line(label, [count / slice_s for count in counts]) for label, counts in named]

    came = {"log-ins": "logged_in", "starts": "started", "hand-ins": "handed_in"}
    arrivals = rates((label, series[name]) for label, name in came.items())
    yield Plot("Arrivals", "a second", slice_s, arrivals)
    if "attempts_per_s" in series:
        waves = [Line("busiest second", series["attempts_per_s"])]
        yield Plot("Calls sent", "a second", slice_s, waves, "Repeated ones included.", filled=True)
    yield Plot("Live pupils", "pupils", slice_s, [Line("live", series["live"])], filled=True)
    saves = times(series, "save")
    if "save_ready_p99_ms" in series:
        saves.append(Line("99 %, without gathering", series["save_ready_p99_ms"]))
    yield Plot("Saves", "milliseconds", slice_s, saves, "From the intended moment.", log=True)
    entrances = [
        Line(f"{label}, {word}", series[f"{kind}_{of}_ms"]) for kind, label in ENTRANCES for of, word in OF
    ]
    yield Plot("Log-ins and starts", "milliseconds", slice_s, entrances, log=True)
    saves = rates([("saves", series["acknowledged"])])
    yield Plot("Saves acknowledged", "a second", slice_s, saves, filled=True)
    refused = rates(list(series["refused"].items())[:COLOURS])
    yield Plot("Refusals by code", "a second", slice_s, refused, none="Nothing was refused.")


def server_plots(report: Report, slice_s: int) -> Iterator[Plot]:
    """What the processes of the machine used."""
    processes = report["processes_used"]
    cpu = [Line(name, used["cpu"]) for name, used in processes.items()]
    yield Plot("Processor of each process", "cores", slice_s, cpu)
    memory = [Line(name, used["rss_mib"]) for name, used in processes.items()]
    yield Plot("Memory of each process", "MiB", slice_s, memory)
    watched = [sum(filter(None, values)) for values in zip(*(line.values for line in cpu), strict=True)]
    whole = [Line("whole machine", report["machine_cpu"]), Line("these processes", watched)]
    others = "The gap between the two is somebody else's work."
    yield Plot("Processor of the machine", "cores", slice_s, whole, others)


def returns(report: Report) -> Iterator[str]:
    """Outages and the two waves, where there were any."""
    waves = report.get("waves")
    if not waves:
        return
    rows = [
        [
            (outage["what"], ""),
            (f"{outage['from_s']:,.0f} s", "number"),
            (f"{outage['to_s'] - outage['from_s']:,.0f} s", "number"),
            ("never" if outage["back_after_s"] is None else f"{outage['back_after_s']:,.0f} s", "number"),
        ]
        for outage in waves["outages"]
    ]
    table = markup.table(("Away", "#From", "#For", "#Saves as usual again after"), rows, name="What was away")
    given_s = waves["given_back_s"]["p50"] or 0.0
    said = (
        f"<p>First wave {waves['first_wave_per_s']:,} calls in its busiest second, second wave "
        f"{waves['second_wave_per_s']:,}. Half of the pupils got {given_s:,.1f} s or more back, for "
        f"{waves['away_s']:,.1f} s of outages.</p>"
    )
    yield markup.section("Outage and return", table + said)


def steps(report: Report) -> Iterator[str]:
    """Each step, where there were any."""
    found = report.get("steps")
    if not found:
        return
    rows = [
        [
            (f"{step['live']:,}", ""),
            (f"{step['saves_per_s']:,}", "number"),
            (milliseconds(step.get("save_ready_p99_ms", step.get("save_p99_ms"))), "number"),
            (f"{step['refused_share']:.2%}", "number"),
            ("holds", "holds") if step["holds"] else ("breaks", "broken"),
        ]
        for step in found["steps"]
    ]
    columns = ("Live pupils", "#Saves a second", "#99th percentile", "#Refused", "Verdict")
    point = (
        f"Nothing broke up to {found['holds_live']:,} live pupils."
        if found["breaks_live"] is None
        else f"Broke in the first step, at {found['breaks_live']:,} live pupils."
        if not found["holds_live"]
        else f"Held at {found['holds_live']:,} live pupils, broke at {found['breaks_live']:,}."
    )
    table = markup.table(columns, rows, kind="rules", name="Steps")
    yield markup.section("Step by step", f"<p>{point}</p>{table}")


def times(series: Mapping[str, Any], kind: str) -> list[Line]:
    """Median, 99th percentile and highest value of a kind of call."""
    names = (("median", "p50"), ("99th percentile", "p99"), ("highest", "max"))
    return [Line(label, series[f"{kind}_{name}_ms"]) for label, name in names]


def times_table(report: Report) -> str:
    """Percentiles of the whole run, from the HDR histograms."""
    kinds = (
        *KINDS,
        ("save_ready", "Save, without the gathering that the server asks for"),
        ("save_service", "Save, from sending (uncorrected)"),
        ("slip", "Generator, late by itself"),
    )
    rows = [
        [(label, ""), *((milliseconds(report.get(f"{kind}_p{share}_ms")), "number") for share in (50, 99))]
        for kind, label in kinds
    ]
    return markup.table(("Call", "#Median", "#99th percentile"), rows, name="Times")


def processes_table(report: Report) -> str:
    """What each process used over the run."""
    if not report["processes_used"]:
        return "<p>No process was watched: <code>--watch PID</code> takes the server's first process.</p>"
    rows = []
    for name, used in report["processes_used"].items():
        peak = max((value for value in used["cpu"] if value is not None), default=0.0)
        memory = max((value for value in used["rss_mib"] if value is not None), default=0.0)
        rows.append(
            [
                (name, ""),
                (f"{used['cpu_s']:,.1f} s", "number"),
                (f"{peak:.0%}", "number"),
                (f"{memory:,.0f} MiB", "number"),
            ]
        )
    return markup.table(
        ("Process", "#Processor time", "#Most of a core", "#Most memory"), rows, name="Processes"
    )


def circumstances(report: Report) -> str:
    """Machine, versions, settings."""
    machine = report["machine"]
    where = [
        ("Processor", machine["processor"]),
        ("Cores", str(machine["cores"])),
        ("Memory", f"{machine['memory_gib']:,} GiB"),
        ("System", machine["system"]),
        ("Python", machine["python"]),
        ("Commit", report["commit"] or "unknown"),
        ("Generator processes", f"{report['processes']:,}, {report['generator_kib_a_pupil']:,} KiB a pupil"),
        *report["packages"].items(),
    ]
    settings = [(name, str(value)) for name, value in report["scenario"].items()]
    return f"<div class=pair>{markup.pairs(where, 'Machine')}{markup.pairs(settings, 'Settings')}</div>"


def counts(report: Report) -> list[tuple[str, str]]:
    """All counters, as they are named."""
    return [(name, f"{count:,}") for name, count in report["counts"].items()]

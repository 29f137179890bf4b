"""The rules by which a run passes, each with its bound and the reason for it.

A run is void, and says nothing, when its generator was saturated or late by itself. It passes when nothing
was lost, nothing doubled, no error met, and it is not void; and, within the stated capacity, at least 99 % of
the intended saves were acknowledged and at most 0.1 % of them refused on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

GENERATOR_CPU_MAX = 0.9
SLIP_P99_MS_MAX = 50.0
"""A tenth of the goal for saves (500 ms): a generator later than this would be seen in the figures."""
ACKNOWLEDGED_MIN = 0.99
REFUSED_MAX = 0.001


class Rule(NamedTuple):
    """One rule, applied: what was found, what was asked, why; `fault` is empty where it holds."""

    name: str
    found: str
    asked: str
    why: str
    fault: str
    judged: bool = True
    """False: shown, but it does not decide."""


def rules(report: Mapping[str, Any], *, beyond_capacity: bool = False) -> list[Rule]:
    """Every rule with what this run has to say to it."""
    return [*_validity(report), *_losses(report), *_shares(report, beyond_capacity)]


def why_void(report: Mapping[str, Any]) -> list[str]:
    """Why this run says nothing about the server, if so."""
    return [rule.fault.removeprefix("void: ") for rule in _validity(report) if rule.fault]


def faults(report: Mapping[str, Any], *, beyond_capacity: bool = False) -> list[str]:
    """Why the run does not pass, one sentence each; empty: it passes."""
    return [
        rule.fault for rule in rules(report, beyond_capacity=beyond_capacity) if rule.judged and rule.fault
    ]


def _validity(report: Mapping[str, Any]) -> list[Rule]:
    cpu, slip_ms, intended = report["generator_cpu"], report["slip_p99_ms"] or 0, report["intended"]
    saturated = f"void: a generator process used {cpu:.0%} of a core: give it more processes"
    late = f"void: the generator was {slip_ms:.0f} ms late by itself (99th percentile)"
    return [
        Rule(
            "Generator at ease",
            f"{cpu:.0%} of a core",
            f"≤ {GENERATOR_CPU_MAX:.0%}",
            "A generator without room to spare measures itself.",
            saturated if cpu > GENERATOR_CPU_MAX else "",
        ),
        Rule(
            "Generator on time",
            f"{slip_ms:,.1f} ms",
            f"≤ {SLIP_P99_MS_MAX:.0f} ms",
            "How late it woke up by itself, 99th percentile: more would be seen in the figures.",
            late if slip_ms > SLIP_P99_MS_MAX else "",
        ),
        Rule(
            "Something was asked",
            f"{intended:,} saves",
            "> 0",
            "A run that asks nothing proves nothing.",
            "" if intended else "void: no save was intended: give the run more seconds",
        ),
    ]


def _losses(report: Mapping[str, Any]) -> list[Rule]:
    why = {
        "lost": "Acknowledged, and not in the archive with the same bytes.",
        "doubled": "In the archive more than once under one number.",
        "errors": "Replies that are not as agreed, differing receipts, refusals that must not be.",
    }
    return [
        Rule(
            name.capitalize(),
            f"{report[name]:,}",
            "= 0",
            reason,
            f"{name}: {report[name]}" if report[name] else "",
        )
        for name, reason in why.items()
    ]


def _shares(report: Mapping[str, Any], beyond_capacity: bool) -> list[Rule]:
    intended, acknowledged, refused = report["intended"], report["acknowledged"], report["refused"]
    judged = bool(intended) and not beyond_capacity
    missing = f"only {acknowledged} of {intended} intended saves were acknowledged"
    return [
        Rule(
            "Saves acknowledged",
            f"{acknowledged / max(1, intended):.2%}",
            f"≥ {ACKNOWLEDGED_MIN:.0%}",
            "Of those that the timetable wanted; judged within the stated capacity only.",
            missing if acknowledged < ACKNOWLEDGED_MIN * intended else "",
            judged,
        ),
        Rule(
            "Saves refused on the way",
            f"{refused / max(1, intended):.3%}",
            f"≤ {REFUSED_MAX:.1%}",
            "503, 429, time-outs and dead lines, each attempt counted; within the stated capacity only.",
            f"{refused} saves were refused, of {intended} intended ones"
            if refused > REFUSED_MAX * intended
            else "",
            judged,
        ),
    ]

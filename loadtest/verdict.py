"""The rules by which a run passes, each with its bound and the reason for it.

A run is void, and says nothing, when its generator was saturated or late by itself. It passes when nothing
was lost, nothing doubled, no error met, and it is not void; and, within the stated capacity, at least 99 % of
the intended saves were acknowledged, at most 0.1 % of them refused on the way, and 99 % of the pupils have
handed in. With outages what is refused does not decide, but how the crowd came back: whoever sat handed in,
the second wave was no larger than the first, saves became usual again and stayed so, and the time was given
back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

GENERATOR_CPU_MAX = 0.9
SLIP_P99_MS_MAX = 50.0
"""A tenth of the goal for saves (500 ms): a generator later than this would be seen in the figures."""
BACK_AFTER_S_MAX = 60.0
"""Twice the longest pause of a player that has failed often."""
GIVEN_BACK_MIN = 0.9
ACKNOWLEDGED_MIN = 0.99
HANDED_IN_MIN = 0.99
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
    ours = [*_validity(report), *_losses(report), *_shares(report, beyond_capacity)]
    return ours + (_returns(report, report["waves"]) if report.get("waves") else [])


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
    judged = bool(intended) and not (beyond_capacity or report.get("steps"))
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
            judged and not report.get("waves"),
        ),
        *([] if report.get("waves") else _hand_ins(report, judged)),
    ]


def _hand_ins(report: Mapping[str, Any], judged: bool) -> list[Rule]:
    """Who is refused until its patience ends brings no error, and has brought all its saves."""
    handed_in, pupils = report["counts"].get("handed_in", 0), report["pupils"]
    return [
        Rule(
            "Handed in",
            f"{handed_in:,}",
            f"≥ {HANDED_IN_MIN:.0%} of {pupils:,}",
            "Pupils whose hand-in was taken; judged within the stated capacity only.",
            f"only {handed_in} of {pupils} pupils handed in" if handed_in < HANDED_IN_MIN * pupils else "",
            judged,
        )
    ]


def _returns(report: Mapping[str, Any], waves: Mapping[str, Any]) -> list[Rule]:
    first, second = waves["first_wave_per_s"], waves["second_wave_per_s"]
    handed_in, pupils = report["counts"].get("handed_in", 0), report["pupils"]
    away_s, given_s = waves["away_s"], waves["given_back_s"]["p1"] or 0.0
    return [
        Rule(
            "Handed in",
            f"{handed_in:,}",
            f"= {pupils:,}",
            "Everybody who came hands in, whatever was away meanwhile.",
            f"only {handed_in} of {pupils} pupils handed in" if handed_in < pupils else "",
        ),
        Rule(
            "The second wave",
            f"{second:,} a second",
            f"≤ {first:,}",
            "Calls in the busiest second since the first outage, against those of the beginning.",
            f"the second wave had {second} calls a second, the first {first}" if second > first else "",
        ),
        *_ways_back(waves["outages"]),
        Rule(
            "Time given back",
            f"{given_s:.1f} s",
            f"≥ {GIVEN_BACK_MIN:.0%} of {away_s:.1f} s",
            "By how much deadlines moved, for all but one pupil of a hundred.",
            f"of {away_s:.0f} s of outages only {given_s:.0f} s were given back"
            if given_s < GIVEN_BACK_MIN * away_s
            else "",
        ),
    ]


def _ways_back(outages: Sequence[Mapping[str, Any]]) -> list[Rule]:
    never = [outage["what"] for outage in outages if outage["back_after_s"] is None]
    longest_s = max((outage["back_after_s"] or 0.0 for outage in outages), default=0.0)
    broken_s = sum(outage["broken_s"] for outage in outages)
    return [
        Rule(
            "Back after an outage",
            "never" if never else f"{longest_s:.0f} s",
            f"≤ {BACK_AFTER_S_MAX:.0f} s",
            "Until nine tenths of the usual saves were acknowledged again.",
            f"saves did not become usual again after the outage of {', '.join(never)}"
            if never
            else f"saves were usual again only {longest_s:.0f} s after an outage"
            if longest_s > BACK_AFTER_S_MAX
            else "",
        ),
        Rule(
            "No second outage",
            f"{broken_s} s",
            "= 0 s",
            "Seconds, once saves were usual again, with less than half of them.",
            f"the return broke down again for {broken_s} s" if broken_s else "",
        ),
    ]

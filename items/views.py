"""What an item shows one pupil now, beyond the fragment that all pupils share.

    {"printed": {"v1": "3,5"}, "shown": ["t2"], "feedback": {"f1": "<p>…</p>"}, "modal": ["f1"],
     "choices": {"f1": the choice it belongs to}, "media": {"m1.svg": {"type", "data"}},
     "attempts": 1, "left": 2, "over": false}

Only what is visible is in it: a value printed inside something hidden, feedback whose time has not come, an
outcome, a rule or a template variable that nothing prints never leaves. `dynamic` in the key tells what there
is to show:

    {"comma": bool, "attempts": most or null, "printed": {"v1": {"place", "parts"}}, "media": {...},
     "gates": {"t2": {"place", "variable", "identifier", "show"}, "f1": {..., "html", "modal", "media"}}}

A *gate* is what a variable opens or closes (without a variable it is open); `place` is the gate that
something stands in, "" for none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from items.scoring.itemsession import ItemSession
from items.scoring.printing import printed
from items.scoring.values import Value

View = dict[str, Any]


def view_of(dynamic: Mapping[str, Any], session: ItemSession) -> View:
    """The view of an item at this point of its session."""
    variables = session.variables
    is_open = _opened(dynamic["gates"], variables, begun=session.count > 0)
    view: View = {}
    texts = {
        name: _text(entry["parts"], variables, comma=dynamic["comma"])
        for name, entry in dynamic["printed"].items()
        if is_open[entry["place"]]
    }
    if texts:
        view["printed"] = texts
    shown = sorted(name for name, gate in dynamic["gates"].items() if "html" not in gate and is_open[name])
    if shown:
        view["shown"] = shown
    view |= _feedback(dynamic, is_open)
    if dynamic["attempts"] is not None:
        view |= {"attempts": session.count, "left": _left(dynamic, session), "over": session.is_over}
    return view


def _opened(gates: Mapping[str, Any], variables: Mapping[str, Value], *, begun: bool) -> dict[str, bool]:
    """Which gates are open; they come in the order of the text, so the outer ones first."""
    is_open = {"": True}
    for name, gate in gates.items():
        value = variables.get(gate["variable"])
        matches = not gate["variable"] or gate["identifier"] in (
            value if isinstance(value, tuple) else (value,)
        )
        waits = gate.get("modal", False) and not begun  # shown after an attempt, never before
        is_open[name] = is_open[gate["place"]] and matches is gate["show"] and not waits
    return is_open


def _text(parts: list[Any], variables: Mapping[str, Value], *, comma: bool) -> str:
    """Text with the values of variables in it."""
    return "".join(
        part
        if isinstance(part, str)
        else printed(variables.get(part["variable"]), part, variables, comma=comma)
        for part in parts
    )


def _feedback(dynamic: Mapping[str, Any], is_open: Mapping[str, bool]) -> View:
    opened = {name: gate for name, gate in dynamic["gates"].items() if "html" in gate and is_open[name]}
    view: View = {}
    if opened:
        view["feedback"] = {name: gate["html"] for name, gate in opened.items()}
    choices = {name: gate["choice"] for name, gate in opened.items() if "choice" in gate}
    if choices:
        view["choices"] = choices
    modal = [name for name, gate in opened.items() if gate["modal"]]
    if modal:
        view["modal"] = modal
    media = {name: dynamic["media"][name] for gate in opened.values() for name in gate["media"]}
    if media:
        view["media"] = media
    return view


def _left(dynamic: Mapping[str, Any], session: ItemSession) -> int | None:
    """How many attempts are left, where the author set a number."""
    return session.left if dynamic["attempts"] else None

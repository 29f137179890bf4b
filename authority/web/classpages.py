"""One class: see the list, check, correct, add, remove, validate."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from authority.lists.entries import checked_date, checked_ine, checked_name
from authority.problems import BadList, Conflict
from authority.register import Pupil
from authority.register.needs import FACTORS, GROUPS, THEMES, chosen
from authority.web.call import Call
from authority.web.schoolpages import odd_in_school

CHOICES = {"factors": FACTORS, "groups": GROUPS, "themes": THEMES}
"""What the form of a pupil offers."""


async def class_page(call: Call) -> Response:
    return await _class_page(call, {})


async def _class_page(call: Call, typed: dict[str, Any], error: str = "", status: int = 200) -> Response:
    here = call.here
    register = call.services.register
    pupils = await register.lists.pupils(here.id)
    names = {pupil.id: pupil.name for pupil in pupils}
    odd = [] if call.visit and call.visit.role != "head" else await odd_in_school(call)
    shown = [
        {
            "kind": f"odd_{one.kind}",
            "number": one.number,
            "pupils": [(id_, names[id_]) for id_ in one.pupils if id_ in names],
            "elsewhere": sum(id_ not in names for id_ in one.pupils),
        }
        for one in odd
        if one.class_id == here.id
    ]
    marked = {id_ for one in odd if one.class_id == here.id for id_ in one.pupils}
    served = {code.pupil for code in await register.codebook.of_classes(here.id)}
    return call.page(
        "class.html",
        status,
        here=here,
        pupils=pupils,
        odd=shown,
        marked=marked,
        served=served,
        waiting=sum(pupil.id not in served for pupil in pupils),
        typed=typed,
        error=error,
        choices=CHOICES,
    )


async def add_pupil(call: Call) -> Response:
    try:
        pupil = _typed(call, "", 1)
    except BadList as bad:
        return await _class_page(call, _entered(call), f"problem_{bad.reason}", 422)
    await call.services.register.lists.add_pupil(pupil, call.now_ms, call.who)
    return RedirectResponse(f"/classes/{call.here.id}?said=pupil_added", 303)


async def pupil_page(call: Call) -> Response:
    return await _pupil_page(call, {})


async def correct_pupil(call: Call) -> Response:
    try:
        pupil = _typed(call, call.path("pupil"), call.number("version"))
    except BadList as bad:
        return await _pupil_page(call, _entered(call), f"problem_{bad.reason}", 422)
    await call.services.register.lists.correct_pupil(pupil, call.now_ms, call.who)
    return RedirectResponse(f"/classes/{call.here.id}?said=pupil_corrected", 303)


async def ask_removal(call: Call) -> Response:
    """Nobody goes off a list by one click."""
    pupil = await _found(call)
    return call.ask("remove", f"/classes/{call.here.id}/pupils/{pupil.id}", name=pupil.name)


async def remove_pupil(call: Call) -> Response:
    lists = call.services.register.lists
    await lists.remove_pupil(call.here.id, call.path("pupil"), call.now_ms, call.who)
    return RedirectResponse(f"/classes/{call.here.id}?said=pupil_removed", 303)


async def validate(call: Call) -> Response:
    """The list is right, says the head: as of the version that was on the screen."""
    if call.form.get("checked") != "yes":
        return await _class_page(call, {}, "problem_not_ticked", 422)
    version = call.number("version")
    await call.services.register.lists.validate(call.here.id, version, call.now_ms, call.who)
    return RedirectResponse(f"/classes/{call.here.id}?said=validated", 303)


def _typed(call: Call, id_: str, version: int) -> Pupil:
    form = call.form
    return Pupil(
        id=id_,
        class_id=call.here.id,
        family=checked_name(form.get("family", ""), "family"),
        first=checked_name(form.get("first", ""), "first"),
        born=checked_date(form.get("born", "")),
        ine=checked_ine(form.get("ine", "")),
        factor_permille=_factor(form),
        needs=_needs(call),
        version=version,
    )


def _factor(form: dict[str, str]) -> int:
    typed = form.get("factor", "")
    return next((factor for factor in FACTORS if str(factor) == typed), FACTORS[0])


def _needs(call: Call) -> tuple[str, ...]:
    return chosen(call.many.get("needs", []), call.form.get("theme", ""))


def _entered(call: Call) -> dict[str, Any]:
    """What a form said, right or wrong, to be shown in it again."""
    texts = {name: call.form.get(name, "") for name in ("family", "first", "born", "ine")}
    return {**texts, "factor_permille": _factor(call.form), "needs": _needs(call)}


async def _found(call: Call) -> Pupil:
    """The pupil of the address."""
    pupils = await call.services.register.lists.pupils(call.here.id)
    found = next((pupil for pupil in pupils if pupil.id == call.path("pupil")), None)
    if found is None:
        raise Conflict("changed", "the pupil is not on this list any more")
    return found


async def _pupil_page(call: Call, typed: dict[str, Any], error: str = "", status: int = 200) -> Response:
    values = {"here": call.here, "pupil": await _found(call), "typed": typed, "choices": CHOICES}
    return call.page("pupil.html", status, error=error, **values)

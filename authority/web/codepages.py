"""Codes on paper, for the head alone: sheets of a class or the school, one strip again, reserve codes."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import RedirectResponse, Response

from authority.paper import sheets
from authority.problems import Conflict
from authority.register import Class, Code
from authority.sheeting import strips_of
from authority.web.call import Call


async def school_sheets(call: Call) -> Response:
    """The sheets of every class of the school."""
    return await _pdf(call, await call.services.register.lists.classes(call.school))


async def class_sheets(call: Call) -> Response:
    return await _pdf(call, [call.here])


async def one_strip(call: Call) -> Response:
    """One strip again: a sheet was torn, a pupil came late."""
    return await _pdf(call, [call.here], session=call.path("session"))


async def codes_page(call: Call) -> Response:
    """Who has a code, which reserve codes are free."""
    register = call.services.register
    pupils = await register.lists.pupils(call.here.id)
    codes = await register.codebook.of_classes(call.here.id)
    by_pupil = {code.pupil: code for code in codes if code.pupil}
    reserve = [code for code in codes if code.is_reserve and not code.pupil]
    return call.page("codes.html", here=call.here, pupils=pupils, by_pupil=by_pupil, reserve=reserve)


async def give_reserve(call: Call) -> Response:
    """A reserve code was handed to a pupil: it is that pupil's now, and the former one is withdrawn."""
    await call.services.register.codebook.give_reserve(
        call.here.id, call.path("session"), call.form.get("pupil", ""), call.now_ms, call.who
    )
    return RedirectResponse(f"/classes/{call.here.id}/codes?said=reserve_given", 303)


async def ask_withdrawal(call: Call) -> Response:
    """No code is withdrawn by one click: a pupil may be about to type it."""
    code = await _own(call, call.path("session"))
    pupils = await call.services.register.lists.pupils(call.here.id)
    name = next((pupil.name for pupil in pupils if pupil.id == code.pupil), f"R{code.number}")
    return call.ask("codes_withdraw", f"/classes/{call.here.id}/codes", name=name)


async def withdraw(call: Call) -> Response:
    """A code was seen by others: nobody logs in with it once the engine has the list of withdrawals."""
    await _own(call, call.path("session"))
    await call.services.register.codebook.revoke([call.path("session")], call.now_ms, call.who)
    return RedirectResponse(f"/classes/{call.here.id}/codes?said=withdrawn", 303)


async def _own(call: Call, session: str) -> Code:
    codes = await call.services.register.codebook.of_classes(call.here.id)
    for code in codes:
        if code.session == session:
            return code
    raise Conflict("code_gone", "this class has no such code, or not any more")


async def _pdf(call: Call, classes: Sequence[Class], session: str = "") -> Response:
    register, settings = call.services.register, call.services.settings
    strips = await strips_of(register, classes, session)
    if not strips:
        raise Conflict("no_code", "there are no codes yet")
    campaign, school = await register.campaign(), await register.lists.school(call.school)
    await register.note(
        call.now_ms, call.who, "codes.print", strips=len(strips), classes=[one.id for one in classes]
    )
    data = sheets(
        strips,
        campaign=campaign.title,
        school=school.title,
        address=settings.codes_page,
        language=call.language,
        now_ms=call.now_ms,
    )
    # A name that tells nothing: downloads stay in folders and histories.
    headers = {"content-disposition": 'attachment; filename="codes.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)

"""A teacher's access to one class, for the head: a letter again, or no access; other classes notice nothing.

The former password is refused from that moment on, and whoever is signed in with it is out of these pages.
The engine believes what it was told of that sign-in for a quarter of an hour at most; `passation rooms renew`
there ends it at once. A letter holds a new password once: a page that was made before another letter is
refused, so a double click makes one letter. A first letter ends nothing and is printed at one click; before
another one ends the password that a teacher holds, a page asks.
"""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from authority.credentials import issue
from authority.paper import letters
from authority.problems import Conflict
from authority.register import Credential
from authority.web.call import Call


async def access_page(call: Call) -> Response:
    """When the letter was printed, and what can be done."""
    issued_ms = await call.services.register.doors.issued_ms(call.here.room)
    return call.page("access.html", here=call.here, issued_ms=issued_ms)


async def ask_letter(call: Call) -> Response:
    """Nor does the password that a teacher holds end by one: he may be in front of his class."""
    issued_ms = await call.services.register.doors.issued_ms(call.here.room)
    if not issued_ms:
        raise _gone()
    sent = {"over": issued_ms}
    return call.ask("access_again", f"/classes/{call.here.id}/access", sent=sent, label=call.here.label)


async def letter(call: Call) -> Response:
    """A new letter as PDF, printed once and kept nowhere."""
    here, register, settings = call.here, call.services.register, call.services.settings
    school = await register.lists.school(call.school)
    wanted = [(Credential(here.room, "teacher", here.school, here.id, ""), school, here.label)]
    made = await issue(
        register, call.services.passwords, wanted, call.now_ms, call.who, over_ms=call.number("over")
    )
    data = letters(
        made,
        campaign=(await register.campaign()).title,
        address=settings.own_origin + "/",
        language=call.language,
        now_ms=call.now_ms,
    )
    headers = {"content-disposition": 'attachment; filename="letter.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)


async def ask_withdrawal(call: Call) -> Response:
    """No access is withdrawn by one click: a class may be about to begin."""
    if not await call.services.register.doors.issued_ms(call.here.room):
        raise _gone()
    return call.ask("access_withdraw", f"/classes/{call.here.id}/access", label=call.here.label)


async def withdraw(call: Call) -> Response:
    """No access any more, and no new one until the head or the authority asks for this class's by name."""
    if not await call.services.register.doors.withdraw(call.here.room, call.now_ms, call.who):
        raise _gone()
    return RedirectResponse(f"/classes/{call.here.id}/access?said=access_withdrawn", 303)


def _gone() -> Conflict:
    return Conflict("access_gone", "this class has no access, or not any more")

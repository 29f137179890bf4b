"""The day and the keying, as a class's teacher sees them: names from here, the rest from the engine, joined
in the browser.

This server never calls the engine. It gives the browser names by session and a short assertion of the
visitor's rooms; the pages (`classroom/`) ask the engine themselves (the contract is in README.md).
"""

from __future__ import annotations

import json

from starlette.responses import JSONResponse, Response

from authority import assertion as assertions
from authority.ordering import name_key
from authority.web.call import Call

BODY_MAX = 1_000


async def room(call: Call) -> Response:
    return call.page("day.html", here=call.here, view="room")


async def keying(call: Call) -> Response:
    return call.page("day.html", here=call.here, view="keying")


async def results(call: Call) -> Response:
    return call.page("day.html", here=call.here, view="results")


async def school_results(call: Call) -> Response:
    """The classes of a school beside each other; each one's pupils when it is opened."""
    classes = await call.services.register.lists.classes(call.school)
    rows = [{"id": one.id, "label": one.label, "room": one.room} for one in classes if one.pupils]
    return call.page("schoolresults.html", rows=rows)


async def people(call: Call) -> Response:
    """Names and numbers by session, for this page's memory alone."""
    return await _people(call)


async def give_reserve(call: Call) -> Response:
    """A reserve code was handed to a pupil, known by the former one: it is that pupil's now."""
    codebook = call.services.register.codebook
    asked = await _asked(call)
    codes = await codebook.of_classes(call.here.id)
    pupil = next((code.pupil for code in codes if code.session == asked.get("former")), "")
    await codebook.give_reserve(call.here.id, str(asked.get("session", "")), pupil, call.now_ms, call.who)
    return await _people(call)


async def _asked(call: Call) -> dict[str, object]:
    """The small JSON object of a module's call; nothing of it is trusted."""
    length = call.request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > BODY_MAX:
        return {}
    try:
        value = json.loads(await call.request.body())
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


async def _people(call: Call) -> Response:
    register = call.services.register
    names = {pupil.id: pupil.name for pupil in await register.lists.pupils(call.here.id)}
    codes = await register.codebook.of_classes(call.here.id)
    rows = [
        {"session": code.session, "number": code.number, "name": names.get(code.pupil, "")} for code in codes
    ]
    await register.note(call.now_ms, call.who, "people.read", class_id=call.here.id)
    # Reserve codes that nobody has been given have no name: they come last.
    people = sorted(rows, key=lambda row: (not row["name"], name_key(str(row["name"]))))
    return JSONResponse({"room": call.here.room, "people": people})


async def assertion(call: Call) -> Response:
    """A signed statement of the visitor's rooms, for a quarter of an hour."""
    visit, services = call.visit, call.services
    assert visit is not None
    campaign = await services.register.campaign()
    classes = await services.register.lists.classes(visit.school)
    rooms = [one.room for one in classes if visit.role == "head" or one.id == visit.class_id]
    signed = assertions.sign(
        services.keys.signing(),
        campaign=campaign.id,
        who=assertions.opaque(services.keys.names(), visit.login),
        role=visit.role,
        rooms=rooms,
        now_ms=call.now_ms,
    )
    return JSONResponse({"assertion": signed, "expires_ms": call.now_ms + assertions.LIVES_MS})

"""The day, as a class's teacher sees it: names from here, states from the engine, joined in the browser.

This server never calls the engine. It gives the browser names by session and a short assertion of the
visitor's rooms; the page asks `GET {engine}/api/v1/rooms/{room}/seats` itself (the contract is in README.md).
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from authority import assertion as assertions
from authority.ordering import name_key
from authority.web.call import Call


async def progress(call: Call) -> Response:
    return call.page("progress.html", here=call.here)


async def people(call: Call) -> Response:
    """Names and numbers by session, for this page's memory alone."""
    register = call.services.register
    names = {pupil.id: pupil.name for pupil in await register.lists.pupils(call.here.id)}
    codes = await register.codebook.of_classes(call.here.id)
    rows = [
        {"session": code.session, "number": code.number, "name": names.get(code.pupil, "")} for code in codes
    ]
    await register.note(call.now_ms, call.who, "people.read", class_id=call.here.id)
    return JSONResponse(
        {"room": call.here.room, "people": sorted(rows, key=lambda row: name_key(str(row["name"])))}
    )


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

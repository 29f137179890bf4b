"""The day live: a page, and the figures that its module asks for every two seconds."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from engine.console.alarms import alarms
from engine.console.call import Call
from engine.console.day import STATUSES, Look, document, telling
from engine.console.words import WORDS


async def day_page(call: Call) -> Response:
    """The day as it stands; the module keeps it so."""
    look = await call.console.watch.look(call.now_ms)
    return await call.page(
        "day.html",
        look=look,
        day=document(look),
        statuses=STATUSES,
        alarms=_said(call, look),
        telling={one.id: telling(one, call.now_ms) for one in look.deliveries},
    )


async def day(call: Call) -> Response:
    """The same figures, for the module."""
    look = await call.console.watch.look(call.now_ms)
    words = WORDS[call.language]
    newest = await call.console.proposals.newest() if call.may("check") else []
    more = {
        "alarms": _said(call, look),
        "states": {state: words[f"state_{state}"] for state in {one.state for one in look.deliveries}},
        "waiting": sum(one.is_open(call.now_ms) for one in newest),
    }
    return JSONResponse(document(look) | more)


def _said(call: Call, look: Look) -> list[dict[str, object]]:
    """The alarms in the language of the page: what is, and what to do."""
    words = WORDS[call.language]
    return [
        {
            "key": one.key,
            "is_grave": one.is_grave,
            "text": words[f"alarm_{one.key}"].format(**one.values),
            "act": words[f"alarm_{one.key}_do"],
        }
        for one in alarms(look, call.console.settings)
    ]

"""The audit log, newest lines first: who did what, when, and the hash that the chain ends with."""

from __future__ import annotations

from starlette.responses import Response

from engine.archive.audit import newest
from engine.console.call import Call

PAGE = 50


async def audit(call: Call) -> Response:
    """A page of lines, before the line that the address names."""
    asked = call.request.query_params.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 15 else 0
    lines = await newest(call.console.archive.database, before, PAGE)
    older = lines[-1].seq if len(lines) == PAGE and lines[-1].seq > 1 else 0
    return await call.page("audit.html", lines=lines, older=older, before=before)

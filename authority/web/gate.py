"""The gate: every request passes here before a handler sees it, by the row of the table that names its route.

Sign-in is a `__Host-` cookie, SameSite=Strict, HttpOnly. What changes anything has to come from a page
of ours: by `Sec-Fetch-Site`, `Origin` and a token in the form or, for a module's call, a header that no
other origin may send. Somebody else's class does not exist (404), so that an id tells nothing.
"""

from __future__ import annotations

import hmac
import logging
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from authority.lists.reading import BYTES_MAX
from authority.problems import BadList, Conflict, Destroyed
from authority.register.register import alive
from authority.web.call import Call, Services
from authority.web.table import ANYBODY, Row
from pages.headers import secured
from pages.languages import language_of

VISIT = "__Host-visit"
LANGUAGE = "__Host-language"
BODY_MAX = BYTES_MAX + 100_000
FIELDS_MAX = 40
FIELD_MAX = 2000
log = logging.getLogger("authority")


class Refused(Exception):
    """The gate says no, with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Gate:
    """One route's guard and handler."""

    def __init__(self, row: Row, services: Services) -> None:
        self._row = row
        self._services = services

    async def answer(self, request: Request) -> Response:
        call = Call(
            request,
            self._services,
            self._services.clock(),
            language_of(request.cookies.get(LANGUAGE, ""), request.headers.get("accept-language", "")),
            None,
        )
        try:
            response = await self._answer(call)
        except Refused as refusal:
            response = self._problem(call, refusal.status, f"status_{refusal.status}")
        except Destroyed:
            response = self._problem(call, 410, "status_410")
        except Conflict as conflict:
            response = self._problem(call, 409, f"problem_{conflict.reason}")
        except BadList as bad:
            response = self._problem(call, 422, f"problem_{bad.reason}")
        # The route and not the address: a log line holds no id, and could hold no name if there were one.
        log.info("%s %s %d", request.method, self._row.path, response.status_code)
        return secured(response, self._services.settings.engine_origin)

    async def _answer(self, call: Call) -> Response:
        if any("\x00" in str(part) for part in call.request.path_params.values()):
            raise Refused(404)
        if not self._row.always:
            alive(self._services.keys)
        await self._recognise(call)
        if ANYBODY not in self._row.roles:
            if call.visit is None:
                return self._to_login(call)
            if call.visit.role not in self._row.roles:
                raise Refused(403)
        if "class_id" in call.request.path_params:
            await self._own_class(call)
        if self._row.method == "POST":
            await self._from_our_page(call)
        return await self._row.handler(call)

    async def _recognise(self, call: Call) -> None:
        token = call.request.cookies.get(VISIT, "")
        if token and self._services.keys.destroyed_ms is None:
            lives_ms = self._services.settings.visit_minutes * 60_000
            call.visit = await self._services.register.doors.visit(token, call.now_ms, lives_ms)
        if call.visit is not None:
            call.csrf = csrf_token(call.visit.token)

    async def _own_class(self, call: Call) -> None:
        found = await self._services.register.lists.class_of(call.path("class_id"))
        visit = call.visit
        if found is None or visit is None or found.school != visit.school:
            raise Refused(404)
        if visit.role == "teacher" and found.id != visit.class_id:
            raise Refused(404)
        call.of_class = found

    async def _from_our_page(self, call: Call) -> None:
        headers = call.request.headers
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise Refused(403)
        if headers.get("origin", self._services.settings.own_origin) != self._services.settings.own_origin:
            raise Refused(403)
        if self._row.json:
            if "x-passation" not in headers:
                raise Refused(403)
            return
        await _read_form(call)
        given = call.form.pop("csrf", "")
        if call.visit is not None and not hmac.compare_digest(given.encode(), call.csrf.encode()):
            raise Refused(403)

    def _to_login(self, call: Call) -> Response:
        if self._row.method == "GET" and not self._row.json:
            return RedirectResponse("/login", 303)
        raise Refused(401)

    def _problem(self, call: Call, status: int, key: str) -> Response:
        if self._row.json:
            return JSONResponse({"error": {"code": key}}, status)
        return call.page("problem.html", status, key=key)


def csrf_token(visit_token: str) -> str:
    """What a form of this visit carries; from another origin nobody can read it."""
    return hmac.digest(visit_token.encode(), b"passation-authority/1|csrf", "sha256").hex()[:32]


async def _read_form(call: Call) -> None:
    """The form's fields, bounded; a file is read into memory and never spooled to a disk."""
    request = call.request
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise Refused(411)
    if int(length) > BODY_MAX:
        raise Refused(413)
    try:
        form = await request.form(max_files=1, max_fields=FIELDS_MAX, max_part_size=FIELD_MAX)
    except HTTPException as error:
        raise Refused(400) from error
    values: list[tuple[str, Any]] = form.multi_items()
    for name, value in values:
        if isinstance(value, UploadFile):
            call.upload = await value.read()
        elif "\x00" in value:  # no page of ours sends one, and not every database holds it
            raise Refused(400)
        elif len(value) <= FIELD_MAX:
            call.form[name] = value
            call.many.setdefault(name, []).append(value)
    await form.close()

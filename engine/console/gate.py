"""The gate: every request passes here before a handler sees it, by the row of the table that names its route.

Sign-in is a `__Host-` cookie, SameSite=Strict, HttpOnly. What changes anything has to come from a page of
ours: by `Sec-Fetch-Site`, `Origin` and a token in the form.
"""

from __future__ import annotations

import hmac
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from engine.archive import ArchiveAway, Conflict, Gone
from engine.archive.database import is_away
from engine.console.acts import BadAct
from engine.console.call import Call, Console
from engine.console.rights import ANYBODY, may
from engine.console.table import Row
from engine.errors import Problem
from engine.keyring import KeyProblem
from engine.logs import logger
from engine.respond import ClientGone
from pages.headers import secured
from pages.languages import language_of
from sessions.link import StoreError

LOG = logger("console")
VISIT, LANGUAGE = "__Host-operator", "__Host-language"
WHOLE_MS = 12 * 3600 * 1000
"""A sign-in ends after a working day, whatever its operator does."""
FIELDS_MAX = 40
FIELD_MAX = 2000


class Refused(Exception):
    """The gate says no, with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Gate:
    """One route's guard and handler."""

    def __init__(self, row: Row, console: Console) -> None:
        self._row = row
        self._console = console

    async def answer(self, request: Request) -> Response:
        """Answer, whatever goes wrong: with a page, or with JSON where a module asks."""
        cookies, accepted = request.cookies, request.headers.get("accept-language", "")
        language = language_of(cookies.get(LANGUAGE, ""), accepted)
        call = Call(request, self._console, self._console.clock(), language)
        try:
            response = await self._answer(call)
        except ClientDisconnect as error:
            raise ClientGone from error
        except Exception as error:
            response = self._refusal(call, error)
        LOG.info(
            "request",
            extra={
                "fields": {"route": f"{self._row.method} {self._row.path}", "status": response.status_code}
            },
        )
        return secured(response)

    async def _answer(self, call: Call) -> Response:
        await self._recognise(call)
        if self._row.right != ANYBODY:
            if call.visit is None:
                return self._to_login()
            if not may(call.visit.role, self._row.right):
                raise Refused(403)
        if self._row.method == "POST":
            await self._from_our_page(call)
        return await self._row.handler(call)

    async def _recognise(self, call: Call) -> None:
        token = call.request.cookies.get(VISIT, "")
        if not token or len(token) > 100:
            return
        times = {"idle_ms": self._console.idle_ms, "whole_ms": WHOLE_MS}
        call.visit = await self._console.accounts.visit(token, call.now_ms, **times, seen=not self._row.json)
        if call.visit is not None:
            call.csrf = csrf_token(call.visit.token)

    async def _from_our_page(self, call: Call) -> None:
        headers = call.request.headers
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise Refused(403)
        host = headers.get("host", "")
        if headers.get("origin", f"//{host}").rpartition("//")[2] != host:
            raise Refused(403)
        await self._read_form(call)
        given = call.form.pop("csrf", "")
        if call.visit is not None and not hmac.compare_digest(given.encode(), call.csrf.encode()):
            raise Refused(403)

    async def _read_form(self, call: Call) -> None:
        """The form's fields and its one file, bounded; a large file lies in the system's temporary folder."""
        length = call.request.headers.get("content-length", "")
        if not length.isdecimal():
            raise Refused(411)
        if int(length) > self._row.bytes_max:
            raise Refused(413)
        try:
            form = await call.request.form(max_files=1, max_fields=FIELDS_MAX, max_part_size=FIELD_MAX)
        except (HTTPException, MultiPartException) as error:  # which one depends on who has set up the scope
            raise Refused(400) from error
        values: list[tuple[str, Any]] = form.multi_items()
        for name, value in values:
            if isinstance(value, UploadFile):
                call.upload = value
            elif len(value) <= FIELD_MAX:
                call.form[name] = value

    def _to_login(self) -> Response:
        if self._row.method == "GET" and not self._row.json:
            return RedirectResponse("/operator/login", 303)
        raise Refused(401)

    def _refusal(self, call: Call, error: Exception) -> Response:
        status, key, detail = _told(error)
        if status == 500:
            LOG.error("request failed", exc_info=error)
        if self._row.json:
            response: Response = JSONResponse({"error": {"code": key}}, status)
        else:
            response = call.plain_page("problem.html", status, key=key, detail=detail)
        if status == 503:
            response.headers["retry-after"] = "5"
        return response


def csrf_token(visit_token: str) -> str:
    """What a form of this sign-in carries; from another origin nobody can read it."""
    return hmac.digest(visit_token.encode(), b"passation/1|csrf", "sha256").hex()[:32]


def _told(error: Exception) -> tuple[int, str, str]:
    """Status, the pages' word for it, and our own sentence where there is one."""
    if isinstance(error, Refused):
        return error.status, f"status_{error.status}", ""
    if isinstance(error, BadAct):
        return 422, f"bad_{error.reason}", ""
    if isinstance(error, Problem):
        return error.status, "busy" if error.status in (429, 503) else f"status_{error.status}", ""
    for kind, status, key, has_sentence in _KINDS:
        if isinstance(error, kind):
            return status, key, str(error) if has_sentence else ""
    return (503, "archive_away", "") if is_away(error) else (500, "status_500", "")


_KINDS: tuple[tuple[type[Exception], int, str, bool], ...] = (
    (Gone, 404, "status_404", False),
    (Conflict, 409, "status_409", True),
    (KeyProblem, 503, "keys_away", True),
    (StoreError, 503, "store_away", False),
    (ArchiveAway, 503, "archive_away", False),
)

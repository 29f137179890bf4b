"""The engine's own page for a room: its door, and what stands behind it. Pupils appear by number.

    GET    /teacher            the page
    GET    /api/v1/teacher     the room of whoever asks
    POST   /api/v1/teacher     {"room", "code"}: a cookie for the day
    DELETE /api/v1/teacher     no cookie

The room itself is asked for at the addresses of `engine.api.rooms`; the header `X-Passation`, which no other
origin may send, says that the cookie counts.
"""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom import STATIC
from engine.api.device import GivesDevice, device_of
from engine.archive import Archive
from engine.assertion import Assertion
from engine.assets import Assets, Folder
from engine.errors import Problem
from engine.respond import header, read_body, reply_json
from engine.services import Services
from engine.teacherdoor import COOKIE, VISIT_MS, Renewal, Visits, renewal, room_code, typed_room
from engine.wire import OTHER_BYTES_MAX, log_in
from sessions.codes import CodeTypo, normalise

MARK = b"x-passation"
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"


class Own:
    """Serves the engine's own page past the crossing, which is for others."""

    def __init__(self, inner: ASGIApp, crossing: ASGIApp) -> None:
        self._inner = inner
        self._crossing = crossing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """By the header that another origin's page would have to ask leave for."""
        is_own = bool(header(scope, MARK)) and scope["method"] != "OPTIONS"
        await (self._inner if is_own else self._crossing)(scope, receive, send)


class Teacher:
    """The door, bound to the services of this worker."""

    def __init__(self, services: Services, archive: Archive) -> None:
        self._services = services
        self._archive = archive
        self._visits = Visits(services.pepper, services.clock, self._renewal)
        self._assets = Assets(STATIC)

    def routes(self) -> list[Route]:
        """Page, files and door."""
        methods = ["GET", "HEAD"]
        return [
            Route("/teacher", GivesDevice(self._services, _Page(self._assets)), methods=methods),
            Route("/classroom/{name}", Folder(self._assets), methods=methods),
            Route(
                "/api/v1/teacher",
                GivesDevice(self._services, request_response(self.door)),
                methods=["GET", "POST", "DELETE"],
            ),
        ]

    def visitor(self, request: Request) -> Assertion:
        """Whose cookie comes with a call of our own page, or Problem `assertion_invalid`."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise Problem("origin_wrong")
        visitor = self._visits.read(request.cookies.get(COOKIE, ""))
        if visitor is None:
            raise Problem("assertion_invalid")
        return visitor

    async def door(self, request: Request) -> Response:
        """One address, so that a wrong method is told of all that it takes."""
        calls = {"POST": self.enter, "DELETE": self.leave}
        return await calls.get(request.method, self.room)(request)

    async def room(self, request: Request) -> Response:
        """The one room of this visit."""
        (room,) = self.visitor(request).rooms
        return reply_json({"room": room})

    async def enter(self, request: Request) -> Response:
        """A room and its code become a visit; wrong ones are slowed as pupils' are."""
        services = self._services
        typed, room, _ = log_in(await read_body(request.scope, request.receive, OTHER_BYTES_MAX))
        room, now_ms, device = typed_room(room), services.clock(), device_of(request.scope, services)
        services.guessing.check(device, now_ms)
        try:
            code = normalise(typed)
        except CodeTypo as error:
            raise Problem("code_typo") from error
        found = await self._found(room, code) if room else None
        if found is None:
            services.guessing.wrong(device, now_ms)
            raise Problem("code_unknown")
        response = reply_json({"room": room})
        value = self._visits.enter(room, *found)
        response.headers["set-cookie"] = f"{COOKIE}={value}; {_ATTRIBUTES}; Max-Age={VISIT_MS // 1000}"
        return response

    async def leave(self, request: Request) -> Response:
        """The next one at this computer signs in anew."""
        response = reply_json({"room": ""})
        response.headers["set-cookie"] = f"{COOKIE}=; {_ATTRIBUTES}; Max-Age=0"
        return response

    async def _found(self, room: str, code: str) -> tuple[str, str] | None:
        """Campaign and delivery in which a room has this code; all are compared: time tells nothing."""
        catalog, found = self._services.catalog, None
        places = await self._archive.room_places(room)
        await catalog.refresh()  # a code that was withdrawn a moment ago opens nothing
        for delivery, campaign in places:
            opened = catalog.get(delivery)
            if opened is None:
                continue
            known = room_code(opened.kek, room, self._renewal(delivery, room).times)
            if hmac.compare_digest(known.encode(), code.encode()):
                found = campaign, delivery
        return found

    def _renewal(self, delivery: str, room: str) -> Renewal:
        opened = self._services.catalog.get(delivery)
        return renewal(opened.record.get("renewed", {}), room) if opened else Renewal()


class _Page:
    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._assets.send("teacher.html", scope, send)

"""The class page's calls: how the seats of a room stand, and what its teacher does to one of them.

    GET  /api/v1/rooms/{room}/seats               Authorization: Assertion ...
    POST /api/v1/rooms/{room}/seats               {"act": "pause"}: the whole room
    POST /api/v1/rooms/{room}/seats/{session}     {"act": "extend", "minutes": 10, "reason": "technical"}
    GET, POST /api/v1/rooms/{room}/keying         see `engine.api.keying`
    GET  /api/v1/rooms/{room}/results             see `engine.api.classresults`

Pages with names are the authority's; here are pseudonyms alone. Without `PASSATION_AUTHORITY_ORIGIN` no other
origin may call; the engine's own page (`engine.api.teacher`) calls with its cookie.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, request_response

from engine import seats
from engine.api.classresults import ClassResults
from engine.api.crossing import Crossing
from engine.api.keying import Keying
from engine.api.teacher import MARK, Own, Teacher
from engine.archive import Archive, ArchiveAway, Conflict
from engine.archive.database import is_away
from engine.assertion import ROLES, Assertion, authority_key, read
from engine.catalog import Opened
from engine.errors import Problem
from engine.respond import read_body, reply_json
from engine.seats import Roster, Seat
from engine.services import Services
from engine.staff import Staff
from engine.teacherdoor import renewal
from engine.wire import ANSWERS_BYTES_MAX, OTHER_BYTES_MAX, StaffAct, staff_act
from sessions.link import StoreAway
from sessions.store import Store

Call = Callable[[Request], Awaitable[Response]]
TEACHER, HEAD = ROLES
WHO_MAY: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("GET", "/api/v1/rooms/{room}/seats"): (TEACHER, HEAD),
    ("POST", "/api/v1/rooms/{room}/seats"): (TEACHER, HEAD),
    ("POST", "/api/v1/rooms/{room}/seats/{session}"): (TEACHER, HEAD),
    ("GET", "/api/v1/rooms/{room}/keying"): (TEACHER, HEAD),
    ("POST", "/api/v1/rooms/{room}/keying"): (TEACHER, HEAD),
    ("GET", "/api/v1/rooms/{room}/results"): (TEACHER, HEAD),
}
"""Every call of a room, and who may: in a room that the assertion, or the cookie of the door, lists."""


class Rooms:
    """These calls, bound to the services of this worker; `archive` and `store` are where acts are done."""

    def __init__(self, services: Services, archive: Archive, store: Store) -> None:
        self._services = services
        self._archive = archive
        self._store = store
        self._roster = Roster(archive, services.clock)
        self._teacher = Teacher(services, archive)
        self._keying = Keying(services)
        self._results = ClassResults(services, archive)
        settings = services.settings
        self._key = authority_key(settings.keys_dir) if settings.authority_origin else None

    def routes(self) -> list[Route]:
        """The addresses of these calls, each with the question that browsers ask first."""
        handlers = (self.seats, self.act_on_all, self.act, self.keying, self.key, self.results)
        calls: dict[str, dict[str, Call]] = {}
        for (method, path), handler in zip(WHO_MAY, handlers, strict=True):
            calls.setdefault(path, {})[method] = handler
        return [*(self._route(*call) for call in calls.items()), *self._teacher.routes()]

    def _route(self, path: str, calls: dict[str, Call]) -> Route:
        inner = request_response(by_method(calls))
        crossing = Crossing(self._services.settings.authority_origin, calls, inner)
        return Route(path, Own(inner, crossing), methods=[*calls, "OPTIONS"])

    async def seats(self, request: Request) -> Response:
        """How the seats stand, by session."""
        services = self._services
        found = await self._open_seats(request, self._assertion(request))
        glances = await asyncio.gather(*(services.glances.put(seat.sid) for seat, _ in found))
        now_ms = services.clock()
        shown = [
            seats.document(seat.sid, glance, opened, now_ms)
            for (seat, opened), glance in zip(found, glances, strict=True)
        ]
        return reply_json({"now_ms": now_ms, "seats": shown})

    async def act(self, request: Request) -> Response:
        """One act on one seat; `done` false: it stands in the audit log, and takes effect by itself."""
        assertion = self._assertion(request)
        asked = staff_act(await read_body(request.scope, request.receive, OTHER_BYTES_MAX))
        session = request.path_params["session"]
        found = await self._open_seats(request, assertion)
        sid = next((seat.sid for seat, _ in found if seat.sid.hex() == session), None)
        if sid is None:
            raise Problem("room_unknown")
        is_done = await self._do([sid], asked, assertion.actor)
        response = reply_json({"session": session, "act": asked.act, "done": is_done})
        response.status_code = 200 if is_done else 202
        return response

    async def act_on_all(self, request: Request) -> Response:
        """One act on every seat of the room that takes it: everybody pauses, everybody goes on."""
        assertion = self._assertion(request)
        asked = staff_act(await read_body(request.scope, request.receive, OTHER_BYTES_MAX))
        found = await self._open_seats(request, assertion)
        is_done = await self._do([seat.sid for seat, _ in found], asked, assertion.actor)
        response = reply_json({"act": asked.act, "done": is_done})
        response.status_code = 200 if is_done else 202
        return response

    async def keying(self, request: Request) -> Response:
        """The grid: columns and rows."""
        assertion = self._assertion(request)
        return reply_json(await self._keying.look(await self._open_seats(request, assertion), assertion))

    async def key(self, request: Request) -> Response:
        """What was typed into it."""
        assertion = self._assertion(request)
        found = await self._open_seats(request, assertion)
        body = await read_body(request.scope, request.receive, ANSWERS_BYTES_MAX)
        return reply_json(await self._keying.take(found, assertion, body))

    async def results(self, request: Request) -> Response:
        """What is published of the room, also when its delivery is closed."""
        assertion = self._assertion(request)
        found = await self._known_seats(request, assertion)
        return reply_json(await self._results.look(found, assertion, request.path_params["room"]))

    def _assertion(self, request: Request) -> Assertion:
        """What the caller shows, if it lists the room."""
        if MARK.decode() in request.headers:
            assertion = self._teacher.visitor(request)
        else:
            assert self._key is not None  # where it is None, nobody comes through the crossing
            header = request.headers.get("authorization", "")
            assertion = read(self._key, header, self._services.clock())
            self._refuse_renewed(assertion, request.path_params["room"])
        method = "GET" if request.method == "HEAD" else request.method
        may = WHO_MAY[method, request.scope["route"].path]
        if request.path_params["room"] not in assertion.rooms or assertion.role not in may:
            raise Problem("room_other")
        return assertion

    def _refuse_renewed(self, assertion: Assertion, room: str) -> None:
        """What was asserted before a room's code was withdrawn is worth nothing: the page fetches a new one.

        The authority may have withdrawn this teacher's password meanwhile, and gives none then. Two machines,
        two clocks: where the authority's runs behind, the page asks until it has caught up; where it runs
        ahead (by `assertion.SKEW_MS` at most), what it made within that lead passes until it expires or the
        room is renewed again. To count `SKEW_MS` here too would shut every teacher of the room out for a
        minute.
        """
        records = self._services.catalog.records().values()
        at_ms = max((renewal(record.get("renewed", {}), room).at_ms for record in records), default=0)
        if assertion.issued_ms < at_ms:
            raise Problem("assertion_invalid")

    async def _open_seats(self, request: Request, assertion: Assertion) -> list[tuple[Seat, Opened]]:
        """The room's seats in deliveries that are not closed: closing ends every access."""
        found = await self._known_seats(request, assertion)
        living = [(seat, one) for seat, one in found if one.record["state"] != "closed"]
        if not living:
            raise Problem("delivery_over")
        return living

    async def _known_seats(self, request: Request, assertion: Assertion) -> list[tuple[Seat, Opened]]:
        """The room's seats in deliveries that there are; destroyed ones are over."""
        found = await self._roster.of(request.path_params["room"], assertion.campaign)
        if not found:
            raise Problem("room_unknown")
        catalog = self._services.catalog
        if any(catalog.get(seat.delivery) is None for seat in found):
            await catalog.refresh()
        opened = [(seat, catalog.get(seat.delivery)) for seat in found]
        known = [(seat, one) for seat, one in opened if one is not None]
        if not known:
            raise Problem("delivery_over")
        return known

    async def _do(self, sids: Sequence[bytes], asked: StaffAct, who: str) -> bool:
        """Whether it is done already. Problem: `act_refused`, `archive_away`."""
        services = self._services
        partitions, clock = services.settings.partitions, services.clock
        staff = Staff(self._archive, self._store, partitions=partitions, who=who, clock=clock)
        try:
            if asked.act == "extend":
                await staff.extend(sids, asked.minutes * 60_000, asked.reason)
            else:
                await staff.act(sids, asked.act)
        except Conflict as error:
            raise Problem("act_refused") from error
        except StoreAway:
            return False
        except Exception as error:
            raise (ArchiveAway(str(error)) if is_away(error) else error) from error
        return True


def by_method(calls: Mapping[str, Call]) -> Call:
    """One address, and what each method asks of it."""

    async def call(request: Request) -> Response:
        return await calls["GET" if request.method == "HEAD" else request.method](request)

    return call

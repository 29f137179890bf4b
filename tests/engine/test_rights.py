"""Who may call what: every endpoint of the engine, every kind of caller, own things and others'.

The table is written here by hand, once more. An endpoint without a line fails; so does a line without one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import httpx2
import pytest
from starlette.routing import Route, Router

from engine.app import running
from engine.clock import now_ms
from engine.console.gate import csrf_token
from engine.console.rights import RIGHTS, ROLES
from engine.console.routes import ROWS
from engine.keyring import KeyRing
from engine.teacherdoor import COOKIE, Renewal, Visits
from tests.asserted import CAMPAIGN, ORIGIN, assertion, shown
from tests.engine.desks import Desk
from tests.engine.test_rooms import School
from tests.served import Served

STAFF = ("operator", "approver", "auditor", "statistics")
CALLERS = ("nobody", "pupil", "teacher", "other teacher", "visitor", "other visitor", "program", *STAFF)
"""A visitor came with a room's code through the engine's own door; the other ones, to another room."""
IN_ROOM = ("teacher", "visitor")
ALL = CALLERS
CHECKERS = ("operator", "approver", "auditor")
ALLOWED: dict[str, tuple[str, ...]] = {
    # pages and what needs no token
    "GET /": ALL,
    "GET /sw.js": ALL,
    "GET /static/{name}": ALL,
    "GET /content/{form}": ALL,
    "GET /healthz": ALL,
    "GET /readyz": ALL,
    "GET /api/v1/openapi.json": ALL,
    "GET /api/v1/time": ALL,
    "GET /api/v1/opening": ("pupil",),
    # pupils
    "POST /api/v1/login": ALL,
    "POST /api/v1/start": ("pupil",),
    "GET /api/v1/session": ("pupil",),
    "POST /api/v1/answers": ("pupil",),
    "POST /api/v1/submit": ("pupil",),
    "POST /api/v1/attempts": ("pupil",),
    "POST /api/v1/files": ("pupil",),
    "GET /api/v1/files/{file}": ("pupil",),
    # teachers, in the rooms that the authority asserts; a browser's first question comes without any
    "GET /api/v1/rooms/{room}/seats": IN_ROOM,
    "POST /api/v1/rooms/{room}/seats": IN_ROOM,
    "POST /api/v1/rooms/{room}/seats/{session}": IN_ROOM,
    "GET /api/v1/rooms/{room}/keying": IN_ROOM,
    "POST /api/v1/rooms/{room}/keying": IN_ROOM,
    "GET /api/v1/rooms/{room}/results": IN_ROOM,
    "OPTIONS /api/v1/rooms/{room}/seats": ALL,
    "OPTIONS /api/v1/rooms/{room}/seats/{session}": ALL,
    "OPTIONS /api/v1/rooms/{room}/keying": ALL,
    "OPTIONS /api/v1/rooms/{room}/results": ALL,
    # the engine's own page for a room, and its door
    "GET /teacher": ALL,
    "GET /classroom/{name}": ALL,
    "GET /pages/{name}": ALL,
    "GET /api/v1/teacher": ("visitor", "other visitor"),
    "POST /api/v1/teacher": ALL,
    "DELETE /api/v1/teacher": ALL,
    # what anybody may read
    "GET /portail": ALL,
    "GET /portal": ALL,
    "GET /familles": ALL,
    "GET /families": ALL,
    "GET /mode-d-emploi/enseignant": ALL,
    "GET /manual/teacher": ALL,
    "GET /mode-d-emploi/exploitant": ALL,
    "GET /manual/operator": ALL,
    # programs of the operator
    "GET /api/v1/deliveries/{delivery}/ledger": ("program",),
    "GET /metrics": ("program",),
    # the console
    "GET /operator/login": ALL,
    "POST /operator/login": ALL,
    "GET /operator/oidc": ALL,
    "GET /operator/oidc/back": ALL,
    "GET /operator/static/{name}": ALL,
    "POST /operator/language": ALL,
    "POST /operator/logout": STAFF,
    "GET /operator": STAFF,
    "GET /operator/day": STAFF,
    "GET /operator/deliveries": STAFF,
    "POST /operator/deliveries": ("operator",),
    "GET /operator/deliveries/new": ("operator",),
    "GET /operator/deliveries/{delivery}": CHECKERS,
    "GET /operator/deliveries/{delivery}/rooms": CHECKERS,
    "POST /operator/deliveries/{delivery}/rooms/renewal": ("operator",),
    "GET /operator/forms": CHECKERS,
    "POST /operator/forms": ("operator",),
    "GET /operator/proposals": CHECKERS,
    "POST /operator/proposals": ("operator",),
    "POST /operator/proposals/{proposal}/approval": ("operator", "approver"),
    "POST /operator/proposals/{proposal}/refusal": ("operator", "approver"),
    "POST /operator/proposals/{proposal}/withdrawal": ("operator",),
    "GET /operator/audit": CHECKERS,
}
BODIES = {"/api/v1/submit": b'{"last": 0}'}
"""A body that cannot be read is refused before anybody is asked who they are."""
DEPENDS = {
    "GET /static/{name}": "css/page.css",
    "GET /operator/static/{name}": "console.css",
    "GET /classroom/{name}": "teacher.html",
    "GET /pages/{name}": "page.css",
}


class House(NamedTuple):
    """An engine with somebody of every kind at its door."""

    engine: Served
    http: httpx2.Client
    delivery: str
    room: str
    session: str
    token: str
    """A pupil's, who sits in that room."""
    names: dict[str, str]
    """Operators by role."""
    desks: dict[str, Desk]
    """Those who are signed in."""

    def desk(self, role: str) -> Desk:
        """Somebody of that role, signed in again where the last call signed them out."""
        if role not in self.desks:
            self.desks[role] = Desk(self.engine, operator=self.names[role])
        return self.desks[role]


@pytest.fixture(scope="module")
def house(engine: Served) -> Iterator[House]:
    school = School(engine)
    room, codes = school.room(pupils=2)
    pupil = school.pupil(codes[0])
    names = {role: Desk(engine, role).operator for role in STAFF}
    with httpx2.Client(base_url=engine.url, timeout=30) as http:
        yield House(engine, http, school.delivery, room, pupil.session, pupil.token, names, {})
    school.http.close()


async def _endpoints(engine: Served) -> set[str]:
    """Every method and path that the application answers."""
    async with running(engine.settings) as application:
        router = application._router
        assert isinstance(router, Router)
        routes = [route for route in router.routes if isinstance(route, Route)]
        assert len(routes) == len(router.routes)
        served = {
            f"{method} {re.sub(r':[a-z]+', '', route.path)}"
            for route in routes
            for method in set(route.methods or ()) - {"HEAD"}
        }
        raw = {
            f"{method} {path}"
            for path, (_, methods) in application._raw.items()
            for method in set(methods) - {"HEAD"}
        }
    return served | raw | {"GET /content/{form}"}


async def test_every_endpoint_has_a_line_and_every_line_an_endpoint(engine: Served) -> None:
    """Who adds an endpoint says here who may call it."""
    assert await _endpoints(engine) == set(ALLOWED)


def test_every_endpoint_lets_in_whom_the_table_says_and_nobody_else(house: House) -> None:
    """Each endpoint by each kind of caller: refused for want of a right, or not."""
    wrong = []
    for endpoint, allowed in ALLOWED.items():
        for caller in CALLERS:
            reply = _ask(house, endpoint, caller)
            if _is_let_in(reply) != (caller in allowed):
                wrong.append(f"{caller}: {endpoint} gives {reply.status_code}")
    assert wrong == []


@pytest.mark.parametrize("act", ["approval", "refusal", "withdrawal"])
def test_ones_own_proposal_is_withdrawn_and_never_decided_by_oneself(house: House, act: str) -> None:
    """Another one's is decided, and never withdrawn."""
    one, other = Desk(house.engine, "operator"), Desk(house.engine, "operator")
    for who, is_own in ((one, True), (other, False)):
        proposal = one.propose("broadcast", house.delivery, fr="Bonjour", en="Hello", shown="5")
        reply = who.post(f"/operator/proposals/{proposal}/{act}")
        assert reply.status_code == (303 if is_own == (act == "withdrawal") else 409)
        if reply.status_code == 409:
            one.post(f"/operator/proposals/{proposal}/withdrawal")


def test_the_roles_and_rights_are_one_table() -> None:
    """Each right of a route stands there; each right there is some route's; each role has one."""
    used = {row.right for row in ROWS} - {"anybody"}
    assert used == set(RIGHTS)
    assert all(set(roles) <= set(ROLES) for roles in RIGHTS.values())
    assert set(STAFF) == set(ROLES)


def _ask(house: House, endpoint: str, caller: str) -> httpx2.Response:
    """One call, with whatever this caller can show."""
    method, path = endpoint.split(" ")
    name = DEPENDS.get(endpoint, "0" * 64)
    own = {"room": house.room, "session": house.session, "delivery": house.delivery}
    path = path.format(**own, form="0" * 64, name=name, file="0" * 32, proposal="0" * 12)
    if caller in STAFF and path.startswith("/operator"):
        desk = house.desk(caller)
        form = {"csrf": csrf_token(desk.token), "act": "", "language": "fr"}
        own = desk.own() | ({} if method == "GET" else {"Origin": house.engine.url})
        if path == "/operator/logout":
            del house.desks[caller]
        return house.http.request(method, path, headers=own, data=None if method == "GET" else form)
    headers = dict(_shown(house, caller))
    if path.startswith("/operator"):
        headers.pop("Origin", None)  # what may come from another origin is another test's
    if method == "OPTIONS" or (caller not in ("teacher", "other teacher") and "/rooms/" in path):
        headers["Origin"] = ORIGIN
    body = BODIES.get(path, b"{}") if method == "POST" else None
    return house.http.request(method, path, headers=headers, content=body)


def _shown(house: House, caller: str) -> Iterator[tuple[str, str]]:
    tokens: dict[str, Callable[[], dict[str, str]]] = {
        "pupil": lambda: {"Authorization": f"Bearer {house.token}"},
        "teacher": lambda: shown(assertion(house.room)),
        "other teacher": lambda: shown(assertion("another-room")),
        "visitor": lambda: _visit(house, house.room),
        "other visitor": lambda: _visit(house, "another-room"),
        "program": lambda: {"Authorization": f"Bearer {KeyRing.of(house.engine.settings).operator_token()}"},
    }
    if caller in STAFF:
        yield from house.desk(caller).own().items()
    elif caller in tokens:
        yield from tokens[caller]().items()


def _visit(house: House, room: str) -> dict[str, str]:
    """What the engine's own page shows of a room that was entered by its code."""
    visits = Visits(KeyRing.of(house.engine.settings).pepper(), now_ms, lambda *_: Renewal())
    return {"Cookie": f"{COOKIE}={visits.enter(room, CAMPAIGN, house.delivery)}", "X-Passation": "1"}


def _is_let_in(reply: httpx2.Response) -> bool:
    """Whether it was not for want of a right that nothing came of it."""
    at_login = reply.status_code == 303 and reply.headers["location"] == "/operator/login"
    path = reply.request.url.path
    if path == "/operator/login":  # anybody may try
        return reply.status_code in (200, 303, 401, 429)
    return reply.status_code not in (401, 403) and (not at_login or path == "/operator/logout")

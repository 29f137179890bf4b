"""One room's code withdrawn alone: the old one opens nothing, who came in by it is out, others stay."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import httpx2
import pytest

from engine.clock import now_ms
from tests.asserted import assertion, shown
from tests.engine.desks import Desk
from tests.engine.test_openapi_live import until
from tests.engine.test_rooms import School, _last_line, code_of
from tests.served import Served

OWN = {"X-Passation": "1"}


@pytest.fixture(scope="module")
def school(engine: Served) -> Iterator[School]:
    made = School(engine)
    yield made
    made.http.close()


def enter(school: School, room: str, code: str) -> httpx2.Response:
    return school.http.post("/api/v1/teacher", json={"room": room, "code": code}, headers=OWN)


def visit(school: School, room: str, code: str) -> dict[str, str]:
    """What a teacher's browser carries who came in by this code."""
    reply = enter(school, room, code)
    assert reply.status_code == 200
    return OWN | {"Cookie": reply.headers["set-cookie"].split(";")[0]}


def codes_of(school: School, *command: str) -> dict[str, str]:
    """Codes by room, as a command prints them."""
    done = school.engine.run("rooms", *command, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    return {one["room"]: one["code"] for one in record.get("rooms", [record])}


def test_a_withdrawn_code_opens_nothing_and_ends_its_visits_alone(school: School) -> None:
    """By command and on the console; the neighbour's room and the pupils notice nothing."""
    room, (code,) = school.room()
    other, _ = school.room()
    pupil = school.pupil(code)
    known = codes_of(school, "codes", school.delivery)
    inside, neighbour = visit(school, room, known[room]), visit(school, other, known[other])
    before = shown(assertion(room, issued_ms=now_ms() - 1000))
    assert school.ask(room, inside).status_code == school.ask(room, before).status_code == 200

    renewed = codes_of(school, "renew", school.delivery, room)[room]

    line = asyncio.run(_last_line(school.engine.settings))
    assert (line.act, line.delivery, line.detail["room"]) == (
        "delivery.room",
        school.delivery,
        room,
    )
    assert renewed != known[room]
    assert code_of(enter(school, room, known[room])) == (401, "code_unknown")
    until(lambda: school.ask(room, inside).status_code == 401)
    until(lambda: school.ask(room, before).status_code == 401)
    again = visit(school, room, renewed)
    until(lambda: school.ask(room, again).status_code == 200)
    assert school.ask(room).status_code == school.ask(other, neighbour).status_code == 200
    assert codes_of(school, "codes", school.delivery, "--room", room) == {room: renewed}

    desk = Desk(school.engine, "operator")
    reply = desk.post(f"/operator/deliveries/{school.delivery}/rooms/renewal", {"room": room})
    assert (reply.status_code, reply.headers["location"].partition("?")[2]) == (
        303,
        f"begins={room}&said=renewed",
    )
    page = desk.get(reply.headers["location"]).text
    third = codes_of(school, "codes", school.delivery, "--room", room)[room]
    assert len({known[room], renewed, third}) == 3
    assert [secret for secret in (renewed, third) if secret in page] == []
    until(lambda: school.ask(room, again).status_code == 401)
    assert pupil.submit()["last"] == 0


def test_a_room_that_is_none_is_refused_with_what_to_do(school: School) -> None:
    """By command and on the console, and nothing is written down."""
    done = school.engine.run("rooms", "renew", school.delivery, "nowhere")
    assert (done.returncode, "no room 'nowhere'" in done.stderr) == (1, True)
    desk = Desk(school.engine, "operator")
    reply = desk.post(f"/operator/deliveries/{school.delivery}/rooms/renewal", {})
    assert reply.status_code == 409

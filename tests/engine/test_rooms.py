"""The class page's calls: a teacher's own rooms by pseudonym, and nothing else to nobody else."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from authority.assertion import LIVES_MS
from engine.archive import Archive
from engine.archive.audit import AuditLine
from engine.archive.sweep import WHO as ENGINE
from engine.assertion import SKEW_MS
from engine.clock import now_ms
from engine.codesfile import CodesFile, CodesRow, write_codes_file
from engine.deliveries import Deliveries, publish_delivery
from engine.importing import import_file
from engine.keyring import KeyRing
from engine.settings import Settings
from engine.stores import store_of
from sessions.codes import digest, generate
from tests.asserted import CAMPAIGN, KEY, ORIGIN, WHO, assertion, shown
from tests.engine.described import Witness
from tests.engine.outages import deadline_of
from tests.engine.test_openapi_live import until
from tests.pupil import PupilClient
from tests.served import Served

OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
FIELDS = {"session", "number", "is_keyed", "status", "at", "items", "held", "last", "sealed", "seen_ms"}
FIELDS |= {"deadline_ms", "safe"}
PUBLIC = KEY.public_key()


class School:
    """Rooms of one delivery, brought in by files of codes, and the pages that ask for them."""

    def __init__(self, engine: Served) -> None:
        self.engine = engine
        self.delivery = engine.prepare(codes_each=1)[0].delivery
        self.http = httpx2.Client(base_url=engine.url, timeout=30)
        Witness().watch(self.http)

    def room(self, pupils: int = 1, campaign: str = CAMPAIGN, name: str = "") -> tuple[str, list[str]]:
        """A new room, and the codes of its pupils."""
        name = name or f"r-{secrets.token_hex(4)}"
        codes = [generate(secrets.token_bytes) for _ in range(pupils)]
        asyncio.run(_imported(self.engine.settings, self.delivery, campaign, name, codes))
        return name, codes

    def pupil(self, code: str) -> PupilClient:
        """A pupil who has started."""
        pupil = PupilClient(self.engine.url, code)
        pupil.login()
        pupil.start()
        return pupil

    def ask(self, room: str, headers: dict[str, str] | None = None) -> httpx2.Response:
        """The seats, for whoever shows these headers."""
        return self.http.get(f"/api/v1/rooms/{room}/seats", headers=headers or shown(assertion(room)))

    def seats(self, room: str) -> dict[str, dict[str, Any]]:
        """The seats by session."""
        return {seat["session"]: seat for seat in self.ask(room).json()["seats"]}

    def act(self, room: str, session: str, **body: Any) -> httpx2.Response:
        """An act of the room's teacher."""
        path = f"/api/v1/rooms/{room}/seats/{session}"
        return self.http.post(path, json=body, headers=shown(assertion(room)))


async def _imported(settings: Settings, delivery: str, campaign: str, room: str, codes: list[str]) -> None:
    keyring = KeyRing.of(settings)
    pepper = keyring.pepper()
    path = settings.data_dir.parent / f"{secrets.token_hex(8)}.ndjson"
    rows = [
        CodesRow(
            secrets.token_bytes(16),
            room,
            digest(pepper, code),
            digest(pepper, generate(secrets.token_bytes, length=24)),
            1000,
            (),
        )
        for code in codes
    ]
    write_codes_file(path, rows, campaign=campaign, created_ms=now_ms(), count=len(rows), key=KEY)
    archive, store = await Archive.open(settings.archive_address), store_of(settings)
    try:
        await import_file(archive, store, keyring, CodesFile.verify(path, PUBLIC), delivery, who="test")
    finally:
        await store.aclose()
        await archive.close()


async def _last_line(settings: Settings) -> AuditLine:
    """The last thing that anybody did; what the engine writes down by itself may come at any time."""
    archive = Archive(settings.archive_address)
    try:
        return [line async for line in archive.audit_lines() if line.who != ENGINE][-1]
    finally:
        await archive.close()


async def _closed(settings: Settings, delivery: str) -> None:
    archive, store = Archive(settings.archive_address), store_of(settings)
    try:
        record = await Deliveries(archive, KeyRing.of(settings), who="test").act(delivery, "close", now_ms())
        await publish_delivery(store, record)
    finally:
        await store.aclose()
        await archive.close()


@pytest.fixture(scope="module")
def school(engine: Served) -> Iterator[School]:
    made = School(engine)
    yield made
    made.http.close()


@pytest.fixture(scope="module")
def quiet(school: School) -> tuple[str, str]:
    """A room where nobody has logged in, and its one session."""
    room, _ = school.room()
    (session,) = school.seats(room)
    return room, session


def code_of(reply: httpx2.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return reply.status_code, reply.json()["error"]["code"]


def question(pupil: PupilClient, place: int) -> str:
    """The item that this pupil meets at a place, from 1."""
    items: list[str] = [entry["item"] for block in pupil.order for entry in block["items"]]
    return items[place - 1]


def test_a_class_is_followed_from_the_empty_chair_to_the_hand_in(school: School) -> None:
    """Absent, logged in, at question 3 and safe, waiting, handed in; whoever sits elsewhere is not shown."""
    room, (code,) = school.room()
    ((session, seat),) = school.seats(room).items()
    assert (seat["status"], seat["at"], seat["safe"], seat["seen_ms"]) == ("absent", 0, False, 0)

    pupil = PupilClient(school.engine.url, code)
    pupil.login()
    assert pupil.session == session
    assert school.seats(room)[session]["status"] == "ready"

    pupil.start()
    third = question(pupil, 3)
    pupil.n = 1
    pupil.post("/api/v1/answers", {"n": 1, "answers": [], "at": third} | _answer(third))
    seat = school.seats(room)[session]
    assert (seat["status"], seat["at"], seat["last"], seat["safe"]) == ("running", 3, 1, True)

    pupil.post("/api/v1/answers", {"answers": [], "at": third, "held": 2})
    seat = school.seats(room)[session]
    assert (seat["held"], seat["safe"]) == (2, False)

    pupil.submit()
    seat = school.seats(room)[session]
    assert (seat["status"], seat["held"], seat["safe"]) == ("submitted", 0, True)
    assert set(seat) == FIELDS


def _answer(item: str) -> dict[str, Any]:
    return {"answers": [{"item": item, "response": {"r1": None}, "elapsed_ms": 1, "age_ms": 0}]}


def test_what_a_device_makes_up_does_not_reach_the_page(school: School) -> None:
    """The item on the screen is free text of a hostile browser: the page gets a number of ours."""
    room, (code,) = school.room()
    pupil = school.pupil(code)
    pupil.post("/api/v1/answers", {"answers": [], "at": "<b>Quennehen</b>"})
    reply = school.ask(room)
    assert "Quennehen" not in reply.text
    assert reply.json()["seats"][0]["at"] == 0


class Shown(NamedTuple):
    """Who asks: headers for a room, and what comes of it."""

    headers: dict[str, str]
    refusal: tuple[int, str]


def askers(room: str) -> dict[str, Shown]:
    """Everybody who must not see a room."""
    now = now_ms()
    good = assertion(room)
    body, _, signature = good.partition(".")
    invalid, elsewhere = (401, "assertion_invalid"), (403, "origin_wrong")
    return {
        "nobody": Shown({"Origin": ORIGIN}, invalid),
        "a pupil's scheme": Shown(shown(good) | {"Authorization": f"Bearer {good}"}, invalid),
        "no signature": Shown(shown(body), invalid),
        "one sign changed": Shown(
            shown(f"{body[:-1]}{'A' if body[-1] != 'A' else 'B'}.{signature}"), invalid
        ),
        "another authority": Shown(shown(assertion(room, key=OTHER_KEY)), invalid),
        "over": Shown(shown(assertion(room, issued_ms=now - LIVES_MS)), invalid),
        "of the future": Shown(shown(assertion(room, issued_ms=now + 10 * SKEW_MS)), invalid),
        "too long": Shown(shown("A" * 20_000), invalid),
        "of another room": Shown(shown(assertion("other")), (403, "room_other")),
        "of no room": Shown(shown(assertion()), (403, "room_other")),
        "of another campaign": Shown(shown(assertion(room, campaign="c-2025")), (404, "room_unknown")),
        "another origin": Shown(shown(good, "https://evil.test"), elsewhere),
        "almost the origin": Shown(shown(good, f"{ORIGIN}.evil.test"), elsewhere),
        "no page at all": Shown({"Authorization": f"Assertion {good}"}, elsewhere),
    }


@pytest.mark.parametrize("who", askers("x"))
@pytest.mark.parametrize("call", ["see", "act"])
def test_nobody_else_sees_or_touches_a_room(
    school: School, quiet: tuple[str, str], who: str, call: str
) -> None:
    """Each with the refusal that says why; only the authority's page may read even that."""
    room, session = quiet
    asker = askers(room)[who]
    if call == "see":
        reply = school.ask(room, asker.headers)
    else:
        path = f"/api/v1/rooms/{room}/seats/{session}"
        reply = school.http.post(path, json={"act": "close"}, headers=asker.headers)
    assert code_of(reply) == asker.refusal
    is_theirs = asker.headers.get("Origin") == ORIGIN
    assert reply.headers.get("access-control-allow-origin") == (ORIGIN if is_theirs else None)
    if call == "act":
        assert school.seats(room)[session]["status"] == "absent"


def test_a_room_that_is_not_there_is_told_from_one_that_is_not_yours(school: School) -> None:
    """But only to whoever has it in the assertion."""
    assert code_of(school.ask("nowhere")) == (404, "room_unknown")
    assert code_of(school.ask("nowhere", shown(assertion("other")))) == (403, "room_other")


def test_rooms_of_one_name_in_two_campaigns_are_two_rooms(school: School) -> None:
    """A name is unique within a campaign, no further."""
    room, _ = school.room(2)
    School(school.engine).room(3, campaign="rooms-2027", name=room)
    assert len(school.seats(room)) == 2
    assert len(school.ask(room, shown(assertion(room, campaign="rooms-2027"))).json()["seats"]) == 3


def test_a_browser_is_told_that_the_authoritys_page_may_ask(school: School) -> None:
    """And that no other page may, whatever it shows."""
    room, _ = school.room()
    (session,) = school.seats(room)
    for path, method in ((f"{room}/seats", "GET"), (f"{room}/seats/{session}", "POST")):
        asks = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
        reply = school.http.options(f"/api/v1/rooms/{path}", headers=asks)
        assert reply.status_code == 204
        assert reply.headers["access-control-allow-origin"] == ORIGIN
        assert reply.headers["vary"] == "origin"
        refused = school.http.options(f"/api/v1/rooms/{path}", headers=asks | {"Origin": "https://evil.test"})
        assert code_of(refused) == (403, "origin_wrong")
    assert (
        "access-control-allow-origin"
        not in school.http.get("/api/v1/time", headers={"Origin": ORIGIN}).headers
    )


def test_a_teacher_gives_time_and_the_audit_log_says_who(school: School) -> None:
    """By an opaque id, with the reason; the pupil has it with the next reply."""
    room, (code,) = school.room()
    pupil = school.pupil(code)
    before_ms = deadline_of(school.engine, pupil)
    reply = school.act(room, pupil.session, act="extend", minutes=10, reason="technical")
    assert (reply.status_code, reply.json()["done"]) == (200, True)
    assert deadline_of(school.engine, pupil) == before_ms + 600_000

    line = asyncio.run(_last_line(school.engine.settings))
    assert (line.who, line.act) == (f"teacher:{WHO}", "session.extend")
    assert line.detail == {"sessions": [pupil.session], "extra_ms": 600_000, "reason": "technical"}


def test_a_closed_seat_is_safe_when_its_device_has_sent_everything(school: School) -> None:
    """Not before: what it held back may still come, and is then in."""
    room, (code,) = school.room()
    pupil = school.pupil(code)
    pupil.answer(**{question(pupil, 1): {"r1": None}})
    school.act(room, pupil.session, act="close")
    seat = school.seats(room)[pupil.session]
    assert (seat["status"], seat["safe"]) == ("closed", False)
    pupil.answer(**{question(pupil, 2): {"r1": None}})
    assert school.seats(room)[pupil.session]["safe"] is False
    pupil.submit()
    assert school.seats(room)[pupil.session]["safe"] is True


def test_a_teacher_pauses_resumes_allows_and_closes(school: School) -> None:
    """Each once it fits; what does not fit is refused and changes nothing."""
    room, (code,) = school.room()
    pupil = school.pupil(code)
    for act, status in (
        ("pause", "paused"),
        ("resume", "running"),
        ("allow", "running"),
        ("close", "closed"),
    ):
        assert school.act(room, pupil.session, act=act).status_code == 200
        assert school.seats(room)[pupil.session]["status"] == status
    assert code_of(school.act(room, pupil.session, act="pause")) == (409, "act_refused")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"act": "destroy"}, "act"),
        ({}, "act"),
        ({"act": ["close"]}, "act"),
        ({"act": "extend", "minutes": 61, "reason": "technical"}, "minutes"),
        ({"act": "extend", "minutes": 0, "reason": "technical"}, "minutes"),
        ({"act": "extend", "minutes": 5, "reason": "asthma"}, "reason"),
        ({"act": "extend", "minutes": 5}, "reason"),
    ],
)
def test_an_act_outside_the_list_is_refused(
    school: School, quiet: tuple[str, str], body: dict[str, Any], field: str
) -> None:
    """No health among the reasons, and never more than an hour at a time."""
    reply = school.act(*quiet, **body)
    assert (code_of(reply), reply.json()["error"]["field"]) == ((400, "bad_request"), field)


def test_a_teacher_does_nothing_to_a_seat_of_another_room(school: School) -> None:
    """Not even to one of the same school."""
    (mine, _), (theirs, (code,)) = school.room(), school.room()
    pupil = school.pupil(code)
    assert code_of(school.act(mine, pupil.session, act="close")) == (404, "room_unknown")
    assert school.seats(theirs)[pupil.session]["status"] == "running"


def test_closing_the_delivery_ends_the_class_page_too(engine: Served) -> None:
    """410, for the seats and for every act."""
    school = School(engine)
    room, _ = school.room()
    (session,) = school.seats(room)
    asyncio.run(_closed(engine.settings, school.delivery))
    until(lambda: school.ask(room).status_code == 410)
    assert code_of(school.ask(room)) == (410, "delivery_over")
    until(lambda: school.act(room, session, act="allow").status_code == 410)
    school.http.close()
